//! Lists of the Image service: complete for every page size of the server, and with
//! several tags.

use opencloud::image::v2::{Images, ListImages};
use opencloud::{ErrorKind, OpenStack, Result};
use serde_json::{Value, json};

use crate::properties::faulty;
use crate::support::random::{Random, for_any};
use crate::support::{Glance, IMAGES, Response, Server, SharedGlance, TOKEN, glance_image, id};

/// The numbers of the images of a list.
pub(crate) fn all(list: Images) -> Result<Vec<usize>> {
    list.map(|image| image.map(|image| number(&image.id)))
        .collect()
}

pub(crate) fn number(image_id: &str) -> usize {
    let (_, digits) = image_id.rsplit_once('-').expect("an id");
    digits.parse().expect("a number")
}

pub(crate) fn page(numbers: impl IntoIterator<Item = usize>) -> Value {
    json!({"images": numbers.into_iter().map(glance_image).collect::<Vec<_>>()})
}

pub(crate) fn with_next(mut page: Value, next: &str) -> Response {
    page["next"] = next.into();
    Response::ok(&page)
}

fn page_size(images: usize) -> ListImages {
    ListImages::new().page_size(u32::try_from(images).expect("a small number"))
}

#[test]
fn a_list_is_complete_for_every_default_and_maximum_of_the_server() {
    for most in 1..=7 {
        for count in [0, 1, 6, 7, 8, 14, 15] {
            for requested in [None, Some(1), Some(3), Some(7), Some(8)] {
                let glance = Glance {
                    default_limit: 1 + count % 7,
                    max_limit: most,
                    ..Glance::new(count)
                };
                let (_, server) = SharedGlance::serve(glance);
                let list = requested.map_or_else(ListImages::new, page_size);
                let numbers = all(server.images_v2().list_images(list)).expect("a list");
                let context = format!("{count} images, at most {most}, {requested:?}");
                assert_eq!(numbers, (0..count).collect::<Vec<_>>(), "{context}");
                // Each page but the last is as large as possible.
                let size = requested.unwrap_or(1000).min(most);
                let requests = server.requests().len();
                assert_eq!(requests, count / size + 1, "{context}");
            }
        }
    }
}

/// The numbers of the list, by a random way to iterate.
pub(crate) fn numbers(mut list: Images, random: &mut Random) -> Result<Vec<usize>> {
    if random.once_in(3) {
        list = list.prefetch();
    }
    let first: Vec<_> = list.by_ref().take(random.below(4)).collect();
    let rest: Vec<_> = if random.once_in(2) {
        let pages = list.pages().collect::<Result<Vec<_>>>()?;
        pages.into_iter().flatten().map(Ok).collect()
    } else {
        list.collect()
    };
    let images = first.into_iter().chain(rest);
    images
        .map(|image| image.map(|image| number(&image.id)))
        .collect()
}

#[test]
fn any_glance_list_is_complete_for_every_way_of_paging_and_recoverable_fault() {
    for_any(40, |random, size| {
        let tags = ["red", "round", "new"];
        let mut glance = Glance {
            default_limit: 1 + random.below(7),
            max_limit: 1 + random.below(7),
            ..Glance::new(random.below(size + 1))
        };
        for (_, image_tags) in &mut glance.images {
            image_tags.extend(tags.into_iter().filter(|_| !random.once_in(3)));
        }
        let selected: Vec<_> = tags.into_iter().filter(|_| random.once_in(3)).collect();
        let limit = random.once_in(2).then(|| random.below(size + 3));
        let mut list = page_size(1 + random.below(15));
        for tag in &selected {
            list = list.tag(*tag);
        }
        if let Some(limit) = limit {
            list = list.limit(limit as u64);
        }
        let context = format!("{glance:?}, {list:?}");
        let matching = glance
            .images
            .iter()
            .filter(|(_, tags)| selected.iter().all(|tag| tags.contains(tag)));
        let expected: Vec<_> = matching
            .map(|(number, _)| *number)
            .take(limit.unwrap_or(usize::MAX))
            .collect();
        let server = faulty(
            move |request| glance.respond(request),
            Random(random.number()),
            2 + random.below(8),
        );
        let openstack = OpenStack::new(server.options()).expect("valid options");
        let images = openstack.images_v2().expect("a service").list_images(list);
        let numbers = numbers(images, random).expect(&context);
        assert_eq!(numbers, expected, "{context}");
    });
}

