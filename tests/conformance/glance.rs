//! [`TestImage`]: an image that a case creates through the API of Glance.

use std::ops::Deref;

use serde_json::{Map, Value, json};

use crate::cloud::{Kind, cloud, unique};
use crate::http::{self, Response};

/// An image to create: its owner, its fields and its data.
pub(crate) struct NewImage {
    owner: &'static str,
    fields: Map<String, Value>,
    data: Option<Vec<u8>>,
}

/// An image of the user `demo`, with one byte of data and a unique name.
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
    /// Sets a field or property, with the name and value of Glance.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    /// Sets the name.
    pub(crate) fn named(self, name: &str) -> Self {
        self.with("name", name)
    }

    /// Removes a default field.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.fields.remove(name);
        self
    }

    /// Sets the owner.
    pub(crate) fn owner(mut self, owner: &'static str) -> Self {
        self.owner = owner;
        self
    }

    /// Sets the data.
    pub(crate) fn data(mut self, data: &[u8]) -> Self {
        self.data = Some(data.to_vec());
        self
    }

    /// Removes the data: the image stays queued.
    pub(crate) fn queued(mut self) -> Self {
        self.data = None;
        self
    }

    /// Creates the image.
    #[track_caller]
    pub(crate) fn create(self) -> TestImage {
        let body = Value::Object(self.fields).to_string();
        let response = glance(
            self.owner,
            "POST",
            "",
            "application/json",
            Some(body.as_bytes()),
        );
        let id = response.success().json()["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        let image = TestImage {
            id,
            owner: self.owner,
        };
        if let Some(data) = self.data {
            image.upload(&data);
        }
        image
    }
}

/// An image that is deleted on drop.
pub(crate) struct TestImage {
    id: String,
    owner: &'static str,
}

impl TestImage {
    /// An image that the user `demo` created in another way.
    pub(crate) fn of_demo(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            owner: "demo",
        }
    }

    /// Uploads the data: the image becomes active.
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
        .success();
    }

    /// Deactivates the image as an administrator.
    #[track_caller]
    pub(crate) fn deactivate(&self) {
        let path = format!("/{}/actions/deactivate", self.id);
        glance("admin", "POST", &path, "application/json", Some(b"")).success();
    }

    /// Shares the image with a project, whose user then sets this member status.
    #[track_caller]
    pub(crate) fn share(&self, user: &str, status: &str) {
        let project = cloud().project_id(cloud().project(user));
        let json = "application/json";
        let path = format!("/{}/members", self.id);
        let body = json!({ "member": project }).to_string();
        glance(self.owner, "POST", &path, json, Some(body.as_bytes())).success();
        let path = format!("{path}/{project}");
        let body = json!({ "status": status }).to_string();
        glance(user, "PUT", &path, json, Some(body.as_bytes())).success();
    }

    /// Allows the deletion of a protected image.
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
                .success();
            }
        }
    }

    /// Deletes the image without the crate.
    #[track_caller]
    pub(crate) fn delete(&self) {
        delete(self.owner, &self.id).success();
    }

    /// The image as JSON, from Glance.
    #[track_caller]
    pub(crate) fn in_glance(&self) -> Value {
        in_glance(self.owner, &self.id)
    }
}

/// Dereferences to the id.
impl Deref for TestImage {
    type Target = str;

    fn deref(&self) -> &str {
        &self.id
    }
}

impl Drop for TestImage {
    fn drop(&mut self) {
        delete(self.owner, &self.id);
    }
}

/// An image as JSON, from Glance. The tags, which have no order, are sorted.
#[track_caller]
pub(crate) fn in_glance(user: &str, id: &str) -> Value {
    let response = glance(user, "GET", &format!("/{id}"), "application/json", None);
    let mut image = response.success().json();
    let tags = image["tags"].as_array_mut().expect("a list of tags");
    tags.sort_by_key(ToString::to_string);
    image
}

/// The data of an image, from Glance.
#[track_caller]
pub(crate) fn stored_data(image: &TestImage) -> Vec<u8> {
    let path = format!("/{}/file", &**image);
    let response = glance("demo", "GET", &path, "application/json", None).success();
    assert_eq!(response.status, 200);
    response.body
}

/// `DELETE /v2/images/{id}` at Glance.
#[track_caller]
pub(crate) fn delete(user: &str, id: &str) -> Response {
    glance(user, "DELETE", &format!("/{id}"), "application/json", None)
}

/// A request to Glance for the images.
#[track_caller]
pub(crate) fn glance(
    user: &str,
    method: &str,
    path: &str,
    kind: &str,
    body: Option<&[u8]>,
) -> Response {
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
