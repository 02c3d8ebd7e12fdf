//! The part of Glance that tests need: create, upload, download, show, delete,
//! deactivate and share images.

mod actions;
mod create;
mod data;
mod errors;
mod format;
mod members;
mod range;
mod versions;
mod view;

use std::io::Read;
use std::sync::Mutex;

use crate::cloud::{Caller, Cloud};
use crate::http::{Request, Response};
use crate::image::Image;
use crate::server::lock;
use crate::text;
use crate::webob::error_page;

use actions::{change_status, delete};
use create::create;
use data::{download, upload};
use errors::{GlanceError, UNAUTHORIZED, forbidden};
use members::{add_member, update_member};
use versions::versions;
use view::image_json;

/// Responds to a request; `path` is the part after `/image`, and `body` the body
/// of an upload. Glance closes the connection after each response, on any wire.
/// `None` if it closes the connection without a response.
pub(crate) fn respond(
    cloud: &Mutex<Cloud>,
    request: &Request,
    path: &str,
    body: &mut dyn Read,
) -> Option<Response> {
    let response = route(cloud, request, path, body)?;
    Some(response.header("Connection", "close"))
}

/// Whether a request is an upload, whose body is not read before it is checked.
pub(crate) fn is_upload(method: &str, path: &str) -> bool {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    method == "PUT" && matches!(parts[..], ["v2", "images", _, "file"])
}

fn route(
    shared: &Mutex<Cloud>,
    request: &Request,
    path: &str,
    body: &mut dyn Read,
) -> Option<Response> {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    if parts[0] != "v2" {
        return Some(versions(request));
    }
    let mut guard = lock(shared);
    let cloud = &mut *guard;
    let token = request.header_list("X-Auth-Token").unwrap_or_default();
    let Some(caller) = cloud.caller(&token) else {
        let uri = format!("Keystone uri=\"{}\"", cloud.identity_url());
        let page = error_page(request, 401, UNAUTHORIZED);
        return Some(page.header("WWW-Authenticate", uri));
    };
    let result = match (request.method.as_str(), &parts[1..]) {
        ("POST", ["images"]) => create(cloud, &caller, request),
        ("GET", ["images", id]) => {
            visible_image(cloud, &caller, id).map(|it| json(200, image_json(it)))
        }
        ("DELETE", ["images", id]) => delete(cloud, &caller, id),
        ("PUT", ["images", id, "file"]) => {
            drop(guard);
            upload(shared, &caller, id, request, body)
        }
        ("GET", ["images", id, "file"]) => download(cloud, &caller, id, request),
        ("POST", ["images", id, "actions", action]) => change_status(cloud, &caller, id, action),
        ("POST", ["images", id, "members"]) => add_member(cloud, &caller, id, request),
        ("PUT", ["images", id, "members", member]) => {
            update_member(cloud, &caller, id, member, request)
        }
        _ => Err((404, "The resource could not be found.".to_owned())),
    };
    let response = match result {
        Ok(response) => response,
        Err((0, _)) => return None,
        Err((status, text)) => error_page(request, status, &text),
    };
    Some(response.header("x-openstack-request-id", format!("req-{}", text::uuid())))
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
