//! Retries: which requests are repeated, after which faults, and the log lines.

use std::time::Instant;

use log::Level;
use opencloud::compute::v2::Image;
use opencloud::{Error, ErrorKind, OpenStack, Options, Result, ServiceOptions};
use serde_json::{Value, json};

use crate::support::{
    COMPUTE, Line, Response, Server, at_once, fault, id, logged, refused_url, valid_response,
};

pub(crate) type Operation = fn(&mut Image) -> Result<()>;

pub(crate) const GET: Operation = Image::retrieve;
const PUT: Operation = |image| image.reset_metadata([("k", "v")]);
const PUT_ITEM: Operation = |image| image.set_metadata_item("k", "v");
const POST: Operation = |image| image.merge_metadata([("k", "v")]);
const DELETE: Operation = |image| image.delete();

pub(crate) fn over_limit(status: u16, retry_after: &Value) -> Response {
    let inner = json!({"code": status, "message": "slow down", "retryAfter": retry_after});
    Response::json(status, &json!({"overLimit": inner}))
}

/// The result and the number of requests, with this response and then valid ones.
pub(crate) fn first(response: Response, operation: Operation) -> (Result<()>, usize) {
    let server = Server::with_responses([response, valid_response(), valid_response()]);
    let outcome = operation(&mut server.compute().get_image(id(1)));
    (outcome, server.requests().len())
}

#[test]
fn idempotent_requests_are_repeated_after_temporary_faults() {
    type Case = (&'static str, fn() -> Response);
    let responses: [Case; 11] = [
        ("429", || Response::empty(429)),
        ("502", || Response::html(502, "<html>nginx</html>")),
        ("503", || Response::empty(503)),
        ("504", || Response::empty(504)),
        ("413", || over_limit(413, &json!("0"))),
        ("reset", Response::reset),
        ("closed", Response::no_response),
        ("cut in the status", || valid_response().cut(7)),
        ("cut in the headers", || valid_response().cut(40)),
        ("cut in the body", || valid_response().cut(150)),
        ("cut in a chunk", || valid_response().chunked().cut(150)),
    ];
    let mut cases = Vec::new();
    for operation in [GET, PUT, PUT_ITEM, DELETE] {
        cases.extend(responses.map(|(name, response)| (name, response, operation)));
    }
    at_once(cases, |(name, response, operation)| {
        let (outcome, requests) = first(response(), operation);
        outcome.expect(name);
        assert_eq!(requests, 2, "{name}");
    });
}

#[test]
fn authentication_is_repeated_after_temporary_faults() {
    let responses: [fn() -> Response; 6] = [
        || Response::empty(429),
        || Response::empty(502),
        || Response::empty(503),
        || Response::empty(504),
        Response::reset,
        || valid_response().cut(40),
    ];
    at_once(responses.to_vec(), |response| {
        let server = Server::start();
        server.set_responses([response(), server.token("t")]);
        OpenStack::new(server.options())
            .expect("valid options")
            .token()
            .expect("a token");
        assert_eq!(server.lines(), ["POST /v3/auth/tokens"; 2]);
    });
}

#[test]
fn a_merge_is_repeated_only_if_it_certainly_had_no_effect() {
    let with_retry_after = |status| Response::empty(status).header("Retry-After", "0");
    for safe in [
        with_retry_after(429),
        with_retry_after(503),
        over_limit(413, &json!("0")),
        over_limit(413, &json!(0)),
        over_limit(429, &json!(0)),
    ] {
        let (outcome, requests) = first(safe, POST);
        outcome.expect("a merge");
        assert_eq!(requests, 2);
    }
    for unsafe_to_repeat in [
        Response::empty(429),
        Response::empty(503),
        Response::empty(502),
        with_retry_after(502),
        Response::empty(504),
        with_retry_after(504),
        Response::empty(413),
        Response::reset(),
        Response::no_response(),
        valid_response().cut(40),
        valid_response().cut(150),
    ] {
        let context = format!("{unsafe_to_repeat:?}");
        let (outcome, requests) = first(unsafe_to_repeat, POST);
        let error = outcome.expect_err("an error");
        assert_eq!((requests, error.attempts()), (1, 1), "{context}");
    }
}

#[test]
fn every_request_is_repeated_after_a_refused_connection() {
    let (_listener, url) = refused_url();
    at_once(vec![GET, PUT, DELETE, POST], |operation| {
        let options = Options::new("").token_id("t").no_proxy();
        let endpoint = ServiceOptions::new().endpoint(&url);
        let openstack = OpenStack::new(options).expect("valid options");
        let mut image = openstack
            .compute_v2_with(endpoint)
            .expect("a service")
            .get_image("i");
        let error = operation(&mut image).expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::Connection, "{error:?}");
        assert_eq!(error.message(), "connection refused");
        assert_eq!(error.attempts(), 3);
    });
}

