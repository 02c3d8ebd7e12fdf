//! Lists of 2,500 images, more than two pages of the server's maximum size, while
//! other cases create and delete images.

use std::collections::BTreeSet;

use opencloud::compute::v2::{Image, ImageStatus, ListImages};

use crate::cloud::cloud;
use crate::fixtures::Fixtures;

/// The names of the fixtures among these images; checks that no image is repeated.
#[track_caller]
fn names(fixtures: &Fixtures, images: impl IntoIterator<Item = Image>) -> Vec<String> {
    let mut ids = BTreeSet::new();
    let mut names = Vec::new();
    for image in images {
        if fixtures.contain(image.name.as_deref()) {
            names.extend(image.name);
        }
        assert!(ids.insert(image.id), "an image is listed twice");
    }
    names
}

#[track_caller]
fn all(list: ListImages) -> impl Iterator<Item = Image> {
    cloud()
        .compute("demo")
        .list_images(list)
        .map(|image| image.expect("an image"))
}

#[track_caller]
fn check_lists_all(list: ListImages) {
    let fixtures = Fixtures::shared();
    let mut names = names(&fixtures, all(list));
    // The server sorts by creation time.
    names.sort();
    assert_eq!(names, fixtures.names());
}

#[test]
fn the_default_list_is_complete() {
    check_lists_all(ListImages::new());
}

#[test]
fn the_detailed_list_is_complete() {
    let fixtures = Fixtures::shared();
    let images: Vec<_> = all(ListImages::detailed()).collect();
    let of_fixtures = images
        .iter()
        .filter(|image| fixtures.contain(image.name.as_deref()));
    for image in of_fixtures {
        assert_eq!(image.status, Some(ImageStatus::Active), "{image:?}");
        assert_eq!(
            image.metadata.get("architecture"),
            Some("x86_64"),
            "{image:?}"
        );
    }
    let mut names = names(&fixtures, images);
    names.sort();
    assert_eq!(names, fixtures.names());
}

#[test]
fn a_list_of_hundreds_of_small_pages_is_complete() {
    check_lists_all(ListImages::new().page_size(7));
}

#[test]
fn a_list_with_pages_above_the_maximum_of_the_server_is_complete() {
    let fixtures = Fixtures::shared();
    let list = ListImages::new().page_size(1500);
    let pages = cloud().compute("demo").list_images(list).pages();
    let pages: Vec<_> = pages.map(|page| page.expect("a page").images).collect();
    assert_eq!(pages.first().map(Vec::len), Some(1500));
    let mut names = names(&fixtures, pages.into_iter().flatten());
    names.sort();
    assert_eq!(names, fixtures.names());
}

#[test]
fn a_list_of_one_very_large_page_is_complete() {
    check_lists_all(ListImages::new().page_size(1_000_000));
}

#[test]
fn a_limit_above_the_maximum_of_the_server_is_reached() {
    let fixtures = Fixtures::shared();
    for size in [1000, 2000] {
        let images: Vec<_> = all(ListImages::new().limit(2000).page_size(size)).collect();
        assert_eq!(images.len(), 2000, "pages of {size}");
        names(&fixtures, images);
    }
}
