//! One token for everything: renewed in time, shared by threads, kept and given back.

use jiff::{SignedDuration, Timestamp};
use log::Level;
use opencloud::compute::v2::{Compute, ListImages};
use opencloud::{ErrorKind, OpenStack, Options, ServiceOptions, Token};
use serde_json::{Value, json};

use crate::support::{Answer, COMPUTE, Server, fault, images, logged, token};

fn list(compute: &Compute) -> opencloud::Result<usize> {
    compute
        .list_images(ListImages::new())
        .try_fold(0, |count, image| image.map(|_| count + 1))
}

/// The tokens that the requests came with, sign-ins as `-`.
fn tokens(server: &Server) -> Vec<String> {
    let token =
        |request: &crate::support::Request| request.header("x-auth-token").map(str::to_owned);
    server
        .requests()
        .iter()
        .map(|request| token(request).unwrap_or("-".into()))
        .collect()
}

/// A token as a program has kept it, which began and ends so many seconds from now.
fn kept(server: &Server, id: &str, began: i64, ends: i64) -> Token {
    let at = |seconds| (Timestamp::now() + SignedDuration::from_secs(seconds)).to_string();
    serde_json::from_value(json!({
        "id": id,
        "issued_at": at(began),
        "expires_at": at(ends),
        "catalog": [{"type": "compute", "name": "nova", "endpoints": [
            {"interface": "public", "region": "RegionOne", "url": server.url(COMPUTE)}]}],
    }))
    .expect("a token")
}

