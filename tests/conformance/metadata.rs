//! The metadata as a whole: get, reset, merge, and who may.

use opencloud::compute::v2::{Image, Metadata};
use opencloud::{Error, ErrorKind};
use serde_json::{Value, json};

use crate::cloud::cloud;
use crate::error_snapshot::{kind, refused, said};
use crate::glance::{Made, image};

#[track_caller]
fn of(made: &Made) -> Image {
    cloud().compute("demo").get_image(&**made)
}

/// What the crate holds is what the server has.
#[track_caller]
fn both_have(image: &Image, expected: &Value) {
    assert_eq!(
        &serde_json::to_value(&image.metadata).expect("JSON"),
        expected,
        "here"
    );
    assert_eq!(&cloud().metadata_of(&image.id), expected, "there");
}

#[test]
fn metadata_are_got_and_kept() {
    let made = image().with("a", "1").with("B", "2").make();
    let mut image = of(&made);
    let got = image.get_metadata().expect("a GET");
    assert_eq!(got, Metadata::from([("a", "1"), ("B", "2")]));
    assert_eq!(image.metadata, got);
    assert_eq!(image.name, None, "nothing else was asked for");
}

#[test]
fn a_merge_sets_and_changes_and_leaves_the_others() {
    let made = image().with("a", "1").with("b", "2").make();
    let mut image = of(&made);
    image
        .merge_metadata([("b", "changed"), ("c", "new")])
        .expect("a POST");
    both_have(&image, &json!({"a": "1", "b": "changed", "c": "new"}));
    image
        .merge_metadata(Metadata::new().iter())
        .expect("a POST of nothing");
    both_have(&image, &json!({"a": "1", "b": "changed", "c": "new"}));
}

