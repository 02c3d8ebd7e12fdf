//! Rejects properties and tags that Glance would confuse with other fields, or
//! that make Nova fail.

use crate::compute::v2::metadata_rules::{JSON_KEYS, parse_json};
use crate::error::{Error, Result};

/// The fields of an image that are not properties. A patch of them changes the
/// image: a patch of `owner` transfers it to another project. With `image_id`,
/// which Glance never shows, the patch overwrites the image with that id.
const BASE_FIELDS: &str = "checksum container_format created_at deleted deleted_at direct_url \
    disk_format file id image_id location locations min_disk min_ram name os_hash_algo \
    os_hash_value os_hidden owner protected schema self size status stores tags updated_at \
    virtual_size visibility";

/// Validates the key of a property.
pub(super) fn validate_key(key: &str) -> Result<()> {
    let reason = if BASE_FIELDS.split(' ').any(|field| field == key) {
        "it is a field of the image, not a property"
    } else if key.trim_matches(is_python_space) != key {
        "Glance removes white space at its start and end"
    } else {
        return Ok(());
    };
    let message = format!("invalid metadata key {key:?}: {reason}; nothing was sent");
    Err(Error::invalid(message))
}

/// Whether Python's `str.strip` removes the character.
fn is_python_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// Validates the value of a property.
pub(super) fn validate_value(key: &str, value: &str) -> Result<()> {
    if !JSON_KEYS.contains(&key) {
        return Ok(());
    }
    parse_json(value).map_err(|reason| {
        Error::invalid(format!(
            "metadata item {key:?} must be valid JSON: {reason}; Nova would fail for every list \
             with this image; nothing was sent"
        ))
    })
}

/// Validates a tag. A tag that cannot be in a path can only be removed together
/// with all others.
pub(super) fn validate_tag(tag: &str) -> Result<()> {
    if !matches!(tag, "" | "." | "..") && !tag.contains('/') {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "invalid tag {tag:?}: it must not be empty, \".\" or \"..\", or contain \"/\"; nothing was \
         sent"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_field_is_not_a_metadata_key() {
        for key in BASE_FIELDS.split(' ') {
            assert_eq!(
                validate_key(key).expect_err("an error").to_string(),
                format!(
                    "invalid metadata key {key:?}: it is a field of the image, not a property; \
                     nothing was sent"
                )
            );
        }
        for key in ["os_distro", "metadata", "hidden", "Owner", "a/b~c", ""] {
            assert!(validate_key(key).is_ok(), "{key}");
        }
    }

    #[test]
    fn a_metadata_key_has_no_white_space_at_its_ends() {
        for key in [" a", "a\n", "\u{a0}a", "\u{1c}owner", " "] {
            assert_eq!(
                validate_key(key).expect_err("an error").to_string(),
                format!(
                    "invalid metadata key {key:?}: Glance removes white space at its start and \
                     end; nothing was sent"
                )
            );
        }
        assert!(validate_key("a b").is_ok());
    }

    #[test]
    fn a_value_that_nova_parses_must_be_json() {
        assert_eq!(
            validate_value("mappings", "x")
                .expect_err("an error")
                .to_string(),
            "metadata item \"mappings\" must be valid JSON: expected value at line 1 column 1; \
             Nova would fail for every list with this image; nothing was sent"
        );
        assert!(validate_value("block_device_mapping", "[]").is_ok());
        assert!(validate_value("other", "x").is_ok());
    }

    #[test]
    fn a_tag_that_cannot_be_in_a_path_is_rejected() {
        for tag in ["", ".", "..", "a/b"] {
            assert_eq!(
                validate_tag(tag).expect_err("an error").to_string(),
                format!(
                    "invalid tag {tag:?}: it must not be empty, \".\" or \"..\", or contain \
                     \"/\"; nothing was sent"
                )
            );
        }
        assert!(validate_tag("build 7").is_ok());
    }
}
