//! Waiting for a status of an image of the Image service.

use std::thread;
use std::time::Duration;

use opencloud::image::v2::ImageStatus;

use crate::fixtures::imported_image;
use crate::glance::image;
use crate::image_service::{check_error, image_of, images};

const LONG: Duration = Duration::from_secs(120);

#[test]
fn a_wait_ends_when_the_image_becomes_active() {
    let made = image().queued().create();
    let mut image = image_of(&made);
    let mut polls = 0;
    thread::scope(|scope| {
        image
            .wait_with(LONG, |image| {
                polls += 1;
                if polls == 1 {
                    assert_eq!(image.status, Some(ImageStatus::Queued));
                    scope.spawn(|| made.upload(b"data"));
                }
                image.status == Some(ImageStatus::Active)
            })
            .expect("an active image");
    });
    assert!(polls > 1);
    assert_eq!(image.size, Some(4));
    image.wait_until_active(Duration::ZERO).expect("active");
    image
        .wait_until("active", Duration::ZERO)
        .expect("an active image");
}

#[test]
fn a_wait_ends_when_the_image_is_deactivated() {
    let made = image().create();
    let mut image = image_of(&made);
    thread::scope(|scope| {
        scope.spawn(|| made.deactivate());
        image
            .wait_until(ImageStatus::Deactivated, LONG)
            .expect("a deactivated image");
    });
}

#[test]
fn wait_until_deleted_ends_when_the_image_is_deleted() {
    let made = image().create();
    let mut image = image_of(&made);
    image.wait_until_active(LONG).expect("an active image");
    thread::scope(|scope| {
        scope.spawn(|| made.delete());
        image.wait_until_deleted(LONG).expect("a deleted image");
    });
    let last = image.status.as_ref();
    assert_eq!(last, Some(&ImageStatus::Active), "the last known status");
    image
        .wait_until_deleted(Duration::ZERO)
        .expect("a deleted image");
}

#[test]
fn a_wait_that_exceeds_its_timeout_is_an_error_with_the_status() {
    let made = image().queued().create();
    let mut image = image_of(&made);
    let message = |time: &str, target: &str| {
        format!(
            "timed out after {time} waiting for image {}{target}; its status is queued",
            &*made
        )
    };
    for (outcome, target) in [
        (image.wait_until_active(Duration::ZERO), " to become active"),
        (
            image.wait_until_deleted(Duration::ZERO),
            " to become deleted",
        ),
        (
            image.wait_until("killed", Duration::ZERO),
            " to become killed",
        ),
        (image.wait_with(Duration::ZERO, |_| false), ""),
    ] {
        check_error(outcome, "Timeout", &message("0ns", target));
    }
    check_error(
        image.wait_until_active(Duration::from_millis(300)),
        "Timeout",
        &message("300ms", " to become active"),
    );
}

#[test]
fn only_wait_until_deleted_succeeds_for_an_unknown_image() {
    let id = "00000000-1111-4222-8333-444444444444";
    let mut image = images().get_image(id);
    check_error(
        image.wait_until_active(LONG),
        "WaitFailed",
        &format!("image {id} cannot become active: it does not exist"),
    );
    check_error(
        image.wait_with(LONG, |_| true),
        "NotFound",
        &format!(
            "GET GLANCE/images/{id}: 404 Not Found: No image found with ID {id} (request id ID)"
        ),
    );
    image.wait_until_deleted(LONG).expect("a deleted image");
}

#[test]
fn a_wait_fails_as_soon_as_the_import_has_failed() {
    let made = imported_image("importing", "local");
    let mut image = image_of(&made);
    check_error(
        image.wait_until_active(LONG),
        "WaitFailed",
        &format!(
            "image {} cannot become active: its import into local failed",
            &*made
        ),
    );
    assert_eq!(image.status, Some(ImageStatus::Importing));
    image.delete().expect("a deletion");
    image.wait_until_deleted(LONG).expect("a deleted image");
}
