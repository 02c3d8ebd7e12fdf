//! Deleting images while the Image service lists them: every image is listed once.

use opencloud::image::v2::ListImages;

use crate::glance::delete;
use crate::image_service::{TestImages, check_list_error, ids, images};

#[test]
fn deleting_each_image_while_iterating_deletes_all() {
    for size in [1, 2, 5, 1000] {
        let test_images = TestImages::create(5);
        let mut actual = Vec::new();
        for image in images().list_images(test_images.list().page_size(size)) {
            let image = image.expect("an image");
            image.delete().expect("a deletion");
            actual.push(image.id);
        }
        assert_eq!(actual, test_images.ids, "pages of {size}");
        assert_eq!(ids(test_images.list()), Vec::<String>::new());
    }
}

#[test]
fn deleting_the_images_of_each_page_deletes_all() {
    for size in [1, 2, 5] {
        let test_images = TestImages::create(5);
        let list = test_images.list().page_size(size);
        let mut actual = Vec::new();
        for page in images().list_images(list).pages() {
            for image in &page.expect("a page") {
                image.delete().expect("a deletion");
                actual.push(image.id.clone());
            }
        }
        assert_eq!(actual, test_images.ids, "pages of {size}");
        assert_eq!(ids(test_images.list()), Vec::<String>::new());
    }
}

#[test]
fn each_image_is_listed_once_if_another_client_deletes_the_marker() {
    let test_images = TestImages::create(9);
    let mut list = images().list_images(test_images.list().page_size(3));
    let mut next = || list.next().expect("an item").expect("an image").id;
    let mut actual = vec![next(), next()];
    // The last image of the first page will be the next marker.
    delete("demo", &test_images.ids[2]).success();
    actual.extend(list.map(|image| image.expect("an image").id));
    assert_eq!(actual, test_images.ids);
}

#[test]
fn each_image_is_listed_once_if_another_client_deletes_every_page() {
    let test_images = TestImages::create(9);
    let list = test_images.list().page_size(2);
    let mut actual = Vec::new();
    for page in images().list_images(list).pages() {
        let page = page.expect("a page");
        actual.extend(page.iter().map(|image| image.id.clone()));
        // One page is fetched in advance, and one of these images is the next marker.
        for id in test_images.ids.iter().take(actual.len() + 2) {
            delete("demo", id);
        }
    }
    assert_eq!(actual, test_images.ids);
}

#[test]
fn a_deleted_marker_that_the_caller_set_is_a_bad_request() {
    let test_images = TestImages::create(1);
    let id = &test_images.ids[0];
    delete("demo", id).success();
    check_list_error(
        ListImages::new().marker(id),
        "BadRequest",
        &format!(
            "GET GLANCE/images?limit=1000&marker={id}: 400 Bad Request: No image found with ID \
             {id} (request id ID)"
        ),
    );
}
