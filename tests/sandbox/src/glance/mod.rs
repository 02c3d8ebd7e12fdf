//! The part of Glance that tests need to create images: create, upload, show,
//! delete, deactivate and share. Checksums stay null.

mod view;

use crate::cloud::{Caller, Cloud};
use crate::http::{Request, Response};
use crate::image::Image;
use crate::json::{Json, quote};
use crate::new_image::NewImage;
use crate::text;
use crate::webob::error_page;

use view::{image_json, member_json};

/// The text of the `WebOb` 401 page.
const UNAUTHORIZED: &str = "This server could not verify that you are authorized to access the document \
                            you requested. Either you supplied the wrong credentials (e.g., bad password), \
                            or your browser does not understand how to supply the credentials required.";

/// The status and message of a request that failed.
type GlanceError = (u16, String);

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

fn versions(request: &Request) -> Response {
    let minors = [15, 13, 12, 11, 10, 9, 8, 17, 7, 6, 5, 4, 3, 2, 1, 0];
    let link = quote(&format!("{}/image/v2/", request.origin()));
    let version = |minor: i32| {
        let status = if minor == 17 { "CURRENT" } else { "SUPPORTED" };
        let id = format!("\"id\": \"v2.{minor}\", \"status\": \"{status}\"");
        format!("{{{id}, \"links\": [{{\"rel\": \"self\", \"href\": {link}}}]}}")
    };
    let all: Vec<String> = minors.into_iter().map(version).collect();
    Response::new(300)
        .header("Content-Type", "application/json")
        .length()
        .body(format!("{{\"versions\": [{}]}}", all.join(", ")))
}

fn forbidden(action: &str) -> GlanceError {
    (
        403,
        format!("You are not authorized to complete {action} action."),
    )
}

fn visible_image<'a>(
    cloud: &'a Cloud,
    caller: &Caller,
    id: &str,
) -> Result<&'a Image, GlanceError> {
    let image = cloud.images.get(id).filter(|it| caller.can_see(it));
    image.ok_or_else(|| (404, format!("No image found with ID {id}")))
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

fn json_body(request: &Request) -> Result<Json, GlanceError> {
    let text = std::str::from_utf8(&request.body).ok();
    text.and_then(Json::parse)
        .ok_or_else(|| (400, "Malformed JSON in request body.".to_owned()))
}

fn create(cloud: &mut Cloud, caller: &Caller, request: &Request) -> Result<Response, GlanceError> {
    let body = json_body(request)?;
    let wrong_type = |value: &Json, kind: &str| {
        let text = "Provided object does not match schema 'image'";
        (
            400,
            format!("{text}: {} is not of type {kind}", value.repr()),
        )
    };
    let Some(owner) = caller
        .project
        .clone()
        .filter(|_| caller.member || caller.admin)
    else {
        return Err(forbidden("add_image"));
    };
    let mut new = NewImage::nameless()
        .owner(owner)
        .visibility("shared")
        .status("queued");
    let mut formats = [None, None];
    for (key, value) in body.map().ok_or_else(|| wrong_type(&body, "'object'"))? {
        new = match (key.as_str(), value) {
            ("name", Json::Text(name)) => {
                new.name = Some(name.clone());
                new
            }
            ("id", Json::Text(id)) => new.id(id),
            ("visibility", Json::Text(text)) => {
                if text == "public" && !caller.admin {
                    return Err(forbidden("publicize_image"));
                }
                new.visibility(text)
            }
            ("min_disk", Json::Int(digits)) => new.min_disk(digits.parse().unwrap_or(0)),
            ("min_ram", Json::Int(digits)) => new.min_ram(digits.parse().unwrap_or(0)),
            ("protected", Json::Bool(true)) => new.protected(),
            ("os_hidden", Json::Bool(true)) => new.hidden(),
            ("name", Json::Null) | ("protected" | "os_hidden", Json::Bool(false)) => new,
            ("tags", Json::List(tags)) => {
                tags.iter().filter_map(Json::text).fold(new, NewImage::tag)
            }
            ("disk_format", Json::Text(text)) => {
                formats[0] = Some(text.clone());
                new
            }
            ("container_format", Json::Text(text)) => {
                formats[1] = Some(text.clone());
                new
            }
            ("min_disk" | "min_ram", other) => return Err(wrong_type(other, "'integer'")),
            ("protected" | "os_hidden", other) => return Err(wrong_type(other, "'boolean'")),
            (key, Json::Text(text)) => new.metadata([(key.trim(), text)]),
            (key, Json::Null) => new.null(key.trim()),
            (_, other) => return Err(wrong_type(other, "'null', 'string'")),
        };
    }
    if new
        .id
        .as_ref()
        .is_some_and(|id| cloud.images.get(id).is_some())
    {
        let id = new.id.unwrap_or_default();
        return Err((409, format!("Image ID {id} already exists!")));
    }
    let id = cloud.add_image(new);
    if let Some(image) = cloud.images.get_mut(&id) {
        [image.disk_format, image.container_format] = formats;
    }
    let image = visible_image(cloud, caller, &id)?;
    Ok(json(201, image_json(image))
        .header(
            "Location",
            format!("{}/image/v2/images/{id}", request.origin()),
        )
        .header(
            "OpenStack-image-import-methods",
            "glance-direct,web-download,copy-image",
        )
        .header(
            "OpenStack-image-store-ids",
            "local,os_glance_staging_store,os_glance_tasks_store",
        ))
}

