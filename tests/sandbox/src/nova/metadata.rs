//! Metadata: how Nova reads it, and what Glance makes of what Nova writes.

use crate::cloud::Cloud;
use crate::json::{Json, quote};
use crate::text::is_uuid;

use super::call::{Answer, Call, Fault};
use super::images::find;
use super::query::Query;
use super::schema;
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
const RAISING: [&str; 7] =
    ["size", "protected", "tags", "locations", "self", "virtual_size", "status"];

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

type Items = Vec<(String, Json)>;

pub(super) fn show(cloud: &Cloud, call: &Call<'_>, id: &str) -> Answer {
    check_query(call)?;
    let items = view::metadata(find(cloud, call, id)?)?;
    Ok(Some(wrap("metadata", &items)))
}

pub(super) fn show_item(cloud: &Cloud, call: &Call<'_>, id: &str, key: &str) -> Answer {
    check_query(call)?;
    let items = view::metadata(find(cloud, call, id)?)?;
    let item = items.into_iter().find(|(name, _)| name == key).ok_or_else(Fault::gone)?;
    Ok(Some(wrap("meta", &[item])))
}

pub(super) fn merge(cloud: &mut Cloud, call: &Call<'_>, id: &str, body: &Json) -> Answer {
    let sent = schema::check(body, "metadata", call.legacy)?;
    let mut items = view::metadata(find(cloud, call, id)?)?;
    for (key, value) in sent {
        put(&mut items, key, value.clone());
    }
    update(cloud, call, id, &items)?;
    let items = view::metadata(find(cloud, call, id)?)?;
    Ok(Some(wrap("metadata", &items)))
}

pub(super) fn replace(cloud: &mut Cloud, call: &Call<'_>, id: &str, body: &Json) -> Answer {
    let sent = schema::check(body, "metadata", call.legacy)?;
    view::metadata(find(cloud, call, id)?)?;
    update(cloud, call, id, sent)?;
    Ok(Some(wrap("metadata", sent)))
}

pub(super) fn set(cloud: &mut Cloud, call: &Call<'_>, id: &str, key: &str, body: &Json) -> Answer {
    let sent = schema::check(body, "meta", call.legacy)?;
    let Some((_, value)) = sent.iter().find(|(name, _)| name == key) else {
        return Err(Fault::new(400, "Request body and URI mismatch"));
    };
    let mut items = view::metadata(find(cloud, call, id)?)?;
    put(&mut items, key, value.clone());
    update(cloud, call, id, &items)?;
    Ok(Some(wrap("meta", sent)))
}

pub(super) fn unset(cloud: &mut Cloud, call: &Call<'_>, id: &str, key: &str) -> Answer {
    let mut items = view::metadata(find(cloud, call, id)?)?;
    let before = items.len();
    items.retain(|(name, _)| name != key);
    if items.len() == before {
        return Err(Fault::new(404, "Invalid metadata key"));
    }
    update(cloud, call, id, &items)?;
    Ok(None)
}

/// These two calls fail on any parameter at all.
fn check_query(call: &Call<'_>) -> Result<(), Fault> {
    Query::parse(call.query())?;
    if call.query().split(['&', ';']).all(str::is_empty) {
        return Ok(());
    }
    Err(Fault::unexpected("KeyError"))
}

fn wrap(field: &str, items: &[(String, Json)]) -> String {
    format!("{{{}: {}}}", quote(field), Json::Map(items.to_vec()).dumps())
}

fn put(items: &mut Items, key: &str, value: Json) {
    match items.iter_mut().find(|(name, _)| name == key) {
        Some(item) => item.1 = value,
        None => items.push((key.to_owned(), value)),
    }
}

/// A change of one property.
struct Change<'a> {
    name: &'a str,
    /// Nothing to remove it.
    value: Option<Option<String>>,
}

/// Makes the image's properties these: what Nova's client works out, and then
/// what Glance allows.
fn update(
    cloud: &mut Cloud,
    call: &Call<'_>,
    id: &str,
    items: &[(String, Json)],
) -> Result<(), Fault> {
    let image = find(cloud, call, id)?;
    if items.len() > QUOTA {
        return Err(Fault::new(403, "Image metadata limit exceeded"));
    }
    let mut changes = Vec::new();
    let mut located = false;
    for (name, _) in image.properties() {
        if !items.iter().any(|(key, _)| key == name) {
            changes.push(Change { name, value: None });
        }
    }
    for (name, value) in items {
        let text = written(name, value);
        match name.as_str() {
            name if LOST.contains(&name) => continue,
            "location" => {
                located = true;
                continue;
            }
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
            changes.push(Change { name, value: Some(text) });
        }
    }
    check_changes(call, image, &changes)?;
    let changes: Vec<(String, Option<Option<String>>)> =
        changes.into_iter().map(|it| (it.name.trim().to_owned(), it.value)).collect();
    let id = image.id.clone();
    apply(cloud, &id, changes);
    view::metadata(find(cloud, call, &id)?)?;
    if located {
        return Err(Fault::unexpected("glanceclient.exc.HTTPConflict"));
    }
    Ok(())
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
fn check_changes(
    call: &Call<'_>,
    image: &crate::image::Image,
    changes: &[Change<'_>],
) -> Result<(), Fault> {
    let forbidden = || Fault::new(403, format!("Not authorized for image {}.", image.id));
    let bad = || Fault::unexpected("nova.exception.ImageBadRequest");
    if changes.is_empty() {
        return Ok(());
    }
    // A value that goes from one name to another makes the client send a
    // "move", which Glance does not know.
    let added = |it: &&Change<'_>| it.value.is_some() && image.property(it.name).is_none();
    for change in changes.iter().filter(|it| it.value.is_none()) {
        let old = image.property(change.name).flatten();
        if changes
            .iter()
            .filter(added)
            .any(|it| it.value.as_ref().map(Option::as_deref) == Some(old))
        {
            return Err(bad());
        }
    }
    for change in changes.iter().filter(|it| it.value.is_some()) {
        // Glance trims the name only now, so that its own fields can be meant.
        let (name, spaced) = (change.name.trim(), change.name.trim() != change.name);
        if FORBIDDEN.contains(&name) || name.starts_with("os_glance_") {
            return Err(forbidden());
        }
        let uuid = || change.value.as_ref().and_then(Option::as_deref).is_some_and(is_uuid);
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
    let long = |text: &str| text.chars().any(|c| u32::from(c) > 0xFFFF);
    let texts =
        changes.iter().flat_map(|it| [Some(it.name), it.value.as_ref().and_then(Option::as_deref)]);
    if texts.flatten().any(long) {
        return Err(bad());
    }
    Ok(())
}

fn apply(cloud: &mut Cloud, id: &str, changes: Vec<(String, Option<Option<String>>)>) {
    if changes.is_empty() {
        return;
    }
    let now = cloud.now();
    let Some(image) = cloud.images.get_mut(id) else { return };
    image.updated = now;
    for (name, value) in changes {
        match (name.as_str(), value) {
            ("name", Some(value)) => image.name = value,
            (name, Some(value)) => image.set_property(name, value),
            (name, None) => image.remove_property(name),
        }
    }
}
