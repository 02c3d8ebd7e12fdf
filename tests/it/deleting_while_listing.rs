//! Listing while images are deleted, by the caller or by others.

use opencloud::ErrorKind;
use opencloud::compute::v2::{Compute, ListImages};

use crate::lists::{all, all_pages, numbers, targets};
use crate::support::{Nova, Response, Server, SharedNova, fault, id, images};

#[test]
fn deleting_each_image_while_iterating_lists_and_deletes_all() {
    for count in 0..=7 {
        for page_size in 1..=4 {
            let (nova, server) = SharedNova::serve(Nova::new(count));
            let list = server
                .compute()
                .list_images(ListImages::new().page_size(page_size));
            let mut returned = Vec::new();
            for image in list {
                let image = image.expect("an image");
                image.delete().expect("a deletion");
                returned.push(image.id);
            }
            assert_eq!(
                numbers(returned),
                (0..count).collect::<Vec<_>>(),
                "{count}, {page_size}"
            );
            assert_eq!(nova.lock().images, [0; 0]);
        }
    }
}

#[test]
fn deleting_the_images_of_each_page_lists_and_deletes_all() {
    for count in 0..=7 {
        for page_size in 1..=4 {
            let (nova, server) = SharedNova::serve(Nova::new(count));
            let list = server
                .compute()
                .list_images(ListImages::new().page_size(page_size));
            let mut returned = Vec::new();
            for page in list.pages() {
                for image in page.expect("a page") {
                    image.delete().expect("a deletion");
                    returned.push(image.id);
                }
            }
            assert_eq!(
                numbers(returned),
                (0..count).collect::<Vec<_>>(),
                "{count}, {page_size}"
            );
            assert_eq!(nova.lock().images, [0; 0]);
        }
    }
}

/// Checks that each image that existed all the time was returned exactly once.
#[track_caller]
fn check_complete(returned: &[usize], count: usize, deleted_numbers: &[usize], context: &str) {
    let mut sorted = returned.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(
        sorted.len(),
        returned.len(),
        "repeated: {returned:?}; {context}"
    );
    let lost: Vec<_> = (0..count)
        .filter(|number| !returned.contains(number) && !deleted_numbers.contains(number))
        .collect();
    assert_eq!(lost, [0; 0], "lost; returned {returned:?}; {context}");
}

