//! Listing: complete however the server pages, and nothing twice.

mod support;

use opencloud::compute::v2::{Compute, Images, ListImages, Page};
use opencloud::{Error, Result};
use serde_json::json;

use support::{Answer, COMPUTE, Nova, Server, SharedNova, fault, id, images, next_link};

fn numbers(ids: impl IntoIterator<Item = String>) -> Vec<usize> {
    ids.into_iter().map(|id| id[24..].parse().expect("a number")).collect()
}

/// The numbers of the images of a list.
fn all(list: Images) -> Result<Vec<usize>> {
    let ids: Result<Vec<_>> = list.map(|image| image.map(|image| image.id)).collect();
    ids.map(numbers)
}

/// The numbers of the images of each page.
fn all_pages(list: Images) -> Result<Vec<Vec<usize>>> {
    let numbers = |page: Page| numbers(page.into_iter().map(|image| image.id));
    list.pages().map(|page| page.map(numbers)).collect()
}

fn targets(server: &Server) -> Vec<String> {
    let below = format!("GET {COMPUTE}/");
    server.lines().iter().map(|line| line.strip_prefix(&below).unwrap_or(line).to_owned()).collect()
}

#[test]
fn pages_are_of_1000_unless_the_caller_says_otherwise() {
    let server = Server::answering(|_| Answer::ok(&images(0..1)));
    let compute = server.compute();
    all(compute.list_images(ListImages::new())).expect("a list");
    all(compute.list_images(true)).expect("a list");
    all(compute.list_images(ListImages::detailed().page_size(7))).expect("a list");
    all(compute.list_images(ListImages::new().page_size(5000).limit(3000))).expect("a list");
    all(compute.list_images(ListImages::new().marker("m").limit(3))).expect("a list");
    assert_eq!(
        targets(&server),
        [
            "images?limit=1000",
            "images/detail?limit=1000",
            "images/detail?limit=7",
            "images?limit=3000",
            "images?limit=3&marker=m",
        ]
    );
}

#[test]
fn of_a_next_link_only_the_query_is_followed() {
    for link in [
        "http://inside.example:8774/v2.1/images?limit=2&marker=m-1&x=a%26b",
        "https://evil.example/steal?marker=m-1&x=a%26b",
        "http://user:pass@evil.example/?marker=m-1&x=a%26b#f",
        "file:///etc/passwd?marker=m-1&x=a%26b",
        "?marker=m-1&x=a%26b",
        "/v2.1/images?x=a%26b&marker=m-1",
        "images?x=a%26b&marker=m-1",
        "not a url at all?x=a%26b&marker=m-1",
        "\u{1}\r\n://?x=a%26b&marker=m-1",
    ] {
        let server = Server::playing([
            Answer::ok(&next_link(images(0..2), link)),
            Answer::ok(&images(2..3)),
        ]);
        let list = server.compute().list_images(ListImages::new().page_size(2).name("n"));
        assert_eq!(all(list).expect("a list"), [0, 1, 2], "{link}");
        assert_eq!(
            targets(&server),
            ["images?name=n&limit=2", "images?name=n&x=a%26b&limit=2&marker=m-1"],
            "{link}"
        );
        let token = server.requests()[1].header("x-auth-token").map(str::to_owned);
        assert_eq!(token.as_deref(), Some(support::TOKEN));
    }
}

#[test]
fn a_next_link_without_a_marker_leads_on_after_the_last_id() {
    for link in ["", "http://h/images", "http://h/images?limit=2", "?marker=", "%%%", "?%zz=%"] {
        let server = Server::playing([
            Answer::ok(&next_link(images(0..2), link)),
            Answer::ok(&images(2..3)),
        ]);
        let list = server.compute().list_images(ListImages::new().page_size(2));
        assert_eq!(all(list).expect("a list"), [0, 1, 2], "{link}");
        assert!(targets(&server)[1].ends_with(&format!("limit=2&marker={}", id(1))), "{link}");
    }
}

