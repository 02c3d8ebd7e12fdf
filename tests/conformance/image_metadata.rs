//! The metadata of an image: the same results as through Nova, without data loss.

use opencloud::image::v2::{Image, Metadata};
use serde_json::{Value, json};

use crate::cloud::cloud;
use crate::glance::{TestImage, image};
use crate::image_service::{check_error, check_forbidden, image_of, images};

fn numbered(count: usize) -> impl Iterator<Item = (String, &'static str)> {
    (0..count).map(|n| (format!("k{n}"), "v"))
}

/// Checks the metadata of the copy and on the server.
#[track_caller]
fn check_metadata(image: &Image, made: &TestImage, expected: &Value) {
    let actual = serde_json::to_value(&image.metadata).expect("JSON");
    assert_eq!(&actual, expected, "the copy");
    assert_eq!(&cloud().raw_metadata(made), expected, "the server");
}

#[test]
fn members_can_still_see_an_image_after_its_metadata_is_changed() {
    let made = image().with("visibility", "shared").create();
    made.share("other", "accepted");
    image_of(&made)
        .set_metadata_item("a", "1")
        .expect("an item");
    let mut seen = cloud().images("other").get_image(&*made);
    assert_eq!(seen.get_metadata_item("a").expect("an item"), "1");
}

#[test]
fn a_reset_replaces_all_metadata_and_no_other_field() {
    let made = image()
        .with("a", "1")
        .with("kernel_id", Value::Null)
        .with("tags", json!(["t"]))
        .with("min_disk", 4)
        .create();
    let mut expected = made.in_glance();
    let mut image = image_of(&made);
    image.reset_metadata([("b", "2")]).expect("a reset");
    check_metadata(&image, &made, &json!({"b": "2"}));
    let actual = made.in_glance();
    for key in ["a", "kernel_id"] {
        expected.as_object_mut().expect("an object").remove(key);
    }
    expected["b"] = json!("2");
    expected["updated_at"] = actual["updated_at"].clone();
    assert_eq!(actual, expected);
}

#[test]
fn a_reset_to_the_same_metadata_changes_nothing() {
    let made = image().with("a", "1").with("b", "2").create();
    let mut image = image_of(&made);
    image
        .reset_metadata([("b", "2"), ("a", "1")])
        .expect("a reset");
    check_metadata(&image, &made, &json!({"a": "1", "b": "2"}));
    image.clear_metadata().expect("a reset");
    image.clear_metadata().expect("a reset without metadata");
    check_metadata(&image, &made, &json!({}));
}

#[test]
fn metadata_can_be_sent_back() {
    let made = image()
        .with("a/b", "1")
        .with("b c", "2: ü")
        .with("empty", "")
        .create();
    let mut image = image_of(&made);
    let mut metadata = image.get_metadata().expect("metadata");
    let expected = [("a/b", "1"), ("b c", "2: ü"), ("empty", "")];
    assert_eq!(metadata, Metadata::from(expected));
    metadata.insert("d", "4");
    image.reset_metadata(&metadata).expect("a reset");
    assert_eq!(image.metadata, metadata);
    assert_eq!(image.get_metadata().expect("metadata"), metadata);
}

#[test]
fn a_missing_item_is_not_reported_as_a_missing_image() {
    let made = image().with("a", "1").create();
    let mut image = image_of(&made);
    for key in ["b", "A", "name", "status", ""] {
        check_error(
            image.get_metadata_item(key),
            "KeyNotFound",
            &format!("image {} has no metadata item {key:?}", &*made),
        );
    }
    for key in ["b", "A", "a/b"] {
        check_error(
            image.delete_metadata_item(key),
            "KeyNotFound",
            &format!(
                "PATCH GLANCE/images/{}: 409 Conflict: There was a conflict when trying to \
                 complete your request. Property {key} does not exist. (request id ID)",
                &*made
            ),
        );
    }
    assert_eq!(cloud().raw_metadata(&made), json!({"a": "1"}));
}

#[test]
fn an_item_can_be_read_set_and_deleted() {
    let made = image().with("other", "x").create();
    let mut image = image_of(&made);
    for key in ["a", "a/b", "a~1", "ключ", "a b", "", "50%", "q?x=1&y#z"] {
        image.set_metadata_item(key, "1").expect("an item");
        image.set_metadata_item(key, "2").expect("an item");
        assert_eq!(image.get_metadata_item(key).expect("an item"), "2");
        assert_eq!(image.metadata.len(), 2);
        image.delete_metadata_item(key).expect("a deletion");
        check_metadata(&image, &made, &json!({"other": "x"}));
    }
}

#[test]
fn more_than_128_items_are_an_error() {
    let made = image().create();
    let mut image = image_of(&made);
    image.reset_metadata(numbered(128)).expect("a reset");
    image.merge_metadata([("k1", "changed")]).expect("a merge");
    // All items can be replaced by others.
    let others = (0..128).map(|n| (format!("other{n}"), "v"));
    image.reset_metadata(others).expect("a reset");
    let message = |attempted: u32| {
        format!(
            "PATCH GLANCE/images/{}: 413 Payload Too Large: The limit has been exceeded on \
             the number of allowed image properties. Attempted: {attempted}, Maximum: 128 (request \
             id ID)",
            &*made
        )
    };
    let kind = "UnexpectedStatus";
    check_error(image.reset_metadata(numbered(129)), kind, &message(129));
    check_error(image.merge_metadata(numbered(2)), kind, &message(130));
    check_error(image.set_metadata_item("k0", "v"), kind, &message(129));
    assert_eq!(image.metadata.len(), 128, "an error changes nothing");
}

#[test]
fn metadata_of_images_of_others_is_read_only() {
    for label in ["public-small", "other-shared", "other-community"] {
        let id = cloud().image_id(label);
        let before = cloud().raw_metadata(id);
        let mut image = images().get_image(id);
        let actual = image.get_metadata().expect("metadata");
        assert_eq!(serde_json::to_value(actual).expect("JSON"), before);
        let request = format!("PATCH GLANCE/images/{id}");
        for outcome in [
            image.reset_metadata([("x", "y")]),
            image.merge_metadata([("x", "y")]),
            image.set_metadata_item("x", "y"),
        ] {
            check_forbidden(outcome, &request, "modify_image");
        }
        assert_eq!(cloud().raw_metadata(id), before);
    }
}

#[test]
fn metadata_of_an_unknown_image_is_not_found() {
    let unknown = "00000000-1111-4222-8333-444444444444";
    for id in [unknown, "abc", cloud().image_id("other-private")] {
        let mut image = images().get_image(id);
        let message = |method| {
            format!(
                "{method} GLANCE/images/{id}: 404 Not Found: No image found with ID {id} (request \
                 id ID)"
            )
        };
        let (get, patch) = (message("GET"), message("PATCH"));
        check_error(image.get_metadata(), "NotFound", &get);
        check_error(image.get_metadata_item("a"), "NotFound", &get);
        check_error(image.reset_metadata([("a", "b")]), "NotFound", &get);
        check_error(image.merge_metadata([("a", "b")]), "NotFound", &patch);
        check_error(image.set_metadata_item("a", "b"), "NotFound", &patch);
        check_error(image.delete_metadata_item("a"), "NotFound", &patch);
    }
}
