//! Microversions: which are sent, which are refused here, which by the server.

use opencloud::compute::v2::{Compute, ListImages};
use opencloud::{Error, ServiceOptions};
use serde_json::json;

use crate::cloud::{cloud, ids};
use crate::error_snapshot::{kind, refused, said};
use crate::glance::image;

fn with(version: &str) -> opencloud::Result<Compute> {
    cloud()
        .openstack("demo")
        .compute_v2_with(ServiceOptions::new().microversion(version))
}

#[track_caller]
fn is_gone(error: &Error, version: &str, last: &str) {
    assert_eq!(kind(error), "InvalidInput");
    assert_eq!(
        said(error),
        format!(
            "microversion {version:?} no longer has this operation, {last} is the last that has \
             it: request that or none, or use the Image service; nothing was sent"
        )
    );
}

#[test]
fn every_call_works_up_to_the_last_version_of_images() {
    let made = image().make();
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
        image.reset_metadata([("a", version)]).expect("a PUT");
        image.merge_metadata([("b", "2")]).expect("a POST");
        image.set_metadata_item("c", "3").expect("a PUT of an item");
        assert_eq!(image.get_metadata_item("a").expect("an item"), version);
        image
            .delete_metadata_item("c")
            .expect("a DELETE of an item");
        image.get_metadata().expect("a GET");
        assert_eq!(cloud().metadata_of(&made), json!({"a": version, "b": "2"}));
    }
    with("2.35")
        .expect("a version")
        .get_image(&*made)
        .delete()
        .expect("a DELETE");
}

#[test]
fn metadata_work_up_to_their_own_last_version() {
    let made = image().make();
    for version in ["2.36", "2.38"] {
        let mut image = with(version).expect("a version").get_image(&*made);
        image.reset_metadata([("a", version)]).expect("a PUT");
        image.merge_metadata([("b", "2")]).expect("a POST");
        image.set_metadata_item("c", "3").expect("a PUT of an item");
        assert_eq!(image.get_metadata_item("a").expect("an item"), version);
        image
            .delete_metadata_item("c")
            .expect("a DELETE of an item");
        assert_eq!(image.get_metadata().expect("a GET").len(), 2);
    }
}

#[test]
fn images_above_their_last_version_are_refused_before_sending() {
    for version in ["2.36", "2.38", "2.100", "3.0", "latest"] {
        let compute = with(version).expect("a version");
        let mut image = compute.get_image(cloud().image_id("plain"));
        is_gone(
            &refused(compute.list_images(false).next().expect("an error")),
            version,
            "2.35",
        );
        is_gone(
            &refused(compute.list_images(true).next().expect("an error")),
            version,
            "2.35",
        );
        is_gone(&refused(image.retrieve()), version, "2.35");
        is_gone(&refused(image.delete()), version, "2.35");
    }
}

#[test]
fn metadata_above_their_last_version_are_refused_before_sending() {
    let made = image().with("kept", "k").make();
    for version in ["2.39", "latest"] {
        let mut image = with(version).expect("a version").get_image(&*made);
        is_gone(&refused(image.get_metadata()), version, "2.38");
        is_gone(
            &refused(image.reset_metadata([("a", "b")])),
            version,
            "2.38",
        );
        is_gone(
            &refused(image.merge_metadata([("a", "b")])),
            version,
            "2.38",
        );
        is_gone(&refused(image.get_metadata_item("kept")), version, "2.38");
        is_gone(&refused(image.set_metadata_item("a", "b")), version, "2.38");
        is_gone(
            &refused(image.delete_metadata_item("kept")),
            version,
            "2.38",
        );
    }
    assert_eq!(cloud().metadata_of(&made), json!({"kept": "k"}));
}

#[test]
fn a_version_that_the_server_does_not_have_is_its_own_refusal() {
    let error = refused(with("2.0").expect("a version").get_image("any").retrieve());
    assert_eq!(
        (kind(&error).as_str(), error.status()),
        ("UnexpectedStatus", Some(406))
    );
    let most = if cloud().is_zed() { "2.93" } else { "2.104" };
    assert_eq!(
        said(&error),
        format!(
            "GET {}/images/any: 406 Not Acceptable: Version 2.0 is not supported by the API. \
             Minimum is 2.1 and maximum is {most}. (request id ID)",
            cloud().nova()
        )
    );
}

#[test]
fn a_version_that_is_none_is_refused_before_signing_in() {
    for version in ["", "2", "2.x", "2.1.1", "two"] {
        let error = refused(with(version));
        assert_eq!(kind(&error), "InvalidInput");
        assert_eq!(
            said(&error),
            format!("invalid microversion {version:?}: expected a version such as \"2.35\"")
        );
    }
}
