//! Deleting an image, and who may not.

use opencloud::compute::v2::ListImages;
use opencloud::{Error, ErrorKind};

use crate::cloud::{cloud, listed};
use crate::error_snapshot::{kind, refused, said};
use crate::glance::image;

#[track_caller]
fn is_gone(error: &Error, id: &str) {
    assert_eq!(kind(error), "NotFound");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(
        said(error),
        format!(
            "DELETE {}/images/{id}: 404 Not Found: Image not found. (request id ID)",
            cloud().nova()
        )
    );
}

#[track_caller]
fn is_forbidden(user: &str, id: &str) {
    let error = refused(cloud().compute(user).get_image(id).delete());
    assert_eq!(kind(&error), "Forbidden");
    assert_eq!(
        said(&error),
        format!(
            "DELETE {}/images/{id}: 403 Forbidden: You are not allowed to delete the image. \
             (request id ID)",
            cloud().nova()
        )
    );
    cloud().shown("admin", id);
}

#[test]
fn a_deleted_image_is_gone_for_every_call() {
    let made = image().make();
    let mut image = cloud().compute("demo").get_image(&*made);
    image.retrieve().expect("the image");
    image.delete().expect("a DELETE");
    is_gone(&refused(image.delete()), &made);
    for error in [
        refused(image.retrieve()),
        refused(image.get_metadata()),
        refused(image.reset_metadata([("a", "b")])),
        refused(image.merge_metadata([("a", "b")])),
        refused(image.get_metadata_item("a")),
        refused(image.set_metadata_item("a", "b")),
        refused(image.delete_metadata_item("a")),
    ] {
        assert_eq!(kind(&error), "NotFound");
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
    assert!(!listed(ListImages::new()).contains(&made.to_string()));
}

#[test]
fn an_image_in_any_state_can_be_deleted() {
    let deactivated = image().make();
    deactivated.deactivate();
    for made in [
        image().queued().make(),
        deactivated,
        image().data(b"").make(),
    ] {
        cloud()
            .compute("demo")
            .get_image(&*made)
            .delete()
            .expect("a DELETE");
        assert_eq!(
            cloud().get("demo", &format!("/images/{}", &*made)).status,
            404
        );
    }
}

#[test]
fn an_image_is_deleted_by_its_id_alone_without_being_read() {
    let made = image()
        .without("name")
        .with("kernel_id", serde_json::Value::Null)
        .make();
    cloud()
        .compute("demo")
        .get_image(&*made)
        .delete()
        .expect("a DELETE");
}

#[test]
fn an_id_of_which_there_is_no_image_cannot_be_deleted() {
    for id in [
        "00000000-1111-4222-8333-444444444444",
        "abc",
        cloud().image_id("other-private"),
    ] {
        is_gone(&refused(cloud().compute("demo").get_image(id).delete()), id);
    }
    cloud().shown("other", cloud().image_id("other-private"));
}

#[test]
fn an_id_with_a_slash_cannot_be_deleted() {
    let made = image().make();
    for id in [
        format!("{}/", &*made),
        format!("x/../{}", &*made),
        "a/b".to_owned(),
    ] {
        let error = refused(cloud().compute("demo").get_image(id).delete());
        assert_eq!(error.kind(), ErrorKind::NoSuchApi);
    }
    cloud().shown("demo", &made);
}

#[test]
fn what_is_protected_or_belongs_to_others_is_not_deleted() {
    for label in [
        "protected",
        "other-shared",
        "other-community",
        "public-small",
    ] {
        is_forbidden("demo", cloud().image_id(label));
    }
    is_forbidden("other", cloud().image_id("public-large"));
}

#[test]
fn a_reader_may_delete_only_where_the_cloud_lets_readers() {
    let made = image().make();
    if cloud().is_zed() {
        cloud()
            .compute("demo-reader")
            .get_image(&*made)
            .delete()
            .expect("Zed lets a reader");
    } else {
        is_forbidden("demo-reader", &made);
    }
}

#[test]
fn an_administrator_deletes_the_images_of_others() {
    let made = image().make();
    cloud()
        .compute("admin")
        .get_image(&*made)
        .delete()
        .expect("a DELETE");
    is_gone(
        &refused(cloud().compute("demo").get_image(&*made).delete()),
        &made,
    );
}
