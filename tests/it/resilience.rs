//! A long listing survives what happens on the way, and half a page is never taken for whole.

use log::Level;
use opencloud::compute::v2::ListImages;
use opencloud::{ErrorKind, OpenStack, Result};

use crate::support::{
    Answer, Line, Nova, Request, Server, at_once, fault, good, id, images, logged,
};

/// Ten pages of three images, with that answer instead of the one of its number
/// (from 1), and once a token that is refused.
fn long_listing(disturb: impl Fn(usize, &str) -> Option<Answer> + Send + 'static) -> Vec<Line> {
    let server = Server::start();
    let mut nova = Nova {
        most: 3,
        ..Nova::new(30)
    };
    let (mut tokens, mut pages) = (0, 0);
    let tokens_of: Vec<_> = (0..9).map(|n| server.token(&format!("t{n}"))).collect();
    server.answers(move |request: &Request| {
        if request.method == "POST" {
            tokens += 1;
            return tokens_of[tokens].clone();
        }
        pages += 1;
        let token = request.header("x-auth-token").unwrap_or_default();
        disturb(pages, token).unwrap_or_else(|| nova.answer(request))
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
fn a_long_listing_survives_and_the_caller_sees_nothing_but_a_log_line() {
    let revoked = long_listing(|page, token| {
        (page >= 5 && token == "t1").then(|| fault(401, "error", "revoked"))
    });
    assert_eq!(revoked, []);
    let dropped = long_listing(|page, _| (page == 7).then(|| good().cut(150)));
    assert_eq!(dropped.len(), 1, "{dropped:?}");
    assert!(
        dropped[0]
            .text
            .contains("connection lost before the response was complete")
    );
    let outage = long_listing(|page, _| (page == 9).then(|| Answer::empty(503)));
    assert_eq!(outage.len(), 1, "{outage:?}");
    let all = long_listing(|page, token| match page {
        _ if page >= 5 && token == "t1" => Some(fault(401, "error", "revoked")),
        7 => Some(Answer::reset()),
        9 => Some(Answer::empty(503)),
        _ => None,
    });
    assert_eq!(all.len(), 2, "{all:?}");
}

#[test]
fn a_page_cut_at_any_byte_is_tried_again_and_never_taken_for_whole() {
    let body = images(0..2);
    let whole = |server: &Server| {
        let list = server.compute().list_images(ListImages::new());
        list.map(|image| image.map(|image| image.id))
            .collect::<Result<Vec<_>>>()
    };
    for (answer, spare) in [(Answer::ok(&body), 0), (Answer::ok(&body).chunked(), 2)] {
        // After the last chunk there comes only an empty line.
        let length = answer.bytes().len() - spare;
        let cuts: Vec<usize> = (0..length).collect();
        // Cut twice at most, and the rest on threads, so that the waits are few.
        at_once(
            cuts.chunks(12).map(<[usize]>::to_vec).collect(),
            |cuts: Vec<usize>| {
                for cut in cuts {
                    let server = Server::playing([answer.clone().cut(cut)]);
                    let compute = server.compute_with(|options| options.tries(1));
                    let first = compute
                        .list_images(ListImages::new())
                        .next()
                        .expect("an item");
                    let error = first.expect_err("a page that is cut");
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
            let server = Server::playing([answer.clone().cut(cut), answer.clone()]);
            assert_eq!(
                whole(&server).expect("a list"),
                [id(0), id(1)],
                "{cut} of {length}"
            );
            assert_eq!(server.requests().len(), 2);
        });
    }
    // Without a length, only whole JSON is taken.
    let answer = Answer::ok(&body).without_length();
    let server = Server::playing([answer.clone()]);
    assert_eq!(whole(&server).expect("a list"), [id(0), id(1)]);
    let length = answer.bytes().len();
    let head = length - body.to_string().len();
    for cut in head..length {
        let server = Server::playing([answer.clone().cut(cut)]);
        let compute = server.compute_with(|options| options.tries(1));
        let first = compute
            .list_images(ListImages::new())
            .next()
            .expect("an item");
        first.expect_err("an error");
    }
}
