//! The part of Glance that tests need to create images: create, upload, show,
//! delete, deactivate and share. Checksums stay null.

mod actions;
mod create;
mod data;
mod errors;
mod members;
mod versions;
mod view;

use crate::cloud::{Caller, Cloud};
use crate::http::{Request, Response};
use crate::image::Image;
use crate::text;
use crate::webob::error_page;

use actions::{change_status, delete};
use create::create;
use data::upload;
use errors::{GlanceError, UNAUTHORIZED, forbidden};
use members::{add_member, update_member};
use versions::versions;
use view::image_json;

/// Responds to a request; `path` is the part after `/image`. Glance closes the
/// connection after each response, on any wire.
pub(crate) fn respond(cloud: &mut Cloud, request: &Request, path: &str) -> Response {
    route(cloud, request, path).header("Connection", "close")
}

fn route(cloud: &mut Cloud, request: &Request, path: &str) -> Response {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    if parts[0] != "v2" {
        return versions(request);
    }
    let token = request.header_list("X-Auth-Token").unwrap_or_default();
    let Some(caller) = cloud.caller(&token) else {
        let uri = format!("Keystone uri=\"{}\"", cloud.identity_url());
        return error_page(request, 401, UNAUTHORIZED).header("WWW-Authenticate", uri);
    };
    let result = match (request.method.as_str(), &parts[1..]) {
        ("POST", ["images"]) => create(cloud, &caller, request),
        ("GET", ["images", id]) => {
            visible_image(cloud, &caller, id).map(|it| json(200, image_json(it)))
        }
        ("DELETE", ["images", id]) => delete(cloud, &caller, id),
        ("PUT", ["images", id, "file"]) => upload(cloud, &caller, id, request),
        ("POST", ["images", id, "actions", action]) => change_status(cloud, &caller, id, action),
        ("POST", ["images", id, "members"]) => add_member(cloud, &caller, id, request),
        ("PUT", ["images", id, "members", member]) => {
            update_member(cloud, &caller, id, member, request)
        }
        _ => Err((404, "The resource could not be found.".to_owned())),
    };
    result
        .unwrap_or_else(|(status, text)| error_page(request, status, &text))
        .header("x-openstack-request-id", format!("req-{}", text::uuid()))
}

pub(super) fn json(status: u16, body: String) -> Response {
    Response::new(status)
        .length()
        .header("Content-Type", "application/json")
        .body(body)
}

pub(super) fn no_content() -> Response {
    Response::new(204)
        .header("Content-Type", "text/html; charset=UTF-8")
        .length()
}

pub(super) fn visible_image<'a>(
    cloud: &'a Cloud,
    caller: &Caller,
    id: &str,
) -> Result<&'a Image, GlanceError> {
    let image = cloud.images.get(id).filter(|it| caller.can_see(it));
    image.ok_or_else(|| (404, format!("No image found with ID {id}")))
}

/// An image that the caller may change.
pub(super) fn modifiable_image<'a>(
    cloud: &'a mut Cloud,
    caller: &Caller,
    id: &str,
    action: &str,
) -> Result<&'a mut Image, GlanceError> {
    if !caller.can_modify(visible_image(cloud, caller, id)?) {
        return Err(forbidden(action));
    }
    cloud
        .images
        .get_mut(id)
        .ok_or_else(|| (404, format!("No image found with ID {id}")))
}
