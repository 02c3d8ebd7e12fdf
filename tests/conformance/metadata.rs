//! All metadata of an image: get, reset, merge, and the permissions.

use opencloud::compute::v2::{Image, Metadata};
use opencloud::{Error, ErrorKind};
use serde_json::{Value, json};

use crate::cloud::cloud;
use crate::error_snapshot::{expect_error, kind, snapshot};
use crate::glance::{TestImage, image};

#[track_caller]
fn image_of(made: &TestImage) -> Image {
    cloud().compute("demo").get_image(&**made)
}

/// Checks the metadata of the image and on the server.
#[track_caller]
fn check_metadata(image: &Image, expected: &Value) {
    assert_eq!(
        &serde_json::to_value(&image.metadata).expect("JSON"),
        expected,
        "of the image"
    );
    assert_eq!(&cloud().raw_metadata(&image.id), expected, "on the server");
}

#[test]
fn get_metadata_returns_and_stores_the_metadata() {
    let made = image().with("a", "1").with("B", "2").create();
    let mut image = image_of(&made);
    let actual = image.get_metadata().expect("metadata");
    assert_eq!(actual, Metadata::from([("a", "1"), ("B", "2")]));
    assert_eq!(image.metadata, actual);
    assert_eq!(image.name, None, "only the metadata is requested");
}

#[test]
fn a_merge_adds_and_changes_items_and_keeps_the_others() {
    let made = image().with("a", "1").with("b", "2").create();
    let mut image = image_of(&made);
    image
        .merge_metadata([("b", "changed"), ("c", "new")])
        .expect("a merge");
    check_metadata(&image, &json!({"a": "1", "b": "changed", "c": "new"}));
    image
        .merge_metadata(Metadata::new().iter())
        .expect("a merge");
    check_metadata(&image, &json!({"a": "1", "b": "changed", "c": "new"}));
}

#[test]
fn a_reset_replaces_all_metadata_and_no_other_field() {
    let made = image()
        .with("a", "1")
        .with("tags", json!(["t"]))
        .with("min_disk", 4)
        .create();
    let before = made.in_glance();
    let mut image = image_of(&made);
    image.reset_metadata([("b", "2")]).expect("a reset");
    check_metadata(&image, &json!({"b": "2"}));
    let after = made.in_glance();
    for field in [
        "name",
        "min_disk",
        "min_ram",
        "visibility",
        "tags",
        "status",
        "checksum",
    ] {
        assert_eq!(after[field], before[field], "{field}");
    }
}

#[test]
fn a_reset_without_items_removes_all_metadata() {
    let made = image()
        .with("a", "1")
        .with("kernel_id", Value::Null)
        .create();
    let mut image = image_of(&made);
    image.reset_metadata([("", ""); 0]).expect("a reset");
    check_metadata(&image, &json!({}));
}

#[test]
fn metadata_can_be_sent_back() {
    let made = image()
        .with("a", "1")
        .with("b c", "2: ü")
        .with("empty", "")
        .create();
    let mut image = image_of(&made);
    let mut metadata = image.get_metadata().expect("metadata");
    metadata.insert("d", "4");
    image.reset_metadata(&metadata).expect("a reset");
    check_metadata(
        &image,
        &json!({"a": "1", "b c": "2: ü", "empty": "", "d": "4"}),
    );
}

#[test]
fn keys_that_nova_accepts_and_ignores_are_rejected() {
    let made = image().with("other", "x").create();
    for key in [
        "name",
        "id",
        "min_disk",
        "min_ram",
        "owner",
        "visibility",
        "disk_format",
        "checksum",
        "os_hidden",
        " name\n",
    ] {
        for error in [
            expect_error(image_of(&made).merge_metadata([("a", "b"), (key, "v")])),
            expect_error(image_of(&made).reset_metadata([(key, "v")])),
            expect_error(image_of(&made).set_metadata_item(key, "v")),
        ] {
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert_eq!(
                error.message(),
                format!(
                    "metadata item {key:?} is a field of the image; Nova would ignore it; nothing \
                     was sent"
                )
            );
        }
    }
    assert_eq!(cloud().raw_metadata(&made), json!({"other": "x"}));
}

#[test]
fn keys_that_glance_reserves_are_forbidden() {
    let made = image().with("other", "x").create();
    for field in [
        "created_at",
        "schema",
        "file",
        "deleted",
        "direct_url",
        "os_glance_x",
    ] {
        let error = expect_error(image_of(&made).merge_metadata([(field, "v")]));
        assert_eq!(kind(&error), "Forbidden", "{field}");
        assert_eq!(
            snapshot(&error),
            format!(
                "POST {}/images/{id}/metadata: 403 Forbidden: Not authorized for image {id}. \
                 (request id ID)",
                cloud().nova(),
                id = &*made
            )
        );
    }
    assert_eq!(cloud().raw_metadata(&made), json!({"other": "x"}));
}

