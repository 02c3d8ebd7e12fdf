//! Deleting images while listing them: every image is listed and deleted.

use std::collections::BTreeSet;

use opencloud::compute::v2::{Image, ListImages};

use crate::cloud::{cloud, ids, listed, unique};
use crate::fixtures::Fixtures;
use crate::glance::{TestImage, delete, image};

/// Images with one name.
fn create_images(count: usize) -> (String, Vec<TestImage>) {
    let name = unique("deleting");
    let made = (0..count).map(|_| image().named(&name).create()).collect();
    (name, made)
}

#[track_caller]
fn check_all(mut actual: Vec<String>, made: &[TestImage]) {
    let mut expected: Vec<_> = made.iter().map(|image| image.to_string()).collect();
    actual.sort();
    expected.sort();
    assert_eq!(actual, expected);
}

#[test]
fn deleting_each_image_while_iterating_deletes_all() {
    for size in [1, 2, 3, 7, 8, 1000] {
        let (name, made) = create_images(7);
        let list = ListImages::new().name(&name).page_size(size);
        let mut actual = Vec::new();
        for image in cloud().compute("demo").list_images(list.clone()) {
            let image = image.expect("an image");
            image.delete().expect("a deletion");
            actual.push(image.id);
        }
        check_all(actual, &made);
        assert_eq!(listed(list), Vec::<String>::new(), "pages of {size}");
    }
}

#[test]
fn deleting_the_images_of_each_page_deletes_all() {
    for size in [1, 2, 3, 7, 1000] {
        let (name, made) = create_images(7);
        let list = ListImages::detailed().name(&name).page_size(size);
        let mut actual = Vec::new();
        for page in cloud().compute("demo").list_images(list.clone()).pages() {
            for image in &page.expect("a page") {
                image.delete().expect("a deletion");
                actual.push(image.id.clone());
            }
        }
        check_all(actual, &made);
        assert_eq!(listed(list), Vec::<String>::new(), "pages of {size}");
    }
}

#[test]
fn deleting_300_of_many_images_while_iterating_deletes_all_of_them() {
    let fixtures = Fixtures::new(300);
    let is_fixture = |image: &Image| fixtures.contain(image.name.as_deref());
    let compute = cloud().compute("demo");
    let mut names = BTreeSet::new();
    for image in compute.list_images(ListImages::new().page_size(40)) {
        let image = image.expect("an image");
        if is_fixture(&image) {
            image.delete().expect("a deletion");
            assert!(
                names.insert(image.name.expect("a name")),
                "an image is listed twice"
            );
        }
    }
    assert_eq!(names.into_iter().collect::<Vec<_>>(), fixtures.names());
    let left = compute
        .list_images(false)
        .map(|image| image.expect("an image"));
    assert_eq!(left.filter(is_fixture).count(), 0);
}

#[test]
fn each_image_is_listed_once_if_another_client_deletes_the_marker() {
    let (name, made) = create_images(9);
    let list = ListImages::new().name(&name).page_size(3);
    let order = listed(list.clone());
    let mut images = cloud().compute("demo").list_images(list);
    // The last image of the first page will be the next marker.
    let mut actual = ids(images.by_ref().take(2));
    delete("demo", &order[2]).success();
    actual.extend(ids(images));
    check_all(actual, &made);
}

#[test]
fn each_image_is_listed_once_if_another_client_deletes_all_listed_images() {
    let (name, made) = create_images(9);
    let list = ListImages::new().name(&name).page_size(3);
    let order = listed(list.clone());
    let mut images = cloud().compute("demo").list_images(list);
    // Two pages were fetched, and the last image of the second will be the next marker.
    let mut actual = ids(images.by_ref().take(4));
    for id in &order[..6] {
        delete("demo", id).success();
    }
    actual.extend(ids(images));
    assert_eq!(actual, order);
    drop(made);
}

#[test]
fn each_image_is_listed_once_if_another_client_deletes_every_page() {
    let (name, made) = create_images(9);
    let list = ListImages::new().name(&name).page_size(2);
    let order = listed(list.clone());
    let mut actual = Vec::new();
    for page in cloud().compute("demo").list_images(list).pages() {
        let page = page.expect("a page");
        actual.extend(page.iter().map(|image| image.id.clone()));
        // One page is fetched in advance, and one of these images is the next marker.
        for id in order.iter().take(actual.len() + 2) {
            delete("demo", id);
        }
    }
    assert_eq!(actual, order);
    drop(made);
}

#[test]
fn a_deleted_marker_that_the_caller_set_is_an_error() {
    let (name, made) = create_images(2);
    let order = listed(ListImages::new().name(&name));
    delete("demo", &order[0]).success();
    let list = ListImages::new().name(&name).marker(&order[0]);
    let error = cloud()
        .compute("demo")
        .list_images(list)
        .next()
        .expect("an error");
    let error = error.expect_err("an error");
    assert_eq!(
        error.message(),
        format!("HTTP 400 Bad Request: No image found with ID {}", order[0])
    );
    drop(made);
}
