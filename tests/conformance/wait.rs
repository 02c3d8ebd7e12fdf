//! Waiting for a status of an image.

use std::thread;
use std::time::Duration;

use opencloud::ErrorKind;
use opencloud::compute::v2::ImageStatus;

use crate::cloud::cloud;
use crate::error_snapshot::{expect_error, kind, snapshot};
use crate::glance::image;

const LONG: Duration = Duration::from_secs(120);

#[test]
fn a_wait_ends_when_the_image_becomes_active() {
    let made = image().queued().create();
    let mut image = cloud().compute("demo").get_image(&*made);
    let mut polls = 0;
    thread::scope(|scope| {
        image
            .wait_with(LONG, |image| {
                polls += 1;
                if polls == 1 {
                    assert_eq!(image.status, Some(ImageStatus::Saving));
                    scope.spawn(|| made.upload(b"data"));
                }
                image.status == Some(ImageStatus::Active)
            })
            .expect("an active image");
    });
    assert!(polls > 1);
    assert_eq!(
        (image.status.clone(), image.size),
        (Some(ImageStatus::Active), Some(4))
    );
    image
        .wait_until_active(Duration::ZERO)
        .expect("an active image");
    image
        .wait_until(ImageStatus::Active, Duration::ZERO)
        .expect("an active image");
}

#[test]
fn wait_until_deleted_ends_when_the_image_is_deleted() {
    let made = image().create();
    let mut image = cloud().compute("demo").get_image(&*made);
    image.wait_until_active(LONG).expect("an active image");
    thread::scope(|scope| {
        scope.spawn(|| made.delete());
        image.wait_until_deleted(LONG).expect("a deleted image");
    });
    assert_eq!(
        image.status,
        Some(ImageStatus::Active),
        "the last known status"
    );
    image
        .wait_until_deleted(Duration::ZERO)
        .expect("a deleted image");
}

#[test]
fn a_wait_that_exceeds_its_timeout_is_an_error_with_the_status() {
    let made = image().queued().create();
    let mut image = cloud().compute("demo").get_image(&*made);
    for (error, target) in [
        (
            expect_error(image.wait_until_active(Duration::ZERO)),
            " to become ACTIVE",
        ),
        (
            expect_error(image.wait_until_deleted(Duration::ZERO)),
            " to become DELETED",
        ),
        (
            expect_error(image.wait_until(ImageStatus::Error, Duration::ZERO)),
            " to become ERROR",
        ),
        (expect_error(image.wait_with(Duration::ZERO, |_| false)), ""),
    ] {
        assert_eq!(kind(&error), "Timeout");
        assert_eq!(
            snapshot(&error),
            format!(
                "timed out after 0ns waiting for image {}{target}; its status is SAVING",
                &*made
            )
        );
    }
    let error = expect_error(image.wait_until_active(Duration::from_millis(300)));
    assert_eq!(
        snapshot(&error),
        format!(
            "timed out after 300ms waiting for image {} to become ACTIVE; its status is SAVING",
            &*made
        )
    );
}

#[test]
fn only_wait_until_deleted_succeeds_for_an_unknown_image() {
    let mut image = cloud()
        .compute("demo")
        .get_image("00000000-1111-4222-8333-444444444444");
    let error = expect_error(image.wait_until_active(LONG));
    assert_eq!(error.kind(), ErrorKind::WaitFailed);
    image.wait_until_deleted(LONG).expect("a deleted image");
}
