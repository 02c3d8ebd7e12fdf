//! What is sent again, when, how often, and what is said about it.

mod support;

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use log::Level;
use opencloud::compute::v2::{Image, ListImages};
use opencloud::{Error, OpenStack, Options, Result, ServiceOptions};
use serde_json::{Value, json};

use support::{
    Answer, COMPUTE, Line, Nova, Request, Server, fault, id, image, images, logged, refusing,
};

type Operation = fn(&mut Image) -> Result<()>;

const GET: Operation = Image::retrieve;
const PUT: Operation = |image| image.reset_metadata([("k", "v")]);
const PUT_ITEM: Operation = |image| image.set_metadata_item("k", "v");
const POST: Operation = |image| image.merge_metadata([("k", "v")]);
const DELETE: Operation = |image| image.delete();

/// An answer that every operation takes.
fn good() -> Answer {
    let mut body = json!({"metadata": {"k": "v"}, "meta": {"k": "v"}});
    body["image"] = image(1);
    Answer::ok(&body)
}

fn over_limit(status: u16, retry_after: &Value) -> Answer {
    let inner = json!({"code": status, "message": "slow down", "retryAfter": retry_after});
    Answer::json(status, &json!({"overLimit": inner}))
}

/// Runs each case on a thread of its own, so that their waits pass together.
fn at_once<C: Send>(cases: Vec<C>, check: impl Fn(C) + Sync) {
    thread::scope(|scope| {
        for case in cases {
            scope.spawn(|| check(case));
        }
    });
}

/// The outcome where the server first answers this and then well, and how many
/// requests it took.
fn first(answer: Answer, operation: Operation) -> (Result<()>, usize) {
    let server = Server::playing([answer, good(), good()]);
    let outcome = operation(&mut server.compute().get_image(id(1)));
    (outcome, server.requests().len())
}

