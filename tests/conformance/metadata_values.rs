//! Values: which arrive as they are, and which the server does not take.

use serde_json::json;

use crate::cloud::cloud;
use crate::error_snapshot::{kind, refused};
use crate::glance::{Made, image};

#[track_caller]
fn arrives(made: &Made, value: &str) {
    let mut image = cloud().compute("demo").get_image(&**made);
    let expected = json!({"key": value});
    image
        .set_metadata_item("key", value)
        .expect("a PUT of an item");
    assert_eq!(cloud().metadata_of(made), expected);
    assert_eq!(image.metadata.get("key"), Some(value));
    image.reset_metadata([("key", value)]).expect("a PUT");
    assert_eq!(cloud().metadata_of(made), expected);
    image.merge_metadata([("key", value)]).expect("a POST");
    assert_eq!(cloud().metadata_of(made), expected);
    assert_eq!(image.get_metadata_item("key").expect("an item"), value);
}

#[test]
fn any_text_up_to_255_characters_arrives_as_it_is() {
    let made = image().make();
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
        arrives(&made, value);
    }
}

#[test]
fn a_value_of_256_characters_is_the_servers_refusal() {
    let made = image().with("kept", "k").make();
    let mut image = cloud().compute("demo").get_image(&*made);
    let long = "v".repeat(256);
    for error in [
        refused(image.set_metadata_item("value", &long)),
        refused(image.reset_metadata([("value", &long)])),
        refused(image.merge_metadata([("value", &long)])),
    ] {
        assert_eq!(kind(&error), "BadRequest");
        assert_eq!(
            error.message(),
            format!("Invalid input for field/attribute value. Value: {long}. '{long}' is too long")
        );
    }
    assert_eq!(cloud().metadata_of(&made), json!({"kept": "k"}));
}

#[test]
fn what_glance_took_and_nova_does_not_cannot_be_sent_back() {
    let made = image().with("long", "v".repeat(300)).make();
    let mut image = cloud().compute("demo").get_image(&*made);
    let metadata = image.get_metadata().expect("a GET");
    assert_eq!(
        kind(&refused(image.reset_metadata(&metadata))),
        "BadRequest"
    );
    assert_eq!(image.get_metadata_item("long").expect("an item").len(), 300);
    image
        .delete_metadata_item("long")
        .expect("a DELETE of an item");
}
