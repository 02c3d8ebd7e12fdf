//! Deletes, deactivates and reactivates images.

use crate::cloud::{Caller, Cloud};
use crate::http::Response;

use super::errors::{GlanceError, forbidden};
use super::{modifiable_image, no_content, visible_image};

pub(super) fn delete(
    cloud: &mut Cloud,
    caller: &Caller,
    id: &str,
) -> Result<Response, GlanceError> {
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

pub(super) fn change_status(
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
