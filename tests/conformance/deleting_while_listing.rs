//! Images that are deleted while they are listed: all are listed, and all are
//! gone.

use std::collections::BTreeSet;

use opencloud::compute::v2::{Image, ListImages};

use crate::cloud::{cloud, ids, listed, unique};
use crate::fixtures::Seeds;
use crate::glance::{Made, delete, image};

/// Images of one name.
fn family(count: usize) -> (String, Vec<Made>) {
    let name = unique("deleting");
    let made = (0..count).map(|_| image().named(&name).make()).collect();
    (name, made)
}

#[track_caller]
fn are_all(mut got: Vec<String>, made: &[Made]) {
    let mut expected: Vec<_> = made.iter().map(|image| image.to_string()).collect();
    got.sort();
    expected.sort();
    assert_eq!(got, expected);
}

#[test]
fn each_as_it_comes() {
    for size in [1, 2, 3, 7, 8, 1000] {
        let (name, made) = family(7);
        let list = ListImages::new().name(&name).page_size(size);
        let mut got = Vec::new();
        for image in cloud().compute("demo").list_images(list.clone()) {
            let image = image.expect("an image");
            image.delete().expect("a DELETE");
            got.push(image.id);
        }
        are_all(got, &made);
        assert_eq!(listed(list), Vec::<String>::new(), "pages of {size}");
    }
}

#[test]
fn each_page_as_it_comes() {
    for size in [1, 2, 3, 7, 1000] {
        let (name, made) = family(7);
        let list = ListImages::detailed().name(&name).page_size(size);
        let mut got = Vec::new();
        for page in cloud().compute("demo").list_images(list.clone()).pages() {
            for image in &page.expect("a page") {
                image.delete().expect("a DELETE");
                got.push(image.id.clone());
            }
        }
        are_all(got, &made);
        assert_eq!(listed(list), Vec::<String>::new(), "pages of {size}");
    }
}

#[test]
fn some_hundreds_among_all_others() {
    let seeds = Seeds::new(300);
    let ours = |image: &Image| seeds.have(image.name.as_deref());
    let compute = cloud().compute("demo");
    let mut names = BTreeSet::new();
    for image in compute.list_images(ListImages::new().page_size(40)) {
        let image = image.expect("an image");
        if ours(&image) {
            image.delete().expect("a DELETE");
            assert!(
                names.insert(image.name.expect("a name")),
                "an image comes twice"
            );
        }
    }
    assert_eq!(names.into_iter().collect::<Vec<_>>(), seeds.names());
    let left = compute
        .list_images(false)
        .map(|image| image.expect("an image"));
    assert_eq!(left.filter(ours).count(), 0);
}

#[test]
fn the_marker_of_the_next_page_by_somebody_else() {
    let (name, made) = family(9);
    let list = ListImages::new().name(&name).page_size(3);
    let order = listed(list.clone());
    let mut images = cloud().compute("demo").list_images(list);
    // One page is out, and its last image is about to be the marker.
    let mut got = ids(images.by_ref().take(2));
    delete("demo", &order[2]).good();
    got.extend(ids(images));
    are_all(got, &made);
}

#[test]
fn everything_up_to_the_next_page_by_somebody_else() {
    let (name, made) = family(9);
    let list = ListImages::new().name(&name).page_size(3);
    let order = listed(list.clone());
    let mut images = cloud().compute("demo").list_images(list);
    // Two pages are here, and the last image of the second will be the marker.
    let mut got = ids(images.by_ref().take(4));
    for id in &order[..6] {
        delete("demo", id).good();
    }
    got.extend(ids(images));
    assert_eq!(got, order);
    drop(made);
}

#[test]
fn every_page_that_was_given_out_by_somebody_else() {
    let (name, made) = family(9);
    let list = ListImages::new().name(&name).page_size(2);
    let order = listed(list.clone());
    let mut got = Vec::new();
    for page in cloud().compute("demo").list_images(list).pages() {
        let page = page.expect("a page");
        got.extend(page.iter().map(|image| image.id.clone()));
        // It is one page ahead: the next but one is asked for by one of these.
        for id in order.iter().take(got.len() + 2) {
            delete("demo", id);
        }
    }
    assert_eq!(got, order);
    drop(made);
}

#[test]
fn a_marker_of_the_callers_own_that_is_gone_is_the_callers_error() {
    let (name, made) = family(2);
    let order = listed(ListImages::new().name(&name));
    delete("demo", &order[0]).good();
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
