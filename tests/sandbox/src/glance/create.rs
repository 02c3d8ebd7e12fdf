//! Creates an image.

use crate::cloud::{Caller, Cloud};
use crate::http::{Request, Response};
use crate::json::Json;
use crate::new_image::NewImage;

use super::errors::{GlanceError, forbidden, json_body};
use super::view::image_json;
use super::{json, visible_image};

pub(super) fn create(
    cloud: &mut Cloud,
    caller: &Caller,
    request: &Request,
) -> Result<Response, GlanceError> {
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
