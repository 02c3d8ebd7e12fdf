//! Waiting for a status of an image.

use std::time::Duration;

use opencloud::ErrorKind;
use opencloud::compute::v2::ImageStatus;
use serde_json::json;

use crate::support::{COMPUTE, Response, Server, fault, id, image};

fn with_status(status: &str) -> Response {
    let mut image = image(1);
    image["status"] = json!(status);
    Response::ok(&json!({"image": image}))
}

#[test]
fn a_wait_polls_until_the_image_has_the_status() {
    let server = Server::with_responses([with_status("SAVING"), with_status("ACTIVE")]);
    let mut image = server.compute().get_image(id(1));
    image
        .wait_until_active(Duration::from_secs(60))
        .expect("an active image");
    assert_eq!(image.status, Some(ImageStatus::Active));
    assert_eq!(
        server.lines(),
        vec![format!("GET {COMPUTE}/images/{}", id(1)); 2]
    );

    let server = Server::with_responses([with_status("ERROR")]);
    let mut image = server.compute().get_image(id(1));
    image
        .wait_until(ImageStatus::Error, Duration::ZERO)
        .expect("a failed image");

    let server = Server::with_responses([with_status("SAVING"), with_status("QUEUED")]);
    let mut image = server.compute().get_image(id(1));
    let mut seen = Vec::new();
    image
        .wait_with(Duration::from_secs(60), |image| {
            seen.push(image.status.clone());
            image.status == Some(ImageStatus::Other("QUEUED".into()))
        })
        .expect("a queued image");
    assert_eq!(
        seen,
        [
            Some(ImageStatus::Saving),
            Some(ImageStatus::Other("QUEUED".into()))
        ]
    );
}

#[test]
fn wait_until_deleted_accepts_a_missing_image_but_no_other_404() {
    let not_found = || fault(404, "itemNotFound", "Image not found.");
    let server = Server::with_responses([with_status("ACTIVE"), not_found()]);
    let mut image = server.compute().get_image(id(1));
    image
        .wait_until_deleted(Duration::from_secs(60))
        .expect("a deleted image");

    let server = Server::with_responses([with_status("DELETED")]);
    let mut image = server.compute().get_image(id(1));
    image
        .wait_until_deleted(Duration::from_secs(60))
        .expect("a deleted image");

    let server = Server::with_responses([Response::html(404, "<html>no such page</html>")]);
    let mut image = server.compute().get_image(id(1));
    let error = image
        .wait_until_deleted(Duration::from_secs(60))
        .expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::NoSuchApi);

    let server = Server::with_responses([not_found()]);
    let mut image = server.compute().get_image(id(1));
    let error = image
        .wait_until_active(Duration::from_secs(60))
        .expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::WaitFailed);
    assert_eq!(
        error.to_string(),
        format!("image {} cannot become ACTIVE: it does not exist", id(1))
    );
    let source = std::error::Error::source(&error).expect("a source");
    assert!(source.to_string().contains("404 Not Found"), "{source}");
}

#[test]
fn a_status_that_excludes_the_target_ends_the_wait() {
    for status in ["ERROR", "DELETED"] {
        let server = Server::with_responses([with_status("SAVING"), with_status(status)]);
        let mut image = server.compute().get_image(id(1));
        let error = image
            .wait_until("active", Duration::from_secs(60))
            .expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::WaitFailed);
        assert_eq!(
            error.to_string(),
            format!(
                "image {} cannot become ACTIVE: its status is {status}",
                id(1)
            )
        );
    }
}

#[test]
fn a_wait_that_exceeds_its_timeout_is_an_error() {
    let server = Server::with_handler(|_| with_status("SAVING"));
    let mut image = server.compute().get_image(id(1));
    let timeout = Duration::from_millis(150);
    for (error, target) in [
        (
            image.wait_until_active(timeout).expect_err("a timeout"),
            " to become ACTIVE",
        ),
        (
            image.wait_until_deleted(timeout).expect_err("a timeout"),
            " to become DELETED",
        ),
        (
            image.wait_with(timeout, |_| false).expect_err("a timeout"),
            "",
        ),
    ] {
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
        let expected = format!(
            "timed out after 150ms waiting for image {}{target}; its status is SAVING",
            id(1)
        );
        assert_eq!(error.to_string(), expected);
    }
}
