//! [`Made`]: an image that a case makes for itself, through Glance's API.

use std::ops::Deref;

use serde_json::{Map, Value, json};

use crate::cloud::{Kind, cloud, unique};
use crate::http::{self, Answer};

/// An image to make: whose it is, and what Glance is told about it.
pub(crate) struct NewImage {
    owner: &'static str,
    fields: Map<String, Value>,
    data: Option<Vec<u8>>,
}

/// An image of demo, with one byte of data and a name of its own.
pub(crate) fn image() -> NewImage {
    let fields = json!({
        "name": unique("conformance"),
        "disk_format": "raw",
        "container_format": "bare",
        "visibility": "private",
    });
    let fields = fields.as_object().cloned().unwrap_or_default();
    NewImage {
        owner: "demo",
        fields,
        data: Some(b"x".to_vec()),
    }
}

impl NewImage {
    /// With that field or property, in Glance's words.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    /// Of that name.
    pub(crate) fn named(self, name: &str) -> Self {
        self.with("name", name)
    }

    /// Without a field that it would have.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.fields.remove(name);
        self
    }

    /// Of that user.
    pub(crate) fn of(mut self, owner: &'static str) -> Self {
        self.owner = owner;
        self
    }

    /// With those data.
    pub(crate) fn data(mut self, data: &[u8]) -> Self {
        self.data = Some(data.to_vec());
        self
    }

    /// Still waiting for its data.
    pub(crate) fn queued(mut self) -> Self {
        self.data = None;
        self
    }

    /// Makes it.
    #[track_caller]
    pub(crate) fn make(self) -> Made {
        let body = Value::Object(self.fields).to_string();
        let made = glance(
            self.owner,
            "POST",
            "",
            "application/json",
            Some(body.as_bytes()),
        );
        let id = made.good().json()["id"].as_str().expect("an id").to_owned();
        let made = Made {
            id,
            owner: self.owner,
        };
        if let Some(data) = self.data {
            made.upload(&data);
        }
        made
    }
}

/// An image that is there as long as this is.
pub(crate) struct Made {
    id: String,
    owner: &'static str,
}

impl Made {
    /// Gives it its data: it becomes active.
    #[track_caller]
    pub(crate) fn upload(&self, data: &[u8]) {
        let path = format!("/{}/file", self.id);
        glance(
            self.owner,
            "PUT",
            &path,
            "application/octet-stream",
            Some(data),
        )
        .good();
    }

    /// Takes it out of use, as an administrator can.
    #[track_caller]
    pub(crate) fn deactivate(&self) {
        let path = format!("/{}/actions/deactivate", self.id);
        glance("admin", "POST", &path, "application/json", Some(b"")).good();
    }

    /// Lets it be deleted, if it is protected.
    #[track_caller]
    pub(crate) fn unprotect(&self) {
        match cloud().kind() {
            Kind::Sandbox(sandbox) => sandbox.delete_image(self),
            Kind::Real(_) => {
                let patch = br#"[{"op": "replace", "path": "/protected", "value": false}]"#;
                let kind = "application/openstack-images-v2.1-json-patch";
                glance(
                    self.owner,
                    "PATCH",
                    &format!("/{}", self.id),
                    kind,
                    Some(patch),
                )
                .good();
            }
        }
    }

    /// Deletes it, as somebody else would.
    #[track_caller]
    pub(crate) fn delete(&self) {
        delete(self.owner, &self.id).good();
    }

    /// What Glance itself says about it.
    #[track_caller]
    pub(crate) fn in_glance(&self) -> Value {
        let path = format!("/{}", self.id);
        glance(self.owner, "GET", &path, "application/json", None)
            .good()
            .json()
    }
}

/// It reads as its id.
impl Deref for Made {
    type Target = str;

    fn deref(&self) -> &str {
        &self.id
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        delete(self.owner, &self.id);
    }
}

/// `DELETE /v2/images/{id}` at Glance.
#[track_caller]
pub(crate) fn delete(user: &str, id: &str) -> Answer {
    glance(user, "DELETE", &format!("/{id}"), "application/json", None)
}

#[track_caller]
fn glance(user: &str, method: &str, path: &str, kind: &str, body: Option<&[u8]>) -> Answer {
    let cloud = cloud();
    let token = cloud.token(user);
    let headers = [("X-Auth-Token", token.as_str()), ("Content-Type", kind)];
    http::send(
        method,
        &format!("{}/v2/images{path}", cloud.glance()),
        &headers,
        body,
    )
}