#[test]
fn more_than_128_items_are_forbidden() {
    let made = image().create();
    let mut image = image_of(&made);
    let items = |count: usize| (0..count).map(|n| (format!("k{n}"), "v"));
    image.reset_metadata(items(128)).expect("a reset");
    image.merge_metadata([("k1", "changed")]).expect("a merge");
    assert_eq!(
        (image.metadata.len(), image.metadata.get("k1")),
        (128, Some("changed"))
    );
    for error in [
        expect_error(image.reset_metadata(items(129))),
        expect_error(image.merge_metadata([("k128", "v")])),
        expect_error(image.set_metadata_item("k128", "v")),
    ] {
        assert_eq!(kind(&error), "Forbidden");
        assert_eq!(error.message(), "Image metadata limit exceeded");
    }
    assert_eq!(image.metadata.len(), 128, "an error changes nothing");
    assert_eq!(
        cloud()
            .raw_metadata(&made)
            .as_object()
            .map(serde_json::Map::len),
        Some(128)
    );
    image.delete_metadata_item("k0").expect("a deletion");
    image.set_metadata_item("k128", "v").expect("an item");
}

#[test]
fn a_request_body_that_is_too_large_is_an_error() {
    let made = image().with("other", "x").create();
    let items = (0..600).map(|n| (format!("k{n}"), "v".repeat(255)));
    let error = expect_error(image_of(&made).merge_metadata(items));
    // The server responds and closes the connection before it has read the body, so
    // the client sees either the response or the closed connection.
    match kind(&error).as_str() {
        "UnexpectedStatus" => {
            assert_eq!(error.status(), Some(413));
            let message = error.message();
            assert!(message.starts_with("Request is too large."), "{message}");
        }
        other => assert_eq!(other, "Connection", "{error}"),
    }
    assert_eq!(cloud().raw_metadata(&made), json!({"other": "x"}));
}

#[test]
fn metadata_of_an_image_in_any_state_can_be_changed() {
    let deactivated = image().create();
    deactivated.deactivate();
    let protected = image().with("protected", true).create();
    for made in [&image().queued().create(), &deactivated, &protected] {
        let mut image = image_of(made);
        image.reset_metadata([("a", "1")]).expect("a reset");
        image.merge_metadata([("b", "2")]).expect("a merge");
        image.set_metadata_item("c", "3").expect("an item");
        image.delete_metadata_item("a").expect("a deletion");
        check_metadata(&image, &json!({"b": "2", "c": "3"}));
    }
    protected.unprotect();
}

/// The errors of every call that writes, as this user.
fn write_errors(user: &str, id: &str) -> [Error; 3] {
    let mut image = cloud().compute(user).get_image(id);
    [
        expect_error(image.reset_metadata([("a", "b")])),
        expect_error(image.merge_metadata([("a", "b")])),
        expect_error(image.set_metadata_item("a", "b")),
    ]
}

#[test]
fn metadata_of_images_of_others_is_read_only() {
    for label in ["public-small", "other-shared", "other-community"] {
        let id = cloud().image_id(label);
        let before = cloud().raw_metadata(id);
        let mut image = cloud().compute("demo").get_image(id);
        let actual = image.get_metadata().expect("metadata");
        assert_eq!(serde_json::to_value(actual).expect("JSON"), before);
        for error in write_errors("demo", id) {
            assert_eq!(kind(&error), "Forbidden", "{error}");
            assert_eq!(error.message(), format!("Not authorized for image {id}."));
        }
        assert_eq!(cloud().raw_metadata(id), before);
    }
}

#[test]
fn writing_metadata_as_a_reader_is_forbidden_except_in_zed() {
    let made = image().with("a", "1").create();
    let mut image = cloud().compute("demo-reader").get_image(&*made);
    assert_eq!(image.get_metadata_item("a").expect("an item"), "1");
    if cloud().is_zed() {
        image.merge_metadata([("b", "2")]).expect("Zed allows it");
        return;
    }
    for error in write_errors("demo-reader", &made) {
        assert_eq!(kind(&error), "Forbidden", "{error}");
    }
    assert_eq!(cloud().raw_metadata(&made), json!({"a": "1"}));
}

#[test]
fn metadata_of_an_unknown_image_is_not_found() {
    let unknown = "00000000-1111-4222-8333-444444444444";
    for id in [unknown, "abc", cloud().image_id("other-private")] {
        let mut image = cloud().compute("demo").get_image(id);
        let mut errors = vec![
            expect_error(image.get_metadata()),
            expect_error(image.get_metadata_item("a")),
            expect_error(image.delete_metadata_item("a")),
        ];
        errors.extend(write_errors("demo", id));
        for error in errors {
            assert_eq!(kind(&error), "NotFound");
            assert_eq!(error.kind(), ErrorKind::NotFound);
            assert_eq!(error.message(), "Image not found.");
        }
    }
}
