//! `Retry-After` and the delay before the next attempt.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use opencloud::ErrorKind;
use serde_json::json;

use crate::retries::{GET, first, over_limit};
use crate::support::{COMPUTE, Response, Server, at_once, fault, id};

#[test]
fn three_attempts_are_the_default_and_the_number_can_be_set() {
    let cases = vec![
        (None, 3),
        (Some(1), 1),
        (Some(0), 1),
        (Some(2), 2),
        (Some(5), 5),
    ];
    at_once(cases, |(tries, expected)| {
        let server = Server::with_handler(|_| Response::empty(503).header("Retry-After", "0"));
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
fn the_delay_doubles_with_jitter() {
    let delays = |_| {
        let (sender, times) = mpsc::channel();
        let server = Server::with_handler(move |_| {
            sender.send(Instant::now()).expect("a receiver");
            Response::empty(503)
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
        let threads: Vec<_> = (0..8).map(|n| scope.spawn(move || delays(n))).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("delays"))
            .collect()
    });
    let ms = Duration::from_millis;
    for delays in &all {
        assert_eq!(delays.len(), 2);
        // The upper bounds allow for a slow machine.
        assert!(delays[0] >= ms(200) && delays[0] < ms(2000), "{delays:?}");
        assert!(delays[1] >= ms(400) && delays[1] < ms(3000), "{delays:?}");
    }
    // Jitter shortens a delay by up to a half, so one of eight is at least 5 % shorter.
    assert!(all.iter().any(|delays| delays[0] < ms(380)), "{all:?}");
    let (least, most) = (
        all.iter().min().expect("a delay"),
        all.iter().max().expect("a delay"),
    );
    assert!(most[0].abs_diff(least[0]) > ms(5), "{all:?}");
}

#[test]
fn the_delay_is_at_least_retry_after() {
    let date = || {
        let time = jiff::Timestamp::now() + Duration::from_secs(2);
        time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    };
    let cases: Vec<(Box<dyn Fn() -> Response + Send + Sync>, u64)> = vec![
        (
            Box::new(|| Response::empty(503).header("Retry-After", "1")),
            1000,
        ),
        (
            Box::new(move || Response::empty(429).header("Retry-After", date())),
            900,
        ),
        (Box::new(|| over_limit(413, &json!("1"))), 1000),
        (Box::new(|| over_limit(429, &json!(1))), 1000),
        (
            Box::new(|| {
                Response::empty(503).header("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT")
            }),
            200,
        ),
        (
            Box::new(|| Response::empty(503).header("Retry-After", "-5")),
            200,
        ),
    ];
    at_once(cases, |(response, least)| {
        let began = Instant::now();
        let (outcome, requests) = first(response(), GET);
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
fn a_retry_after_of_more_than_a_minute_is_an_error_at_once() {
    let seconds = Duration::from_secs;
    let cases = [
        (
            Response::empty(429).header("Retry-After", "61"),
            seconds(61),
            "429 Too Many Requests",
        ),
        (
            Response::empty(503).header("Retry-After", "3600"),
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
            Response::empty(503).header("Retry-After", "9999999999999999999"),
            seconds(9_999_999_999_999_999_999),
            "503 Service Unavailable",
        ),
    ];
    for (response, delay, text) in cases {
        for call_timeout in [None, Some(seconds(3600)), Some(Duration::MAX)] {
            let server = Server::with_responses([response.clone()]);
            let compute = server.compute_with(|options| options.call_timeout(call_timeout));
            let error = compute.get_image(id(1)).retrieve().expect_err("an error");
            assert_eq!(error.kind(), ErrorKind::RateLimited, "{error:?}");
            assert_eq!(error.retry_after(), Some(delay));
            assert_eq!(
                error.to_string(),
                format!(
                    "GET {}: {text} (retry after {delay:?})",
                    server.url(&format!("{COMPUTE}/images/{}", id(1)))
                )
            );
            assert_eq!(server.requests().len(), 1);
        }
    }
}

#[test]
fn retry_after_on_a_permanent_error_is_ignored() {
    let not_found = || fault(404, "itemNotFound", "Image not found.").header("Retry-After", "3600");
    let (outcome, requests) = first(not_found(), GET);
    assert!(
        matches!(&outcome, Err(error) if error.kind() == ErrorKind::NotFound),
        "{outcome:?}"
    );
    assert_eq!(requests, 1);
}

#[test]
fn a_call_ends_at_its_deadline_with_the_number_of_attempts() {
    let ms = Duration::from_millis;
    let began = Instant::now();
    let server = Server::with_handler(|_| Response::empty(503));
    let compute = server.compute_with(|options| options.tries(50).call_timeout(ms(900)));
    let error = compute.get_image(id(1)).retrieve().expect_err("an error");
    // Fifty attempts would take much longer.
    assert!(began.elapsed() < ms(3_000), "{:?}", began.elapsed());
    assert_eq!(error.status(), Some(503));
    assert!(matches!(error.attempts(), 2 | 3), "{error}");
    // If the delay exceeds the deadline, the error is returned at once.
    let began = Instant::now();
    let server = Server::with_handler(|_| Response::empty(503).header("Retry-After", "30"));
    let compute = server.compute_with(|options| options.call_timeout(ms(900)));
    let error = compute.get_image(id(1)).retrieve().expect_err("an error");
    assert!(began.elapsed() < ms(10_000), "{:?}", began.elapsed());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
    assert_eq!(server.requests().len(), 1);
}
