//! Lists: brief and detailed, by image and by page, with limits and markers.

use std::collections::BTreeSet;

use opencloud::compute::v2::{ImageStatus, ListImages};
use serde_json::Value;

use crate::cloud::{LIST_OF_OTHER, cloud, ids, listed, unique};
use crate::error_snapshot::{kind, snapshot};
use crate::glance::{TestImage, image};

/// Images with one name, and their ids in the order of Nova.
struct TestImages {
    name: String,
    ids: Vec<String>,
    _made: Vec<TestImage>,
}

impl TestImages {
    fn create(count: usize) -> Self {
        let name = unique("list");
        let made: Vec<_> = (0..count).map(|_| image().named(&name).create()).collect();
        let found = raw(&format!("/images?name={}", name.replace(' ', "%20")));
        let ids: Vec<_> = found.iter().map(|image| text(image, "id")).collect();
        assert_eq!(ids.len(), count);
        Self {
            name,
            ids,
            _made: made,
        }
    }

    fn list(&self) -> ListImages {
        ListImages::new().name(&self.name)
    }
}

/// The images of a list as JSON, requested without the crate.
fn raw(path: &str) -> Vec<Value> {
    let mut page = cloud().get("demo", path).success().json();
    serde_json::from_value(page["images"].take()).expect("a list of images")
}

fn text(image: &Value, field: &str) -> String {
    image[field].as_str().expect("a string").to_owned()
}

#[test]
fn a_brief_list_has_id_name_and_links() {
    let test_images = TestImages::create(1);
    let images: Vec<_> = cloud()
        .compute("demo")
        .list_images(test_images.list())
        .collect();
    let [Ok(image)] = &images[..] else {
        panic!("one image, not {images:?}")
    };
    assert_eq!(
        (&image.id, image.name.as_ref()),
        (&test_images.ids[0], Some(&test_images.name))
    );
    assert_eq!(
        image
            .links
            .iter()
            .map(|link| &*link.rel)
            .collect::<Vec<_>>(),
        ["self", "bookmark", "alternate"]
    );
    assert_eq!(
        (image.min_disk, image.min_ram, image.progress, image.size),
        (None, None, None, None)
    );
    assert_eq!(
        (&image.status, image.created, image.updated),
        (&None, None, None)
    );
    assert_eq!(
        (&image.server, &image.disk_config, image.metadata.len()),
        (&None, &None, 0)
    );
}

#[test]
fn a_detailed_list_has_every_field() {
    let name = unique("detailed");
    let made = image()
        .named(&name)
        .with("min_disk", 3)
        .with("min_ram", 128)
        .with("os", "x");
    let made = made.data(b"12345").create();
    for list in [ListImages::detailed(), ListImages::from(true)] {
        let images: Vec<_> = cloud()
            .compute("demo")
            .list_images(list.name(&name))
            .collect();
        let [Ok(image)] = &images[..] else {
            panic!("one image, not {images:?}")
        };
        assert_eq!((&*image.id, image.name.as_deref()), (&*made, Some(&*name)));
        assert_eq!(
            (image.min_disk, image.min_ram, image.progress),
            (Some(3), Some(128), Some(100))
        );
        assert_eq!(
            (&image.status, image.size),
            (&Some(ImageStatus::Active), Some(5))
        );
        assert_eq!(image.metadata.iter().collect::<Vec<_>>(), [("os", "x")]);
        let in_glance = made.in_glance();
        assert_eq!(
            image.created.map(|time| time.to_string()).as_deref(),
            in_glance["created_at"].as_str()
        );
        assert_eq!(
            image.updated.map(|time| time.to_string()).as_deref(),
            in_glance["updated_at"].as_str()
        );
        assert_eq!(image.links.len(), 3);
    }
}

#[test]
fn every_image_of_a_detailed_list_serializes_to_the_json_of_nova() {
    let fixtures: BTreeSet<_> = cloud().labels().map(|(_, id)| id.to_owned()).collect();
    let keep = |id: &str| fixtures.contains(id);
    let serialized: Vec<_> = cloud()
        .compute("demo")
        .list_images(true)
        .map(|image| serde_json::to_value(image.expect("an image")).expect("JSON"))
        .filter(|image| keep(image["id"].as_str().unwrap_or_default()))
        .collect();
    let expected: Vec<_> = raw("/images/detail")
        .into_iter()
        .filter(|image| keep(image["id"].as_str().unwrap_or_default()))
        .collect();
    assert!(expected.len() > 20, "{} images", expected.len());
    assert_eq!(serialized, expected);
}

