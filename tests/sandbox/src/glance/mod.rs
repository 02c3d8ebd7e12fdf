//! Glance's Image API v2, without imports, schemas, tasks and caches.

mod actions;
mod body;
mod change;
mod create;
mod data;
mod errors;
mod filters;
mod format;
mod list;
mod members;
mod parameters;
mod patch;
mod query;
mod range;
mod rules;
mod schema;
mod sort;
mod tags;
mod versions;
mod view;

use std::io::Read;
use std::sync::Mutex;

use crate::cloud::{Caller, Cloud};
use crate::http::{Request, Response};
use crate::image::Image;
use crate::server::lock;
use crate::text;

use body::has_body;
use errors::{ApiError, GlanceError, UNAUTHORIZED, forbidden};
use view::image_json;

pub(crate) use filters::Filter;

/// Responds to a request; `path` is the part after `/image`, and `body` the body
/// of an upload. Glance closes the connection after each response, on any wire.
/// `None` if it closes the connection without a response.
pub(crate) fn respond(
    cloud: &Mutex<Cloud>,
    request: &Request,
    path: &str,
    body: &mut dyn Read,
) -> Option<Response> {
    let response = negotiate(cloud, request, path, body)?;
    Some(response.header("Connection", "close"))
}

/// Whether a request is an upload, whose body is not read before it is checked.
pub(crate) fn is_upload(method: &str, path: &str) -> bool {
    let parts: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    method == "PUT" && matches!(parts[..], [.., "images", _, "file"])
}

/// Checks the version and the token of a request.
fn negotiate(
    shared: &Mutex<Cloud>,
    request: &Request,
    path: &str,
    body: &mut dyn Read,
) -> Option<Response> {
    if request.method == "OPTIONS" {
        return Some(Response::new(200).length());
    }
    let path = match versions::path_below(request, path) {
        Ok(path) => path,
        Err(versions) => return Some(versions),
    };
    let mut cloud = lock(shared);
    let token = request.header_list("X-Auth-Token").unwrap_or_default();
    let Some(caller) = cloud.caller(&token) else {
        let uri = format!("Keystone uri=\"{}\"", cloud.identity_url());
        let error = ApiError::new(401, UNAUTHORIZED);
        return Some(error.page(request).header("WWW-Authenticate", uri));
    };
    let result = if path.is_empty() {
        let location = format!("{}/image/v2/", request.origin());
        Ok(Response::new(302)
            .header("Content-Type", "text/plain; charset=utf8")
            .header("Location", location))
    } else if is_upload(&request.method, path) {
        drop(cloud);
        data::upload(shared, &caller, path, request, body)
    } else {
        route(&mut cloud, &caller, request, path)
    };
    let response = match result {
        Ok(response) => response,
        Err(error) if error.status == 0 => return None,
        Err(error) => error.page(request),
    };
    Some(response.header("x-openstack-request-id", request_id(request)))
}

/// The id that the client sent, or a new one.
fn request_id(request: &Request) -> String {
    match request.header_list("X-OpenStack-Request-ID") {
        Some(id) if id.starts_with("req-") => id,
        Some(id) => format!("req-{id}"),
        None => format!("req-{}", text::uuid()),
    }
}

fn route(
    cloud: &mut Cloud,
    caller: &Caller,
    request: &Request,
    path: &str,
) -> Result<Response, ApiError> {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    if parts.contains(&"") {
        return Err(ApiError::not_found());
    }
    let method = request.method.as_str();
    // The methods of a path, and the methods that do not accept a body.
    let (allowed, without_body): (_, &[&str]) = match parts[..] {
        ["images"] => ("GET, POST", &[]),
        ["images", _] => ("GET, PATCH, DELETE", &["GET", "DELETE"]),
        ["images", _, "file"] => ("GET, PUT", &["GET"]),
        ["images", _, "actions", "deactivate" | "reactivate"] => ("POST", &["POST"]),
        ["images", _, "members"] => ("GET, POST", &["GET"]),
        ["images", _, "members", _] => ("GET, PUT, DELETE", &["GET", "DELETE"]),
        ["images", _, "tags", _] => ("PUT, DELETE", &["PUT", "DELETE"]),
        _ => return Err(ApiError::not_found()),
    };
    if !allowed.split(", ").any(|it| it == method) {
        return Err(ApiError::method_not_allowed(method, allowed));
    }
    if without_body.contains(&method) && has_body(request) {
        let text = "A body is not expected with this request.";
        return Err(ApiError::new(400, text));
    }
    match (method, &parts[1..]) {
        ("GET", []) => list::list(cloud, caller, request),
        ("POST", []) => create::create(cloud, caller, request),
        ("GET", [id]) => {
            let image = visible_image(cloud, caller, id)?;
            Ok(json(200, image_json(caller, image)))
        }
        ("PATCH", [id]) => patch::patch(cloud, caller, id, request),
        ("DELETE", [id]) => actions::delete(cloud, caller, id),
        ("GET", [id, "file"]) => data::download(cloud, caller, id, request),
        ("POST", [id, "actions", action]) => actions::change_status(cloud, caller, id, action),
        ("GET", [id, "members"]) => members::list_members(cloud, caller, id),
        ("POST", [id, "members"]) => members::add_member(cloud, caller, id, request),
        ("GET", [id, "members", member]) => members::show_member(cloud, caller, id, member),
        ("PUT", [id, "members", member]) => {
            members::update_member(cloud, caller, id, member, request)
        }
        ("DELETE", [id, "members", member]) => members::remove_member(cloud, caller, id, member),
        ("PUT", [id, "tags", tag]) => tags::add_tag(cloud, caller, id, tag),
        ("DELETE", [id, "tags", tag]) => tags::remove_tag(cloud, caller, id, tag),
        _ => Err(ApiError::not_found()),
    }
}

fn json(status: u16, body: String) -> Response {
    Response::new(status)
        .length()
        .header("Content-Type", "application/json")
        .body(body)
}

fn no_content() -> Response {
    Response::new(204)
        .header("Content-Type", "text/html; charset=UTF-8")
        .length()
}

fn visible_image<'a>(
    cloud: &'a Cloud,
    caller: &Caller,
    id: &str,
) -> Result<&'a Image, GlanceError> {
    match cloud.images.get(id) {
        Some(image) if caller.can_see(image) && !caller.unscoped => Ok(image),
        // The database finds the image, and the policy rejects the request.
        Some(image) if caller.can_see(image) || image.owner.is_empty() => {
            Err((404, "The resource could not be found.".to_owned()))
        }
        _ => Err((404, format!("No image found with ID {id}"))),
    }
}

/// An image that the caller may change.
fn modifiable_image<'a>(
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
