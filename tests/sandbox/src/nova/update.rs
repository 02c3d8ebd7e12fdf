//! Metadata: what Nova's client makes of a change, and what Glance allows.

use crate::cloud::Cloud;
use crate::image::Image;
use crate::json::Json;
use crate::text::is_uuid;

use super::call::Call;
use super::images::find;
use super::refusal::Fault;
use super::view::{self, CONVERTED};

/// How many items an image may have.
const QUOTA: usize = 128;

/// Names that Nova itself sets when it writes an image: such an item is lost.
const LOST: [&str; 17] = [
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

/// Names whose value is never a text: Nova's client raises.
const RAISING: [&str; 7] = [
    "size",
    "protected",
    "tags",
    "locations",
    "self",
    "virtual_size",
    "status",
];

/// Names that Glance lets nobody set.
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

/// Glance's words for a status.
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

/// A change of one property.
struct Change<'a> {
    /// As it was given: Glance trims it later.
    name: &'a str,
    /// Nothing to remove it; or its value, which may be null.
    value: Option<Option<String>>,
}

/// Makes the image's properties these.
///
/// Nova knows only public and not public. So whatever it writes, it makes a
/// shared or community image private.
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
    // Nova's client sends the tags again, changed or not.
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
    // What was stored is read again, and may be what Nova cannot show.
    view::metadata(find(cloud, call, id)?).map(drop)
}

/// What Nova's client finds changed.
fn changes<'a>(image: &'a Image, items: &'a [(String, Json)]) -> Result<Vec<Change<'a>>, Fault> {
    let kept = |name: &str| items.iter().any(|(key, _)| key == name);
    let removed = image.properties().filter(|(name, _)| !kept(name));
    let mut changes: Vec<_> = removed
        .map(|(name, _)| Change { name, value: None })
        .collect();
    for (name, value) in items {
        let text = written(name, value);
        match name.as_str() {
            "location" => continue,
            name if LOST.contains(&name) => continue,
            "kernel_id" | "ramdisk_id" => {
                let word = text.as_deref().map(|it| it.trim().to_lowercase());
                match word.as_deref() {
                    Some("" | "none") => continue,
                    Some(_) if !text.as_deref().is_some_and(is_uuid) => return Err(type_error()),
                    _ => {}
                }
            }
            "status" if text.as_deref() == Some(&image.status) => continue,
            "status" if text.as_deref().is_some_and(|it| STATUSES.contains(&it)) => {}
            name if RAISING.contains(&name) => return Err(type_error()),
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
fn written(name: &str, value: &Json) -> Option<String> {
    match value {
        Json::Text(text) => Some(text.clone()),
        value if CONVERTED.contains(&name) => Some(value.dumps()),
        Json::Null => None,
        value => Some(value.repr()),
    }
}

fn type_error() -> Fault {
    Fault::unexpected("TypeError")
}

/// What Glance says to these changes.
fn check(call: &Call<'_>, image: &Image, changes: &[Change<'_>]) -> Result<(), Fault> {
    let forbidden = || Fault::new(403, format!("Not authorized for image {}.", image.id));
    let bad = || Fault::unexpected("nova.exception.ImageBadRequest");
    let text = |it: &Change<'_>| it.value.as_ref().and_then(Clone::clone);
    // A value that goes from one name to another makes the client send a
    // "move", which Glance does not know.
    let added: Vec<_> = changes
        .iter()
        .filter(|it| it.value.is_some() && image.property(it.name).is_none())
        .collect();
    for change in changes.iter().filter(|it| it.value.is_none()) {
        let old = image.property(change.name).flatten();
        if added.iter().any(|it| text(it).as_deref() == old) {
            return Err(bad());
        }
    }
    for change in changes.iter().filter(|it| it.value.is_some()) {
        // Glance trims the name only now, so that its own fields can be meant.
        let (name, spaced) = (change.name.trim(), change.name.trim() != change.name);
        if FORBIDDEN.contains(&name) || name.starts_with("os_glance_") {
            return Err(forbidden());
        }
        let uuid = || text(change).as_deref().is_some_and(is_uuid);
        match name {
            "min_disk" | "min_ram" | "protected" | "tags" | "os_hidden" | "locations" if spaced => {
                return Err(bad());
            }
            "kernel_id" | "ramdisk_id" if spaced && !uuid() => return Err(bad()),
            "visibility" | "owner" if spaced => return Err(forbidden()),
            _ => {}
        }
    }
    if !call.caller.changes(image) {
        return Err(forbidden());
    }
    // Its database takes no character of four bytes.
    let long = |text: &str| text.chars().any(|c| u32::from(c) > 0xFFFF);
    if changes
        .iter()
        .any(|it| long(it.name) || text(it).as_deref().is_some_and(long))
    {
        return Err(bad());
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