#[test]
fn a_next_link_of_a_megabyte_is_an_error_and_not_followed() {
    let link = format!("http://h/?marker={}", "m".repeat(1024 * 1024));
    let server = Server::playing([Answer::ok(&next_link(images(0..2), &link))]);
    let error = all(server.compute().list_images(ListImages::new().page_size(2)));
    assert_eq!(
        error.expect_err("a bad link").to_string(),
        format!(
            "GET {}: 200: the next link is 1048593 bytes long, which no server would take",
            server.url("/v2.1/images?limit=2")
        )
    );
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn links_that_are_none_are_passed_over() {
    for links in [json!(null), json!([]), json!({}), json!("x"), json!([null, {"rel": "next"}])] {
        let mut page = images(0..2);
        page["images_links"] = links;
        let server = Server::playing([Answer::ok(&page), Answer::ok(&images(2..3))]);
        let list = server.compute().list_images(ListImages::new().page_size(2));
        assert_eq!(all(list).expect("a list"), [0, 1, 2]);
    }
}

#[test]
fn a_link_on_a_short_page_is_followed_and_a_short_page_without_one_is_the_end() {
    let server = Server::playing([
        Answer::ok(&next_link(images(0..1), "?marker=a")),
        Answer::ok(&next_link(images(1..2), "?marker=b")),
        Answer::ok(&images(2..4)),
    ]);
    let list = server.compute().list_images(ListImages::new().page_size(3));
    assert_eq!(all(list).expect("a list"), [0, 1, 2, 3]);
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn an_empty_page_is_the_end_even_with_a_link() {
    let server = Server::playing([
        Answer::ok(&images(0..2)),
        Answer::ok(&next_link(images(0..0), "?marker=more")),
    ]);
    let list = server.compute().list_images(ListImages::new().page_size(2));
    assert_eq!(all(list).expect("a list"), [0, 1]);
    assert_eq!(server.requests().len(), 2);
}

/// Every way in which a cloud pages, with no image more than the last page may
/// have, for every size of list, page and limit.
#[test]
fn no_image_is_lost_and_none_comes_twice_however_the_server_pages() {
    let usual = Nova::new(0);
    let kinds = [
        usual.clone(),
        Nova { links: false, ..usual.clone() },
        Nova { most: 2, ..usual.clone() },
        Nova { ignores_limit: true, links: false, ..usual },
    ];
    for (kind, count) in kinds.iter().flat_map(|kind| (0..=6).map(move |count| (kind, count))) {
        let nova = Nova { images: (0..count).collect(), ..kind.clone() };
        let (_, server) = SharedNova::serve(nova.clone());
        let compute = server.compute();
        for page_size in 1..=4 {
            for limit in [None, Some(0), Some(1), Some(3), Some(4), Some(6), Some(9)] {
                let mut list = ListImages::new().page_size(page_size);
                if let Some(limit) = limit {
                    list = list.limit(limit as u64);
                }
                let said = format!("{nova:?}, {list:?}");
                let expected: Vec<_> = (0..limit.unwrap_or(count).min(count)).collect();
                let before = server.requests().len();
                let items = all(compute.list_images(list.clone())).expect(&said);
                assert_eq!(items, expected, "{said}");
                let pages = all_pages(compute.list_images(list)).expect(&said);
                assert!(pages.iter().all(|page| !page.is_empty()), "{said}");
                assert_eq!(pages.concat(), expected, "{said}");
                check_wanted(&server, before, limit, &nova, &said);
            }
        }
    }
}

/// Each page asks for no more than is wanted still.
#[track_caller]
fn check_wanted(server: &Server, before: usize, limit: Option<usize>, nova: &Nova, said: &str) {
    for request in &server.requests()[before..] {
        let asked: usize = request.query("limit").expect("a limit").parse().expect("a number");
        let marker = request.query("marker");
        let had = marker.map_or(0, |marker| {
            1 + nova.images.iter().position(|number| id(*number) == marker).expect("an image")
        });
        assert!(limit.is_none_or(|limit| asked <= limit - had), "{said}: {}", request.line());
    }
    if limit == Some(0) {
        assert_eq!(server.requests().len(), before, "{said}");
    }
}

#[test]
fn a_server_that_goes_round_in_circles_ends_in_an_error() {
    // It ignores the marker.
    let server = Server::answering(|_| Answer::ok(&images(0..2)));
    let error = all(server.compute().list_images(ListImages::new().page_size(2)));
    assert_eq!(
        error.expect_err("a circle").to_string(),
        format!(
            "GET {}: 200: the list does not go on: asked for what comes after \"{1}\", the server \
             gave \"{2}\" again",
            server.url(&format!("/v2.1/images?limit=2&marker={}", id(1))),
            id(1),
            id(0)
        )
    );
    assert_eq!(server.requests().len(), 2);

    // It repeats a marker.
    let mut number = 0;
    let server = Server::answering(move |_| {
        number += 2;
        Answer::ok(&next_link(images(number..number + 2), "?marker=again"))
    });
    let error = all(server.compute().list_images(ListImages::new().page_size(2)));
    assert_eq!(
        error.expect_err("a circle").to_string(),
        format!(
            "GET {}: 200: the list goes round in circles: \"again\" marks two pages",
            server.url("/v2.1/images?limit=2&marker=again")
        )
    );

    // It comes back to an earlier page by another way.
    let page = |numbers: [usize; 2]| Answer::ok(&images(numbers));
    let server =
        Server::playing([page([0, 1]), page([2, 3]), page([1, 4]), page([5, 0]), page([6, 7])]);
    let mut list = server.compute().list_images(ListImages::new().page_size(2));
    let mut given = Vec::new();
    let error = loop {
        match list.next().expect("an error before the end") {
            Ok(image) => given.push(image.id),
            Err(error) => break error,
        }
    };
    assert_eq!(numbers(given), [0, 1, 2, 3]);
    assert!(matches!(error, Error::Answer(_)), "{error:?}");
    assert_eq!(
        error.to_string(),
        format!(
            "GET {}: 200: the list does not go on: asked for what comes after \"{1}\", the server \
             gave \"{2}\" again",
            server.url(&format!("/v2.1/images?limit=2&marker={}", id(3))),
            id(3),
            id(1)
        )
    );
}

#[test]
fn nothing_is_requested_before_the_first_next() {
    let (_, server) = SharedNova::serve(Nova::new(3));
    let list = || server.compute().list_images(ListImages::new().page_size(1));
    let (mut items, mut pages) = (list(), list().pages());
    assert_eq!(server.requests(), []);
    items.next().expect("an item").expect("an image");
    assert_eq!(
        targets(&server),
        ["images?limit=1".to_owned(), format!("images?limit=1&marker={}", id(0))]
    );
    pages.next().expect("an item").expect("a page");
    assert_eq!(server.requests().len(), 4, "one page ahead");
}

#[test]
fn after_an_error_both_iterators_end_and_the_marker_tells_where_to_resume() {
    let broken = || fault(500, "computeFault", "broken");
    let script = || [Answer::ok(&images(0..2)), broken(), Answer::ok(&images(2..3))];
    let options = || ListImages::new().page_size(2);

    let server = Server::playing(script());
    let mut list = server.compute().list_images(options().marker("start"));
    assert_eq!(list.marker(), Some("start"));
    for number in 0..2 {
        assert_eq!(list.next().expect("an item").expect("an image").id, id(number));
        assert_eq!(list.marker(), Some(&*id(number)));
    }
    let error = list.next().expect("an item").expect_err("an error");
    assert_eq!(error.status(), Some(500));
    assert!(list.next().is_none() && list.next().is_none());
    assert_eq!(list.marker(), Some(&*id(1)));
    let resumed = options().marker(list.marker().expect("a marker"));
    assert_eq!(all(server.compute().list_images(resumed)).expect("the rest"), [2]);
    assert_eq!(targets(&server)[2], format!("images?limit=2&marker={}", id(1)));

    let server = Server::playing(script());
    let mut pages = server.compute().list_images(options()).pages();
    assert_eq!(pages.marker(), None);
    assert_eq!(pages.next().expect("an item").expect("a page").images.len(), 2);
    assert_eq!(pages.next().expect("an item").expect_err("an error").status(), Some(500));
    assert!(pages.next().is_none() && pages.next().is_none());
    assert_eq!(pages.marker(), Some(&*id(1)));
}

#[test]
fn items_turn_into_pages_in_the_middle() {
    let (_, server) = SharedNova::serve(Nova::new(7));
    for taken in 0..=7 {
        let mut list = server.compute().list_images(ListImages::new().page_size(3));
        for _ in 0..taken {
            list.next().expect("an item").expect("an image");
        }
        let rest = all_pages(list).expect("pages").concat();
        assert_eq!(rest, (taken..7).collect::<Vec<_>>(), "{taken}");
    }
}

#[test]
fn deleting_each_image_as_it_comes_lists_and_deletes_all() {
    for count in 0..=7 {
        for page_size in 1..=4 {
            let (nova, server) = SharedNova::serve(Nova::new(count));
            let list = server.compute().list_images(ListImages::new().page_size(page_size));
            let mut given = Vec::new();
            for image in list {
                let image = image.expect("an image");
                image.delete().expect("a deletion");
                given.push(image.id);
            }
            assert_eq!(numbers(given), (0..count).collect::<Vec<_>>(), "{count}, {page_size}");
            assert_eq!(nova.lock().images, [0; 0]);
        }
    }
}

#[test]
fn deleting_the_images_of_each_page_lists_and_deletes_all() {
    for count in 0..=7 {
        for page_size in 1..=4 {
            let (nova, server) = SharedNova::serve(Nova::new(count));
            let list = server.compute().list_images(ListImages::new().page_size(page_size));
            let mut given = Vec::new();
            for page in list.pages() {
                for image in page.expect("a page") {
                    image.delete().expect("a deletion");
                    given.push(image.id);
                }
            }
            assert_eq!(numbers(given), (0..count).collect::<Vec<_>>(), "{count}, {page_size}");
            assert_eq!(nova.lock().images, [0; 0]);
        }
    }
}

/// Whether each image that was there all the time came once, and none twice.
#[track_caller]
fn check_complete(given: &[usize], count: usize, gone: &[usize], said: &str) {
    let mut sorted = given.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), given.len(), "twice: {given:?}; {said}");
    let lost: Vec<_> =
        (0..count).filter(|number| !given.contains(number) && !gone.contains(number)).collect();
    assert_eq!(lost, [0; 0], "lost; given {given:?}; {said}");
}