#[test]
fn what_may_be_sent_twice_is_tried_again_after_what_passes() {
    type Case = (&'static str, fn() -> Answer);
    let answers: [Case; 11] = [
        ("429", || Answer::empty(429)),
        ("502", || Answer::html(502, "<html>nginx</html>")),
        ("503", || Answer::empty(503)),
        ("504", || Answer::empty(504)),
        ("413", || over_limit(413, &json!("0"))),
        ("reset", Answer::reset),
        ("hung up", Answer::hang_up),
        ("cut in the status", || good().cut(7)),
        ("cut in the headers", || good().cut(40)),
        ("cut in the body", || good().cut(150)),
        ("cut in a chunk", || good().chunked().cut(150)),
    ];
    let mut cases = Vec::new();
    for operation in [GET, PUT, PUT_ITEM, DELETE] {
        cases.extend(answers.map(|(name, answer)| (name, answer, operation)));
    }
    at_once(cases, |(name, answer, operation)| {
        let (outcome, requests) = first(answer(), operation);
        outcome.expect(name);
        assert_eq!(requests, 2, "{name}");
    });
}

#[test]
fn the_sign_in_is_tried_again_likewise() {
    let answers: [fn() -> Answer; 6] = [
        || Answer::empty(429),
        || Answer::empty(502),
        || Answer::empty(503),
        || Answer::empty(504),
        Answer::reset,
        || good().cut(40),
    ];
    at_once(answers.to_vec(), |answer| {
        let server = Server::start();
        server.plays([answer(), server.token("t")]);
        OpenStack::new(server.options()).expect("options").token().expect("a token");
        assert_eq!(server.lines(), ["POST /v3/auth/tokens"; 2]);
    });
}

#[test]
fn a_merge_is_sent_again_only_where_it_certainly_did_nothing() {
    let with_wait = |status| Answer::empty(status).header("Retry-After", "0");
    for again in [
        with_wait(429),
        with_wait(503),
        over_limit(413, &json!("0")),
        over_limit(413, &json!(0)),
        over_limit(429, &json!(0)),
    ] {
        let (outcome, requests) = first(again, POST);
        outcome.expect("a merge");
        assert_eq!(requests, 2);
    }
    for never in [
        Answer::empty(429),
        Answer::empty(503),
        Answer::empty(502),
        with_wait(502),
        Answer::empty(504),
        with_wait(504),
        Answer::empty(413),
        Answer::reset(),
        Answer::hang_up(),
        good().cut(40),
        good().cut(150),
    ] {
        let said = format!("{never:?}");
        let (outcome, requests) = first(never, POST);
        let error = outcome.expect_err("an error");
        assert_eq!((requests, error.details().tries()), (1, None), "{said}");
    }
}

#[test]
fn a_refused_connection_is_tried_again_even_by_a_merge() {
    let (_held, url) = refusing();
    at_once(vec![GET, PUT, DELETE, POST], |operation| {
        let options = Options::new("").token_id("t").no_proxy();
        let endpoint = ServiceOptions::new().endpoint(&url);
        let openstack = OpenStack::new(options).expect("options");
        let mut image = openstack.compute_v2_with(endpoint).expect("it").get_image("i");
        let error = operation(&mut image).expect_err("nobody there");
        assert!(matches!(error, Error::Connection(_)), "{error:?}");
        assert_eq!(error.details().message(), "connection refused");
        assert_eq!(error.details().tries(), Some(3));
    });
}

#[test]
fn what_will_not_pass_is_not_tried_again() {
    for status in [300, 302, 400, 401, 403, 404, 405, 409, 410, 500, 501, 505] {
        let (outcome, requests) = first(Answer::empty(status), GET);
        let error = outcome.expect_err("a refusal");
        assert_eq!((error.status(), requests), (Some(status), 1));
        assert_eq!(error.details().tries(), None);
    }
    let (outcome, requests) = first(Answer::new(200, "not JSON"), GET);
    assert!(matches!(outcome, Err(Error::Answer(_))));
    assert_eq!(requests, 1);
}

#[test]
fn a_delete_that_is_tried_again_and_finds_404_has_succeeded() {
    let gone = || fault(404, "itemNotFound", "Image not found.");
    let no_key = || fault(404, "itemNotFound", "Invalid metadata key");
    let no_route = || Answer::html(404, "<html>no</html>");
    let delete_item: Operation = |image| image.delete_metadata_item("k");
    let cases: Vec<(Vec<Answer>, Operation, Option<u16>)> = vec![
        (vec![Answer::reset(), gone()], DELETE, None),
        (vec![Answer::empty(503), Answer::hang_up(), gone()], DELETE, None),
        (vec![Answer::reset(), no_key()], delete_item, None),
        (vec![gone()], DELETE, Some(404)),
        (vec![no_key()], delete_item, Some(404)),
        (vec![Answer::reset(), no_route()], DELETE, Some(404)),
        (vec![Answer::reset(), gone()], GET, Some(404)),
    ];
    at_once(cases, |(answers, operation, status)| {
        let count = answers.len();
        let server = Server::playing(answers);
        let outcome = operation(&mut server.compute().get_image(id(1)));
        assert_eq!(outcome.as_ref().err().and_then(Error::status), status, "{outcome:?}");
        assert_eq!(server.requests().len(), count);
    });
}

#[test]
fn a_delete_that_broke_and_then_met_a_401_has_succeeded_too_when_it_finds_404() {
    let server = Server::start();
    let gone = fault(404, "itemNotFound", "Image not found.");
    let refused = fault(401, "error", "no");
    server.plays([server.token("a"), Answer::reset(), refused, server.token("b"), gone]);
    let compute = OpenStack::new(server.options()).expect("options").compute_v2().expect("it");
    compute.get_image(id(1)).delete().expect("a deletion");
    assert_eq!(server.requests().len(), 5);
}

#[test]
fn a_connection_that_the_server_closed_without_a_word_costs_nothing() {
    // GET: a stale connection of the pool; POST: never on one.
    for operation in [GET, DELETE, POST] {
        let server = Server::playing([good().close(), good(), good()]);
        let mut image = server.compute().get_image(id(1));
        GET(&mut image).expect("an image");
        operation(&mut image).expect("an answer");
        assert_eq!(server.requests().len(), 2);
        assert_eq!(server.connections(), 2);
    }
    // It breaks as the second request arrives.
    let server = Server::playing([good(), Answer::reset(), good()]);
    let mut image = server.compute().get_image(id(1));
    GET(&mut image).expect("an image");
    GET(&mut image).expect("an image");
    let connections: Vec<_> = server.requests().iter().map(|r| r.connection).collect();
    assert_eq!(connections, [1, 1, 2]);
    // A merge goes over a connection of its own, which nobody has closed yet.
    let server = Server::playing([good(), good()]);
    let mut image = server.compute().get_image(id(1));
    GET(&mut image).expect("an image");
    POST(&mut image).expect("a merge");
    let connections: Vec<_> = server.requests().iter().map(|r| r.connection).collect();
    assert_eq!(connections, [1, 2]);
}

#[test]
fn three_tries_by_default_and_as_many_as_asked() {
    let cases = vec![(None, 3), (Some(1), 1), (Some(0), 1), (Some(2), 2), (Some(5), 5)];
    at_once(cases, |(tries, expected)| {
        let server = Server::answering(|_| Answer::empty(503).header("Retry-After", "0"));
        let compute = server.compute_with(|options| match tries {
            None => options,
            Some(tries) => options.tries(tries),
        });
        let error = compute.get_image(id(1)).retrieve().expect_err("an outage");
        assert_eq!(server.requests().len(), expected);
        let tries = u32::try_from(expected).ok().filter(|tries| *tries > 1);
        assert_eq!(error.details().tries(), tries);
    });
}

#[test]
fn the_wait_doubles_and_differs() {
    let waits = |_| {
        let (sender, times) = mpsc::channel();
        let server = Server::answering(move |_| {
            sender.send(Instant::now()).expect("somebody who counts");
            Answer::empty(503)
        });
        server.compute().get_image(id(1)).retrieve().expect_err("an outage");
        let times: Vec<_> = times.try_iter().collect();
        times.windows(2).map(|pair| pair[1] - pair[0]).collect::<Vec<_>>()
    };
    let all: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|n| scope.spawn(move || waits(n))).collect();
        threads.into_iter().map(|thread| thread.join().expect("waits")).collect()
    });
    let ms = Duration::from_millis;
    for waits in &all {
        assert_eq!(waits.len(), 2);
        // More only where the machine is slow.
        assert!(waits[0] >= ms(200) && waits[0] < ms(700), "{waits:?}");
        assert!(waits[1] >= ms(400) && waits[1] < ms(1200), "{waits:?}");
    }
    assert!(all.windows(2).any(|pair| pair[0] != pair[1]), "{all:?}");
}

