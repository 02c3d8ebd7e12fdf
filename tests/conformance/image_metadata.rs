//! The metadata of an image: the same outcomes as through Nova, without its losses.

use opencloud::image::v2::{Image, Metadata};
use opencloud::{Result, compute};
use serde_json::{Value, json};

use crate::cloud::cloud;
use crate::error_snapshot::kind;
use crate::fixtures::imported_image;
use crate::glance::{TestImage, image};
use crate::image_service::{check_error, image_of, images};

fn numbered(count: usize) -> impl Iterator<Item = (String, &'static str)> {
    (0..count).map(|n| (format!("k{n}"), "v"))
}

/// The properties of the image on the server.
#[track_caller]
fn on_server(made: &TestImage) -> Value {
    cloud().raw_metadata(made)
}

/// Checks the metadata of the copy and on the server.
#[track_caller]
fn check_metadata(image: &Image, made: &TestImage, expected: &Value) {
    let actual = serde_json::to_value(&image.metadata).expect("JSON");
    assert_eq!(&actual, expected, "of the copy");
    assert_eq!(&on_server(made), expected, "on the server");
}

#[test]
fn every_call_has_the_same_outcome_as_through_nova() {
    type Through<I> = fn(&mut I) -> Result<()>;
    let cases: [(Through<compute::v2::Image>, Through<Image>); 11] = [
        (
            |image| image.merge_metadata([("b", "new"), ("c", "3")]),
            |image| image.merge_metadata([("b", "new"), ("c", "3")]),
        ),
        (
            |image| image.merge_metadata([("", ""); 0]),
            |image| image.merge_metadata([("", ""); 0]),
        ),
        (
            |image| image.reset_metadata([("b", "new"), ("c", "3")]),
            |image| image.reset_metadata([("b", "new"), ("c", "3")]),
        ),
        (
            |image| image.clear_metadata(),
            |image| image.clear_metadata(),
        ),
        (
            |image| image.set_metadata_item("a", "new: é"),
            |image| image.set_metadata_item("a", "new: é"),
        ),
        (
            |image| image.set_metadata_item("c d.e:f-g", ""),
            |image| image.set_metadata_item("c d.e:f-g", ""),
        ),
        (
            |image| image.delete_metadata_item("a"),
            |image| image.delete_metadata_item("a"),
        ),
        (
            |image| image.delete_metadata_item("missing"),
            |image| image.delete_metadata_item("missing"),
        ),
        (
            |image| {
                image
                    .get_metadata_item("a")
                    .map(|value| assert_eq!(value, "1"))
            },
            |image| {
                image
                    .get_metadata_item("a")
                    .map(|value| assert_eq!(value, "1"))
            },
        ),
        (
            |image| image.get_metadata_item("missing").map(drop),
            |image| image.get_metadata_item("missing").map(drop),
        ),
        (
            |image| {
                let metadata = image.get_metadata()?;
                image.reset_metadata(&metadata)
            },
            |image| {
                let metadata = image.get_metadata()?;
                image.reset_metadata(&metadata)
            },
        ),
    ];
    let make = || image().with("a", "1").with("b", "2: ü").create();
    for (at, (through_nova, natively)) in cases.into_iter().enumerate() {
        let (old, new) = (make(), make());
        let outcomes = [
            through_nova(&mut cloud().compute("demo").get_image(&*old)),
            natively(&mut image_of(&new)),
        ];
        let [expected, actual] = outcomes.map(|outcome| outcome.map_err(|error| kind(&error)));
        assert_eq!(actual, expected, "case {at}");
        assert_eq!(on_server(&new), on_server(&old), "case {at}");
    }
}

