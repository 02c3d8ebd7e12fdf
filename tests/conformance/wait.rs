//! The four waits.

use std::thread;
use std::time::Duration;

use opencloud::ErrorKind;
use opencloud::compute::v2::ImageStatus;

use crate::cloud::cloud;
use crate::error_snapshot::{kind, refused, said};
use crate::glance::image;

const LONG: Duration = Duration::from_secs(120);

#[test]
fn an_image_becomes_active_when_its_data_come() {
    let made = image().queued().make();
    let mut image = cloud().compute("demo").get_image(&*made);
    let mut looks = 0;
    thread::scope(|scope| {
        image
            .wait_with(LONG, |image| {
                looks += 1;
                if looks == 1 {
                    assert_eq!(image.status, Some(ImageStatus::Saving));
                    scope.spawn(|| made.upload(b"data"));
                }
                image.status == Some(ImageStatus::Active)
            })
            .expect("the data");
    });
    assert!(looks > 1);
    assert_eq!(
        (image.status.clone(), image.size),
        (Some(ImageStatus::Active), Some(4))
    );
    image
        .wait_until_active(Duration::ZERO)
        .expect("it is active already");
    image
        .wait_until(ImageStatus::Active, Duration::ZERO)
        .expect("it is active already");
}

#[test]
fn an_image_that_is_deleted_meanwhile_is_waited_out() {
    let made = image().make();
    let mut image = cloud().compute("demo").get_image(&*made);
    image.wait_until_active(LONG).expect("it is active");
    thread::scope(|scope| {
        scope.spawn(|| made.delete());
        image.wait_until_deleted(LONG).expect("the deletion");
    });
    assert_eq!(
        image.status,
        Some(ImageStatus::Active),
        "as it was last seen"
    );
    image
        .wait_until_deleted(Duration::ZERO)
        .expect("it is gone already");
}

#[test]
fn a_wait_that_is_too_long_is_an_error_that_says_how_it_stands() {
    let made = image().queued().make();
    let mut image = cloud().compute("demo").get_image(&*made);
    for (error, wanted) in [
        (
            refused(image.wait_until_active(Duration::ZERO)),
            " to become ACTIVE",
        ),
        (
            refused(image.wait_until_deleted(Duration::ZERO)),
            " to become DELETED",
        ),
        (
            refused(image.wait_until(ImageStatus::Error, Duration::ZERO)),
            " to become ERROR",
        ),
        (refused(image.wait_with(Duration::ZERO, |_| false)), ""),
    ] {
        assert_eq!(kind(&error), "Timeout");
        assert_eq!(
            said(&error),
            format!(
                "timed out after 0ns waiting for image {}{wanted}; its status is SAVING",
                &*made
            )
        );
    }
    let error = refused(image.wait_until_active(Duration::from_millis(300)));
    assert_eq!(
        said(&error),
        format!(
            "timed out after 300ms waiting for image {} to become ACTIVE; its status is SAVING",
            &*made
        )
    );
}

#[test]
fn an_image_that_is_not_there_is_waited_for_only_to_be_deleted() {
    let mut image = cloud()
        .compute("demo")
        .get_image("00000000-1111-4222-8333-444444444444");
    let error = refused(image.wait_until_active(LONG));
    assert_eq!(error.kind(), ErrorKind::WaitFailed);
    image.wait_until_deleted(LONG).expect("it is gone");
}
