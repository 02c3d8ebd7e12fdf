//! 2,500 images, more than two of the server's largest pages: each is listed
//! exactly once, whatever else is made and deleted meanwhile.

use std::collections::BTreeSet;

use opencloud::compute::v2::{Image, ImageStatus, ListImages};

use crate::cloud::cloud;
use crate::fixtures::Seeds;

/// The names of the seeds among these, if no image comes twice.
#[track_caller]
fn names(seeds: &Seeds, images: impl IntoIterator<Item = Image>) -> Vec<String> {
    let mut ids = BTreeSet::new();
    let mut names = Vec::new();
    for image in images {
        if seeds.have(image.name.as_deref()) {
            names.extend(image.name);
        }
        assert!(ids.insert(image.id), "an image comes twice");
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
fn lists_every_seed(list: ListImages) {
    let seeds = Seeds::shared();
    let mut names = names(&seeds, all(list));
    // The server lists the newest first, and the script makes the first newest.
    names.sort();
    assert_eq!(names, seeds.names());
}

#[test]
fn as_they_are_listed_by_default() {
    lists_every_seed(ListImages::new());
}

#[test]
fn in_detail() {
    let seeds = Seeds::shared();
    let images: Vec<_> = all(ListImages::detailed()).collect();
    let ours = images
        .iter()
        .filter(|image| seeds.have(image.name.as_deref()));
    for image in ours {
        assert_eq!(image.status, Some(ImageStatus::Active), "{image:?}");
        assert_eq!(
            image.metadata.get("architecture"),
            Some("x86_64"),
            "{image:?}"
        );
    }
    let mut names = names(&seeds, images);
    names.sort();
    assert_eq!(names, seeds.names());
}

#[test]
fn in_hundreds_of_small_pages() {
    lists_every_seed(ListImages::new().page_size(7));
}

#[test]
fn in_pages_above_the_servers_maximum() {
    let seeds = Seeds::shared();
    let list = ListImages::new().page_size(1500);
    let pages = cloud().compute("demo").list_images(list).pages();
    let pages: Vec<_> = pages.map(|page| page.expect("a page").images).collect();
    assert_eq!(pages.first().map(Vec::len), Some(1500));
    let mut names = names(&seeds, pages.into_iter().flatten());
    names.sort();
    assert_eq!(names, seeds.names());
}

#[test]
fn in_one_page_of_everything() {
    lists_every_seed(ListImages::new().page_size(1_000_000));
}

#[test]
fn up_to_a_limit_above_the_servers_maximum() {
    let seeds = Seeds::shared();
    for size in [1000, 2000] {
        let images: Vec<_> = all(ListImages::new().limit(2000).page_size(size)).collect();
        assert_eq!(images.len(), 2000, "pages of {size}");
        names(&seeds, images);
    }
}
