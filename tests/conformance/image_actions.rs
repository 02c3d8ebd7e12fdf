//! Deactivating and reactivating an image.

use opencloud::image::v2::ImageStatus;

use crate::cloud::cloud;
use crate::glance::image;
use crate::image_service::{check_error, image_of, images};

#[test]
fn an_image_is_deactivated_and_reactivated_any_number_of_times() {
    let made = image().create();
    let mut image = image_of(&made);
    for _ in 0..2 {
        image.deactivate().expect("a deactivation");
        image.deactivate().expect("a deactivation again");
        assert_eq!(image.status, None, "the copy is not changed");
        assert_eq!(made.in_glance()["status"], "deactivated");
        image.reactivate().expect("a reactivation");
        image.reactivate().expect("a reactivation again");
        assert_eq!(made.in_glance()["status"], "active");
    }
    image.retrieve().expect("the image");
    assert_eq!(image.status, Some(ImageStatus::Active));
}

#[test]
fn an_image_without_data_cannot_be_deactivated() {
    let made = image().queued().create();
    let image = image_of(&made);
    for (outcome, action) in [
        (image.deactivate(), "deactivate"),
        (image.reactivate(), "reactivate"),
    ] {
        check_error(
            outcome,
            "Forbidden",
            &format!(
                "POST GLANCE/images/{}/actions/{action}: 403 Forbidden: Not allowed to {action} \
                 image in status 'queued' (request id ID)",
                &*made
            ),
        );
    }
}

#[test]
fn a_reader_and_other_projects_may_not_deactivate_an_image() {
    let made = image().create();
    for (user, id) in [
        ("demo-reader", &*made),
        ("demo", cloud().image_id("other-community")),
        ("demo", cloud().image_id("public-small")),
    ] {
        let image = cloud().images(user).get_image(id);
        for (outcome, action) in [
            (image.deactivate(), "deactivate"),
            (image.reactivate(), "reactivate"),
        ] {
            check_error(
                outcome,
                "Forbidden",
                &format!(
                    "POST GLANCE/images/{id}/actions/{action}: 403 Forbidden: You are not \
                     authorized to complete {action} action. (request id ID)"
                ),
            );
        }
    }
    assert_eq!(made.in_glance()["status"], "active");
}

#[test]
fn deactivating_an_unknown_image_is_not_found() {
    for id in [
        "00000000-1111-4222-8333-444444444444",
        "abc",
        cloud().image_id("other-private"),
    ] {
        let image = images().get_image(id);
        for (outcome, action) in [
            (image.deactivate(), "deactivate"),
            (image.reactivate(), "reactivate"),
        ] {
            check_error(
                outcome,
                "NotFound",
                &format!(
                    "POST GLANCE/images/{id}/actions/{action}: 404 Not Found: No image found with \
                     ID {id} (request id ID)"
                ),
            );
        }
    }
}
