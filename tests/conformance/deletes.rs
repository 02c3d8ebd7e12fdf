//! Deleting an image, and the errors.

use opencloud::compute::v2::ListImages;
use opencloud::{Error, ErrorKind};

use crate::cloud::{cloud, listed};
use crate::error_snapshot::{expect_error, kind, snapshot};
use crate::glance::image;

#[track_caller]
fn check_not_found(error: &Error, id: &str) {
    assert_eq!(kind(error), "NotFound");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(
        snapshot(error),
        format!(
            "DELETE {}/images/{id}: 404 Not Found: Image not found. (request id ID)",
            cloud().nova()
        )
    );
}

#[track_caller]
fn check_forbidden(user: &str, id: &str) {
    let error = expect_error(cloud().compute(user).get_image(id).delete());
    assert_eq!(kind(&error), "Forbidden");
    assert_eq!(
        snapshot(&error),
        format!(
            "DELETE {}/images/{id}: 403 Forbidden: You are not allowed to delete the image. \
             (request id ID)",
            cloud().nova()
        )
    );
    cloud().raw_image("admin", id);
}

#[test]
fn every_operation_on_a_deleted_image_is_not_found() {
    let made = image().create();
    let mut image = cloud().compute("demo").get_image(&*made);
    image.retrieve().expect("the image");
    image.delete().expect("a deletion");
    check_not_found(&expect_error(image.delete()), &made);
    for error in [
        expect_error(image.retrieve()),
        expect_error(image.get_metadata()),
        expect_error(image.reset_metadata([("a", "b")])),
        expect_error(image.merge_metadata([("a", "b")])),
        expect_error(image.get_metadata_item("a")),
        expect_error(image.set_metadata_item("a", "b")),
        expect_error(image.delete_metadata_item("a")),
    ] {
        assert_eq!(kind(&error), "NotFound");
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
    assert!(!listed(ListImages::new()).contains(&made.to_string()));
}

#[test]
fn an_image_in_any_state_can_be_deleted() {
    let deactivated = image().create();
    deactivated.deactivate();
    for made in [
        image().queued().create(),
        deactivated,
        image().data(b"").create(),
    ] {
        cloud()
            .compute("demo")
            .get_image(&*made)
            .delete()
            .expect("a deletion");
        assert_eq!(
            cloud().get("demo", &format!("/images/{}", &*made)).status,
            404
        );
    }
}

#[test]
fn an_image_is_deleted_by_its_id_without_retrieving_it() {
    let made = image()
        .without("name")
        .with("kernel_id", serde_json::Value::Null)
        .create();
    cloud()
        .compute("demo")
        .get_image(&*made)
        .delete()
        .expect("a deletion");
}

#[test]
fn deleting_an_unknown_image_is_not_found() {
    for id in [
        "00000000-1111-4222-8333-444444444444",
        "abc",
        cloud().image_id("other-private"),
    ] {
        check_not_found(
            &expect_error(cloud().compute("demo").get_image(id).delete()),
            id,
        );
    }
    cloud().raw_image("other", cloud().image_id("other-private"));
}

#[test]
fn an_id_with_a_slash_is_not_deleted() {
    let made = image().create();
    for id in [
        format!("{}/", &*made),
        format!("x/../{}", &*made),
        "a/b".to_owned(),
    ] {
        let error = expect_error(cloud().compute("demo").get_image(id).delete());
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
    cloud().raw_image("demo", &made);
}

#[test]
fn deleting_protected_images_and_images_of_others_is_forbidden() {
    for label in [
        "protected",
        "other-shared",
        "other-community",
        "public-small",
    ] {
        check_forbidden("demo", cloud().image_id(label));
    }
    check_forbidden("other", cloud().image_id("public-large"));
}

#[test]
fn deleting_as_a_reader_is_forbidden_except_in_zed() {
    let made = image().create();
    if cloud().is_zed() {
        cloud()
            .compute("demo-reader")
            .get_image(&*made)
            .delete()
            .expect("Zed allows it");
    } else {
        check_forbidden("demo-reader", &made);
    }
}

#[test]
fn an_administrator_deletes_the_images_of_others() {
    let made = image().create();
    cloud()
        .compute("admin")
        .get_image(&*made)
        .delete()
        .expect("a deletion");
    check_not_found(
        &expect_error(cloud().compute("demo").get_image(&*made).delete()),
        &made,
    );
}