#[test]
fn a_reset_replaces_everything_and_nothing_but_the_metadata() {
    let made = image()
        .with("a", "1")
        .with("tags", json!(["t"]))
        .with("min_disk", 4)
        .make();
    let before = made.in_glance();
    let mut image = of(&made);
    image.reset_metadata([("b", "2")]).expect("a PUT");
    both_have(&image, &json!({"b": "2"}));
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
fn a_reset_with_nothing_takes_everything_away() {
    let made = image().with("a", "1").with("kernel_id", Value::Null).make();
    let mut image = of(&made);
    image
        .reset_metadata([("", ""); 0])
        .expect("a PUT of nothing");
    both_have(&image, &json!({}));
}

#[test]
fn what_was_got_can_be_sent_back() {
    let made = image()
        .with("a", "1")
        .with("b c", "2: ü")
        .with("empty", "")
        .make();
    let mut image = of(&made);
    let mut metadata = image.get_metadata().expect("a GET");
    metadata.insert("d", "4");
    image.reset_metadata(&metadata).expect("a PUT");
    both_have(
        &image,
        &json!({"a": "1", "b c": "2: ü", "empty": "", "d": "4"}),
    );
}

#[test]
fn glances_own_fields_are_taken_without_an_effect() {
    let made = image().with("kept", "k").make();
    let before = made.in_glance();
    let mut image = of(&made);
    let fields = [
        "name",
        "id",
        "min_disk",
        "min_ram",
        "owner",
        "visibility",
        "disk_format",
    ];
    image
        .merge_metadata(fields.map(|field| (field, "v")))
        .expect("a POST");
    both_have(&image, &json!({"kept": "k"}));
    let after = made.in_glance();
    for field in fields {
        assert_eq!(after[field], before[field], "{field}");
    }
}

#[test]
fn fields_that_glance_reserves_are_forbidden() {
    let made = image().with("kept", "k").make();
    for field in [
        "created_at",
        "schema",
        "file",
        "deleted",
        "direct_url",
        "os_glance_x",
    ] {
        let error = refused(of(&made).merge_metadata([(field, "v")]));
        assert_eq!(kind(&error), "Forbidden", "{field}");
        assert_eq!(
            said(&error),
            format!(
                "POST {}/images/{id}/metadata: 403 Forbidden: Not authorized for image {id}. \
                 (request id ID)",
                cloud().nova(),
                id = &*made
            )
        );
    }
    assert_eq!(cloud().metadata_of(&made), json!({"kept": "k"}));
}

#[test]
fn an_image_has_at_most_128_items() {
    let made = image().make();
    let mut image = of(&made);
    let items = |count: usize| (0..count).map(|n| (format!("k{n}"), "v"));
    image.reset_metadata(items(128)).expect("128 items");
    image
        .merge_metadata([("k1", "changed")])
        .expect("no more items than before");
    assert_eq!(
        (image.metadata.len(), image.metadata.get("k1")),
        (128, Some("changed"))
    );
    for error in [
        refused(image.reset_metadata(items(129))),
        refused(image.merge_metadata([("k128", "v")])),
        refused(image.set_metadata_item("k128", "v")),
    ] {
        assert_eq!(kind(&error), "Forbidden");
        assert_eq!(error.message(), "Image metadata limit exceeded");
    }
    assert_eq!(image.metadata.len(), 128, "a refusal changes nothing here");
    assert_eq!(
        cloud()
            .metadata_of(&made)
            .as_object()
            .map(serde_json::Map::len),
        Some(128)
    );
    image.delete_metadata_item("k0").expect("one less");
    image.set_metadata_item("k128", "v").expect("room for one");
}

#[test]
fn a_body_that_is_too_large_is_refused() {
    let made = image().with("kept", "k").make();
    let items = (0..600).map(|n| (format!("k{n}"), "v".repeat(255)));
    let error = refused(of(&made).merge_metadata(items));
    // The server answers and closes before it has read the body; what arrives
    // first is the answer or the broken connection.
    match kind(&error).as_str() {
        "UnexpectedStatus" => {
            assert_eq!(error.status(), Some(413));
            let words = error.message();
            assert!(words.starts_with("Request is too large."), "{words}");
        }
        other => assert_eq!(other, "Connection", "{error}"),
    }
    assert_eq!(cloud().metadata_of(&made), json!({"kept": "k"}));
}

#[test]
fn metadata_of_an_image_in_any_state_can_be_changed() {
    let deactivated = image().make();
    deactivated.deactivate();
    let protected = image().with("protected", true).make();
    for made in [&image().queued().make(), &deactivated, &protected] {
        let mut image = of(made);
        image.reset_metadata([("a", "1")]).expect("a PUT");
        image.merge_metadata([("b", "2")]).expect("a POST");
        image.set_metadata_item("c", "3").expect("a PUT of an item");
        image
            .delete_metadata_item("a")
            .expect("a DELETE of an item");
        both_have(&image, &json!({"b": "2", "c": "3"}));
    }
    protected.unprotect();
}

/// Every call that writes, as that user.
fn writes(user: &str, id: &str) -> [Error; 3] {
    let mut image = cloud().compute(user).get_image(id);
    [
        refused(image.reset_metadata([("a", "b")])),
        refused(image.merge_metadata([("a", "b")])),
        refused(image.set_metadata_item("a", "b")),
    ]
}

#[test]
fn metadata_of_others_are_read_and_not_written() {
    for label in ["public-small", "other-shared", "other-community"] {
        let id = cloud().image_id(label);
        let before = cloud().metadata_of(id);
        let mut image = cloud().compute("demo").get_image(id);
        let got = image.get_metadata().expect("a GET");
        assert_eq!(serde_json::to_value(got).expect("JSON"), before);
        for error in writes("demo", id) {
            assert_eq!(kind(&error), "Forbidden", "{error}");
            assert_eq!(error.message(), format!("Not authorized for image {id}."));
        }
        assert_eq!(cloud().metadata_of(id), before);
    }
}

#[test]
fn a_reader_reads_and_writes_only_where_the_cloud_lets_readers() {
    let made = image().with("a", "1").make();
    let mut image = cloud().compute("demo-reader").get_image(&*made);
    assert_eq!(image.get_metadata_item("a").expect("an item"), "1");
    if cloud().is_zed() {
        image
            .merge_metadata([("b", "2")])
            .expect("Zed lets a reader");
        return;
    }
    for error in writes("demo-reader", &made) {
        assert_eq!(kind(&error), "Forbidden", "{error}");
    }
    assert_eq!(cloud().metadata_of(&made), json!({"a": "1"}));
}

#[test]
fn the_image_of_which_there_is_none_has_no_metadata() {
    let unknown = "00000000-1111-4222-8333-444444444444";
    for id in [unknown, "abc", cloud().image_id("other-private")] {
        let mut image = cloud().compute("demo").get_image(id);
        let mut errors = vec![
            refused(image.get_metadata()),
            refused(image.get_metadata_item("a")),
            refused(image.delete_metadata_item("a")),
        ];
        errors.extend(writes("demo", id));
        for error in errors {
            assert_eq!(kind(&error), "NotFound");
            assert_eq!(error.kind(), ErrorKind::NotFound);
            assert_eq!(error.message(), "Image not found.");
        }
    }
}