#[test]
fn requests_are_not_repeated_after_permanent_errors() {
    for status in [300, 302, 400, 401, 403, 404, 405, 409, 410, 500, 501, 505] {
        let (outcome, requests) = first(Response::empty(status), GET);
        let error = outcome.expect_err("an error");
        assert_eq!((error.status(), requests), (Some(status), 1));
        assert_eq!(error.attempts(), 1);
    }
    let (outcome, requests) = first(Response::new(200, "not JSON"), GET);
    assert!(matches!(&outcome, Err(error) if error.kind() == ErrorKind::InvalidResponse));
    assert_eq!(requests, 1);
}

#[test]
fn a_repeated_delete_succeeds_if_the_response_is_404() {
    let not_found = || fault(404, "itemNotFound", "Image not found.");
    let no_key = || fault(404, "itemNotFound", "Invalid metadata key");
    let no_route = || Response::html(404, "<html>no</html>");
    let delete_item: Operation = |image| image.delete_metadata_item("k");
    let cases: Vec<(Vec<Response>, Operation, Option<u16>)> = vec![
        (vec![Response::reset(), not_found()], DELETE, None),
        (
            vec![Response::empty(503), Response::no_response(), not_found()],
            DELETE,
            None,
        ),
        (vec![Response::reset(), no_key()], delete_item, None),
        (vec![not_found()], DELETE, Some(404)),
        (vec![no_key()], delete_item, Some(404)),
        (vec![Response::reset(), no_route()], DELETE, Some(404)),
        (vec![Response::reset(), not_found()], GET, Some(404)),
    ];
    at_once(cases, |(responses, operation, status)| {
        let count = responses.len();
        let server = Server::with_responses(responses);
        let outcome = operation(&mut server.compute().get_image(id(1)));
        assert_eq!(
            outcome.as_ref().err().and_then(Error::status),
            status,
            "{outcome:?}"
        );
        assert_eq!(server.requests().len(), count);
    });
}

#[test]
fn a_repeated_delete_succeeds_with_404_even_after_a_401() {
    let server = Server::start();
    let not_found = fault(404, "itemNotFound", "Image not found.");
    let unauthorized = fault(401, "error", "no");
    server.set_responses([
        server.token("a"),
        Response::reset(),
        unauthorized,
        server.token("b"),
        not_found,
    ]);
    let compute = OpenStack::new(server.options())
        .expect("valid options")
        .compute_v2()
        .expect("a service");
    compute.get_image(id(1)).delete().expect("a deletion");
    assert_eq!(server.requests().len(), 5);
}

#[test]
fn a_stale_connection_is_replaced_without_counting_an_attempt() {
    // POST never uses a pooled connection.
    for operation in [GET, DELETE, POST] {
        let server =
            Server::with_responses([valid_response().close(), valid_response(), valid_response()]);
        let mut image = server.compute().get_image(id(1));
        GET(&mut image).expect("an image");
        operation(&mut image).expect("a response");
        assert_eq!(server.requests().len(), 2);
        assert_eq!(server.connections(), 2);
    }
    // The server resets the connection when the second request arrives.
    let server = Server::with_responses([valid_response(), Response::reset(), valid_response()]);
    let mut image = server.compute().get_image(id(1));
    GET(&mut image).expect("an image");
    GET(&mut image).expect("an image");
    let connections: Vec<_> = server.requests().iter().map(|r| r.connection).collect();
    assert_eq!(connections, [1, 1, 2]);
    // A merge opens a new connection.
    let server = Server::with_responses([valid_response(), valid_response()]);
    let mut image = server.compute().get_image(id(1));
    GET(&mut image).expect("an image");
    POST(&mut image).expect("a merge");
    let connections: Vec<_> = server.requests().iter().map(|r| r.connection).collect();
    assert_eq!(connections, [1, 2]);
}

#[test]
fn every_retry_is_logged_and_the_error_has_the_number_of_attempts() {
    let server = Server::with_responses([
        Response::empty(502),
        Response::reset(),
        Response::empty(504),
    ]);
    let mut image = server.compute().get_image(id(1));
    let began = Instant::now();
    let (outcome, lines) = logged(|| image.retrieve());
    let took = began.elapsed().as_secs_f64();
    let url = server.url(&format!("{COMPUTE}/images/{}", id(1)));
    let warnings: Vec<Line> = lines
        .into_iter()
        .filter(|line| line.level == Level::Warn)
        .collect();
    let begins = [
        format!("GET {url}: 502 Bad Gateway; retrying in "),
        format!("GET {url}: connection failed; retrying in "),
    ];
    let ends = [" (attempt 1 of 3 failed)", " (attempt 2 of 3 failed)"];
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    for (line, (begin, end)) in warnings.iter().zip(begins.iter().zip(ends)) {
        assert!(
            line.text.starts_with(begin) && line.text.ends_with(end),
            "{}",
            line.text
        );
        assert!(line.target.starts_with("opencloud"), "{}", line.target);
    }
    let message = outcome.expect_err("an error").to_string();
    let seconds = message.strip_prefix(&format!("GET {url}: 504 Gateway Timeout (3 attempts in "));
    let seconds = seconds
        .and_then(|rest| rest.strip_suffix(" s)"))
        .expect(&message);
    let seconds: f64 = seconds.parse().expect("a number");
    assert!(
        seconds > 0.5 && seconds <= took + 0.1,
        "{message}, but measured {took}"
    );
}
