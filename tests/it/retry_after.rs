//! How long to wait before the next try, and when not to.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use opencloud::compute::v2::Image;
use opencloud::{ErrorKind, Result};
use serde_json::{Value, json};

use crate::support::{Answer, COMPUTE, Server, at_once, fault, good, id};

type Operation = fn(&mut Image) -> Result<()>;

const GET: Operation = Image::retrieve;

fn over_limit(status: u16, retry_after: &Value) -> Answer {
    let inner = json!({"code": status, "message": "slow down", "retryAfter": retry_after});
    Answer::json(status, &json!({"overLimit": inner}))
}

/// The outcome where the server first answers this and then well, and how many
/// requests it took.
fn first(answer: Answer, operation: Operation) -> (Result<()>, usize) {
    let server = Server::playing([answer, good(), good()]);
    let outcome = operation(&mut server.compute().get_image(id(1)));
    (outcome, server.requests().len())
}

#[test]
fn three_tries_by_default_and_as_many_as_asked() {
    let cases = vec![
        (None, 3),
        (Some(1), 1),
        (Some(0), 1),
        (Some(2), 2),
        (Some(5), 5),
    ];
    at_once(cases, |(tries, expected)| {
        let server = Server::answering(|_| Answer::empty(503).header("Retry-After", "0"));
        let compute = server.compute_with(|options| match tries {
            None => options,
            Some(tries) => options.tries(tries),
        });
        let error = compute.get_image(id(1)).retrieve().expect_err("an error");
        assert_eq!(server.requests().len(), expected);
        assert_eq!(usize::try_from(error.attempts()), Ok(expected));
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
        server
            .compute()
            .get_image(id(1))
            .retrieve()
            .expect_err("an error");
        let times: Vec<_> = times.try_iter().collect();
        times
            .windows(2)
            .map(|pair| pair[1] - pair[0])
            .collect::<Vec<_>>()
    };
    let all: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|n| scope.spawn(move || waits(n))).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("waits"))
            .collect()
    });
    let ms = Duration::from_millis;
    for waits in &all {
        assert_eq!(waits.len(), 2);
        // More only where the machine is slow.
        assert!(waits[0] >= ms(200) && waits[0] < ms(2000), "{waits:?}");
        assert!(waits[1] >= ms(400) && waits[1] < ms(3000), "{waits:?}");
    }
    // Chance takes up to a half of each: that it never took a twentieth is no chance.
    assert!(all.iter().any(|waits| waits[0] < ms(380)), "{all:?}");
    let (least, most) = (
        all.iter().min().expect("some"),
        all.iter().max().expect("some"),
    );
    assert!(most[0].abs_diff(least[0]) > ms(5), "{all:?}");
}

#[test]
fn the_wait_that_a_server_asks_for_is_kept() {
    let in_a_second = || {
        let date = jiff::Timestamp::now() + Duration::from_secs(2);
        date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    };
    let cases: Vec<(Box<dyn Fn() -> Answer + Send + Sync>, u64)> = vec![
        (
            Box::new(|| Answer::empty(503).header("Retry-After", "1")),
            1000,
        ),
        (
            Box::new(move || Answer::empty(429).header("Retry-After", in_a_second())),
            900,
        ),
        (Box::new(|| over_limit(413, &json!("1"))), 1000),
        (Box::new(|| over_limit(429, &json!(1))), 1000),
        (
            Box::new(|| Answer::empty(503).header("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT")),
            200,
        ),
        (
            Box::new(|| Answer::empty(503).header("Retry-After", "-5")),
            200,
        ),
    ];
    at_once(cases, |(answer, least)| {
        let began = Instant::now();
        let (outcome, requests) = first(answer(), GET);
        outcome.expect("an image");
        let took = began.elapsed();
        assert_eq!(requests, 2);
        assert!(
            took >= Duration::from_millis(least),
            "{took:?} of {least} ms"
        );
    });
}

#[test]
fn a_longer_wait_is_returned_at_once_with_what_was_asked() {
    let seconds = Duration::from_secs;
    let cases = [
        (
            Answer::empty(429).header("Retry-After", "61"),
            seconds(61),
            "429 Too Many Requests",
        ),
        (
            Answer::empty(503).header("Retry-After", "3600"),
            seconds(3600),
            "503 Service Unavailable",
        ),
        (
            over_limit(413, &json!("61")),
            seconds(61),
            "413 Payload Too Large: slow down",
        ),
        (
            over_limit(429, &json!(86400)),
            seconds(86400),
            "429 Too Many Requests: slow down",
        ),
        (
            Answer::empty(503).header("Retry-After", "9999999999999999999"),
            seconds(9_999_999_999_999_999_999),
            "503 Service Unavailable",
        ),
    ];
    for (answer, wait, words) in cases {
        for call_timeout in [None, Some(seconds(3600)), Some(Duration::MAX)] {
            let server = Server::playing([answer.clone()]);
            let compute = server.compute_with(|options| options.call_timeout(call_timeout));
            let error = compute.get_image(id(1)).retrieve().expect_err("a limit");
            assert_eq!(error.kind(), ErrorKind::RateLimited, "{error:?}");
            assert_eq!(error.retry_after(), Some(wait));
            assert_eq!(
                error.to_string(),
                format!(
                    "GET {}: {words} (retry after {wait:?})",
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
    assert!(
        matches!(&outcome, Err(error) if error.kind() == ErrorKind::NotFound),
        "{outcome:?}"
    );
    assert_eq!(requests, 1);
}

#[test]
fn a_call_ends_with_its_deadline_and_says_how_far_it_came() {
    let ms = Duration::from_millis;
    let began = Instant::now();
    let server = Server::answering(|_| Answer::empty(503));
    let compute = server.compute_with(|options| options.tries(50).call_timeout(ms(900)));
    let error = compute.get_image(id(1)).retrieve().expect_err("an error");
    // Far less than fifty tries take, on a busy machine, too.
    assert!(began.elapsed() < ms(3_000), "{:?}", began.elapsed());
    assert_eq!(error.status(), Some(503));
    assert!(matches!(error.attempts(), 2 | 3), "{error}");
    // A wait beyond the deadline is not begun.
    let began = Instant::now();
    let server = Server::answering(|_| Answer::empty(503).header("Retry-After", "30"));
    let compute = server.compute_with(|options| options.call_timeout(ms(900)));
    let error = compute.get_image(id(1)).retrieve().expect_err("an error");
    assert!(began.elapsed() < ms(10_000), "{:?}", began.elapsed());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
    assert_eq!(server.requests().len(), 1);
}
