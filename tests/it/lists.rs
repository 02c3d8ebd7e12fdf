//! Lists: paging, next links, limits and errors.

use opencloud::compute::v2::{Images, ListImages, Page};
use opencloud::{ErrorKind, Result};

use crate::support::{COMPUTE, Nova, Response, Server, SharedNova, fault, id, images, next_link};

pub(crate) fn numbers(ids: impl IntoIterator<Item = String>) -> Vec<usize> {
    ids.into_iter()
        .map(|id| id[24..].parse().expect("a number"))
        .collect()
}

/// The numbers of the images of a list.
pub(crate) fn all(list: Images) -> Result<Vec<usize>> {
    let ids: Result<Vec<_>> = list.map(|image| image.map(|image| image.id)).collect();
    ids.map(numbers)
}

/// The numbers of the images of each page.
pub(crate) fn all_pages(list: Images) -> Result<Vec<Vec<usize>>> {
    let numbers = |page: Page| numbers(page.into_iter().map(|image| image.id));
    list.pages().map(|page| page.map(numbers)).collect()
}

pub(crate) fn targets(server: &Server) -> Vec<String> {
    let below = format!("GET {COMPUTE}/");
    server
        .lines()
        .iter()
        .map(|line| line.strip_prefix(&below).unwrap_or(line).to_owned())
        .collect()
}

#[test]
fn the_default_page_size_is_1000() {
    let server = Server::with_handler(|_| Response::ok(&images(0..1)));
    let compute = server.compute();
    all(compute.list_images(ListImages::new())).expect("a list");
    all(compute.list_images(true)).expect("a list");
    all(compute.list_images(ListImages::detailed().page_size(7))).expect("a list");
    all(compute.list_images(ListImages::new().page_size(5000).limit(3000))).expect("a list");
    all(compute.list_images(ListImages::new().marker("m").limit(3))).expect("a list");
    assert_eq!(
        targets(&server),
        [
            "images?page_size=1000&limit=1000",
            "images/detail?page_size=1000&limit=1000",
            "images/detail?limit=7",
            "images?page_size=1000&limit=3000",
            "images?limit=3&marker=m",
        ]
    );
}

/// For every way of paging, and every number of images, page size and limit.
#[test]
fn each_image_is_returned_once_however_the_server_pages() {
    let default = Nova::new(0);
    let kinds = [
        default.clone(),
        Nova {
            links: false,
            ..default.clone()
        },
        Nova {
            most: 2,
            ..default.clone()
        },
        Nova {
            ignores_limit: true,
            links: false,
            ..default
        },
    ];
    for (kind, count) in kinds
        .iter()
        .flat_map(|kind| [0, 1, 2, 4, 6].map(move |count| (kind, count)))
    {
        let nova = Nova {
            images: (0..count).collect(),
            ..kind.clone()
        };
        let (_, server) = SharedNova::serve(nova.clone());
        let compute = server.compute();
        for page_size in 1..=4 {
            for limit in [None, Some(0), Some(1), Some(4), Some(9)] {
                let mut list = ListImages::new().page_size(page_size);
                if let Some(limit) = limit {
                    list = list.limit(limit as u64);
                }
                let context = format!("{nova:?}, {list:?}");
                let expected: Vec<_> = (0..limit.unwrap_or(count).min(count)).collect();
                let before = server.requests().len();
                let items = all(compute.list_images(list.clone())).expect(&context);
                assert_eq!(items, expected, "{context}");
                let pages = all_pages(compute.list_images(list)).expect(&context);
                assert!(pages.iter().all(|page| !page.is_empty()), "{context}");
                assert_eq!(pages.concat(), expected, "{context}");
                check_limits(&server, before, limit, &nova, &context);
            }
        }
    }
}

/// Checks that no request has a limit above the number of remaining images.
#[track_caller]
fn check_limits(server: &Server, before: usize, limit: Option<usize>, nova: &Nova, context: &str) {
    for request in &server.requests()[before..] {
        let requested: usize = request
            .query("limit")
            .expect("a limit")
            .parse()
            .expect("a number");
        let marker = request.query("marker");
        let listed = marker.map_or(0, |marker| {
            1 + nova
                .images
                .iter()
                .position(|number| id(*number) == marker)
                .expect("an image")
        });
        assert!(
            limit.is_none_or(|limit| requested <= limit - listed),
            "{context}: {}",
            request.line()
        );
    }
    if limit == Some(0) {
        assert_eq!(server.requests().len(), before, "{context}");
    }
}

