//! Metadata that would break an image is rejected before a request.

use opencloud::Error;
use opencloud::compute::v2::{Image, ListImages};
use serde_json::{Value, json};

use crate::cloud::{LIST_OF_OTHER, cloud, listed, unique};
use crate::error_snapshot::{expect_error, kind, snapshot};
use crate::glance::{TestImage, image};

/// Checks that every call that writes rejects the item with a message that contains
/// this text.
#[track_caller]
fn check_rejected(made: &TestImage, key: &str, value: &str, text: &str) {
    let mut image = cloud().compute("demo").get_image(&**made);
    let all = |image: &mut Image| -> [Error; 3] {
        [
            expect_error(image.set_metadata_item(key, value)),
            expect_error(image.reset_metadata([("other", "x"), (key, value)])),
            expect_error(image.merge_metadata([("other", "x"), (key, value)])),
        ]
    };
    for error in all(&mut image) {
        assert_eq!(kind(&error), "InvalidInput");
        assert_eq!(error.status(), None);
        let message = snapshot(&error);
        assert!(message.contains(text), "{message}");
        assert!(message.ends_with("; nothing was sent"), "{message}");
    }
}

#[test]
fn mappings_that_are_not_valid_json_are_rejected() {
    let name = unique("mappings");
    let made = image().named(&name).with("other", "x").create();
    for key in ["mappings", "block_device_mapping"] {
        for key in [
            key.to_owned(),
            format!(" {key}"),
            format!("{key}\n"),
            format!("\t{key} \u{85}"),
        ] {
            for value in [
                "",
                " ",
                "v",
                "[",
                "{'a': 1}",
                "[1,]",
                "NaN",
                "[Infinity]",
                "-Infinity",
                "1e999",
                "\u{feff}[]",
                "[] []",
                &format!("{}{}", "[".repeat(128), "]".repeat(128)),
            ] {
                check_rejected(&made, &key, value, "must be valid JSON: ");
            }
        }
    }
    assert_eq!(cloud().raw_metadata(&made), json!({"other": "x"}));
    assert_eq!(
        listed(ListImages::detailed().name(&name)),
        [made.to_string()]
    );
}

#[test]
fn mappings_that_are_valid_json_are_stored_and_returned_as_json() {
    let made = image().create();
    let mut image = cloud().compute("demo").get_image(&*made);
    for (key, value) in [
        (
            "mappings",
            json!([{"virtual": "root", "device": "/dev/vda"}]),
        ),
        ("block_device_mapping", json!([])),
        ("mappings", json!({"a": [1, 2.5, null, true, "ü"]})),
    ] {
        let text = value.to_string();
        image.merge_metadata([(key, &text)]).expect("a merge");
        assert_eq!(cloud().raw_metadata(&made)[key], value);
        let actual = image.get_metadata_item(key).expect("an item");
        assert_eq!(serde_json::from_str::<Value>(&actual).expect("JSON"), value);
    }
    // The returned metadata can be sent back.
    let metadata = image.get_metadata().expect("metadata");
    image.reset_metadata(&metadata).expect("a reset");
    assert_eq!(image.get_metadata().expect("metadata"), metadata);
}

#[test]
fn mappings_nested_100_levels_deep_are_stored() {
    let name = unique("deep");
    let made = image().named(&name).create();
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let mut image = cloud().compute("demo").get_image(&*made);
    image
        .merge_metadata([("mappings", &deep)])
        .expect("a merge");
    image.retrieve().expect("the image");
    assert_eq!(image.metadata.get("mappings"), Some(&*deep));
    assert_eq!(
        listed(ListImages::detailed().name(&name)),
        [made.to_string()]
    );
}

#[test]
fn fields_of_glance_are_validated_by_the_server() {
    let made = image().with("other", "x").create();
    let mut image = cloud().compute("demo").get_image(&*made);
    for field in [
        "size",
        "protected",
        "tags",
        "locations",
        "self",
        "virtual_size",
        "kernel_id",
    ] {
        let error = expect_error(image.merge_metadata([(field, "v")]));
        assert_eq!(error.status(), Some(500), "{field}: {error}");
    }
    let error = expect_error(image.merge_metadata([("status", "queued")]));
    assert_eq!(kind(&error), "Forbidden");
    image
        .merge_metadata([("status", "active")])
        .expect("a POST");
    assert_eq!(cloud().raw_metadata(&made), json!({"other": "x"}));
    let id = "01234567-89ab-cdef-0123-456789ABCDEF";
    image.merge_metadata([("kernel_id", id)]).expect("a POST");
    // An empty value has no effect.
    image.merge_metadata([("kernel_id", "")]).expect("a POST");
    assert_eq!(cloud().raw_metadata(&made)["kernel_id"], id);
}

#[test]
fn a_character_of_four_bytes_is_rejected() {
    let made = image().with("other", "x").create();
    check_rejected(&made, "key", "a 🗝", "has a character of four bytes");
    assert_eq!(cloud().raw_metadata(&made), json!({"other": "x"}));
}

#[test]
fn a_broken_image_is_an_error_with_the_message_of_the_server() {
    let _alone = LIST_OF_OTHER.lock();
    let name = unique("broken");
    let made = image()
        .owner("other")
        .named(&name)
        .with("mappings", "not JSON")
        .create();
    let compute = cloud().compute("other");
    let mut image = compute.get_image(&*made);
    let list = || compute.list_images(ListImages::detailed().name(&name));
    for error in [
        expect_error(image.retrieve()),
        expect_error(image.get_metadata()),
        expect_error(list().next().expect("an error")),
        expect_error(list().pages().next().expect("an error")),
    ] {
        assert_eq!(
            (kind(&error).as_str(), error.status()),
            ("UnexpectedStatus", Some(500))
        );
        assert!(
            error.message().starts_with("Unexpected API Error. "),
            "{error}"
        );
    }
    image.delete().expect("a deletion");
}
