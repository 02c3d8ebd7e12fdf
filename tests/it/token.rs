//! Tokens: shared by services, renewed in time, exported and cached.

use jiff::{SignedDuration, Timestamp};
use log::Level;
use opencloud::compute::v2::{Compute, ListImages};
use opencloud::{ErrorKind, OpenStack, ServiceOptions, Token};
use serde_json::{Value, json};

use crate::support::{COMPUTE, REQUEST_ID, Response, Server, fault, images, logged, token};

pub(crate) fn list(compute: &Compute) -> opencloud::Result<usize> {
    compute
        .list_images(ListImages::new())
        .try_fold(0, |count, image| image.map(|_| count + 1))
}

/// The token of each request; `-` for an authentication request.
pub(crate) fn tokens(server: &Server) -> Vec<String> {
    let token =
        |request: &crate::support::Request| request.header("x-auth-token").map(str::to_owned);
    server
        .requests()
        .iter()
        .map(|request| token(request).unwrap_or("-".into()))
        .collect()
}

/// A cached token with these issue and expiry times, in seconds from now.
pub(crate) fn cached(server: &Server, id: &str, issued: i64, expires: i64) -> Token {
    let at = |seconds| (Timestamp::now() + SignedDuration::from_secs(seconds)).to_string();
    serde_json::from_value(json!({
        "id": id,
        "issued_at": at(issued),
        "expires_at": at(expires),
        "catalog": [{"type": "compute", "name": "nova", "endpoints": [
            {"interface": "public", "region": "RegionOne", "url": server.url(COMPUTE)}]}],
    }))
    .expect("a token")
}