#[test]
fn a_pagination_loop_is_an_error() {
    // The server ignores the marker.
    let server = Server::with_handler(|_| Response::ok(&images(0..2)));
    let error = all(server.compute().list_images(ListImages::new().page_size(2)));
    assert_eq!(
        error.expect_err("an error").to_string(),
        format!(
            "GET {}: 200 OK: pagination loop: the page after marker \"{1}\" repeats \"{2}\"",
            server.url(&format!("/v2.1/images?limit=2&marker={}", id(1))),
            id(1),
            id(0)
        )
    );
    assert_eq!(server.requests().len(), 2);

    // The server repeats a marker.
    let mut number = 0;
    let server = Server::with_handler(move |_| {
        number += 2;
        Response::ok(&next_link(images(number..number + 2), "?marker=again"))
    });
    let error = all(server.compute().list_images(ListImages::new().page_size(2)));
    assert_eq!(
        error.expect_err("an error").to_string(),
        format!(
            "GET {}: 200 OK: pagination loop: two pages have the marker \"again\"",
            server.url("/v2.1/images?limit=2&marker=again")
        )
    );

    // The server returns images of an earlier page.
    let page = |numbers: [usize; 2]| Response::ok(&images(numbers));
    let server = Server::with_responses([
        page([0, 1]),
        page([2, 3]),
        page([1, 4]),
        page([5, 0]),
        page([6, 7]),
    ]);
    let mut list = server.compute().list_images(ListImages::new().page_size(2));
    let mut returned = Vec::new();
    let error = loop {
        match list.next().expect("an item") {
            Ok(image) => returned.push(image.id),
            Err(error) => break error,
        }
    };
    assert_eq!(numbers(returned), [0, 1, 2, 3]);
    assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error:?}");
    assert_eq!(
        error.to_string(),
        format!(
            "GET {}: 200 OK: pagination loop: the page after marker \"{1}\" repeats \"{2}\"",
            server.url(&format!("/v2.1/images?limit=2&marker={}", id(3))),
            id(3),
            id(1)
        )
    );
}

#[test]
fn no_request_is_sent_before_the_first_call_of_next() {
    let (_, server) = SharedNova::serve(Nova::new(3));
    let list = || server.compute().list_images(ListImages::new().page_size(1));
    let (mut items, mut pages) = (list(), list().pages());
    assert_eq!(server.requests(), []);
    items.next().expect("an item").expect("an image");
    assert_eq!(
        targets(&server),
        [
            "images?limit=1".to_owned(),
            format!("images?limit=1&marker={}", id(0))
        ]
    );
    pages.next().expect("an item").expect("a page");
    assert_eq!(server.requests().len(), 4, "a page is fetched in advance");
}

#[test]
fn after_an_error_the_iterators_end_and_the_list_can_be_resumed_at_the_marker() {
    let broken = || fault(500, "computeFault", "broken");
    let script = || {
        [
            Response::ok(&images(0..2)),
            broken(),
            Response::ok(&images(2..3)),
        ]
    };
    let options = || ListImages::new().page_size(2);

    let server = Server::with_responses(script());
    let mut list = server.compute().list_images(options().marker("start"));
    assert_eq!(list.marker(), Some("start"));
    for number in 0..2 {
        assert_eq!(
            list.next().expect("an item").expect("an image").id,
            id(number)
        );
        assert_eq!(list.marker(), Some(&*id(number)));
    }
    let error = list.next().expect("an item").expect_err("an error");
    assert_eq!(error.status(), Some(500));
    assert!(list.next().is_none() && list.next().is_none());
    assert_eq!(list.marker(), Some(&*id(1)));
    let resumed = options().marker(list.marker().expect("a marker"));
    assert_eq!(
        all(server.compute().list_images(resumed)).expect("a list"),
        [2]
    );
    assert_eq!(
        targets(&server)[2],
        format!("images?limit=2&marker={}", id(1))
    );

    let server = Server::with_responses(script());
    let mut pages = server.compute().list_images(options()).pages();
    assert_eq!(pages.marker(), None);
    assert_eq!(
        pages.next().expect("an item").expect("a page").images.len(),
        2
    );
    assert_eq!(
        pages
            .next()
            .expect("an item")
            .expect_err("an error")
            .status(),
        Some(500)
    );
    assert!(pages.next().is_none() && pages.next().is_none());
    assert_eq!(pages.marker(), Some(&*id(1)));
}

#[test]
fn a_partly_consumed_list_can_be_continued_by_page() {
    let (_, server) = SharedNova::serve(Nova::new(7));
    for consumed in 0..=7 {
        let mut list = server.compute().list_images(ListImages::new().page_size(3));
        for _ in 0..consumed {
            list.next().expect("an item").expect("an image");
        }
        let rest = all_pages(list).expect("pages").concat();
        assert_eq!(rest, (consumed..7).collect::<Vec<_>>(), "{consumed}");
    }
}
