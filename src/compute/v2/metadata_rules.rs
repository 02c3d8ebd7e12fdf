//! Rejects metadata that makes Nova fail, or that Nova ignores.

use serde_json::{Map, Value, from_str};

use crate::error::{Error, Result};

/// The keys whose values Nova parses as JSON whenever it shows the image, alone
/// or in a list:
/// <https://opendev.org/openstack/nova/src/branch/master/nova/image/glance.py>.
/// Nova stores any text for them. If the text is not JSON, each of these requests
/// fails with 500 for every user who can see the image, until the image is deleted.
pub(crate) const JSON_KEYS: [&str; 2] = ["mappings", "block_device_mapping"];

/// Fields of the image in Glance. Nova accepts these keys with 200 and does not
/// store the values.
const IGNORED_KEYS: [&str; 9] = [
    "checksum",
    "disk_format",
    "id",
    "min_disk",
    "min_ram",
    "name",
    "os_hidden",
    "owner",
    "visibility",
];

/// Validates items, and returns them as the object for a request.
pub(super) fn validate_all<K: AsRef<str>, V: AsRef<str>>(
    items: impl IntoIterator<Item = (K, V)>,
) -> Result<Map<String, Value>> {
    items
        .into_iter()
        .map(|(key, value)| {
            let (key, value) = (key.as_ref(), value.as_ref());
            validate(key, value).map(|()| (key.to_owned(), value.into()))
        })
        .collect()
}

/// Validates one item.
pub(super) fn validate(key: &str, value: &str) -> Result<()> {
    if IGNORED_KEYS.contains(&trimmed_key(key)) {
        return Err(Error::invalid(format!(
            "metadata item {key:?} is a field of the image; Nova would ignore it; nothing was sent"
        )));
    }
    if JSON_KEYS.contains(&trimmed_key(key)) {
        parse_json(value).map_err(|reason| {
            Error::invalid(format!(
                "metadata item {key:?} must be valid JSON: {reason}; Nova would store the value \
                 and then fail for every list with this image; nothing was sent"
            ))
        })?;
    }
    if value.chars().any(|c| c > '\u{ffff}') {
        return Err(Error::invalid(format!(
            "metadata item {key:?} has a character of four bytes, such as an emoji, in its value; \
             Nova would return 500; nothing was sent"
        )));
    }
    Ok(())
}

/// The key as the server stores it: without surrounding white space.
pub(super) fn trimmed_key(key: &str) -> &str {
    key.trim_matches(|c: char| c.is_whitespace() || c.is_control())
}

/// Checks that the text is JSON.
pub(crate) fn parse_json(text: &str) -> Result<(), String> {
    let value: Value = from_str(text).map_err(|error| error.to_string())?;
    if !is_finite(&value) {
        return Err("number out of range".to_owned());
    }
    Ok(())
}

/// Whether all numbers are finite. `serde_json` accepts `1e999` if another crate
/// enables its feature `arbitrary_precision`.
fn is_finite(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_some_and(f64::is_finite),
        Value::Array(list) => list.iter().all(is_finite),
        Value::Object(map) => map.values().all(is_finite),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn message(key: &str, value: &str) -> String {
        validate(key, value).expect_err("an error").to_string()
    }

    #[test]
    fn a_value_that_nova_parses_must_be_json() {
        assert_eq!(
            message("mappings", "v"),
            "metadata item \"mappings\" must be valid JSON: expected value at line 1 column 1; \
             Nova would store the value and then fail for every list with this image; nothing was \
             sent"
        );
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
        ] {
            for key in [
                "mappings",
                " block_device_mapping",
                "mappings\n",
                "\u{a0}mappings\t",
            ] {
                assert!(validate(key, value).is_err(), "{key:?}: {value:?}");
            }
        }
        for value in ["[]", "{}", " null ", "\"text\"", "[{\"virtual\": \"ami\"}]"] {
            assert!(validate("mappings", value).is_ok(), "{value:?}");
        }
        assert!(validate("Mappings", "v").is_ok());
    }

    #[test]
    fn a_value_with_a_character_of_four_bytes_is_rejected() {
        assert_eq!(
            message("k", "a🗝"),
            "metadata item \"k\" has a character of four bytes, such as an emoji, in its value; \
             Nova would return 500; nothing was sent"
        );
        assert!(validate("k", "値\0\n").is_ok());
        assert!(validate("🗝", "v").is_ok());
    }

    #[test]
    fn other_items_are_not_validated() {
        for (key, value) in [("kernel_id", "nokernel"), ("status", "gone"), ("size", "1")] {
            assert!(validate(key, value).is_ok(), "{key}");
        }
    }

    #[test]
    fn a_key_that_nova_ignores_is_rejected() {
        for key in IGNORED_KEYS {
            assert_eq!(
                message(&format!(" {key}"), "v"),
                format!(
                    "metadata item \" {key}\" is a field of the image; Nova would ignore it; \
                     nothing was sent"
                )
            );
        }
        assert!(validate("Name", "v").is_ok());
    }

    #[test]
    fn the_last_value_of_a_key_is_sent() {
        let items = validate_all([("b", "1"), ("a", "2"), ("b", "3")]).expect("valid items");
        assert_eq!(Value::from(items), serde_json::json!({"a": "2", "b": "3"}));
    }
}