#[test]
fn clones_and_services_share_one_token() {
    let server = Server::start();
    let page = || Response::ok(&images(0..1));
    server.set_responses([server.token("one"), page(), page(), page()]);
    let openstack = OpenStack::new(server.options()).expect("valid options");
    let first = openstack.compute_v2().expect("a service");
    let second = openstack.clone().compute_v2().expect("a service");
    assert_eq!(list(&first).expect("a list"), 1);
    assert_eq!(list(&second.clone()).expect("a list"), 1);
    let other = ServiceOptions::new().endpoint(server.url("/other"));
    assert_eq!(
        list(&openstack.compute_v2_with(other).expect("a service")).expect("a list"),
        1
    );
    assert_eq!(
        server.lines(),
        [
            "POST /v3/auth/tokens",
            "GET /v2.1/images?page_size=1000&limit=1000",
            "GET /v2.1/images?page_size=1000&limit=1000",
            "GET /other/v2.1/images?page_size=1000&limit=1000",
        ]
    );
    assert_eq!(tokens(&server), ["-", "one", "one", "one"]);
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_token_is_renewed_120_seconds_or_a_tenth_of_its_lifetime_before_it_expires() {
    for (issued, expires, renewed) in [
        (-3000, 600, false),
        (-3470, 130, false),
        (-3485, 115, true),
        (-3600, 0, true),
        // A lifetime of 100 seconds, of which ten are a tenth.
        (-10, 90, false),
        (-85, 15, false),
        (-95, 5, true),
    ] {
        let server = Server::start();
        server.set_responses([server.token("new")]);
        let options = server
            .options()
            .cached_token(cached(&server, "old", issued, expires));
        let openstack = OpenStack::new(options).expect("valid options");
        openstack.token().expect("a token");
        openstack.token().expect("a token");
        assert_eq!(
            server.requests().len(),
            usize::from(renewed),
            "{issued} to {expires}"
        );
    }
}

#[test]
fn a_received_token_is_renewed_by_its_lifetime_and_not_by_the_clock_of_the_server() {
    // The clock of this server may be wrong; only the lifetime counts.
    let server = Server::start();
    server.set_responses([token("short", 0, &json!([])), server.token("hour")]);
    let openstack = OpenStack::new(server.options()).expect("valid options");
    for _ in 0..3 {
        openstack.token().expect("a token");
    }
    assert_eq!(server.lines(), ["POST /v3/auth/tokens"; 2]);
}

#[test]
fn a_failed_early_renewal_keeps_the_current_token_if_the_fault_is_temporary() {
    let unauthorized = || {
        fault(
            401,
            "error",
            "The request you have made requires authentication.",
        )
    };
    for (response, warning) in [
        (Response::empty(503), Some("503 Service Unavailable")),
        (
            Response::empty(429).header("Retry-After", "9"),
            Some("429 Too Many Requests (retry after 9s)"),
        ),
        (
            Response::no_response(),
            Some(
                "connection failed; if this port expects TLS, use https:// in \
                 auth_url or the endpoint",
            ),
        ),
        (unauthorized(), None),
        (Response::empty(404), None),
    ] {
        let server = Server::with_responses([response]);
        let current = cached(&server, "current", -3500, 100);
        let options = server.options().cached_token(current.clone());
        let openstack = OpenStack::new(options).expect("valid options");
        let (outcome, lines) = logged(|| openstack.token());
        let warnings: Vec<_> = lines
            .into_iter()
            .filter(|line| line.level == Level::Warn)
            .collect();
        let Some(warning) = warning else {
            outcome.expect_err("an error");
            assert_eq!(warnings, []);
            continue;
        };
        let export = |token: &Token| serde_json::to_value(token).expect("JSON");
        assert_eq!(export(&outcome.expect("a token")), export(&current));
        // Renewal is attempted once, and again after ten seconds at the earliest.
        openstack.token().expect("the current token");
        assert_eq!(server.requests().len(), 1);
        let texts: Vec<_> = warnings.iter().map(|line| line.text.as_str()).collect();
        let expected = format!(
            "POST {}: {warning}; the current token is used until it expires",
            server.url("/v3/auth/tokens")
        );
        assert_eq!(texts, [expected]);
    }
}

#[test]
fn a_token_without_issue_time_is_renewed_120_seconds_before_it_expires() {
    for (expires, renewed) in [(130, false), (115, true)] {
        let server = Server::start();
        server.set_responses([server.token("new")]);
        let mut token = serde_json::to_value(cached(&server, "old", 0, expires)).expect("JSON");
        token
            .as_object_mut()
            .expect("an object")
            .remove("issued_at");
        let token = serde_json::from_value(token).expect("a token");
        let options = server.options().cached_token(token);
        OpenStack::new(options)
            .expect("valid options")
            .token()
            .expect("a token");
        assert_eq!(server.requests().len(), usize::from(renewed), "{expires}");
    }
}

#[test]
fn a_token_without_expiry_time_is_not_renewed() {
    let body = json!({"token": {"issued_at": "2026-11-23T12:00:00Z"}});
    let server =
        Server::with_responses([Response::json(201, &body).header("X-Subject-Token", "one")]);
    let openstack = OpenStack::new(server.options()).expect("valid options");
    for _ in 0..2 {
        assert_eq!(openstack.token().expect("a token").expires_at(), None);
    }
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn after_a_401_the_client_authenticates_and_repeats_the_request_once() {
    let server = Server::start();
    let unauthorized = || {
        fault(
            401,
            "error",
            "The request you have made requires authentication.",
        )
    };
    server.set_responses([
        server.token("one"),
        unauthorized(),
        server.token("two"),
        Response::ok(&images(0..1)),
        unauthorized(),
        server.token("three"),
        unauthorized(),
    ]);
    let compute = OpenStack::new(server.options())
        .expect("valid options")
        .compute_v2()
        .expect("a service");
    assert_eq!(list(&compute).expect("a list"), 1);
    let error = list(&compute).expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Unauthorized, "{error:?}");
    assert_eq!(
        error.to_string(),
        format!(
            "GET {}: 401 Unauthorized: The request you have made requires authentication. (a new \
             token is rejected, too: the endpoint may belong to another cloud) (request id \
             {REQUEST_ID}) (2 attempts in 0.0 s)",
            server.url("/v2.1/images?page_size=1000&limit=1000")
        )
    );
    assert_eq!(
        tokens(&server),
        ["-", "one", "-", "two", "two", "-", "three"]
    );
}

#[test]
fn a_merge_is_repeated_with_its_body_after_a_401() {
    let server = Server::start();
    let response = Response::ok(&json!({"metadata": {"k": "v"}}));
    server.set_responses([
        server.token("one"),
        fault(401, "error", "no"),
        server.token("two"),
        response,
    ]);
    let compute = OpenStack::new(server.options())
        .expect("valid options")
        .compute_v2()
        .expect("a service");
    compute
        .get_image("i")
        .merge_metadata([("k", "v")])
        .expect("a merge");
    let bodies: Vec<Value> = server
        .requests()
        .iter()
        .filter(|r| r.target.contains("images"))
        .map(|r| r.json())
        .collect();
    assert_eq!(
        bodies,
        [
            json!({"metadata": {"k": "v"}}),
            json!({"metadata": {"k": "v"}})
        ]
    );
}

#[test]
fn a_403_about_a_token_that_glance_rejected_is_treated_as_a_401() {
    let server = Server::start();
    let message = "HTTP 401 Unauthorized: This server could not verify that you are authorized";
    server.set_responses([
        server.token("one"),
        fault(403, "forbidden", message),
        server.token("two"),
        Response::ok(&images(0..1)),
    ]);
    let compute = OpenStack::new(server.options())
        .expect("valid options")
        .compute_v2()
        .expect("a service");
    assert_eq!(list(&compute).expect("a list"), 1);
    assert_eq!(tokens(&server), ["-", "one", "-", "two"]);
}
