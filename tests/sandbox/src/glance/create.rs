//! Creates an image.

use crate::cloud::{Caller, Cloud};
use crate::http::{Request, Response};
use crate::json::Json;
use crate::new_image::NewImage;

use super::body::json_body;
use super::errors::{ApiError, forbidden};
use super::rules;
use super::view::image_json;
use super::{json, schema, visible_image};

/// The fields of an image that a request can set. All others are properties.
const FIELDS: [&str; 11] = [
    "id",
    "name",
    "visibility",
    "owner",
    "min_disk",
    "min_ram",
    "protected",
    "os_hidden",
    "tags",
    "disk_format",
    "container_format",
];

/// The fields that only Glance sets.
const READ_ONLY: [&str; 6] = [
    "created_at",
    "updated_at",
    "status",
    "checksum",
    "size",
    "virtual_size",
];

pub(super) fn create(
    cloud: &mut Cloud,
    caller: &Caller,
    request: &Request,
) -> Result<Response, ApiError> {
    let body = json_body(request)?;
    let fields = body.map().ok_or_else(ApiError::unexpected)?;
    for key in ["direct_url", "self", "file", "schema", "stores"] {
        if body.get(key).is_some() {
            return Err(ApiError::new(
                403,
                format!("Attribute '{key}' is read-only."),
            ));
        }
    }
    schema::validate(fields)?;
    let properties: Vec<(&str, &str)> = fields
        .iter()
        .filter(|(key, _)| !FIELDS.contains(&key.as_str()) && !READ_ONLY.contains(&key.as_str()))
        .map(|(key, value)| (key.as_str(), value.text().unwrap_or_default()))
        .collect();
    for (key, _) in &properties {
        if key.chars().count() > 255 {
            let text = "Custom property should not be greater than 255 characters.";
            return Err(ApiError::new(400, text));
        }
        if rules::is_reserved(key) {
            let text = format!("Attribute '{key}' is reserved.");
            return Err(ApiError::detailed(403, text));
        }
    }
    let owner = match body.get("owner") {
        None => caller.project.as_deref(),
        Some(owner) => owner.text(),
    };
    let visibility = body.get_text("visibility").unwrap_or("shared");
    check_policy(caller, &body, owner, visibility)?;
    let tags = texts(body.get("tags"));
    rules::check_quota("tags", tags.len())?;
    for key in READ_ONLY {
        if body.get(key).is_some() {
            return Err(ApiError::new(
                403,
                format!("Attribute '{key}' is read-only."),
            ));
        }
    }
    if body.get("locations").is_some() {
        return Err(ApiError::new(403, "Attribute 'locations' is reserved."));
    }
    let number = |key: &str| body.get(key).map_or(Ok(0), |it| rules::size(key, it));
    let (min_disk, min_ram) = (number("min_disk")?, number("min_ram")?);
    rules::check_quota("properties", properties.len())?;
    rules::check_text("name", body.get_text("name").unwrap_or_default())?;
    for (key, value) in &properties {
        rules::check_property(key, value)?;
    }
    let (min_disk, min_ram) = (
        rules::check_size("min_disk", min_disk)?,
        rules::check_size("min_ram", min_ram)?,
    );
    if let Some(id) = body.get_text("id").filter(|id| cloud.images.is_used(id)) {
        return Err(ApiError::new(409, format!("Image ID {id} already exists!")));
    }
    let new = new_image(&body)
        .owner(owner.unwrap_or_default())
        .visibility(visibility)
        .min_disk(min_disk)
        .min_ram(min_ram);
    let id = cloud.add_image(new);
    if let Some(image) = cloud.images.get_mut(&id) {
        image.disk_format = body.get_text("disk_format").map(str::to_owned);
        image.container_format = body.get_text("container_format").map(str::to_owned);
        // Glance checks the tags after it has stored the image.
        image.tags = rules::check_tags(&tags)?;
    }
    let image = visible_image(cloud, caller, &id)?;
    Ok(json(201, image_json(caller, image))
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

/// The fields that have no rules.
fn new_image(body: &Json) -> NewImage {
    let mut new = NewImage::nameless().status("queued");
    new.name = body.get_text("name").map(str::to_owned);
    new.id = body.get_text("id").map(str::to_owned);
    if body.get("protected") == Some(&Json::Bool(true)) {
        new = new.protected();
    }
    if body.get("os_hidden") == Some(&Json::Bool(true)) {
        new = new.hidden();
    }
    for (key, value) in body.map().unwrap_or_default() {
        if !FIELDS.contains(&key.as_str()) {
            new = match value.text() {
                Some(text) => new.metadata([(key, text)]),
                None => new.null(key),
            };
        }
    }
    new
}

fn check_policy(
    caller: &Caller,
    body: &Json,
    owner: Option<&str>,
    visibility: &str,
) -> Result<(), ApiError> {
    if caller.project.as_deref() != owner && !caller.admin {
        let owner = body.get("owner").map_or_else(String::new, Json::display);
        let text = format!("You are not permitted to create images owned by '{owner}'");
        return Err(ApiError::detailed(403, text));
    }
    if !caller.member && !caller.admin {
        return Err(forbidden("add_image").into());
    }
    if visibility == "public" && !caller.admin {
        return Err(forbidden("publicize_image").into());
    }
    Ok(())
}

/// The texts of a list.
fn texts(list: Option<&Json>) -> Vec<String> {
    match list {
        Some(Json::List(items)) => items.iter().map(Json::display).collect(),
        _ => Vec::new(),
    }
}