#[test]
fn a_marker_that_someone_else_deleted_is_stepped_back_over() {
    let (nova, server) = SharedNova::serve(Nova::new(9));
    let mut list = server.compute().list_images(ListImages::new().page_size(3));
    let mut take = |count: usize| {
        (0..count).map(|_| list.next().expect("an item").expect("an image").id).collect::<Vec<_>>()
    };
    let mut given = take(5);
    nova.lock().images.retain(|number| *number != 5);
    given.extend(take(4));
    assert_eq!(numbers(given), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    assert!(list.next().is_none());
    let near = |number| format!("images?limit=3&marker={}", id(number));
    assert_eq!(targets(&server), ["images?limit=3".to_owned(), near(2), near(5), near(4), near(8)]);
}

#[test]
fn a_list_that_began_at_a_marker_never_goes_back_before_it() {
    let (nova, server) = SharedNova::serve(Nova::new(9));
    let options = ListImages::new().page_size(2).marker(id(2));
    let mut list = server.compute().list_images(options.clone());
    let first = list.next().expect("an item").expect("an image").id;
    nova.lock().images.retain(|number| ![3, 4].contains(number));
    let mut given = vec![first];
    given.extend(list.map(|image| image.expect("an image").id));
    assert_eq!(numbers(given), [3, 4, 5, 6, 7, 8]);

    let (nova, server) = SharedNova::serve(Nova::new(9));
    let mut list = server.compute().list_images(options);
    list.next().expect("an item").expect("an image");
    nova.lock().images.retain(|number| ![2, 3, 4].contains(number));
    list.next().expect("an item").expect("an image");
    let error = list.next().expect("an item").expect_err("nowhere to go on from");
    assert_eq!(error.details().message(), format!("marker [{}] not found", id(4)));
    assert!(list.next().is_none());
}

/// A server of ours on which others delete before each request of a list, by
/// a pattern that the seed makes.
fn harass(seed: u64, by_page: bool) {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % 1_000_003).expect("small") % below
    };
    let count = random(30) + 1;
    let page_size = 1 + random(5);
    let often = 1 + random(4);
    let many = 1 + random(count);
    let mut nova = Nova { links: random(2) == 0, ..Nova::new(count) };
    let gone = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let record = std::sync::Arc::clone(&gone);
    let (mut requests, mut sent) = (0, Vec::<usize>::new());
    let server = Server::answering(move |request| {
        requests += 1;
        assert!(requests < 500, "it does not end");
        if random(often) == 0 {
            for _ in 0..=random(many) {
                // Mostly what was listed already, and the last of it.
                let known = nova.images.iter().filter(|number| sent.contains(number)).count();
                let len = nova.images.len();
                let at = match random(3) {
                    0 if len > 0 => random(len),
                    1 if known > 0 => random(known),
                    2 if known > 0 => known - 1,
                    _ => continue,
                };
                record.lock().unwrap().push(nova.images.remove(at));
            }
        }
        let answer = nova.answer(request);
        let text = String::from_utf8(answer.bytes()).unwrap();
        sent.extend((0..count).filter(|number| text.contains(&id(*number))));
        answer
    });
    let said = format!("seed {seed}, {count} images, pages of {page_size}, by page: {by_page}");
    let list = server
        .compute()
        .list_images(ListImages::new().page_size(u32::try_from(page_size).unwrap()));
    let given = if by_page { all_pages(list).map(|pages| pages.concat()) } else { all(list) };
    let given = given.unwrap_or_else(|error| panic!("{error}; {said}"));
    check_complete(&given, count, &gone.lock().unwrap(), &said);
}