#[test]
fn after_a_deleted_marker_the_list_continues_from_an_earlier_image() {
    let (nova, server) = SharedNova::serve(Nova::new(9));
    let mut list = server.compute().list_images(ListImages::new().page_size(3));
    let mut take = |count: usize| {
        (0..count)
            .map(|_| list.next().expect("an item").expect("an image").id)
            .collect::<Vec<_>>()
    };
    let mut returned = take(5);
    nova.lock().images.retain(|number| *number != 5);
    returned.extend(take(4));
    assert_eq!(numbers(returned), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    assert!(list.next().is_none());
    let target = |number| format!("images?limit=3&marker={}", id(number));
    assert_eq!(
        targets(&server),
        [
            "images?limit=3".to_owned(),
            target(2),
            target(5),
            target(4),
            target(8)
        ]
    );
}

#[test]
fn a_list_with_a_marker_never_continues_from_before_it() {
    let (nova, server) = SharedNova::serve(Nova::new(9));
    let options = ListImages::new().page_size(2).marker(id(2));
    let mut list = server.compute().list_images(options.clone());
    let first = list.next().expect("an item").expect("an image").id;
    nova.lock().images.retain(|number| ![3, 4].contains(number));
    let mut returned = vec![first];
    returned.extend(list.map(|image| image.expect("an image").id));
    assert_eq!(numbers(returned), [3, 4, 5, 6, 7, 8]);

    let (nova, server) = SharedNova::serve(Nova::new(9));
    let mut list = server.compute().list_images(options);
    list.next().expect("an item").expect("an image");
    nova.lock()
        .images
        .retain(|number| ![2, 3, 4].contains(number));
    list.next().expect("an item").expect("an image");
    let error = list.next().expect("an item").expect_err("an error");
    assert_eq!(error.message(), format!("marker [{}] not found", id(4)));
    assert!(list.next().is_none());
}

/// Lists while another client deletes images before each request, in a pattern
/// that depends on the seed.
fn list_during_deletions(seed: u64, by_page: bool) {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % 1_000_003).expect("a small number") % below
    };
    let count = random(30) + 1;
    let page_size = 1 + random(5);
    let interval = 1 + random(4);
    let most = 1 + random(count);
    let mut nova = Nova {
        links: random(2) == 0,
        ..Nova::new(count)
    };
    let deleted_numbers = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let deleted = std::sync::Arc::clone(&deleted_numbers);
    let (mut requests, mut sent) = (0, Vec::<usize>::new());
    let server = Server::with_handler(move |request| {
        requests += 1;
        assert!(requests < 500, "the list does not end");
        if random(interval) == 0 {
            for _ in 0..=random(most) {
                // Mostly images that were listed already, often the last of them.
                let known = nova
                    .images
                    .iter()
                    .filter(|number| sent.contains(number))
                    .count();
                let len = nova.images.len();
                let at = match random(3) {
                    0 if len > 0 => random(len),
                    1 if known > 0 => random(known),
                    2 if known > 0 => known - 1,
                    _ => continue,
                };
                deleted.lock().unwrap().push(nova.images.remove(at));
            }
        }
        let response = nova.respond(request);
        let text = String::from_utf8(response.bytes()).unwrap();
        sent.extend((0..count).filter(|number| text.contains(&id(*number))));
        response
    });
    let context = format!("seed {seed}, {count} images, pages of {page_size}, by page: {by_page}");
    let list = server
        .compute()
        .list_images(ListImages::new().page_size(u32::try_from(page_size).unwrap()));
    let returned = if by_page {
        all_pages(list).map(|pages| pages.concat())
    } else {
        all(list)
    };
    let returned = returned.unwrap_or_else(|error| panic!("{error}; {context}"));
    check_complete(&returned, count, &deleted_numbers.lock().unwrap(), &context);
}

#[test]
fn each_image_is_returned_once_while_others_delete_images() {
    for seed in 1..=150 {
        list_during_deletions(seed, false);
        list_during_deletions(seed, true);
    }
}

#[test]
fn an_error_that_is_not_about_a_deleted_marker_is_returned() {
    let rejected = || {
        fault(
            400,
            "badRequest",
            "Invalid input for query parameters status",
        )
    };
    let server = Server::with_handler(move |_| rejected());
    let error = all(server
        .compute()
        .list_images(ListImages::new().marker("mine")));
    let error = error.expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::BadRequest, "{error:?}");
    assert_eq!(error.message(), "Invalid input for query parameters status");
    assert_eq!(server.requests().len(), 1);

    // A server that rejects every marker does not cause endless requests.
    let rejected = || fault(400, "badRequest", "marker [x] not found");
    let server = Server::with_handler(move |request| match request.query("marker") {
        None => Response::ok(&images(0..3)),
        Some(_) => rejected(),
    });
    let error = all(server.compute().list_images(ListImages::new().page_size(3)));
    let error = error.expect_err("an error");
    assert_eq!(error.message(), "marker [x] not found");
    assert!(server.requests().len() < 30, "{}", server.requests().len());
}

fn forty_images() -> (SharedNova, Server, Compute) {
    let (nova, server) = SharedNova::serve(Nova::new(40));
    let compute = server.compute();
    (nova, server, compute)
}

#[test]
fn the_limit_applies_when_the_list_continues_from_an_earlier_image() {
    let (nova, server, compute) = forty_images();
    let mut list = compute.list_images(ListImages::new().page_size(4).limit(9));
    let mut returned: Vec<_> = (0..7)
        .map(|_| list.next().expect("an item").expect("an image").id)
        .collect();
    nova.lock()
        .images
        .retain(|number| ![4, 5, 6, 7].contains(number));
    for image in list {
        returned.push(image.expect("an image").id);
    }
    assert_eq!(numbers(returned), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    assert!(server.requests().len() < 9, "{:#?}", targets(&server));
}
