//! Lists of the Image service: pages, limits, order and markers.

use std::collections::BTreeSet;

use opencloud::image::v2::{Image, ListImages};

use crate::cloud::{cloud, unique};
use crate::fixtures::Fixtures;
use crate::glance::{glance, image, in_glance};
use crate::image_service::{TestImages, check_list_error, found, found_by, ids, images, json_of};

#[test]
fn a_list_has_every_image_although_the_default_page_of_glance_has_25() {
    let test_images = TestImages::create(27);
    let path = format!("?name={}", test_images.name.replace(' ', "%20"));
    let page = glance("demo", "GET", &path, "application/json", None).success();
    assert_eq!(page.json()["images"].as_array().map(Vec::len), Some(25));
    assert_eq!(ids(test_images.list()), test_images.ids);
    assert_eq!(ids(test_images.list().page_size(26)), test_images.ids);
}

#[test]
fn every_page_size_lists_each_image_once_in_order() {
    let test_images = TestImages::create(7);
    for (size, expected) in [
        (1, vec![1, 1, 1, 1, 1, 1, 1]),
        (2, vec![2, 2, 2, 1]),
        (3, vec![3, 3, 1]),
        (6, vec![6, 1]),
        (7, vec![7]),
        (8, vec![7]),
        (5000, vec![7]),
    ] {
        let pages = images()
            .list_images(test_images.list().page_size(size))
            .pages();
        let pages: Vec<Vec<_>> = pages
            .map(|page| page.expect("a page"))
            .map(|page| page.into_iter().map(|image| image.id).collect())
            .collect();
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), expected);
        assert_eq!(pages.concat(), test_images.ids, "pages of {size}");
    }
}

#[test]
fn limit_is_the_total_number_of_images() {
    let test_images = TestImages::create(5);
    for (limit, expected) in [(0, 0), (1, 1), (4, 4), (5, 5), (6, 5), (u64::MAX, 5)] {
        for size in [2, 1000] {
            let actual = ids(test_images.list().limit(limit).page_size(size));
            assert_eq!(
                actual,
                test_images.ids[..expected],
                "limit {limit}, pages of {size}"
            );
        }
    }
}

#[test]
fn a_list_without_matches_is_empty() {
    let list = ListImages::new().name(unique("unknown"));
    assert_eq!(images().list_images(list.clone()).count(), 0);
    assert_eq!(images().list_images(list).pages().count(), 0);
}

#[test]
fn a_page_size_of_0_is_rejected_before_a_request() {
    check_list_error(
        ListImages::new().page_size(0),
        "InvalidInput",
        "the page size must not be 0; nothing was sent",
    );
}

#[test]
fn both_kinds_of_list_have_every_field() {
    let name = unique("detailed");
    let made = image()
        .named(&name)
        .with("min_disk", 3)
        .with("min_ram", 128)
        .with("os", "x")
        .data(b"12345")
        .create();
    for list in [
        ListImages::new(),
        ListImages::detailed(),
        ListImages::from(false),
        ListImages::from(true),
    ] {
        let listed = found(list.name(&name));
        let serialized: Vec<_> = listed.iter().map(|image| json_of(image)).collect();
        assert_eq!(serialized, [made.in_glance()]);
    }
}

#[test]
fn every_listed_image_serializes_to_the_json_of_glance() {
    let seeds: BTreeSet<_> = cloud().labels().map(|(_, id)| id).collect();
    let list = ListImages::new().visibility("all").sort("id", "asc");
    let mut count = 0;
    for image in found(list) {
        if seeds.contains(&*image.id) {
            let serialized = json_of(&image);
            assert_eq!(serialized, in_glance("demo", &image.id));
            count += 1;
        }
    }
    assert!(count > 20, "{count} images");
}

#[test]
fn the_newest_image_is_first_unless_the_list_is_sorted() {
    let name = unique("sorted");
    let make = |disk: &str, data: &[u8]| {
        image()
            .named(&name)
            .with("disk_format", disk)
            .data(data)
            .create()
    };
    let images = [make("raw", b"1"), make("ami", b"333"), make("raw", b"22")];
    let [first, second, third] = [0, 1, 2].map(|at| images[at].to_string());
    let list = || ListImages::new().name(&name);
    for size in [1, 2, 1000] {
        let sorted = |list: ListImages| ids(list.page_size(size));
        assert_eq!(
            sorted(list().sort("size", "asc")),
            [&*first, &third, &second]
        );
        assert_eq!(
            sorted(list().sort("size", "desc")),
            [&*second, &third, &first]
        );
        assert_eq!(
            sorted(list().sort("disk_format", "desc").sort("size", "desc")),
            [&*third, &first, &second]
        );
        let mut by_id = [first.clone(), second.clone(), third.clone()];
        by_id.sort();
        assert_eq!(sorted(list().sort("name", "asc").sort("id", "asc")), by_id);
        let created: Vec<_> = found(list().page_size(size))
            .iter()
            .map(|image| image.created)
            .collect();
        assert!(created.is_sorted_by(|a, b| a >= b), "{created:?}");
    }
    for key in ["status", "container_format", "created_at", "updated_at"] {
        assert_eq!(found(list().sort(key, "asc")).len(), 3, "{key}");
    }
}

