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

/// The names of Glance's own fields for which Nova answers 500, whatever the
/// value. Others it refuses in words, or takes without an effect.
const FIELDS: [&str; 6] = [
    "size",
    "protected",
    "tags",
    "locations",
    "self",
    "virtual_size",
];

/// Glance's words for a status: any other is a 500; these have no effect, or are
/// refused in words.
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

/// Glance's words for what becomes of the key of an encrypted volume.
const KEY_POLICIES: [&str; 2] = ["on_image_deletion", "do_not_delete"];

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
    if let Some(must) = glances_rule(stored, value) {
        return Err(Error::invalid(format!(
            "the metadata item {key:?} {must}: Nova would only answer 500; nothing was sent"
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

/// What Glance's schema wants of that item, where the value breaks it: Nova
/// does not pass on in what way.
/// <https://opendev.org/openstack/glance/src/branch/master/glance/api/v2/images.py>.
fn glances_rule(stored: &str, value: &str) -> Option<&'static str> {
    let good = match stored {
        "status" => STATUSES.contains(&value),
        "cinder_encryption_key_deletion_policy" => KEY_POLICIES.contains(&value),
        "kernel_id" | "ramdisk_id" => value.is_empty() || is_uuid(value),
        _ => !FIELDS.contains(&stored),
    };
    if good {
        return None;
    }
    Some(match stored {
        "cinder_encryption_key_deletion_policy" => "must be on_image_deletion or do_not_delete",
        "kernel_id" | "ramdisk_id" => "must be the id of an image, or empty",
        _ => "is a field of the Image service, and cannot be set here",
    })
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
    groups == [8, 4, 4, 4, 12]
        && text
            .bytes()
            .all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refusal(key: &str, value: &str) -> String {
        item(key, value).expect_err("a refusal").to_string()
    }

    #[test]
    fn text_that_nova_would_choke_on_is_refused() {
        assert_eq!(
            refusal("mappings", "v"),
            "the metadata item \"mappings\" must be JSON, and its value is none (expected value at \
             line 1 column 1): Nova would store it and then fail on every list with this image in \
             it; nothing was sent"
        );
        let deep = format!("{}{}", "[".repeat(101), "]".repeat(101));
        let deepest = format!("{}{}", "[".repeat(100), "]".repeat(100));
        let very_deep = "[".repeat(5000);
        for value in [
            "",
            " ",
            "NaN",
            "[Infinity]",
            "1e999",
            "[1e999]",
            "\u{feff}[]",
            "[1,]",
            "{'a': 1}",
            "\"\\ud800\"",
            &deep,
            &very_deep,
        ] {
            for key in [
                "mappings",
                " block_device_mapping",
                "mappings\n",
                "\u{a0}mappings\t",
            ] {
                assert!(item(key, value).is_err(), "{key:?}: {value:?}");
            }
        }
        for value in [
            "[]",
            "{}",
            " null ",
            "\"text\"",
            "[{\"virtual\": \"ami\"}]",
            &deepest,
        ] {
            assert!(item("mappings", value).is_ok(), "{value:?}");
        }
        assert!(item("Mappings", "v").is_ok());
    }

    #[test]
    fn what_nova_would_only_answer_500_to_is_refused() {
        assert_eq!(
            refusal("k", "a🗝"),
            "the value of the metadata item \"k\" has a character of four bytes, such as an emoji: \
             Nova would only answer 500; nothing was sent"
        );
        assert_eq!(
            refusal(" size", "1"),
            "the metadata item \" size\" is a field of the Image service, and cannot be set here: \
             Nova would only answer 500; nothing was sent"
        );
        assert_eq!(
            refusal("kernel_id", "null"),
            "the metadata item \"kernel_id\" must be the id of an image, or empty: Nova would only \
             answer 500; nothing was sent"
        );
        assert_eq!(
            refusal("cinder_encryption_key_deletion_policy", "keep"),
            "the metadata item \"cinder_encryption_key_deletion_policy\" must be \
             on_image_deletion or do_not_delete: Nova would only answer 500; nothing was sent"
        );
        assert!(item("status", "gone").is_err());
        for (key, value) in [
            ("status", "active"),
            ("ramdisk_id", ""),
            ("kernel_id", "6A1c9b0a-0000-4000-8000-000000000001"),
            ("cinder_encryption_key_deletion_policy", "do_not_delete"),
            ("name", "renamed"),
            ("🗝", "v"),
            ("k", "値\0\n"),
        ] {
            assert!(item(key, value).is_ok(), "{key}: {value}");
        }
    }
}
