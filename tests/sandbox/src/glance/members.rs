//! Shares images with other projects.

use crate::cloud::{Caller, Cloud};
use crate::http::{Request, Response};

use super::errors::{GlanceError, forbidden, json_body};
use super::view::member_json;
use super::{json, modifiable_image, visible_image};

pub(super) fn add_member(
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

pub(super) fn update_member(
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
