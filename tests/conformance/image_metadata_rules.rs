//! Metadata that Glance would store as something else is rejected before a request.

use opencloud::image::v2::ListImages;
use serde_json::{Value, json};

use crate::cloud::{cloud, unique};
use crate::error_snapshot::kind;
use crate::glance::{TestImage, image};
use crate::image_service::{check_error, create, ids, image_of, new_image};

/// Checks that every call that writes rejects the item with this message.
#[track_caller]
fn check_rejected(made: &TestImage, key: &str, value: &str, message: &str) {
    let mut image = image_of(made);
    for outcome in [
        image.set_metadata_item(key, value),
        image.reset_metadata([("other", "x"), (key, value)]),
        image.merge_metadata([("other", "x"), (key, value)]),
    ] {
        check_error(outcome, "InvalidInput", message);
    }
}

#[test]
fn a_key_that_is_a_field_of_the_image_is_rejected() {
    let made = image().with("other", "x").create();
    let before = made.in_glance();
    for key in [
        "name",
        "id",
        "owner",
        "visibility",
        "tags",
        "status",
        "protected",
        "os_hidden",
        "min_disk",
        "disk_format",
        "checksum",
        "os_hash_value",
        "self",
        "stores",
        "locations",
        "deleted",
        "image_id",
    ] {
        let message = format!(
            "invalid metadata key {key:?}: it is a field of the image, not a property; nothing \
             was sent"
        );
        check_rejected(&made, key, "v", &message);
        let outcome = image_of(&made).delete_metadata_item(key);
        check_error(outcome, "InvalidInput", &message);
    }
    assert_eq!(made.in_glance(), before);
}

#[test]
fn a_key_with_white_space_at_an_end_is_rejected() {
    let made = image().with("a", "1").with(" a", "2").create();
    for key in [" a", "a ", "a\n", "\u{a0}a", " "] {
        let message = format!(
            "invalid metadata key {key:?}: Glance removes white space at its start and end; \
             nothing was sent"
        );
        check_rejected(&made, key, "v", &message);
        let outcome = image_of(&made).delete_metadata_item(key);
        check_error(outcome, "InvalidInput", &message);
    }
    let mut image = image_of(&made);
    assert_eq!(image.get_metadata_item(" a").expect("an item"), "2");
    // A reset ignores such an item, because nobody can remove it.
    image.clear_metadata().expect("a reset");
    assert_eq!(cloud().raw_metadata(&made), json!({" a": "2"}));
}

#[test]
fn a_reset_fails_if_glance_cannot_remove_a_key() {
    let made = image().with("a", "1").with("context", "2").create();
    check_error(
        image_of(&made).clear_metadata(),
        "Forbidden",
        &format!(
            "PATCH GLANCE/images/{}: 403 Forbidden: Access was denied to this resource. Property \
             context may not be removed. (request id ID)",
            &*made
        ),
    );
    let mut image = image_of(&made);
    image
        .reset_metadata([("context", "2"), ("b", "3")])
        .expect("a reset");
    assert_eq!(
        cloud().raw_metadata(&made),
        json!({"b": "3", "context": "2"})
    );
}

#[test]
fn mappings_that_are_not_valid_json_are_rejected() {
    let made = image().with("other", "x").create();
    for key in ["mappings", "block_device_mapping"] {
        for value in ["", "v", "[1,]", "NaN", "\u{feff}[]"] {
            let error = serde_json::from_str::<Value>(value).expect_err("an error");
            check_rejected(
                &made,
                key,
                value,
                &format!(
                    "metadata item {key:?} must be valid JSON: {error}; Nova would fail for every \
                     list with this image; nothing was sent"
                ),
            );
        }
    }
    assert_eq!(cloud().raw_metadata(&made), json!({"other": "x"}));
}

#[test]
fn mappings_that_are_valid_json_do_not_break_nova() {
    let name = unique("mappings");
    let made = image().named(&name).create();
    let mut image = image_of(&made);
    for value in [
        json!([]),
        json!([{"virtual": "root"}]),
        json!({"a": [1, null]}),
    ] {
        let text = value.to_string();
        image
            .merge_metadata([("mappings", &text)])
            .expect("a merge");
        assert_eq!(image.metadata.get("mappings"), Some(&*text));
        assert_eq!(cloud().raw_metadata(&made)["mappings"], value);
        assert_eq!(ids(ListImages::new().name(&name)), [made.to_string()]);
    }
}

#[test]
fn a_value_that_glance_rejects_is_an_error_and_changes_nothing() {
    let made = image().with("other", "x").create();
    let mut image = image_of(&made);
    for (key, value, expected) in [
        ("key", "🗝", "BadRequest"),
        ("🗝", "v", "BadRequest"),
        ("kernel_id", "x", "BadRequest"),
        ("os_glance_x", "v", "Forbidden"),
        ("context", "v", "InvalidResponse"),
    ] {
        let outcome = image.set_metadata_item(key, value);
        assert_eq!(
            outcome.map_err(|error| kind(&error)),
            Err(expected.into()),
            "{key}"
        );
    }
    assert_eq!(cloud().raw_metadata(&made), json!({"other": "x"}));
}

#[test]
fn values_that_nova_rejects_can_be_set() {
    let (mut image, made) = create(new_image());
    let long = "v".repeat(70_000);
    for (key, value) in [("a", &*long), ("b/c", "v"), ("d", "a\nb"), ("ключ", "v")] {
        image.set_metadata_item(key, value).expect("an item");
        assert_eq!(made.in_glance()[key], value);
    }
}
