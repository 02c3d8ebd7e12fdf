//! What may not be written into metadata: what breaks the image for everyone
//! who lists it, and what Nova answers with nothing but a 500.

use serde_json::{Map, Value};

use super::metadata::Metadata;
use crate::error::{Error, Result};

/// The keys whose values Nova reads back as JSON, on every read of the image
/// and of every list with it:
/// <https://opendev.org/openstack/nova/src/branch/master/nova/image/glance.py>.
const JSON: [&str; 2] = ["mappings", "block_device_mapping"];

/// How deep such JSON may be; readers have their limits, and no mapping is
/// that deep.
const DEEPEST: usize = 100;

/// The names of Glance's own fields for which Nova answers 500. Others it
/// refuses in words, or takes without an effect.
const FIELDS: [&str; 7] =
    ["status", "size", "protected", "tags", "locations", "self", "virtual_size"];

/// The keys whose values Glance takes only as the id of an image.
const IDS: [&str; 2] = ["kernel_id", "ramdisk_id"];

/// The items as a request has them, if they may be sent.
pub(super) fn items(items: &Metadata) -> Result<Map<String, Value>> {
    for (key, value) in items {
        item(key, value)?;
    }
    Ok(items.to_json())
}

/// Whether one item may be sent.
pub(super) fn item(key: &str, value: &str) -> Result<()> {
    let stored = stored(key);
    if JSON.contains(&stored) {
        if let Err(why) = strict_json(value) {
            return Err(Error::invalid(format!(
                "the metadata item {key:?} must be JSON, and its value {why}: Nova would store it \
                 and then fail on every list with this image in it; nothing was sent"
            )));
        }
    }
    if FIELDS.contains(&stored) {
        return Err(Error::invalid(format!(
            "{key:?} is a field of the Image service and cannot be a metadata item: Nova would \
             only answer 500; nothing was sent"
        )));
    }
    if IDS.contains(&stored) && !is_uuid(value) {
        return Err(Error::invalid(format!(
            "the metadata item {key:?} must be the id of an image: Nova would only answer 500; \
             nothing was sent"
        )));
    }
    if value.chars().any(|c| c > '\u{ffff}') {
        return Err(Error::invalid(format!(
            "the value of the metadata item {key:?} has a character of four bytes, such as an \
             emoji: Nova would only answer 500; nothing was sent"
        )));
    }
    Ok(())
}

/// The key as the server stores it: without white space around it.
pub(super) fn stored(key: &str) -> &str {
    key.trim_matches(|c: char| c.is_whitespace() || c.is_control())
}

/// Why the text is not JSON that every reader takes.
fn strict_json(text: &str) -> Result<(), String> {
    let value: Value = serde_json::from_str(text).map_err(|error| match text.trim() {
        "" => "is empty".to_owned(),
        _ => format!("is none ({error})"),
    })?;
    if !is_finite(&value) {
        return Err("has a number that is too large".to_owned());
    }
    if depth(&value) > DEEPEST {
        return Err(format!("is nested more than {DEEPEST} levels deep"));
    }
    Ok(())
}

/// `serde_json` with its feature for numbers of any size takes `1e999`.
fn is_finite(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_some_and(f64::is_finite),
        Value::Array(list) => list.iter().all(is_finite),
        Value::Object(map) => map.values().all(is_finite),
        _ => true,
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(list) => 1 + list.iter().map(depth).max().unwrap_or(0),
        Value::Object(map) => 1 + map.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<_> = text.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}
