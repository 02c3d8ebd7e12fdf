//! Microversions: sent when set, and rejected if they no longer have the operation.

use opencloud::compute::v2::ListImages;
use opencloud::{Error, ErrorKind, ServiceOptions};
use serde_json::{Value, json};

use crate::support::{Response, Server, id, image};

fn metadata(items: &Value) -> Response {
    Response::ok(&json!({"metadata": items}))
}

#[test]
fn a_microversion_is_sent_when_set() {
    let server = Server::with_responses([Response::ok(&json!({"image": image(1)}))]);
    let options = ServiceOptions::new().microversion("2.35");
    let mut image = server.compute_with(|o| o.compute(options)).get_image(id(1));
    image.retrieve().expect("an image");
    let request = &server.requests()[0];
    assert_eq!(
        request.header("openstack-api-version"),
        Some("compute 2.35")
    );
    assert_eq!(request.header("x-openstack-nova-api-version"), Some("2.35"));
}

#[test]
fn a_microversion_without_the_operation_is_rejected_before_a_request() {
    let server = Server::with_handler(|_| metadata(&json!({})));
    let with = |version: &str| {
        let options = ServiceOptions::new().microversion(version);
        server.compute_with(|o| o.compute(options))
    };
    let check = |error: &Error, version: &str, last: &str| {
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error:?}");
        assert_eq!(
            error.to_string(),
            format!(
                "microversion {version:?} does not support this operation; the last one that does \
                 is {last}: set that one, unset the microversion, or use the Image service; \
                 nothing was sent"
            )
        );
    };
    for version in ["2.36", "2.38", "2.39", "2.104", "latest"] {
        let compute = with(version);
        let list = |list: ListImages| compute.list_images(list).next().expect("an item");
        check(
            &list(ListImages::new()).expect_err("an error"),
            version,
            "2.35",
        );
        check(
            &list(ListImages::detailed()).expect_err("an error"),
            version,
            "2.35",
        );
        let mut image = compute.get_image("i");
        check(&image.retrieve().expect_err("an error"), version, "2.35");
        check(&image.delete().expect_err("an error"), version, "2.35");
    }
    assert_eq!(server.requests(), []);
    for version in ["2.39", "latest"] {
        let mut image = with(version).get_image("i");
        check(
            &image.get_metadata().expect_err("an error"),
            version,
            "2.38",
        );
        check(
            &image.reset_metadata([("a", "b")]).expect_err("an error"),
            version,
            "2.38",
        );
        check(
            &image.delete_metadata_item("a").expect_err("an error"),
            version,
            "2.38",
        );
    }
    assert_eq!(server.requests(), []);
    with("2.38")
        .get_image("i")
        .get_metadata()
        .expect("metadata");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn an_invalid_microversion_is_rejected_when_the_service_is_created() {
    let server = Server::start();
    let openstack = opencloud::OpenStack::new(server.options()).expect("valid options");
    for version in ["", "two", "2", "2.1\r\nX-Evil: 1"] {
        let options = ServiceOptions::new().microversion(version);
        let error = openstack.compute_v2_with(options).expect_err("an error");
        assert_eq!(
            error.to_string(),
            format!("invalid microversion {version:?}: expected a version such as \"2.35\"")
        );
    }
    assert_eq!(server.requests(), []);
}