#[test]
fn whatever_others_delete_meanwhile_each_image_comes_once() {
    for seed in 1..=150 {
        harass(seed, false);
        harass(seed, true);
    }
}

#[test]
fn a_refusal_that_is_not_about_the_marker_is_the_callers() {
    let refusal = || fault(400, "badRequest", "Invalid input for query parameters status");
    let server = Server::answering(move |_| refusal());
    let error = all(server.compute().list_images(ListImages::new().marker("mine")));
    let error = error.expect_err("a refusal");
    assert!(matches!(error, Error::BadRequest(_)), "{error:?}");
    assert_eq!(error.details().message(), "Invalid input for query parameters status");
    assert_eq!(server.requests().len(), 1);

    // A server that takes no marker at all does not hold the caller for ever.
    let refusal = || fault(400, "badRequest", "marker [x] not found");
    let server = Server::answering(move |request| match request.query("marker") {
        None => Answer::ok(&images(0..3)),
        Some(_) => refusal(),
    });
    let error = all(server.compute().list_images(ListImages::new().page_size(3)));
    let error = error.expect_err("a refusal");
    assert_eq!(error.details().message(), "marker [x] not found");
    assert!(server.requests().len() < 30, "{}", server.requests().len());
}

fn harassed_compute() -> (SharedNova, Server, Compute) {
    let (nova, server) = SharedNova::serve(Nova::new(40));
    let compute = server.compute();
    (nova, server, compute)
}

#[test]
fn a_limit_is_kept_when_the_list_goes_on_from_an_earlier_place() {
    let (nova, server, compute) = harassed_compute();
    let mut list = compute.list_images(ListImages::new().page_size(4).limit(9));
    let mut given: Vec<_> =
        (0..7).map(|_| list.next().expect("an item").expect("an image").id).collect();
    nova.lock().images.retain(|number| ![4, 5, 6, 7].contains(number));
    for image in list {
        given.push(image.expect("an image").id);
    }
    assert_eq!(numbers(given), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    assert!(server.requests().len() < 9, "{:#?}", targets(&server));
}
