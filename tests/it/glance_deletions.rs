//! Listing images of the Image service while they are deleted, by the caller or by
//! others.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use opencloud::image::v2::{Image, ListImages};

use crate::glance_lists::{all, number, numbers, page, with_next};
use crate::support::random::{Random, for_any};
use crate::support::{Glance, Server, SharedGlance, glance_error, id};

#[test]
fn deleting_each_image_of_glance_while_iterating_lists_and_deletes_all() {
    for count in 0..=7 {
        for most in 1..=4 {
            for by_page in [false, true] {
                let glance = Glance {
                    max_limit: most,
                    ..Glance::new(count)
                };
                let (glance, server) = SharedGlance::serve(glance);
                let list = server.images_v2().list_images(ListImages::new());
                let mut returned = Vec::new();
                let mut delete = |image: Image| {
                    image.delete().expect("a deletion");
                    returned.push(number(&image.id));
                };
                if by_page {
                    let images = list.pages().flat_map(|page| page.expect("a page"));
                    images.for_each(&mut delete);
                } else {
                    list.map(|image| image.expect("an image"))
                        .for_each(&mut delete);
                }
                assert_eq!(returned, (0..count).collect::<Vec<_>>(), "{count}, {most}");
                assert_eq!(glance.lock().numbers(), [0; 0]);
            }
        }
    }
}

#[test]
fn after_a_deleted_marker_the_glance_list_continues_from_an_earlier_image() {
    let glance = Glance {
        max_limit: 3,
        ..Glance::new(9)
    };
    let (glance, server) = SharedGlance::serve(glance);
    let mut list = server.images_v2().list_images(ListImages::new());
    let mut next = |count: usize| {
        let images = list.by_ref().take(count);
        images
            .map(|image| number(&image.expect("an image").id))
            .collect::<Vec<_>>()
    };
    let mut returned = next(5);
    glance.lock().images.retain(|(number, _)| *number != 5);
    returned.extend(next(9));
    assert_eq!(returned, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    let markers: Vec<_> = server
        .requests()
        .iter()
        .map(|request| request.query("marker").as_deref().map(number))
        .collect();
    assert_eq!(markers, [None, Some(2), Some(5), Some(4), Some(8)]);
}

#[test]
fn a_missing_marker_that_the_caller_set_is_an_error() {
    for (status, message) in [
        (400, format!("No image found with ID {}", id(7))),
        (
            403,
            format!("Forbidding request, image {} not visible", id(7)),
        ),
    ] {
        let response = glance_error(status, &message);
        let server = Server::with_handler(move |_| response.clone());
        let list = ListImages::new().marker(id(7));
        let error = all(server.images_v2().list_images(list)).expect_err("an error");
        assert_eq!(error.message(), message);
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn a_server_that_rejects_every_marker_gets_few_requests() {
    for status in [400, 403] {
        let rejection = glance_error(status, "No image found with ID x");
        let server = Server::with_handler(move |request| match request.query("marker") {
            None => with_next(page(0..3), "/v2/images?marker=x"),
            Some(_) => rejection.clone(),
        });
        let error = all(server.images_v2().list_images(ListImages::new()));
        assert_eq!(error.expect_err("an error").status(), Some(status));
        assert!(server.requests().len() < 30, "{}", server.requests().len());
    }
}

/// Lists while another client deletes images before some requests.
fn list_during_deletions(random: &mut Random, size: usize) {
    let count = 1 + size;
    let mut glance = Glance {
        max_limit: 1 + random.below(7),
        ..Glance::new(count)
    };
    let context = format!("{glance:?}");
    let deleted = Arc::new(Mutex::new(Vec::new()));
    let deleted_by_server = Arc::clone(&deleted);
    let (interval, most) = (1 + random.below(4), 1 + random.below(count));
    let mut choice = Random(random.number());
    let (mut requests, mut marker) = (0, None);
    let server = Server::with_handler(move |request| {
        requests += 1;
        assert!(requests < 500, "the list does not end");
        if choice.once_in(interval) {
            for _ in 0..=choice.below(most) {
                // Often the last image of the previous page, which is the marker.
                let at = match marker.take() {
                    Some(last) if choice.once_in(2) => {
                        let mut images = glance.images.iter();
                        images.position(|(number, _)| Some(*number) == Some(last))
                    }
                    _ => Some(choice.below(glance.images.len())),
                };
                if let Some(at) = at.filter(|at| *at < glance.images.len()) {
                    let (number, _) = glance.images.remove(at);
                    deleted_by_server.lock().expect("a lock").push(number);
                }
            }
        }
        let response = glance.respond(request);
        let body = String::from_utf8(response.bytes()).expect("UTF-8");
        marker = (0..count).rfind(|number| body.contains(&id(*number)));
        response
    });
    let list = server.images_v2().list_images(ListImages::new());
    let returned = numbers(list, random).unwrap_or_else(|error| panic!("{error}; {context}"));
    let set: HashSet<_> = returned.iter().copied().collect();
    assert_eq!(
        set.len(),
        returned.len(),
        "repeated: {returned:?}; {context}"
    );
    let deleted = deleted.lock().expect("a lock");
    let mut others = (0..count).filter(|number| !deleted.contains(number));
    assert!(
        others.all(|number| set.contains(&number)),
        "{returned:?}; {context}"
    );
}

#[test]
fn each_image_of_glance_is_returned_once_while_others_delete_images() {
    for_any(300, list_during_deletions);
}
