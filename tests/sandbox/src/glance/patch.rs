//! Changes an image.

use crate::cloud::{Caller, Cloud};
use crate::http::{Request, Response};
use crate::image::Image;
use crate::json::Json;

use super::change::{Change, Operation, parse};
use super::errors::{ApiError, forbidden};
use super::view::image_json_with;
use super::{json, rules, visible_image};

/// Members of Glance's own classes. A property with such a name is lost.
const LOST: [&str; 12] = [
    "member",
    "helper",
    "context",
    "repo",
    "notifier",
    "delete",
    "deactivate",
    "reactivate",
    "get_data",
    "set_data",
    "send_notification",
    "get_payload",
];

/// Members of Glance's own classes that cannot be a text.
const BROKEN: [&str; 4] = ["base", "extra_properties", "__class__", "__dict__"];

pub(super) fn patch(
    cloud: &mut Cloud,
    caller: &Caller,
    id: &str,
    request: &Request,
) -> Result<Response, ApiError> {
    let changes = parse(request)?;
    let mut draft = Draft::new(visible_image(cloud, caller, id)?);
    for change in &changes {
        draft.apply(caller, change)?;
    }
    if !changes.is_empty() {
        draft.save(cloud, caller)?;
    }
    Ok(json(
        200,
        image_json_with(caller, &draft.image, &draft.properties),
    ))
}

/// An image with changes that are not stored yet.
struct Draft {
    image: Image,
    properties: Vec<(String, Option<String>)>,
    min_disk: i128,
    min_ram: i128,
    tags: Vec<String>,
}

impl Draft {
    fn new(image: &Image) -> Self {
        let properties = image.properties();
        let owned =
            |(name, value): (&str, Option<&str>)| (name.to_owned(), value.map(str::to_owned));
        Self {
            image: image.clone(),
            properties: properties.map(owned).collect(),
            min_disk: image.min_disk.into(),
            min_ram: image.min_ram.into(),
            tags: image.tags.clone(),
        }
    }

    fn apply(&mut self, caller: &Caller, change: &Change) -> Result<(), ApiError> {
        let (name, value) = (change.path[0].as_str(), &change.value);
        let replace = change.operation == Operation::Replace;
        if name == "locations" {
            return Err(self.locations_error(caller, change));
        }
        if replace && name == "owner" && !caller.admin {
            return Err(ApiError::detailed(
                403,
                "Owner can't be updated by non admin.",
            ));
        }
        if name == "visibility" && value.text() == Some("public") && !caller.admin {
            return Err(forbidden("publicize_image").into());
        }
        if !caller.can_modify(&self.image) {
            return Err(forbidden("modify_image").into());
        }
        let missing = || ApiError::detailed(409, format!("Property {name} does not exist."));
        let position = self.properties.iter().position(|(it, _)| it == name);
        if change.operation == Operation::Remove {
            if is_member(name) {
                let text = format!("Property {name} may not be removed.");
                return Err(ApiError::detailed(403, text));
            }
            self.properties.remove(position.ok_or_else(missing)?);
            return Ok(());
        }
        if is_member(name) {
            return self.set_field(name, value);
        }
        let value = value.text().map(str::to_owned);
        match position {
            Some(position) => self.properties[position].1 = value,
            None if replace => return Err(missing()),
            None => self.properties.push((name.to_owned(), value)),
        }
        Ok(())
    }