#[test]
fn a_list_has_exactly_the_images_that_are_visible_to_the_user() {
    let listed = |user| -> BTreeSet<String> {
        let all = ids(cloud().compute(user).list_images(false));
        let set: BTreeSet<_> = all.iter().cloned().collect();
        assert_eq!(set.len(), all.len(), "an image is listed twice");
        cloud()
            .labels()
            .filter(|(_, id)| set.contains(*id))
            .map(|(label, _)| label.into())
            .collect()
    };
    let public: BTreeSet<String> = ["public-large", "public-small"]
        .map(String::from)
        .into_iter()
        .collect();
    let all = || cloud().labels().map(|(label, _)| label.to_owned());
    let invisible = ["other-private", "other-community", "hidden"];
    let visible: BTreeSet<_> = all()
        .filter(|label| !invisible.contains(&label.as_str()))
        .collect();
    assert_eq!(listed("demo"), visible);
    assert_eq!(listed("demo-reader"), visible);
    let _alone = LIST_OF_OTHER.lock();
    let others = all()
        .filter(|label| label.starts_with("other-"))
        .chain(public)
        .collect();
    assert_eq!(listed("other"), others);
}

#[test]
fn every_page_size_lists_each_image_once_in_order() {
    let test_images = TestImages::create(7);
    let compute = cloud().compute("demo");
    for (size, expected) in [
        (1, vec![1, 1, 1, 1, 1, 1, 1]),
        (2, vec![2, 2, 2, 1]),
        (3, vec![3, 3, 1]),
        (6, vec![6, 1]),
        (7, vec![7]),
        (8, vec![7]),
        (1000, vec![7]),
        (5000, vec![7]),
    ] {
        for detailed in [false, true] {
            let list = ListImages::from(detailed)
                .name(&test_images.name)
                .page_size(size);
            assert_eq!(listed(list.clone()), test_images.ids, "pages of {size}");
            let pages = compute
                .list_images(list)
                .pages()
                .map(|page| page.expect("a page"));
            let pages: Vec<Vec<_>> = pages
                .map(|page| page.into_iter().map(|image| image.id).collect())
                .collect();
            assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), expected);
            assert_eq!(pages.concat(), test_images.ids, "pages of {size}");
        }
    }
}

#[test]
fn limit_is_the_total_number_of_images() {
    let test_images = TestImages::create(5);
    for (limit, expected) in [(0, 0), (1, 1), (4, 4), (5, 5), (6, 5), (u64::MAX, 5)] {
        for size in [1, 2, 4, 5, 1000] {
            let actual = listed(test_images.list().limit(limit).page_size(size));
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
    let compute = cloud().compute("demo");
    let list = ListImages::new().name(unique("unknown"));
    assert_eq!(compute.list_images(list.clone()).count(), 0);
    assert_eq!(compute.list_images(list).pages().count(), 0);
}

#[test]
fn a_list_starts_after_the_marker() {
    let test_images = TestImages::create(4);
    for (at, id) in test_images.ids.iter().enumerate() {
        for size in [1, 2, 1000] {
            assert_eq!(
                listed(test_images.list().marker(id).page_size(size)),
                test_images.ids[at + 1..]
            );
        }
    }
}

#[test]
fn a_list_can_be_resumed_at_the_marker_of_another() {
    let test_images = TestImages::create(5);
    let compute = cloud().compute("demo");
    let mut images = compute.list_images(test_images.list().page_size(2));
    assert_eq!(images.marker(), None);
    let mut actual = ids(images.by_ref().take(3));
    assert_eq!(images.marker(), Some(test_images.ids[2].as_str()));
    let marker = images.marker().expect("a marker").to_owned();
    drop(images);
    actual.extend(listed(test_images.list().marker(marker)));
    assert_eq!(actual, test_images.ids);
}

#[test]
fn a_partly_consumed_list_can_be_continued_by_page() {
    let test_images = TestImages::create(5);
    let mut images = cloud()
        .compute("demo")
        .list_images(test_images.list().page_size(2));
    let mut actual = ids(images.by_ref().take(1));
    let pages: Vec<_> = images
        .pages()
        .map(|page| page.expect("a page").images)
        .collect();
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2, 1]);
    actual.extend(pages.into_iter().flatten().map(|image| image.id));
    assert_eq!(actual, test_images.ids);
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
        let mut images = cloud()
            .compute("demo")
            .list_images(ListImages::new().marker(marker));
        let error = images.next().expect("an item").expect_err("an error");
        assert_eq!(kind(&error), "BadRequest");
        assert_eq!(
            snapshot(&error),
            format!(
                "GET {}/images?page_size=1000&limit=1000&marker={encoded}: 400 Bad Request: HTTP 400 Bad \
                 Request: No image found with ID {marker} (request id ID)",
                cloud().nova()
            )
        );
        assert!(images.next().is_none(), "the list ends after an error");
        assert_eq!(images.marker(), Some(marker));
    }
}

#[test]
fn an_image_of_another_project_as_a_marker_is_forbidden() {
    let id = cloud().image_id("other-private");
    let mut images = cloud()
        .compute("demo")
        .list_images(ListImages::new().marker(id));
    let error = images.next().expect("an item").expect_err("an error");
    assert_eq!(kind(&error), "Forbidden");
    assert_eq!(
        error.message(),
        format!("HTTP 403 Forbidden: Forbidding request, image {id} not visible")
    );
}

#[test]
fn the_list_after_a_marker_that_the_filters_exclude_is_empty() {
    let test_images = TestImages::create(2);
    let id = cloud().image_id("plain");
    assert_eq!(listed(test_images.list().marker(id)), Vec::<String>::new());
}
