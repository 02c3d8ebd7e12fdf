//! Changes to metadata, as Nova sends them to Glance and as Glance checks them.

use crate::cloud::Cloud;
use crate::image::Image;
use crate::json::Json;
use crate::text::is_uuid;

use super::call::Call;
use super::fault::Fault;
use super::images::find;
use super::view::{self, JSON_PROPERTIES};

/// The largest number of items of an image.
const QUOTA: usize = 128;

/// Names that Nova sets itself when it updates an image. Such an item is ignored.
const IGNORED: [&str; 17] = [
    "name",
    "id",
    "min_disk",
    "min_ram",
    "owner",
    "visibility",
    "checksum",
    "disk_format",
    "container_format",
    "os_hidden",
    "os_hash_algo",
    "os_hash_value",
    "stores",
    "image_id",
    "remove_props",
    "context",
    "member",
];

/// Names of fields that are not text. Nova's client raises a `TypeError`.
const NOT_TEXT: [&str; 7] = [
    "size",
    "protected",
    "tags",
    "locations",
    "self",
    "virtual_size",
    "status",
];

/// Names that no user can set in Glance.
const FORBIDDEN: [&str; 14] = [
    "created_at",
    "updated_at",
    "deleted_at",
    "schema",
    "file",
    "deleted",
    "direct_url",
    "status",
    "location",
    "self",
    "size",
    "virtual_size",
    "checksum",
    "id",
];

/// The values of a status in Glance.
const STATUSES: [&str; 9] = [
    "queued",
    "saving",
    "active",
    "killed",
    "deleted",
    "uploading",
    "importing",
    "pending_delete",
    "deactivated",
];

/// A change to a property.
struct Change<'a> {
    /// As sent. Glance trims it later.
    name: &'a str,
    /// The new value, which can be null; `None` to remove the property.
    value: Option<Option<String>>,
}

/// Replaces the properties of an image.
///
/// For Nova, an image is either public or not. So every update makes a shared
/// or community image private.
pub(super) fn update(
    cloud: &mut Cloud,
    call: &Call<'_>,
    id: &str,
    items: &[(String, Json)],
) -> Result<(), Fault> {
    let image = find(cloud, call, id)?;
    if items.len() > QUOTA {
        return Err(Fault::new(403, "Image metadata limit exceeded"));
    }
    let changes = changes(image, items)?;
    let private = !matches!(image.visibility.as_str(), "public" | "private");
    // Nova's client sends the tags even if they are unchanged.
    if !changes.is_empty() || private || !image.tags.is_empty() {
        check(call, image, &changes)?;
        let changes: Vec<_> = changes
            .into_iter()
            .map(|it| (it.name.trim().to_owned(), it.value))
            .collect();
        let id = image.id.clone();
        let now = cloud.now();
        if let Some(image) = cloud.images.get_mut(&id) {
            image.updated = now;
            if private {
                "private".clone_into(&mut image.visibility);
            }
            apply(image, changes);
        }
    }
    if items.iter().any(|(name, _)| name == "location") {
        return Err(Fault::unexpected("glanceclient.exc.HTTPConflict"));
    }
    // Nova reads the image again, and fails if it cannot show the new value.
    view::metadata(find(cloud, call, id)?).map(drop)
}

/// The changes that Nova's client finds.
fn changes<'a>(image: &'a Image, items: &'a [(String, Json)]) -> Result<Vec<Change<'a>>, Fault> {
    let kept = |name: &str| items.iter().any(|(key, _)| key == name);
    let removed = image.properties().filter(|(name, _)| !kept(name));
    let mut changes: Vec<_> = removed
        .map(|(name, _)| Change { name, value: None })
        .collect();
    for (name, value) in items {
        let text = glance_value(name, value);
        match name.as_str() {
            "location" => continue,
            name if IGNORED.contains(&name) => continue,
            "kernel_id" | "ramdisk_id" => {
                let id = text.as_deref().map(|it| it.trim().to_lowercase());
                match id.as_deref() {
                    Some("" | "none") => continue,
                    Some(_) if !text.as_deref().is_some_and(is_uuid) => return Err(type_error()),
                    _ => {}
                }
            }
            "status" if text.as_deref() == Some(&image.status) => continue,
            "status" if text.as_deref().is_some_and(|it| STATUSES.contains(&it)) => {}
            name if NOT_TEXT.contains(&name) => return Err(type_error()),
            _ => {}
        }
        if image.property(name) != Some(text.as_deref()) {
            changes.push(Change {
                name,
                value: Some(text),
            });
        }
    }
    Ok(changes)
}

/// A value as Nova sends it to Glance.
fn glance_value(name: &str, value: &Json) -> Option<String> {
    match value {
        Json::Text(text) => Some(text.clone()),
        value if JSON_PROPERTIES.contains(&name) => Some(value.dumps()),
        Json::Null => None,
        value => Some(value.repr()),
    }
}

fn type_error() -> Fault {
    Fault::unexpected("TypeError")
}

/// Fails if Glance rejects one of the changes.
fn check(call: &Call<'_>, image: &Image, changes: &[Change<'_>]) -> Result<(), Fault> {
    let forbidden = || Fault::new(403, format!("Not authorized for image {}.", image.id));
    let bad_request = || Fault::unexpected("nova.exception.ImageBadRequest");
    let text = |it: &Change<'_>| it.value.as_ref().and_then(Clone::clone);
    // If a value moves from one name to another, the client sends a "move",
    // which Glance does not support.
    let added: Vec<_> = changes
        .iter()
        .filter(|it| it.value.is_some() && image.property(it.name).is_none())
        .collect();
    for change in changes.iter().filter(|it| it.value.is_none()) {
        let old = image.property(change.name).flatten();
        if added.iter().any(|it| text(it).as_deref() == old) {
            return Err(bad_request());
        }
    }
    let mut names = changes.iter().map(|it| it.name.trim());
    if names.any(|name| name.starts_with("os_glance_")) {
        return Err(forbidden());
    }
    for change in changes.iter().filter(|it| it.value.is_some()) {
        // Glance trims the name, which can then be the name of one of its fields.
        let (name, trimmed) = (change.name.trim(), change.name.trim() != change.name);
        if FORBIDDEN.contains(&name) {
            return Err(forbidden());
        }
        let uuid = || text(change).as_deref().is_some_and(is_uuid);
        match name {
            "min_disk" | "min_ram" | "protected" | "tags" | "os_hidden" | "locations"
                if trimmed =>
            {
                return Err(bad_request());
            }
            "kernel_id" | "ramdisk_id" if trimmed && !uuid() => return Err(bad_request()),
            "visibility" | "owner" if trimmed => return Err(forbidden()),
            _ => {}
        }
    }
    if !call.caller.can_modify(image) {
        return Err(forbidden());
    }
    // The database does not support characters of four bytes in UTF-8.
    let is_unsupported = |text: &str| text.chars().any(|c| u32::from(c) > 0xFFFF);
    if changes
        .iter()
        .any(|it| is_unsupported(it.name) || text(it).as_deref().is_some_and(is_unsupported))
    {
        return Err(bad_request());
    }
    Ok(())
}

fn apply(image: &mut Image, changes: Vec<(String, Option<Option<String>>)>) {
    for (name, value) in changes {
        match (name.as_str(), value) {
            ("name", Some(value)) => image.name = value,
            (name, Some(value)) => image.set_property(name, value),
            (name, None) => image.remove_property(name),
        }
    }
}