#[test]
fn two_tags_over_three_pages_return_only_images_with_both() {
    let tags = [&["red", "round"][..], &["round"], &["red"], &[]];
    let glance = Glance {
        images: (0..24)
            .map(|number| (number, tags[number % 4].to_vec()))
            .collect(),
        max_limit: 2,
        ..Glance::new(0)
    };
    let (_, server) = SharedGlance::serve(glance);
    let list = ListImages::new().tag("red").tag("round");
    let numbers = all(server.images_v2().list_images(list)).expect("a list");
    assert_eq!(numbers, [0, 4, 8, 12, 16, 20]);
    let query = format!("GET {IMAGES}/images?tag=red&tag=round&limit=1000");
    let after = |number| format!("{query}&marker={}", id(number));
    assert_eq!(
        server.lines(),
        [query.clone(), after(4), after(12), after(20)]
    );
}

#[test]
fn only_the_marker_of_a_next_link_is_used_and_only_on_this_server() {
    for link in [
        "/v2/images?limit=2&marker=m-1",
        "/v2/images?marker=m-1",
        "/v2/images?name=another&marker=m-1",
        "/v2/images?limit=2000&name=n&marker=m-1",
        "http://inside.example:9292/v2/images?marker=m-1",
        "https://evil.example/steal?marker=m-1",
        "//evil.example/v2/images?marker=m-1",
        "file:///etc/passwd?marker=m-1",
        "?marker=m-1",
        "/v2/images?marker=m-1#fragment",
        "\u{1}\r\n://?marker=m-1",
    ] {
        let server =
            Server::with_responses([with_next(page(0..2), link), Response::ok(&page(2..3))]);
        let list = page_size(2).name("n").tag("a").tag("b");
        let numbers = all(server.images_v2().list_images(list)).expect(link);
        assert_eq!(numbers, [0, 1, 2], "{link}");
        let query = format!("GET {IMAGES}/images?name=n&tag=a&tag=b&limit=2");
        assert_eq!(
            server.lines(),
            [query.clone(), format!("{query}&marker=m-1")],
            "{link}"
        );
        assert_eq!(server.requests()[1].header("x-auth-token"), Some(TOKEN));
    }
}

#[test]
fn after_a_glance_link_without_a_marker_the_last_id_is_the_marker() {
    for link in ["", "/v2/images", "/v2/images?limit=2", "?marker=", "%%%"] {
        let server =
            Server::with_responses([with_next(page(0..2), link), Response::ok(&page(2..3))]);
        let numbers = all(server.images_v2().list_images(ListImages::new())).expect(link);
        assert_eq!(numbers, [0, 1, 2], "{link}");
        let marker = server.requests()[1].query("marker");
        assert_eq!(marker, Some(id(1)), "{link}");
    }
}

#[test]
fn a_page_without_a_next_link_or_without_images_is_the_last() {
    for (last, count) in [
        (Response::ok(&page(3..4)), 4),
        (with_next(page(0..0), "/v2/images?marker=more"), 3),
    ] {
        let server = Server::with_responses([
            with_next(page(0..1), &format!("/v2/images?marker={}", id(0))),
            with_next(page(1..3), &format!("/v2/images?marker={}", id(2))),
            last,
        ]);
        let numbers = all(server.images_v2().list_images(page_size(3))).expect("a list");
        assert_eq!(numbers, (0..count).collect::<Vec<_>>());
        assert_eq!(server.requests().len(), 3);
    }
}

#[test]
fn a_next_link_that_is_not_a_string_is_an_error_and_not_the_end() {
    for next in [json!(5), json!(true), json!([]), json!({})] {
        let mut page = page(0..2);
        page["next"] = next.clone();
        let server = Server::with_responses([Response::ok(&page)]);
        let error = all(server.images_v2().list_images(ListImages::new()));
        let error = error.expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{next}: {error}");
    }
    let mut page = page(0..2);
    page["next"] = Value::Null;
    let server = Server::with_responses([Response::ok(&page)]);
    let numbers = all(server.images_v2().list_images(ListImages::new()));
    assert_eq!(numbers.expect("a list"), [0, 1]);
}

#[test]
fn a_repeated_glance_page_is_an_error() {
    let link = format!("/v2/images?marker={}", id(1));
    let server = Server::with_handler(move |_| with_next(page(0..2), &link));
    let list = server.images_v2().list_images(ListImages::new());
    let results: Vec<_> = list.collect();
    assert_eq!(results.len(), 3);
    let error = results[2].as_ref().expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    let marker = id(1);
    let message = format!(
        "pagination loop: the page after marker {marker:?} repeats {:?}",
        id(0)
    );
    assert_eq!(error.message(), message);
}
