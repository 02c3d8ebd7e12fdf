//! The same calls through the Image service and through Nova.

use opencloud::image::v2::{Image, ListImages};
use opencloud::{Result, compute};
use serde_json::{Value, json};

use crate::cloud::{cloud, listed, unique};
use crate::error_snapshot::kind;
use crate::fixtures::imported_image;
use crate::glance::image;
use crate::image_service::{ids, image_of, images};

#[test]
fn every_filter_selects_the_same_images_in_the_same_order_as_through_nova() {
    type Nova = compute::v2::ListImages;
    type Filter<L> = fn(L) -> L;
    const SERVER: &str = "7d0e2ad4-90ee-4cb3-b6f0-4d2f6c9a1f34";
    let name = unique("same: \"list\", a");
    let new = || image().named(&name);
    let made = [
        new().with("min_disk", 1).create(),
        new()
            .with("min_ram", 64)
            .with("instance_uuid", SERVER)
            .create(),
        new().queued().create(),
        new().with("image_type", "snapshot").create(),
        new()
            .with("architecture", "x86_64")
            .with("visibility", "shared")
            .create(),
        new().with("os_hidden", true).create(),
    ];
    made[0].deactivate();
    let filters: [(Filter<Nova>, Filter<ListImages>); 11] = [
        (|list| list, |list| list),
        (|list| list.status("ACTIVE"), |list| list.status("active")),
        (
            |list| list.status("SAVING"),
            |list| list.status("in:queued,saving"),
        ),
        (
            |list| list.status("UNKNOWN"),
            |list| list.status("in:deactivated,importing,uploading"),
        ),
        (|list| list.min_disk(1), |list| list.min_disk(1)),
        (|list| list.min_ram(64), |list| list.min_ram(64)),
        (
            |list| list.image_type("snapshot"),
            |list| list.image_type("snapshot"),
        ),
        (
            |list| list.property("architecture", "x86_64"),
            |list| list.property("architecture", "x86_64"),
        ),
        (
            |list| list.changes_since("2020-01-01T00:00:00+01:00"),
            |list| list.changes_since("2020-01-01T00:00:00+01:00"),
        ),
        (|list| list.limit(2), |list| list.limit(2)),
        (|list| list.server(SERVER), |list| list.server(SERVER)),
    ];
    let mut all = Vec::new();
    for (through_nova, through_glance) in filters {
        let expected = listed(through_nova(Nova::new().name(&name)));
        let actual = ids(through_glance(ListImages::new().name(&name)));
        assert_eq!(actual, expected);
        assert!(!actual.is_empty());
        all.push(actual.len());
    }
    assert_eq!(all, [5, 3, 1, 1, 1, 1, 1, 1, 5, 2, 1]);
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
    for (at, (through_nova, through_glance)) in cases.into_iter().enumerate() {
        let (old, new) = (make(), make());
        let outcomes = [
            through_nova(&mut cloud().compute("demo").get_image(&*old)),
            through_glance(&mut image_of(&new)),
        ];
        let [expected, actual] = outcomes.map(|outcome| outcome.map_err(|error| kind(&error)));
        assert_eq!(actual, expected, "case {at}");
        assert_eq!(
            cloud().raw_metadata(&new),
            cloud().raw_metadata(&old),
            "case {at}"
        );
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
fn a_reset_keeps_the_keys_of_glance_that_nova_cannot_reset() {
    let made = imported_image("active", "");
    let mut new = image_of(&made);
    new.reset_metadata([("b", "2")]).expect("a reset");
    let expected = json!({
        "b": "2", "os_glance_importing_to_stores": "", "os_glance_failed_import": ""
    });
    assert_eq!(cloud().raw_metadata(&made), expected);
    new.clear_metadata().expect("a reset");
    assert_eq!(new.metadata.len(), 2);

    let mut old = cloud().compute("demo").get_image(&*made);
    let outcome = old.reset_metadata([("c", "3")]);
    assert_eq!(
        outcome.map_err(|error| kind(&error)),
        Err("Forbidden".into())
    );
}
