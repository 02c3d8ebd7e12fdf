//! One metadata item: get, set and delete.

use opencloud::ErrorKind;
use opencloud::compute::v2::MetadataValue;
use serde_json::{Value, json};

use crate::cloud::cloud;
use crate::error_snapshot::{expect_error, kind, snapshot};
use crate::glance::image;

#[test]
fn get_metadata_item_returns_and_stores_the_item() {
    let made = image().with("a", "1").with("b", "2").create();
    let mut image = cloud().compute("demo").get_image(&*made);
    assert_eq!(image.get_metadata_item("a").expect("an item"), "1");
    assert_eq!(image.metadata.iter().collect::<Vec<_>>(), [("a", "1")]);
}

#[test]
fn set_metadata_item_adds_and_changes_an_item() {
    let made = image().with("other", "x").create();
    let mut image = cloud().compute("demo").get_image(&*made);
    image.set_metadata_item("a", "1").expect("an item");
    image.set_metadata_item("a", "2").expect("an item");
    assert_eq!(image.metadata.iter().collect::<Vec<_>>(), [("a", "2")]);
    assert_eq!(cloud().raw_metadata(&made), json!({"other": "x", "a": "2"}));
}

#[test]
fn delete_metadata_item_deletes_the_item() {
    let made = image().with("a", "1").with("b", "2").create();
    let mut image = cloud().compute("demo").get_image(&*made);
    image.retrieve().expect("the image");
    image.delete_metadata_item("a").expect("a deletion");
    assert_eq!(image.metadata.iter().collect::<Vec<_>>(), [("b", "2")]);
    assert_eq!(cloud().raw_metadata(&made), json!({"b": "2"}));
}

#[test]
fn a_missing_key_is_not_reported_as_a_missing_image() {
    let made = image().with("a", "1").create();
    let mut image = cloud().compute("demo").get_image(&*made);
    image.retrieve().expect("the image");
    for (method, error, message) in [
        (
            "GET",
            expect_error(image.get_metadata_item("b")),
            "The resource could not be found.",
        ),
        (
            "DELETE",
            expect_error(image.delete_metadata_item("b")),
            "Invalid metadata key",
        ),
    ] {
        assert_eq!(error.kind(), ErrorKind::KeyNotFound);
        assert_eq!(
            snapshot(&error),
            format!(
                "{method} {}/images/{}/metadata/b: 404 Not Found: {message} (metadata item \
                 \"b\") (request id ID)",
                cloud().nova(),
                &*made
            )
        );
    }
    assert_eq!(image.metadata.iter().collect::<Vec<_>>(), [("a", "1")]);
}

#[test]
fn deleting_an_item_twice_is_an_error() {
    let made = image().with("a", "1").create();
    let mut image = cloud().compute("demo").get_image(&*made);
    image.delete_metadata_item("a").expect("a deletion");
    let error = expect_error(image.delete_metadata_item("a"));
    assert_eq!(error.kind(), ErrorKind::KeyNotFound);
}

#[test]
fn an_item_that_is_not_a_string_is_returned_as_json_text() {
    let mapping = json!([{"device": "vda", "size": 1}]);
    let made = image()
        .with("block_device_mapping", mapping.to_string())
        .with("kernel_id", Value::Null)
        .create();
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
fn items_of_images_of_others_are_read_only() {
    let id = cloud().image_id("public-large");
    let mut image = cloud().compute("demo").get_image(id);
    assert_eq!(
        image.get_metadata_item("os_distro").expect("an item"),
        "ubuntu"
    );
    let error = expect_error(image.delete_metadata_item("os_distro"));
    assert_eq!(kind(&error), "Forbidden", "{error}");
    assert_eq!(image.metadata.get("os_distro"), Some("ubuntu"));
    assert_eq!(cloud().raw_metadata(id)["os_distro"], "ubuntu");
}