#[test]
fn one_token_serves_clones_and_every_service() {
    let server = Server::start();
    let page = || Answer::ok(&images(0..1));
    server.plays([server.token("one"), page(), page(), page()]);
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
fn it_is_renewed_120_seconds_before_it_ends_or_when_a_tenth_is_left() {
    for (began, ends, renewed) in [
        (-3000, 600, false),
        (-3470, 130, false),
        (-3485, 115, true),
        (-3600, 0, true),
        // A life of 100 seconds, of which ten are a tenth.
        (-10, 90, false),
        (-85, 15, false),
        (-95, 5, true),
    ] {
        let server = Server::start();
        server.plays([server.token("new")]);
        let options = server
            .options()
            .cached_token(kept(&server, "old", began, ends));
        let openstack = OpenStack::new(options).expect("valid options");
        openstack.token().expect("a token");
        openstack.token().expect("a token");
        assert_eq!(
            server.requests().len(),
            usize::from(renewed),
            "{began} to {ends}"
        );
    }
}

#[test]
fn a_token_that_a_sign_in_gave_is_renewed_by_its_own_life() {
    // By the clock of this server it is 2026; only the length of its life counts.
    let server = Server::start();
    server.plays([token("short", 0, &json!([])), server.token("hour")]);
    let openstack = OpenStack::new(server.options()).expect("valid options");
    for _ in 0..3 {
        openstack.token().expect("a token");
    }
    assert_eq!(server.lines(), ["POST /v3/auth/tokens"; 2]);
}

#[test]
fn one_that_is_renewed_early_in_a_bad_moment_is_used_on() {
    let refusal = || {
        fault(
            401,
            "error",
            "The request you have made requires authentication.",
        )
    };
    for (answer, warning) in [
        (Answer::empty(503), Some("503 Service Unavailable")),
        (
            Answer::empty(429).header("Retry-After", "9"),
            Some("429 Too Many Requests (retry after 9s)"),
        ),
        (Answer::hang_up(), Some("connection failed")),
        (refusal(), None),
        (Answer::empty(404), None),
    ] {
        let server = Server::playing([answer]);
        let held = kept(&server, "held", -3500, 100);
        let options = server.options().cached_token(held.clone()).tries(1);
        let openstack = OpenStack::new(options).expect("valid options");
        let (outcome, lines) = logged(|| openstack.token());
        let warnings: Vec<_> = lines
            .into_iter()
            .filter(|line| line.level == Level::Warn)
            .collect();
        let Some(warning) = warning else {
            outcome.expect_err("no reason to wait");
            assert_eq!(warnings, []);
            continue;
        };
        let export = |token: &Token| serde_json::to_value(token).expect("JSON");
        assert_eq!(export(&outcome.expect("the token held")), export(&held));
        let texts: Vec<_> = warnings.iter().map(|line| line.text.as_str()).collect();
        let expected = format!(
            "POST {}: {warning}; the current token is used until it expires",
            server.url("/v3/auth/tokens")
        );
        assert_eq!(texts, [expected]);
    }
}

#[test]
fn one_that_does_not_say_when_it_began_is_renewed_120_seconds_before_it_ends() {
    for (ends, renewed) in [(130, false), (115, true)] {
        let server = Server::start();
        server.plays([server.token("new")]);
        let mut held = serde_json::to_value(kept(&server, "old", 0, ends)).expect("JSON");
        held.as_object_mut().expect("an object").remove("issued_at");
        let held = serde_json::from_value(held).expect("a token");
        let options = server.options().cached_token(held);
        OpenStack::new(options)
            .expect("valid options")
            .token()
            .expect("a token");
        assert_eq!(server.requests().len(), usize::from(renewed), "{ends}");
    }
}

#[test]
fn one_that_does_not_say_when_it_ends_is_used_until_it_is_refused() {
    let body = json!({"token": {"issued_at": "2026-11-23T12:00:00Z"}});
    let server = Server::playing([Answer::json(201, &body).header("X-Subject-Token", "one")]);
    let openstack = OpenStack::new(server.options()).expect("valid options");
    for _ in 0..2 {
        assert_eq!(openstack.token().expect("a token").expires_at(), None);
    }
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn after_a_401_it_signs_in_and_sends_the_request_again_once() {
    let server = Server::start();
    let refusal = || {
        fault(
            401,
            "error",
            "The request you have made requires authentication.",
        )
    };
    server.plays([
        server.token("one"),
        refusal(),
        server.token("two"),
        Answer::ok(&images(0..1)),
        refusal(),
        server.token("three"),
        refusal(),
    ]);
    let compute = OpenStack::new(server.options())
        .expect("valid options")
        .compute_v2()
        .expect("a service");
    assert_eq!(list(&compute).expect("a list"), 1);
    let error = list(&compute).expect_err("a second refusal");
    assert_eq!(error.kind(), ErrorKind::Unauthorized, "{error:?}");
    assert_eq!(
        error.to_string(),
        format!(
            "GET {}: 401 Unauthorized: The request you have made requires authentication. \
             (request id {}) (2 attempts in 0.0 s)",
            server.url("/v2.1/images?page_size=1000&limit=1000"),
            crate::support::REQUEST_ID
        )
    );
    assert_eq!(
        tokens(&server),
        ["-", "one", "-", "two", "two", "-", "three"]
    );
}

#[test]
fn a_merge_that_met_a_401_is_sent_again_whole() {
    let server = Server::start();
    let answer = Answer::ok(&json!({"metadata": {"k": "v"}}));
    server.plays([
        server.token("one"),
        fault(401, "error", "no"),
        server.token("two"),
        answer,
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
fn a_403_in_which_glance_refused_the_token_counts_as_a_401() {
    let server = Server::start();
    let words = "HTTP 401 Unauthorized: This server could not verify that you are authorized";
    server.plays([
        server.token("one"),
        fault(403, "forbidden", words),
        server.token("two"),
        Answer::ok(&images(0..1)),
    ]);
    let compute = OpenStack::new(server.options())
        .expect("valid options")
        .compute_v2()
        .expect("a service");
    assert_eq!(list(&compute).expect("a list"), 1);
    assert_eq!(tokens(&server), ["-", "one", "-", "two"]);
}

#[test]
fn an_exported_token_given_back_needs_no_sign_in() {
    let server = Server::start();
    server.plays([server.token("kept"), Answer::ok(&images(0..2))]);
    let openstack = OpenStack::new(server.options()).expect("valid options");
    let text = serde_json::to_string(&openstack.token().expect("a token")).expect("JSON");

    let token: Token = serde_json::from_str(&text).expect("a token");
    assert_eq!(serde_json::to_string(&token).expect("JSON"), text);
    assert_eq!(
        (token.project_id(), token.user_id()),
        (Some("p"), Some("u"))
    );
    assert_eq!(
        token.expires_at().expect("an end").to_string(),
        "2026-11-23T13:00:00Z"
    );
    // It ends in 2026; so that the test knows no date, it is given another end.
    let mut value: Value = serde_json::from_str(&text).expect("JSON");
    value["expires_at"] = json!((Timestamp::now() + SignedDuration::from_hours(1)).to_string());
    let token: Token = serde_json::from_value(value).expect("a token");
    let options = Options::new("").cached_token(token).no_proxy();
    let compute = OpenStack::new(options)
        .expect("valid options")
        .compute_v2()
        .expect("a service");
    assert_eq!(list(&compute).expect("a list"), 2);
    assert_eq!(
        server.lines(),
        [
            "POST /v3/auth/tokens",
            "GET /v2.1/images?page_size=1000&limit=1000"
        ]
    );
    assert_eq!(tokens(&server), ["-", "kept"]);
}

#[test]
fn an_expired_one_gives_way_to_the_credentials() {
    let server = Server::start();
    server.plays([server.token("new"), Answer::ok(&images(0..1))]);
    let options = server
        .options()
        .cached_token(kept(&server, "old", -7200, -60));
    let compute = OpenStack::new(options)
        .expect("valid options")
        .compute_v2()
        .expect("a service");
    assert_eq!(list(&compute).expect("a list"), 1);
    assert_eq!(tokens(&server), ["-", "new"]);
}

#[test]
fn an_expired_one_without_credentials_says_when_it_expired() {
    let server = Server::start();
    let old = kept(&server, "old", -7200, -60);
    let ended = old.expires_at().expect("an end");
    let options = Options::new(server.url("")).cached_token(old).no_proxy();
    let openstack = OpenStack::new(options).expect("valid options");
    let error = openstack.compute_v2().expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error:?}");
    assert_eq!(
        error.to_string(),
        format!(
            "the token expired at {ended}, and there are no credentials to request another one"
        )
    );
    assert_eq!(server.requests(), []);
}

#[test]
fn one_without_credentials_is_used_to_its_very_end() {
    let server = Server::playing([Answer::ok(&images(0..1))]);
    let options = Options::new("")
        .cached_token(kept(&server, "late", -3500, 100))
        .no_proxy();
    let compute = OpenStack::new(options)
        .expect("valid options")
        .compute_v2()
        .expect("a service");
    assert_eq!(list(&compute).expect("a list"), 1);
    assert_eq!(tokens(&server), ["late"]);
}

#[test]
fn a_given_token_that_is_refused_is_the_callers_error() {
    let server = Server::playing([fault(401, "error", "no")]);
    let error = list(&server.compute()).expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Unauthorized, "{error:?}");
    assert_eq!(
        server.lines(),
        ["GET /v2.1/images?page_size=1000&limit=1000"]
    );
}