fn delete(cloud: &mut Cloud, caller: &Caller, id: &str) -> Result<Response, GlanceError> {
    let image = visible_image(cloud, caller, id)
        .map_err(|_| (404, format!("Failed to find image {id} to delete")))?;
    if !caller.can_modify(image) {
        return Err(forbidden("delete_image"));
    }
    if image.protected {
        return Err((
            403,
            format!("Image {id} is protected and cannot be deleted."),
        ));
    }
    cloud.images.remove(id);
    Ok(no_content())
}

fn upload(
    cloud: &mut Cloud,
    caller: &Caller,
    id: &str,
    request: &Request,
) -> Result<Response, GlanceError> {
    let kind = request.header_list("Content-Type").unwrap_or_default();
    if kind != "application/octet-stream" {
        let text = format!("The request media type {kind} is not supported by this server.");
        return Err((415, text));
    }
    let now = cloud.now();
    let image = modifiable_image(cloud, caller, id, "upload_image")?;
    if image.status != "queued" {
        let text = format!(
            "Image status transition from {} to saving is not allowed",
            image.status
        );
        return Err((409, text));
    }
    image.size = Some(u64::try_from(request.body.len()).unwrap_or(u64::MAX));
    "active".clone_into(&mut image.status);
    image.updated = now;
    Ok(no_content())
}

fn change_status(
    cloud: &mut Cloud,
    caller: &Caller,
    id: &str,
    action: &str,
) -> Result<Response, GlanceError> {
    let now = cloud.now();
    let image = modifiable_image(cloud, caller, id, action)?;
    match action {
        "deactivate" => "deactivated".clone_into(&mut image.status),
        "reactivate" => "active".clone_into(&mut image.status),
        _ => return Err((404, "The resource could not be found.".to_owned())),
    }
    image.updated = now;
    Ok(no_content())
}

fn add_member(
    cloud: &mut Cloud,
    caller: &Caller,
    id: &str,
    request: &Request,
) -> Result<Response, GlanceError> {
    let body = json_body(request)?;
    let member = body
        .get_text("member")
        .ok_or((400, "Member to be added not specified.".to_owned()))?;
    let image = modifiable_image(cloud, caller, id, "add_member")?;
    if image.members.iter().any(|(it, _)| it == member) {
        return Err((409, format!("Member {member} is duplicated for image {id}")));
    }
    image.members.push((member.to_owned(), false));
    Ok(json(200, member_json(image, member, false)))
}

fn update_member(
    cloud: &mut Cloud,
    caller: &Caller,
    id: &str,
    member: &str,
    request: &Request,
) -> Result<Response, GlanceError> {
    let accepted = json_body(request)?.get_text("status") == Some("accepted");
    visible_image(cloud, caller, id)?;
    if caller.project.as_deref() != Some(member) && !caller.admin {
        return Err(forbidden("modify_member"));
    }
    let missing = || {
        (
            404,
            format!("{member} not found in the member list of the image {id}."),
        )
    };
    let image = cloud.images.get_mut(id).ok_or_else(missing)?;
    let entry = image
        .members
        .iter_mut()
        .find(|(it, _)| it == member)
        .ok_or_else(missing)?;
    entry.1 = accepted;
    Ok(json(200, member_json(image, member, accepted)))
}