#[test]
fn the_wait_that_a_server_asks_for_is_kept() {
    let in_a_second = || {
        let date = jiff::Timestamp::now() + Duration::from_secs(2);
        date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    };
    let cases: Vec<(Box<dyn Fn() -> Answer + Send + Sync>, u64)> = vec![
        (Box::new(|| Answer::empty(503).header("Retry-After", "1")), 1000),
        (Box::new(move || Answer::empty(429).header("Retry-After", in_a_second())), 900),
        (Box::new(|| over_limit(413, &json!("1"))), 1000),
        (Box::new(|| over_limit(429, &json!(1))), 1000),
        (Box::new(|| Answer::empty(503).header("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT")), 0),
        (Box::new(|| Answer::empty(503).header("Retry-After", "-5")), 0),
    ];
    at_once(cases, |(answer, least)| {
        let began = Instant::now();
        let (outcome, requests) = first(answer(), GET);
        outcome.expect("an image");
        let took = began.elapsed();
        assert_eq!(requests, 2);
        assert!(took >= Duration::from_millis(least), "{took:?} of {least} ms");
        assert!(least > 0 || took < Duration::from_millis(190), "{took:?}");
    });
}

#[test]
fn a_longer_wait_is_returned_at_once_with_what_was_asked() {
    let seconds = Duration::from_secs;
    let cases = [
        (Answer::empty(429).header("Retry-After", "61"), seconds(61), "429 Too Many Requests"),
        (
            Answer::empty(503).header("Retry-After", "3600"),
            seconds(3600),
            "503 Service Unavailable",
        ),
        (over_limit(413, &json!("61")), seconds(61), "413 Request Entity Too Large: slow down"),
        (over_limit(429, &json!(86400)), seconds(86400), "429 Too Many Requests: slow down"),
        (
            Answer::empty(503).header("Retry-After", "9999999999999999999"),
            seconds(10_000_000_000_000_000_000),
            "503 Service Unavailable",
        ),
        (
            Answer::empty(503).header("Retry-After", "1e300"),
            Duration::MAX,
            "503 Service Unavailable",
        ),
    ];
    for (answer, wait, words) in cases {
        for call_timeout in [None, Some(seconds(3600)), Some(Duration::MAX)] {
            let server = Server::playing([answer.clone()]);
            let compute = server.compute_with(|options| options.call_timeout(call_timeout));
            let error = compute.get_image(id(1)).retrieve().expect_err("a limit");
            assert!(matches!(error, Error::OverLimit(_)), "{error:?}");
            assert_eq!(error.details().retry_after(), Some(wait));
            assert_eq!(
                error.to_string(),
                format!(
                    "GET {}: {words} (asked to wait {wait:?})",
                    server.url(&format!("{COMPUTE}/images/{}", id(1)))
                )
            );
            assert_eq!(server.requests().len(), 1);
        }
    }
}

#[test]
fn a_wait_beside_a_refusal_that_will_not_pass_changes_nothing() {
    let refused = || fault(404, "itemNotFound", "Image not found.").header("Retry-After", "3600");
    let (outcome, requests) = first(refused(), GET);
    assert!(matches!(outcome, Err(Error::NotFound(_))), "{outcome:?}");
    assert_eq!(requests, 1);
}

