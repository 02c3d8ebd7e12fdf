//! One metadata item: get, set, delete, and what is remembered of it here.

use opencloud::ErrorKind;
use opencloud::compute::v2::MetadataValue;
use serde_json::{Value, json};

use crate::cloud::cloud;
use crate::error_snapshot::{kind, refused, said};
use crate::glance::image;

#[test]
fn an_item_is_got_and_remembered() {
    let made = image().with("a", "1").with("b", "2").make();
    let mut image = cloud().compute("demo").get_image(&*made);
    assert_eq!(image.get_metadata_item("a").expect("an item"), "1");
    assert_eq!(image.metadata.iter().collect::<Vec<_>>(), [("a", "1")]);
}

#[test]
fn an_item_is_set_anew_and_changed() {
    let made = image().with("kept", "k").make();
    let mut image = cloud().compute("demo").get_image(&*made);
    image.set_metadata_item("a", "1").expect("a new item");
    image.set_metadata_item("a", "2").expect("a change");
    assert_eq!(image.metadata.iter().collect::<Vec<_>>(), [("a", "2")]);
    assert_eq!(cloud().metadata_of(&made), json!({"kept": "k", "a": "2"}));
}

#[test]
fn an_item_is_deleted_here_and_there() {
    let made = image().with("a", "1").with("b", "2").make();
    let mut image = cloud().compute("demo").get_image(&*made);
    image.retrieve().expect("the image");
    image.delete_metadata_item("a").expect("a DELETE");
    assert_eq!(image.metadata.iter().collect::<Vec<_>>(), [("b", "2")]);
    assert_eq!(cloud().metadata_of(&made), json!({"b": "2"}));
}

#[test]
fn a_missing_key_is_told_apart_from_a_missing_image() {
    let made = image().with("a", "1").make();
    let mut image = cloud().compute("demo").get_image(&*made);
    image.retrieve().expect("the image");
    for (method, error, words) in [
        (
            "GET",
            refused(image.get_metadata_item("b")),
            "The resource could not be found.",
        ),
        (
            "DELETE",
            refused(image.delete_metadata_item("b")),
            "Invalid metadata key",
        ),
    ] {
        assert_eq!(error.kind(), ErrorKind::KeyNotFound);
        assert_eq!(
            said(&error),
            format!(
                "{method} {}/images/{}/metadata/b: 404 Not Found: {words} (request id ID)",
                cloud().nova(),
                &*made
            )
        );
    }
    assert_eq!(image.metadata.iter().collect::<Vec<_>>(), [("a", "1")]);
}

#[test]
fn an_item_deleted_twice_is_missing_the_second_time() {
    let made = image().with("a", "1").make();
    let mut image = cloud().compute("demo").get_image(&*made);
    image.delete_metadata_item("a").expect("a DELETE");
    let error = refused(image.delete_metadata_item("a"));
    assert_eq!(error.kind(), ErrorKind::KeyNotFound);
}

#[test]
fn an_item_that_is_no_string_is_read_as_json() {
    let mapping = json!([{"device": "vda", "size": 1}]);
    let made = image()
        .with("block_device_mapping", mapping.to_string())
        .with("kernel_id", Value::Null)
        .make();
    let mut image = cloud().compute("demo").get_image(&*made);
    let text = image
        .get_metadata_item("block_device_mapping")
        .expect("an item");
    assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), mapping);
    assert_eq!(
        image.get_metadata_item("kernel_id").expect("an item"),
        "null"
    );
    assert_eq!(
        image.metadata.value("kernel_id"),
        Some(MetadataValue::Json("null"))
    );
}

#[test]
fn items_of_others_are_read_and_not_deleted() {
    let id = cloud().image_id("public-large");
    let mut image = cloud().compute("demo").get_image(id);
    assert_eq!(
        image.get_metadata_item("os_distro").expect("an item"),
        "ubuntu"
    );
    let error = refused(image.delete_metadata_item("os_distro"));
    assert_eq!(kind(&error), "Forbidden", "{error}");
    assert_eq!(image.metadata.get("os_distro"), Some("ubuntu"));
    assert_eq!(cloud().metadata_of(id)["os_distro"], "ubuntu");
}
