//! The role `reader`, which may not change images. In Zed, it may.

use std::io;

use opencloud::Result;
use opencloud::image::v2::{ImageService, ImageUpdate, ListImages};

use crate::cloud::cloud;
use crate::glance::{TestImage, image};
use crate::image_service::{check_forbidden, new_image};

fn service() -> ImageService {
    cloud().images("demo-reader")
}

#[track_caller]
fn check<T>(outcome: Result<T>, request: &str, action: &str) {
    if cloud().is_zed() {
        outcome.map(drop).expect("Zed allows it");
    } else {
        check_forbidden(outcome, request, action);
    }
}

#[test]
fn a_reader_lists_and_retrieves_the_images_of_the_project() {
    let made = image().with("a", "1").create();
    let mut list = service().list_images(ListImages::new().property("a", "1"));
    assert!(list.any(|image| image.expect("an image").id == *made));
    let mut image = service().get_image(&*made);
    assert_eq!(image.get_metadata_item("a").expect("an item"), "1");
}

#[test]
fn a_reader_may_not_change_images_except_in_zed() {
    let outcome = service().create_image(new_image());
    let _made = outcome.as_ref().map(|image| TestImage::of_demo(&image.id));
    check(outcome, "POST GLANCE/images", "add_image");

    let made = image().with("a", "1").create();
    let before = made.in_glance();
    let mut image = service().get_image(&*made);
    let request = format!("PATCH GLANCE/images/{}", &*made);
    for outcome in [
        image.update(ImageUpdate::new().name("new")),
        image.merge_metadata([("b", "2")]),
        image.set_metadata_item("b", "2"),
        image.delete_metadata_item("a"),
        image.reset_metadata([("c", "3")]),
    ] {
        check(outcome, &request, "modify_image");
    }
    for (outcome, action) in [
        (image.deactivate(), "deactivate"),
        (image.reactivate(), "reactivate"),
    ] {
        let request = format!("POST GLANCE/images/{}/actions/{action}", &*made);
        check(outcome, &request, action);
    }
    if !cloud().is_zed() {
        assert_eq!(made.in_glance(), before);
    }
    let request = format!("DELETE GLANCE/images/{}", &*made);
    check(image.delete(), &request, "delete_image");
}

#[test]
fn a_reader_may_not_transfer_data_except_in_zed() {
    let made = image().queued().create();
    let mut image = service().get_image(&*made);
    let upload = image.upload_data(b"data");
    let request = format!("PUT GLANCE/images/{}/file", &*made);
    check(upload, &request, "upload_image");

    let mut image = service().get_image(cloud().image_id("plain"));
    let download = image.download_data(&mut io::sink());
    let request = format!("GET GLANCE/images/{}/file", image.id);
    check(download, &request, "download_image");
}
