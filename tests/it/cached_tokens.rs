//! Tokens that the program provides, with and without credentials.

use jiff::{SignedDuration, Timestamp};
use opencloud::{ErrorKind, OpenStack, Options, Token};
use serde_json::{Value, json};

use crate::support::{Response, Server, fault, images};
use crate::token::{cached, list, tokens};

#[test]
fn an_exported_token_can_be_used_without_authentication() {
    let server = Server::start();
    server.set_responses([server.token("exported"), Response::ok(&images(0..2))]);
    let openstack = OpenStack::new(server.options()).expect("valid options");
    let text = serde_json::to_string(&openstack.token().expect("a token")).expect("JSON");

    let token: Token = serde_json::from_str(&text).expect("a token");
    assert_eq!(serde_json::to_string(&token).expect("JSON"), text);
    assert_eq!(
        (token.project_id(), token.user_id()),
        (Some("p"), Some("u"))
    );
    assert_eq!(
        token.expires_at().expect("a time").to_string(),
        "2026-11-23T13:00:00Z"
    );
    // The token of the server expires in 2026, so the test sets another time.
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
    assert_eq!(tokens(&server), ["-", "exported"]);
}

#[test]
fn an_expired_cached_token_is_replaced_with_the_credentials() {
    let server = Server::start();
    server.set_responses([server.token("new"), Response::ok(&images(0..1))]);
    let options = server
        .options()
        .cached_token(cached(&server, "old", -7200, -60));
    let compute = OpenStack::new(options)
        .expect("valid options")
        .compute_v2()
        .expect("a service");
    assert_eq!(list(&compute).expect("a list"), 1);
    assert_eq!(tokens(&server), ["-", "new"]);
}

#[test]
fn an_expired_token_without_credentials_is_an_error_with_the_expiry_time() {
    let server = Server::start();
    let old = cached(&server, "old", -7200, -60);
    let expired = old.expires_at().expect("a time");
    let options = Options::new(server.url("")).cached_token(old).no_proxy();
    let openstack = OpenStack::new(options).expect("valid options");
    let error = openstack.compute_v2().expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error:?}");
    assert_eq!(
        error.to_string(),
        format!(
            "the token expired at {expired}, and there are no credentials to request another one"
        )
    );
    assert_eq!(server.requests(), []);
}

#[test]
fn a_token_without_credentials_is_used_until_it_expires() {
    let server = Server::with_responses([Response::ok(&images(0..1))]);
    let options = Options::new("")
        .cached_token(cached(&server, "late", -3500, 100))
        .no_proxy();
    let compute = OpenStack::new(options)
        .expect("valid options")
        .compute_v2()
        .expect("a service");
    assert_eq!(list(&compute).expect("a list"), 1);
    assert_eq!(tokens(&server), ["late"]);
}

#[test]
fn a_rejected_token_without_credentials_is_an_error() {
    let server = Server::with_responses([fault(401, "error", "no")]);
    let error = list(&server.compute()).expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Unauthorized, "{error:?}");
    assert_eq!(
        server.lines(),
        ["GET /v2.1/images?page_size=1000&limit=1000"]
    );
}
