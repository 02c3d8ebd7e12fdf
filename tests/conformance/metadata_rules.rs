//! What would break an image for everyone is refused, and the image is whole.

use opencloud::Error;
use opencloud::compute::v2::{Image, ListImages};
use serde_json::{Value, json};

use crate::cloud::{LIST_OF_OTHER, cloud, listed, unique};
use crate::error_snapshot::{kind, refused, said};
use crate::glance::{Made, image};

/// Every call that would write it, which must refuse with those words.
#[track_caller]
fn is_refused(made: &Made, key: &str, value: &str, words: &str) {
    let mut image = cloud().compute("demo").get_image(&**made);
    let all = |image: &mut Image| -> [Error; 3] {
        [
            refused(image.set_metadata_item(key, value)),
            refused(image.reset_metadata([("fine", "f"), (key, value)])),
            refused(image.merge_metadata([("fine", "f"), (key, value)])),
        ]
    };
    for error in all(&mut image) {
        assert_eq!(kind(&error), "InvalidInput");
        assert_eq!(error.status(), None);
        let said = said(&error);
        assert!(said.contains(words), "{said}");
        assert!(said.ends_with("; nothing was sent"), "{said}");
    }
}

#[test]
fn mappings_that_are_not_json_are_never_stored() {
    let name = unique("guarded");
    let made = image().named(&name).with("kept", "k").make();
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
                &format!("{}{}", "[".repeat(101), "]".repeat(101)),
            ] {
                is_refused(&made, &key, value, "must be valid JSON: ");
            }
        }
    }
    assert_eq!(cloud().metadata_of(&made), json!({"kept": "k"}));
    assert_eq!(
        listed(ListImages::detailed().name(&name)),
        [made.to_string()]
    );
}

#[test]
fn mappings_that_are_json_are_stored_and_come_back_as_json() {
    let made = image().make();
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
        image.merge_metadata([(key, &text)]).expect("a POST");
        assert_eq!(cloud().metadata_of(&made)[key], value);
        let got = image.get_metadata_item(key).expect("an item");
        assert_eq!(serde_json::from_str::<Value>(&got).expect("JSON"), value);
    }
    // A list that was got can be sent back.
    let metadata = image.get_metadata().expect("a GET");
    image.reset_metadata(&metadata).expect("a PUT");
    assert_eq!(image.get_metadata().expect("a GET"), metadata);
}

#[test]
fn deep_mappings_are_harmless_up_to_the_limit() {
    let name = unique("deep");
    let made = image().named(&name).make();
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let mut image = cloud().compute("demo").get_image(&*made);
    image.merge_metadata([("mappings", &deep)]).expect("a POST");
    image.retrieve().expect("the image");
    assert_eq!(image.metadata.get("mappings"), Some(&*deep));
    assert_eq!(
        listed(ListImages::detailed().name(&name)),
        [made.to_string()]
    );
}

#[test]
fn fields_of_glance_are_validated_by_the_server() {
    let made = image().with("kept", "k").make();
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
        let error = refused(image.merge_metadata([(field, "v")]));
        assert_eq!(error.status(), Some(500), "{field}: {error}");
    }
    let error = refused(image.merge_metadata([("status", "queued")]));
    assert_eq!(kind(&error), "Forbidden");
    image
        .merge_metadata([("status", "active")])
        .expect("a POST");
    assert_eq!(cloud().metadata_of(&made), json!({"kept": "k"}));
    let id = "01234567-89ab-cdef-0123-456789ABCDEF";
    image.merge_metadata([("kernel_id", id)]).expect("a POST");
    // An empty value has no effect.
    image.merge_metadata([("kernel_id", "")]).expect("a POST");
    assert_eq!(cloud().metadata_of(&made)["kernel_id"], id);
}

#[test]
fn a_character_of_four_bytes_is_refused() {
    let made = image().with("kept", "k").make();
    is_refused(&made, "key", "a 🗝", "has a character of four bytes");
    assert_eq!(cloud().metadata_of(&made), json!({"kept": "k"}));
}

#[test]
fn images_that_others_broke_are_shown_with_the_servers_words() {
    let _alone = LIST_OF_OTHER.lock();
    let name = unique("poisoned");
    let made = image()
        .of("other")
        .named(&name)
        .with("mappings", "not JSON")
        .make();
    let compute = cloud().compute("other");
    let mut image = compute.get_image(&*made);
    let list = || compute.list_images(ListImages::detailed().name(&name));
    for error in [
        refused(image.retrieve()),
        refused(image.get_metadata()),
        refused(list().next().expect("an error")),
        refused(list().pages().next().expect("an error")),
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
    image.delete().expect("a DELETE helps");
}
