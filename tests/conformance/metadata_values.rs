//! Metadata values: which are valid, and which the server rejects.

use serde_json::json;

use crate::cloud::cloud;
use crate::error_snapshot::{expect_error, kind};
use crate::glance::{TestImage, image};

#[track_caller]
fn check_valid(made: &TestImage, value: &str) {
    let mut image = cloud().compute("demo").get_image(&**made);
    let expected = json!({"key": value});
    image.set_metadata_item("key", value).expect("an item");
    assert_eq!(cloud().raw_metadata(made), expected);
    assert_eq!(image.metadata.get("key"), Some(value));
    image.reset_metadata([("key", value)]).expect("a reset");
    assert_eq!(cloud().raw_metadata(made), expected);
    image.merge_metadata([("key", value)]).expect("a merge");
    assert_eq!(cloud().raw_metadata(made), expected);
    assert_eq!(image.get_metadata_item("key").expect("an item"), value);
}

#[test]
fn values_of_up_to_255_characters_are_stored_unchanged() {
    let made = image().create();
    for value in [
        "",
        " ",
        "  v  ",
        "a\nb\r\tc",
        "a\0b\u{7f}",
        "значение データ \u{202e}",
        "\"quoted\" \\ / %20 + & ?",
        "null",
        "[1, 2]",
        &"v".repeat(255),
        &"я".repeat(255),
    ] {
        check_valid(&made, value);
    }
}

#[test]
fn a_value_of_256_characters_is_a_bad_request() {
    let made = image().with("other", "x").create();
    let mut image = cloud().compute("demo").get_image(&*made);
    let long = "v".repeat(256);
    for error in [
        expect_error(image.set_metadata_item("value", &long)),
        expect_error(image.reset_metadata([("value", &long)])),
        expect_error(image.merge_metadata([("value", &long)])),
    ] {
        assert_eq!(kind(&error), "BadRequest");
        assert_eq!(
            error.message(),
            format!("Invalid input for field/attribute value. Value: {long}. '{long}' is too long")
        );
    }
    assert_eq!(cloud().raw_metadata(&made), json!({"other": "x"}));
}

#[test]
fn a_long_value_that_glance_accepts_is_a_bad_request_in_nova() {
    let made = image().with("long", "v".repeat(300)).create();
    let mut image = cloud().compute("demo").get_image(&*made);
    let metadata = image.get_metadata().expect("metadata");
    assert_eq!(
        kind(&expect_error(image.reset_metadata(&metadata))),
        "BadRequest"
    );
    assert_eq!(image.get_metadata_item("long").expect("an item").len(), 300);
    image.delete_metadata_item("long").expect("a deletion");
}
