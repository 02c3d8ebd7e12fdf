//! Microversions: which are sent, and which the crate or the server rejects.

use opencloud::compute::v2::{Compute, ListImages};
use opencloud::{Error, ServiceOptions};
use serde_json::json;

use crate::cloud::{cloud, ids};
use crate::error_snapshot::{expect_error, kind, snapshot};
use crate::glance::image;

fn with(version: &str) -> opencloud::Result<Compute> {
    cloud()
        .openstack("demo")
        .compute_v2_with(ServiceOptions::new().microversion(version))
}

#[track_caller]
fn check_rejected(error: &Error, version: &str, last: &str) {
    assert_eq!(kind(error), "InvalidInput");
    assert_eq!(
        snapshot(error),
        format!(
            "microversion {version:?} does not support this operation; the last one that does is \
             {last}: set that one, unset the microversion, or use the Image service; nothing was \
             sent"
        )
    );
}

#[test]
fn every_operation_works_up_to_microversion_2_35() {
    let made = image().create();
    for version in ["2.1", "2.9", "2.35"] {
        let compute = with(version).expect("a version");
        assert_eq!(
            ids(compute.list_images(ListImages::new().limit(2).page_size(1))).len(),
            2
        );
        assert_eq!(
            ids(compute.list_images(ListImages::detailed().limit(1))).len(),
            1
        );
        let mut image = compute.get_image(&*made);
        image.retrieve().expect("the image");
        image.reset_metadata([("a", version)]).expect("a reset");
        image.merge_metadata([("b", "2")]).expect("a merge");
        image.set_metadata_item("c", "3").expect("an item");
        assert_eq!(image.get_metadata_item("a").expect("an item"), version);
        image.delete_metadata_item("c").expect("a deletion");
        image.get_metadata().expect("metadata");
        assert_eq!(cloud().raw_metadata(&made), json!({"a": version, "b": "2"}));
    }
    with("2.35")
        .expect("a version")
        .get_image(&*made)
        .delete()
        .expect("a deletion");
}

#[test]
fn metadata_operations_work_up_to_microversion_2_38() {
    let made = image().create();
    for version in ["2.36", "2.38"] {
        let mut image = with(version).expect("a version").get_image(&*made);
        image.reset_metadata([("a", version)]).expect("a reset");
        image.merge_metadata([("b", "2")]).expect("a merge");
        image.set_metadata_item("c", "3").expect("an item");
        assert_eq!(image.get_metadata_item("a").expect("an item"), version);
        image.delete_metadata_item("c").expect("a deletion");
        assert_eq!(image.get_metadata().expect("metadata").len(), 2);
    }
}

#[test]
fn image_operations_above_microversion_2_35_are_rejected_before_a_request() {
    for version in ["2.36", "2.38", "2.100", "3.0", "latest"] {
        let compute = with(version).expect("a version");
        let mut image = compute.get_image(cloud().image_id("plain"));
        check_rejected(
            &expect_error(compute.list_images(false).next().expect("an error")),
            version,
            "2.35",
        );
        check_rejected(
            &expect_error(compute.list_images(true).next().expect("an error")),
            version,
            "2.35",
        );
        check_rejected(&expect_error(image.retrieve()), version, "2.35");
        check_rejected(&expect_error(image.delete()), version, "2.35");
    }
}

#[test]
fn metadata_operations_above_microversion_2_38_are_rejected_before_a_request() {
    let made = image().with("other", "x").create();
    for version in ["2.39", "latest"] {
        let mut image = with(version).expect("a version").get_image(&*made);
        check_rejected(&expect_error(image.get_metadata()), version, "2.38");
        check_rejected(
            &expect_error(image.reset_metadata([("a", "b")])),
            version,
            "2.38",
        );
        check_rejected(
            &expect_error(image.merge_metadata([("a", "b")])),
            version,
            "2.38",
        );
        check_rejected(
            &expect_error(image.get_metadata_item("other")),
            version,
            "2.38",
        );
        check_rejected(
            &expect_error(image.set_metadata_item("a", "b")),
            version,
            "2.38",
        );
        check_rejected(
            &expect_error(image.delete_metadata_item("other")),
            version,
            "2.38",
        );
    }
    assert_eq!(cloud().raw_metadata(&made), json!({"other": "x"}));
}

#[test]
fn a_microversion_that_the_server_does_not_support_is_an_error() {
    let error = expect_error(with("2.0").expect("a version").get_image("any").retrieve());
    assert_eq!(
        (kind(&error).as_str(), error.status()),
        ("UnexpectedStatus", Some(406))
    );
    let most = if cloud().is_zed() { "2.93" } else { "2.104" };
    assert_eq!(
        snapshot(&error),
        format!(
            "GET {}/images/any: 406 Not Acceptable: Version 2.0 is not supported by the API. \
             Minimum is 2.1 and maximum is {most}. (request id ID)",
            cloud().nova()
        )
    );
}

#[test]
fn an_invalid_microversion_is_rejected_before_authentication() {
    for version in ["", "2", "2.x", "2.1.1", "two"] {
        let error = expect_error(with(version));
        assert_eq!(kind(&error), "InvalidInput");
        assert_eq!(
            snapshot(&error),
            format!("invalid microversion {version:?}: expected a version such as \"2.35\"")
        );
    }
}
