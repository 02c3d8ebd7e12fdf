//! Options for a scripted server, and responses of Keystone, Nova and Glance.

use opencloud::compute::v2::Compute;
use opencloud::image::v2::ImageService;
use opencloud::{OpenStack, Options, Project, Scope, ServiceOptions, User};
use serde_json::{Value, json};

use super::response::Response;
use super::server::Server;

/// The path of the Compute endpoint.
pub(crate) const COMPUTE: &str = "/v2.1";

/// The path of the Image endpoint.
pub(crate) const IMAGES: &str = "/v2";

/// The token of [`Server::compute`].
pub(crate) const TOKEN: &str = "gAAAA-given-token";

pub(crate) const REQUEST_ID: &str = "req-5f1c2a0e-0000-4000-8000-000000000001";

/// The hint of an error if Keystone rejects [`Server::options`].
pub(crate) const CREDENTIALS_REJECTED: &str = "(sent user {\"id\":\"u\"} and scope \
    {\"project\":{\"id\":\"p\"}}; Keystone does not report which value or secret is wrong)";

/// The hint of an error if a service rejects a token.
pub(crate) const TOKEN_REJECTED: &str =
    "(the token is expired or revoked, or another cloud issued it)";

impl Server {
    /// Options to authenticate at this server as user `u` for project `p`.
    pub(crate) fn options(&self) -> Options {
        Options::new(self.url("/v3"))
            .user(User::by_id("u", "pa55word"))
            .scope(Scope::Project(Project::by_id("p")))
            .no_proxy()
    }

    /// The Compute service of this server, with a token, so without authentication.
    pub(crate) fn compute(&self) -> Compute {
        self.compute_with(|options| options)
    }

    /// The same, with changed options.
    pub(crate) fn compute_with(&self, change: impl FnOnce(Options) -> Options) -> Compute {
        let options = change(Options::new("").token_id(TOKEN).no_proxy());
        let endpoint = ServiceOptions::new().endpoint(self.url(COMPUTE));
        let openstack = OpenStack::new(options).expect("valid options");
        openstack.compute_v2_with(endpoint).expect("an endpoint")
    }

    /// The Image service of this server, with a token, so without authentication.
    pub(crate) fn images_v2(&self) -> ImageService {
        self.images_v2_with(|options| options)
    }

    /// The same, with changed options.
    pub(crate) fn images_v2_with(&self, change: impl FnOnce(Options) -> Options) -> ImageService {
        let options = change(Options::new("").token_id(TOKEN).no_proxy());
        let endpoint = ServiceOptions::new().endpoint(self.url(IMAGES));
        let openstack = OpenStack::new(options).expect("valid options");
        openstack.images_v2_with(endpoint).expect("an endpoint")
    }

    /// A token that is valid for an hour, with this server as Nova and
    /// Glance in its catalog.
    pub(crate) fn token(&self, id: &str) -> Response {
        token(
            id,
            3600,
            &json!([{"type": "compute", "name": "nova", "id": "c", "endpoints": [
                {"id": "e", "interface": "public", "region": "RegionOne", "region_id": "RegionOne",
                 "url": self.url(COMPUTE)},
            ]}, {"type": "image", "name": "glance", "id": "i", "endpoints": [
                {"id": "f", "interface": "public", "region": "RegionOne", "region_id": "RegionOne",
                 "url": self.url("")},
            ]}]),
        )
    }
}

/// Keystone's response to an authentication, with the lifetime of the token in seconds.
pub(crate) fn token(id: &str, seconds: i64, catalog: &Value) -> Response {
    let issued: jiff::Timestamp = "2026-11-23T12:00:00Z".parse().expect("a time");
    let expires = issued + jiff::SignedDuration::from_secs(seconds);
    let body = json!({"token": {
        "methods": ["password"],
        "user": {"id": "u", "name": "demo", "domain": {"id": "default", "name": "Default"}},
        "project": {"id": "p", "name": "demo", "domain": {"id": "default", "name": "Default"}},
        "issued_at": issued.to_string(),
        "expires_at": expires.to_string(),
        "catalog": catalog,
    }});
    Response::json(201, &body).header("X-Subject-Token", id)
}

/// An error response of Nova.
pub(crate) fn fault(status: u16, name: &str, message: &str) -> Response {
    Response::json(status, &json!({name: {"code": status, "message": message}}))
        .header("x-openstack-request-id", REQUEST_ID)
}

/// An error response of Glance.
pub(crate) fn glance_error(status: u16, message: &str) -> Response {
    let message = format!("{message}<br /><br />\n\n\n");
    let body = json!({"message": message, "code": status.to_string(), "title": "Error"});
    Response::json(status, &body).header("x-openstack-request-id", REQUEST_ID)
}

/// An image of Glance without properties.
pub(crate) fn glance_image(number: usize) -> Value {
    let path = format!("/v2/images/{}", id(number));
    json!({
        "name": format!("image {number}"), "disk_format": "raw", "container_format": "bare",
        "visibility": "shared", "size": null, "virtual_size": null, "status": "queued",
        "checksum": null, "protected": false, "min_ram": 0, "min_disk": 0, "owner": "p",
        "os_hidden": false, "os_hash_algo": null, "os_hash_value": null, "id": id(number),
        "created_at": "2026-11-26T11:13:44Z", "updated_at": "2026-11-26T11:13:44Z", "tags": [],
        "self": path, "file": format!("{path}/file"), "schema": "/v2/schemas/image",
    })
}

/// The id of the image with this number.
pub(crate) fn id(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

/// An image of a list without details.
pub(crate) fn image(number: usize) -> Value {
    json!({"id": id(number), "name": format!("image {number}"), "links": []})
}

/// A page of a list without details, without a next link.
pub(crate) fn images(numbers: impl IntoIterator<Item = usize>) -> Value {
    json!({"images": numbers.into_iter().map(image).collect::<Vec<_>>()})
}

/// Adds a next link to a page.
pub(crate) fn next_link(mut page: Value, href: &str) -> Value {
    page["images_links"] = json!([{"rel": "next", "href": href}]);
    page
}

/// A response that is valid for every operation on an image.
pub(crate) fn valid_response() -> Response {
    let image = image(1);
    Response::ok(&json!({"metadata": {"k": "v"}, "meta": {"k": "v"}, "image": image}))
}
