//! Shares images with other projects.

use crate::cloud::{Caller, Cloud};
use crate::http::{Request, Response};
use crate::image::{Image, Member};
use crate::json::{Json, quote};

use super::body::json_body;
use super::errors::{ApiError, forbidden};
use super::view::member_json;
use super::{json, rules, visible_image};

pub(super) fn list_members(cloud: &Cloud, caller: &Caller, id: &str) -> Result<Response, ApiError> {
    let image = find_image(cloud, caller, id)?;
    if image.visibility != "shared" {
        let text =
            format!("Not allowed to list members for image {id}: Only shared images have members.");
        return Err(ApiError::new(403, text));
    }
    let members = image.members.iter();
    let members = members.filter(|it| can_see(caller, image, &it.id));
    let members: Vec<String> = members.map(|it| member_json(image, it)).collect();
    let schema = quote("/v2/schemas/members");
    let body = format!(
        "{{\"members\": [{}], \"schema\": {schema}}}",
        members.join(", ")
    );
    Ok(json(200, body))
}

pub(super) fn show_member(
    cloud: &Cloud,
    caller: &Caller,
    id: &str,
    member: &str,
) -> Result<Response, ApiError> {
    let image = find_image(cloud, caller, id)?;
    if image.visibility != "shared" {
        return Err(ApiError::new(404, "Only shared images have members."));
    }
    let position = find_member(caller, image, member)?;
    Ok(json(200, member_json(image, &image.members[position])))
}

pub(super) fn add_member(
    cloud: &mut Cloud,
    caller: &Caller,
    id: &str,
    request: &Request,
) -> Result<Response, ApiError> {
    let body = json_body(request)?;
    if body.map().is_none() {
        let text = "Expected a member in the form: {\"member\": \"image_id\"}";
        return Err(ApiError::new(400, text));
    }
    let member = body.get("member");
    let member = member.ok_or_else(|| ApiError::new(400, "Member to be added not specified"))?;
    let member = match member {
        Json::Null => String::new(),
        member => member.display(),
    };
    if member.is_empty() {
        return Err(ApiError::new(400, "Member can't be empty"));
    }
    let now = cloud.now();
    let image = find_image(cloud, caller, id)?;
    check_shared(image, "create")?;
    if !caller.can_modify(image) {
        return Err(forbidden("add_member").into());
    }
    let image = cloud.images.get_mut(id).ok_or_else(ApiError::not_found)?;
    let count = image.members.len() + 1;
    rules::check_quota("members for this image", count).map_err(|(status, text)| {
        let text = format!("Image member limit exceeded for image {id}: {text}:");
        ApiError::new(status, text)
    })?;
    if image.members.iter().any(|it| it.id == member) {
        let text = format!("Member {member} is duplicated for image {id}");
        return Err(ApiError::new(409, text));
    }
    rules::check_text("member", &member)?;
    let member = Member {
        id: member,
        status: "pending".to_owned(),
        created: now,
        updated: now,
    };
    image.members.push(member.clone());
    Ok(json(200, member_json(image, &member)))
}

pub(super) fn update_member(
    cloud: &mut Cloud,
    caller: &Caller,
    id: &str,
    member: &str,
    request: &Request,
) -> Result<Response, ApiError> {
    let body = json_body(request)?;
    if body.map().is_none() {
        let text = "Expected a status in the form: {\"status\": \"status\"}";
        return Err(ApiError::new(400, text));
    }
    let status = body.get("status");
    let status = status.ok_or_else(|| ApiError::new(400, "Status not specified"))?;
    let status = status.display();
    let now = cloud.now();
    let image = find_image(cloud, caller, id)?;
    check_shared(image, "update")?;
    let position = find_member(caller, image, member)?;
    if (caller.owns(image) || !caller.member) && !caller.admin {
        return Err(forbidden("modify_member").into());
    }
    if !["pending", "accepted", "rejected"].contains(&status.as_str()) {
        let rule = "Status must be \"pending\", \"accepted\" or \"rejected\".";
        return Err(ApiError::new(400, format!("Incorrect request: {rule}")));
    }
    let image = cloud.images.get_mut(id).ok_or_else(ApiError::not_found)?;
    image.members[position].status = status;
    image.members[position].updated = now;
    Ok(json(200, member_json(image, &image.members[position])))
}

pub(super) fn remove_member(
    cloud: &mut Cloud,
    caller: &Caller,
    id: &str,
    member: &str,
) -> Result<Response, ApiError> {
    let image = find_image(cloud, caller, id)?;
    check_shared(image, "delete")?;
    let position = find_member(caller, image, member)?;
    if !caller.can_modify(image) {
        return Err(forbidden("delete_member").into());
    }
    let image = cloud.images.get_mut(id).ok_or_else(ApiError::not_found)?;
    image.members.remove(position);
    Ok(Response::new(204))
}

fn find_image<'a>(cloud: &'a Cloud, caller: &Caller, id: &str) -> Result<&'a Image, ApiError> {
    let missing = |_| ApiError::new(404, format!("Image {id} not found."));
    visible_image(cloud, caller, id).map_err(missing)
}

fn check_shared(image: &Image, action: &str) -> Result<(), ApiError> {
    if image.visibility == "shared" {
        return Ok(());
    }
    let text = format!("Not allowed to {action} members for image {}.", image.id);
    Err(ApiError::new(403, text))
}

/// A project that does not own the image only sees itself.
fn can_see(caller: &Caller, image: &Image, member: &str) -> bool {
    caller.admin || caller.owns(image) || caller.project.as_deref() == Some(member)
}

/// The position of a member.
fn find_member(caller: &Caller, image: &Image, member: &str) -> Result<usize, ApiError> {
    let mut members = image.members.iter();
    let found = members.position(|it| it.id == member && can_see(caller, image, member));
    found.ok_or_else(|| {
        let text = format!(
            "{member} not found in the member list of the image {}.",
            image.id
        );
        ApiError::new(404, text)
    })
}