    fn set_field(&mut self, name: &str, value: &Json) -> Result<(), ApiError> {
        let text = value.text().map(str::to_owned);
        let is_true = *value == Json::Bool(true);
        match name {
            "name" => self.image.name = text,
            "visibility" => self.image.visibility = text.unwrap_or_default(),
            "owner" => self.image.owner = text.unwrap_or_default(),
            "protected" => self.image.protected = is_true,
            "os_hidden" => self.image.hidden = is_true,
            "min_disk" => self.min_disk = rules::size(name, value)?,
            "min_ram" => self.min_ram = rules::size(name, value)?,
            "disk_format" | "container_format" => {
                if !["queued", "importing"].contains(&self.image.status.as_str()) {
                    let text = format!("Attribute {name} can be only replaced for a queued image.");
                    return Err(ApiError::new(403, text));
                }
                match name {
                    "disk_format" => self.image.disk_format = text,
                    _ => self.image.container_format = text,
                }
            }
            "tags" => {
                if let Json::List(tags) = value {
                    rules::check_quota("tags", tags.len())?;
                    self.tags = tags.iter().map(Json::display).collect();
                }
            }
            "image_id" => {
                let text = text.unwrap_or_default();
                return Err(ApiError::new(404, format!("No image found with ID {text}")));
            }
            name if BROKEN.contains(&name) => return Err(ApiError::unexpected()),
            _ => {}
        }
        Ok(())
    }

    /// The error for an operation on `locations`, which are not visible.
    fn locations_error(&self, caller: &Caller, change: &Change) -> ApiError {
        let action = match change.operation {
            Operation::Replace if matches!(&change.value, Json::List(it) if it.is_empty()) => {
                return ApiError::detailed(403, "Cannot set locations to empty list.");
            }
            Operation::Remove if !caller.admin => {
                return forbidden("delete_image_location").into();
            }
            _ if !caller.can_modify(&self.image) => {
                return forbidden("set_image_location").into();
            }
            Operation::Replace => "update",
            Operation::Remove => "remove",
            Operation::Add => "add",
        };
        let text = format!("It's not allowed to {action} locations if locations are invisible.");
        ApiError::new(403, text)
    }

    fn save(&mut self, cloud: &mut Cloud, caller: &Caller) -> Result<(), ApiError> {
        let now = cloud.now();
        let id = self.image.id.clone();
        let stored = cloud.images.get_mut(&id).ok_or_else(ApiError::not_found)?;
        let added = |(name, _): &(String, _)| stored.property(name).is_none();
        if self.properties.iter().any(added) {
            let counted = |(name, _): &&(String, _)| !name.starts_with("os_glance");
            rules::check_quota("properties", self.properties.iter().filter(counted).count())?;
        }
        rules::check_text("name", self.image.name.as_deref().unwrap_or_default())?;
        rules::check_text("owner", &self.image.owner)?;
        for (name, value) in &self.properties {
            rules::check_property(name, value.as_deref().unwrap_or_default())?;
        }
        self.image.min_disk = rules::check_size("min_disk", self.min_disk)?;
        self.image.min_ram = rules::check_size("min_ram", self.min_ram)?;
        self.image.updated = now;
        let names: Vec<String> = stored
            .properties()
            .map(|(name, _)| name.to_owned())
            .collect();
        for name in names {
            if !self.properties.iter().any(|(it, _)| *it == name) {
                self.image.remove_property(&name);
            }
        }
        for (name, value) in &self.properties {
            self.image.set_property(name, value.clone());
        }
        *stored = self.image.clone();
        // Glance checks this after it has stored the fields and properties.
        if !caller.can_see(stored) && !stored.owner.is_empty() {
            let text = format!("Forbidding request, image {id} not visible");
            return Err(ApiError::new(403, text));
        }
        // Glance checks and stores the tags last.
        stored.tags = rules::check_tags(&self.tags)?;
        self.image.tags.clone_from(&stored.tags);
        Ok(())
    }
}

/// Whether a name is a field of an image or a member of Glance's own classes,
/// and not a property.
fn is_member(name: &str) -> bool {
    let fields = [
        "name",
        "visibility",
        "owner",
        "protected",
        "os_hidden",
        "min_disk",
        "min_ram",
        "disk_format",
        "container_format",
        "tags",
        "image_id",
    ];
    fields.contains(&name) || LOST.contains(&name) || BROKEN.contains(&name)
}
