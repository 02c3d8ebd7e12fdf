//! Adds and removes a tag of an image.

use crate::cloud::{Caller, Cloud};
use crate::http::Response;
use crate::image::Image;
use crate::json::Json;

use super::errors::{ApiError, forbidden};
use super::{no_content, rules, schema, visible_image};

pub(super) fn add_tag(
    cloud: &mut Cloud,
    caller: &Caller,
    id: &str,
    tag: &str,
) -> Result<Response, ApiError> {
    let value = Json::List(vec![Json::Text(tag.to_owned())]);
    schema::validate(&[("tags".to_owned(), value)])?;
    let now = cloud.now();
    let image = modifiable_image(cloud, caller, id)?;
    let mut tags = image.tags.clone();
    if !tags.iter().any(|it| it == tag) {
        tags.push(tag.to_owned());
    }
    rules::check_quota("tags", tags.len()).map_err(|(status, text)| {
        let text = format!("Image tag limit exceeded for image {id}: {text}:");
        ApiError::new(status, text)
    })?;
    (image.tags, image.updated) = (tags, now);
    Ok(no_content())
}

pub(super) fn remove_tag(
    cloud: &mut Cloud,
    caller: &Caller,
    id: &str,
    tag: &str,
) -> Result<Response, ApiError> {
    let now = cloud.now();
    let image = modifiable_image(cloud, caller, id)?;
    let position = image.tags.iter().position(|it| it == tag);
    image.tags.remove(position.ok_or_else(ApiError::not_found)?);
    image.updated = now;
    Ok(no_content())
}

fn modifiable_image<'a>(
    cloud: &'a mut Cloud,
    caller: &Caller,
    id: &str,
) -> Result<&'a mut Image, ApiError> {
    let missing = || ApiError::new(404, format!("Image {id} not found."));
    let image = visible_image(cloud, caller, id).map_err(|_| missing())?;
    if !caller.can_modify(image) {
        return Err(forbidden("modify_image").into());
    }
    cloud.images.get_mut(id).ok_or_else(missing)
}