#[test]
fn an_unknown_sort_key_or_direction_is_a_bad_request() {
    check_list_error(
        ListImages::new().sort("min_disk", "asc"),
        "BadRequest",
        "GET GLANCE/images?sort=min_disk%3Aasc&limit=1000: 400 Bad Request: Invalid sort key: \
         min_disk. It must be one of the following: name, status, container_format, \
         disk_format, size, id, created_at, updated_at. (request id ID)",
    );
    check_list_error(
        ListImages::new().sort("name", "up"),
        "BadRequest",
        "GET GLANCE/images?sort=name%3Aup&limit=1000: 400 Bad Request: Invalid sort direction: up \
         (request id ID)",
    );
}

#[test]
fn a_list_starts_after_the_marker() {
    let test_images = TestImages::create(4);
    for (at, id) in test_images.ids.iter().enumerate() {
        for size in [1, 2, 1000] {
            assert_eq!(
                ids(test_images.list().marker(id).page_size(size)),
                test_images.ids[at + 1..]
            );
        }
    }
}

#[test]
fn a_list_can_be_resumed_at_the_marker_of_another() {
    let test_images = TestImages::create(5);
    let mut list = images().list_images(test_images.list().page_size(2));
    assert_eq!(list.marker(), None);
    let first: Vec<_> = list
        .by_ref()
        .take(3)
        .map(|image| image.expect("an image").id)
        .collect();
    assert_eq!(first, test_images.ids[..3]);
    let marker = list.marker().expect("a marker").to_owned();
    assert_eq!(marker, test_images.ids[2]);
    assert_eq!(ids(test_images.list().marker(marker)), test_images.ids[3..]);
}

#[test]
fn an_unknown_marker_is_a_bad_request() {
    for (marker, encoded) in [
        (
            "00000000-1111-4222-8333-444444444444",
            "00000000-1111-4222-8333-444444444444",
        ),
        ("abc", "abc"),
        ("a b", "a+b"),
    ] {
        check_list_error(
            ListImages::new().marker(marker),
            "BadRequest",
            &format!(
                "GET GLANCE/images?limit=1000&marker={encoded}: 400 Bad Request: No image found \
                 with ID {marker} (request id ID)"
            ),
        );
    }
}

#[test]
fn an_image_of_another_project_as_a_marker_is_forbidden() {
    let id = cloud().image_id("other-private");
    check_list_error(
        ListImages::new().marker(id),
        "Forbidden",
        &format!(
            "GET GLANCE/images?limit=1000&marker={id}: 403 Forbidden: Forbidding request, image \
             {id} not visible (request id ID)"
        ),
    );
}

#[test]
fn a_list_can_start_after_a_marker_that_the_filters_exclude() {
    let test_images = TestImages::create(2);
    let newer = image().queued().create();
    let plain = cloud().image_id("plain");
    assert_eq!(ids(test_images.list().marker(&*newer)), test_images.ids);
    assert_eq!(ids(test_images.list().marker(plain)), Vec::<String>::new());
}

#[test]
fn with_prefetch_every_image_is_listed_once_in_order() {
    let test_images = TestImages::create(5);
    let list = images()
        .list_images(test_images.list().page_size(2))
        .prefetch();
    let actual: Vec<_> = list.map(|image| image.expect("an image").id).collect();
    assert_eq!(actual, test_images.ids);
}

#[test]
fn a_list_of_2500_images_is_complete() {
    let fixtures = Fixtures::shared();
    for size in [None, Some(600), Some(1500)] {
        let list = ListImages::new();
        let list = match size {
            Some(size) => list.page_size(size),
            None => list,
        };
        let mut seen = BTreeSet::new();
        let mut names = Vec::new();
        for Image { id, name, .. } in found_by("demo", list) {
            assert!(seen.insert(id), "an image is listed twice");
            names.extend(name.filter(|name| fixtures.contain(Some(name))));
        }
        names.sort();
        assert_eq!(names, fixtures.names(), "{size:?}");
    }
}