#[test]
fn a_call_ends_with_its_deadline_and_says_how_far_it_came() {
    let ms = Duration::from_millis;
    let began = Instant::now();
    let server = Server::answering(|_| Answer::empty(503));
    let compute = server.compute_with(|options| options.tries(50).call_timeout(ms(900)));
    let error = compute.get_image(id(1)).retrieve().expect_err("an outage");
    assert!(began.elapsed() < ms(900), "{:?}", began.elapsed());
    assert_eq!(error.status(), Some(503));
    assert!(matches!(error.details().tries(), Some(2 | 3)), "{error}");
    // A wait beyond the deadline is not begun.
    let began = Instant::now();
    let server = Server::answering(|_| Answer::empty(503).header("Retry-After", "30"));
    let compute = server.compute_with(|options| options.call_timeout(ms(900)));
    let error = compute.get_image(id(1)).retrieve().expect_err("an outage");
    assert!(began.elapsed() < ms(500), "{:?}", began.elapsed());
    assert_eq!(error.details().retry_after(), Some(Duration::from_secs(30)));
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn every_retry_is_logged_with_its_reason_and_the_error_counts_them() {
    let server = Server::playing([Answer::empty(502), Answer::reset(), Answer::empty(504)]);
    let mut image = server.compute().get_image(id(1));
    let began = Instant::now();
    let (outcome, lines) = logged(|| image.retrieve());
    let took = began.elapsed().as_secs_f64();
    let url = server.url(&format!("{COMPUTE}/images/{}", id(1)));
    let warnings: Vec<Line> = lines.into_iter().filter(|line| line.level == Level::Warn).collect();
    let begins = [
        format!("GET {url}: 502 Bad Gateway; trying again in "),
        format!("GET {url}: the connection broke; trying again in "),
    ];
    let ends = [" (1 of 3 tries done)", " (2 of 3 tries done)"];
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    for (line, (begin, end)) in warnings.iter().zip(begins.iter().zip(ends)) {
        assert!(line.text.starts_with(begin) && line.text.ends_with(end), "{}", line.text);
        assert!(line.target.starts_with("opencloud"), "{}", line.target);
    }
    let message = outcome.expect_err("an outage").to_string();
    let said = message.strip_prefix(&format!("GET {url}: 504 Gateway Timeout (3 tries in "));
    let said = said.and_then(|rest| rest.strip_suffix(" s)")).expect(&message);
    let said: f64 = said.parse().expect("seconds");
    assert!(said > 0.5 && said <= took + 0.1, "{message}, and it took {took}");
}

/// Ten pages of three images, with that answer instead of the one of its number
/// (from 1), and once a token that is refused.
fn long_listing(disturb: impl Fn(usize, &str) -> Option<Answer> + Send + 'static) -> Vec<Line> {
    let server = Server::start();
    let mut nova = Nova { most: 3, ..Nova::new(30) };
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
    let compute = OpenStack::new(server.options()).expect("options").compute_v2().expect("it");
    let (outcome, lines) = logged(|| {
        let list = compute.list_images(ListImages::new().page_size(3));
        list.map(|image| image.map(|image| image.id)).collect::<Result<Vec<_>>>()
    });
    assert_eq!(outcome.expect("a list"), (0..30).map(id).collect::<Vec<_>>());
    lines.into_iter().filter(|line| line.level <= Level::Warn).collect()
}

#[test]
fn a_long_listing_survives_and_the_caller_sees_nothing_but_a_log_line() {
    let revoked = long_listing(|page, token| {
        (page >= 5 && token == "t1").then(|| fault(401, "error", "revoked"))
    });
    assert_eq!(revoked, []);
    let dropped = long_listing(|page, _| (page == 7).then(|| good().cut(150)));
    assert_eq!(dropped.len(), 1, "{dropped:?}");
    assert!(dropped[0].text.contains("the connection broke before the answer was whole"));
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
        list.map(|image| image.map(|image| image.id)).collect::<Result<Vec<_>>>()
    };
    for (answer, spare) in [(Answer::ok(&body), 0), (Answer::ok(&body).chunked(), 2)] {
        // After the last chunk there comes only an empty line.
        let length = answer.bytes().len() - spare;
        let cuts: Vec<usize> = (0..length).collect();
        // Cut twice at most, and the rest on threads, so that the waits are few.
        at_once(cuts.chunks(12).map(<[usize]>::to_vec).collect(), |cuts: Vec<usize>| {
            for cut in cuts {
                let server = Server::playing([answer.clone().cut(cut)]);
                let compute = server.compute_with(|options| options.tries(1));
                let first = compute.list_images(ListImages::new()).next().expect("an item");
                let error = first.expect_err("a page that is cut");
                assert!(matches!(error, Error::Connection(_)), "{cut} of {length}: {error:?}");
            }
        });
        let some: Vec<usize> = (0..length).step_by(9).chain([length - 1]).collect();
        at_once(some, |cut| {
            let server = Server::playing([answer.clone().cut(cut), answer.clone()]);
            assert_eq!(whole(&server).expect("a list"), [id(0), id(1)], "{cut} of {length}");
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
        let first = compute.list_images(ListImages::new()).next().expect("an item");
        first.expect_err("half a page");
    }
}
