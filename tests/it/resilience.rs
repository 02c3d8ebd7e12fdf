//! A long list recovers from faults, and a truncated page is never accepted.

use log::Level;
use opencloud::compute::v2::ListImages;
use opencloud::{ErrorKind, OpenStack, Result};

use crate::support::{
    Line, Nova, Request, Response, Server, at_once, fault, id, images, logged, valid_response,
};

/// Lists ten pages of three images, where the function may replace the response of
/// a page (by its number from 1, and the token), and returns the warnings.
fn long_list(replace: impl Fn(usize, &str) -> Option<Response> + Send + 'static) -> Vec<Line> {
    let server = Server::start();
    let mut nova = Nova {
        most: 3,
        ..Nova::new(30)
    };
    let (mut tokens, mut pages) = (0, 0);
    let tokens_of: Vec<_> = (0..9).map(|n| server.token(&format!("t{n}"))).collect();
    server.set_handler(move |request: &Request| {
        if request.method == "POST" {
            tokens += 1;
            return tokens_of[tokens].clone();
        }
        pages += 1;
        let token = request.header("x-auth-token").unwrap_or_default();
        replace(pages, token).unwrap_or_else(|| nova.respond(request))
    });
    let compute = OpenStack::new(server.options())
        .expect("valid options")
        .compute_v2()
        .expect("a service");
    let (outcome, lines) = logged(|| {
        let list = compute.list_images(ListImages::new().page_size(3));
        list.map(|image| image.map(|image| image.id))
            .collect::<Result<Vec<_>>>()
    });
    assert_eq!(
        outcome.expect("a list"),
        (0..30).map(id).collect::<Vec<_>>()
    );
    lines
        .into_iter()
        .filter(|line| line.level <= Level::Warn)
        .collect()
}

#[test]
fn a_long_list_recovers_from_faults_with_one_warning_each() {
    let revoked = long_list(|page, token| {
        (page >= 5 && token == "t1").then(|| fault(401, "error", "revoked"))
    });
    assert_eq!(revoked, []);
    let dropped = long_list(|page, _| (page == 7).then(|| valid_response().cut(150)));
    assert_eq!(dropped.len(), 1, "{dropped:?}");
    assert!(
        dropped[0]
            .text
            .contains("connection lost before the response was complete")
    );
    let outage = long_list(|page, _| (page == 9).then(|| Response::empty(503)));
    assert_eq!(outage.len(), 1, "{outage:?}");
    let all = long_list(|page, token| match page {
        _ if page >= 5 && token == "t1" => Some(fault(401, "error", "revoked")),
        7 => Some(Response::reset()),
        9 => Some(Response::empty(503)),
        _ => None,
    });
    assert_eq!(all.len(), 2, "{all:?}");
}

#[test]
fn a_page_truncated_at_any_byte_is_requested_again() {
    let body = images(0..2);
    let list = |server: &Server| {
        let list = server.compute().list_images(ListImages::new());
        list.map(|image| image.map(|image| image.id))
            .collect::<Result<Vec<_>>>()
    };
    for (response, ignored) in [(Response::ok(&body), 0), (Response::ok(&body).chunked(), 2)] {
        // Only an empty line follows the last chunk.
        let length = response.bytes().len() - ignored;
        let cuts: Vec<usize> = (0..length).collect();
        // On threads, because each attempt waits.
        at_once(
            cuts.chunks(12).map(<[usize]>::to_vec).collect(),
            |cuts: Vec<usize>| {
                for cut in cuts {
                    let server = Server::with_responses([response.clone().cut(cut)]);
                    let compute = server.compute_with(|options| options.tries(1));
                    let item = compute
                        .list_images(ListImages::new())
                        .next()
                        .expect("an item");
                    let error = item.expect_err("an error");
                    assert_eq!(
                        error.kind(),
                        ErrorKind::Connection,
                        "{cut} of {length}: {error:?}"
                    );
                }
            },
        );
        let some: Vec<usize> = (0..length).step_by(9).chain([length - 1]).collect();
        at_once(some, |cut| {
            let server = Server::with_responses([response.clone().cut(cut), response.clone()]);
            assert_eq!(
                list(&server).expect("a list"),
                [id(0), id(1)],
                "{cut} of {length}"
            );
            assert_eq!(server.requests().len(), 2);
        });
    }
    // Without Content-Length, incomplete JSON is an error.
    let response = Response::ok(&body).without_length();
    let server = Server::with_responses([response.clone()]);
    assert_eq!(list(&server).expect("a list"), [id(0), id(1)]);
    let length = response.bytes().len();
    let head = length - body.to_string().len();
    for cut in head..length {
        let server = Server::with_responses([response.clone().cut(cut)]);
        let compute = server.compute_with(|options| options.tries(1));
        let item = compute
            .list_images(ListImages::new())
            .next()
            .expect("an item");
        item.expect_err("an error");
    }
}