#[test]
fn every_image_has_the_same_metadata_as_through_nova() {
    for (label, id) in cloud()
        .labels()
        .filter(|(label, _)| *label != "other-private")
    {
        let mut image = images().get_image(id);
        let actual = image.get_metadata().expect("metadata");
        let mut old = cloud().compute("demo").get_image(id);
        let expected = old.get_metadata().expect("metadata");
        assert_eq!(
            actual.keys().collect::<Vec<_>>(),
            expected.keys().collect::<Vec<_>>(),
            "{label}"
        );
        for (key, value) in &actual {
            // Nova parses some values as JSON.
            let parsed = serde_json::from_str::<Value>(value);
            match (parsed, expected.get(key)) {
                (_, Some(same)) if same == value => {}
                (Ok(json), Some(text)) => {
                    assert_eq!(json, serde_json::from_str::<Value>(text).expect("JSON"));
                }
                (_, other) => panic!("{label}, {key}: {value:?} and {other:?}"),
            }
        }
    }
}

#[test]
fn a_write_keeps_the_visibility_that_nova_changes_to_private() {
    for visibility in ["shared", "community"] {
        let made = image()
            .with("visibility", visibility)
            .with("a", "1")
            .create();
        let mut new = image_of(&made);
        new.merge_metadata([("b", "2")]).expect("a merge");
        new.set_metadata_item("c", "3").expect("an item");
        new.delete_metadata_item("c").expect("a deletion");
        new.reset_metadata([("d", "4")]).expect("a reset");
        assert_eq!(made.in_glance()["visibility"], visibility);
        assert_eq!(new.visibility, Some(visibility.into()));

        let mut old = cloud().compute("demo").get_image(&*made);
        old.reset_metadata([("d", "5")]).expect("a reset");
        assert_eq!(made.in_glance()["visibility"], "private");
    }
}

#[test]
fn members_still_see_an_image_after_a_write() {
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
fn a_reset_keeps_the_keys_of_glance_that_nova_cannot_reset() {
    let made = imported_image("active", "");
    let mut new = image_of(&made);
    new.reset_metadata([("b", "2")]).expect("a reset");
    let expected = json!({
        "b": "2", "os_glance_importing_to_stores": "", "os_glance_failed_import": ""
    });
    check_metadata(&new, &made, &expected);
    new.clear_metadata().expect("a reset");
    assert_eq!(new.metadata.len(), 2);

    let mut old = cloud().compute("demo").get_image(&*made);
    let outcome = old.reset_metadata([("c", "3")]);
    assert_eq!(
        outcome.map_err(|error| kind(&error)),
        Err("Forbidden".into())
    );
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
    assert_eq!(on_server(&made), json!({"a": "1"}));
}

#[test]
fn an_item_can_be_read_set_and_deleted() {
    let made = image().with("other", "x").create();
    let mut image = image_of(&made);
    for key in ["a", "a/b", "a~1", "ключ", "a b", "", "50%", "q?x=1&y#z"] {
        image.set_metadata_item(key, "1").expect("an item");
        image
            .set_metadata_item(key, "2\n🗝"[..2].trim())
            .expect("an item");
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
        let message = format!(
            "PATCH GLANCE/images/{id}: 403 Forbidden: You are not authorized to complete \
             modify_image action. (request id ID)"
        );
        check_error(image.reset_metadata([("x", "y")]), "Forbidden", &message);
        check_error(image.merge_metadata([("x", "y")]), "Forbidden", &message);
        check_error(image.set_metadata_item("x", "y"), "Forbidden", &message);
        assert_eq!(cloud().raw_metadata(id), before);
    }
}

#[test]
fn a_reader_reads_metadata_and_may_not_change_it() {
    let made = image().with("a", "1").create();
    let mut image = cloud().images("demo-reader").get_image(&*made);
    assert_eq!(image.get_metadata_item("a").expect("an item"), "1");
    for outcome in [
        image.reset_metadata([("b", "2")]),
        image.clear_metadata(),
        image.merge_metadata([("b", "2")]),
        image.set_metadata_item("b", "2"),
        image.delete_metadata_item("a"),
    ] {
        assert_eq!(
            outcome.map_err(|error| kind(&error)),
            Err("Forbidden".into())
        );
    }
    assert_eq!(on_server(&made), json!({"a": "1"}));
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
