//! Secrets are never printed: not by `Debug`, not by `Display`, not in a log line.

use std::fmt::Debug;

use opencloud::compute::v2::{ListImages, Metadata};
use opencloud::{
    ApplicationCredential, Domain, Error, OpenStack, Options, Project, Scope, ServiceOptions,
    Token, User,
};
use serde_json::json;

use crate::support::{
    COMPUTE, Line, Response, Server, fault, id, images, logged, next_link, token,
};

const PASSWORD: &str = "qX7zK9vWpJ2mR4tY";
const SECRET: &str = "Zk3wQ8yXvB5nH7dL6h";
const OLD: &str = "gAAAAABoldHx7Qw2Yp9Kc";
const NEW: &str = "gAAAAABnewJx4Vb8Mt5Rs";

/// Five characters of a secret in this text, if there are any. All tokens start
/// with the same characters, which may be printed.
fn leak(text: &str) -> Option<&str> {
    let secrets = [PASSWORD, SECRET, &OLD[7..], &NEW[7..]];
    let parts = secrets
        .iter()
        .flat_map(|secret| (0..=secret.len() - 5).map(|at| &secret[at..at + 5]));
    parts.into_iter().find(|part| text.contains(part))
}

#[track_caller]
fn check(text: &str) {
    assert_eq!(leak(text), None, "in {text}");
}

#[track_caller]
fn check_debug(value: &impl Debug) {
    check(&format!("{value:?}"));
    check(&format!("{value:#?}"));
}

#[track_caller]
fn check_error(error: &Error) {
    check_debug(error);
    check(&error.to_string());
    check(&format!("{error:#}"));
    let error = anyhow::Error::new(error.clone());
    check_debug(&error);
    check(&format!("{error:#}"));
}

fn options(server: &Server) -> Options {
    let user = User::by_name("demo", PASSWORD, Domain::by_id("default"));
    Options::new(server.url("/v3")).user(user).no_proxy()
}

#[test]
fn debug_of_options_and_credentials_prints_no_secret() {
    let user = User::by_id("u", PASSWORD);
    let credential = ApplicationCredential::by_id("a", SECRET);
    let cached: Token = serde_json::from_value(json!({"id": OLD})).expect("a token");
    check_debug(&user);
    check_debug(&credential);
    check_debug(&ApplicationCredential::by_name("a", SECRET, user.clone()));
    check_debug(&cached);
    check_debug(&Scope::Project(Project::by_id("p")));
    for options in [
        Options::new("").user(user),
        Options::new("").application_credential(credential),
        Options::new("").token_id(OLD),
        Options::new("").cached_token(cached),
    ] {
        check_debug(&options);
        check_debug(&OpenStack::new(options).expect("valid options"));
    }
}

#[test]
fn debug_of_clients_tokens_and_lists_prints_no_secret() {
    let server = Server::start();
    server.set_responses([
        token(
            NEW,
            3600,
            &json!([{"type": "compute", "endpoints": [
            {"interface": "public", "url": server.url(COMPUTE)}]}]),
        ),
        Response::ok(&next_link(images(0..2), "?marker=x")),
        Response::ok(&images(2..3)),
        Response::ok(&images(0..1)),
    ]);
    let openstack = OpenStack::new(options(&server)).expect("valid options");
    let compute = openstack.compute_v2().expect("a service");
    let token = openstack.token().expect("a token");
    check_debug(&openstack);
    check_debug(&compute);
    check_debug(&token);
    let mut list = compute.list_images(ListImages::new().page_size(2));
    let image = list.next().expect("an item").expect("an image");
    check_debug(&list);
    check_debug(&image);
    check(&serde_json::to_string(&image).expect("JSON"));
    let mut pages = list.pages();
    check_debug(&pages);
    check_debug(&pages.next().expect("an item").expect("a page"));
    check_debug(&Metadata::new());
    // Only serialization includes the token, because that is its purpose.
    assert!(serde_json::to_string(&token).expect("JSON").contains(NEW));
}

#[test]
fn no_error_prints_a_secret() {
    let responses: [fn() -> Response; 12] = [
        || fault(401, "error", "no"),
        || fault(400, "badRequest", "no"),
        || Response::empty(503),
        || Response::empty(429).header("Retry-After", "100"),
        || Response::empty(302).header("Location", "http://evil.example/"),
        || Response::new(200, "not JSON"),
        || Response::new(200, [0xff]),
        || Response::new(201, "{}").header("X-Subject-Token", "a b"),
        Response::reset,
        || Response::raw("garbage"),
        || Response::new(200, "{}").cut(30),
        || Response::new(200, "{}").header("Content-Encoding", "gzip"),
    ];
    for response in responses {
        let server = Server::with_handler(move |_| response());
        let client =
            |options: Options| OpenStack::new(options.tries(1).no_proxy()).expect("a service");
        let credential = ApplicationCredential::by_id("a", SECRET);
        for options in [
            options(&server),
            Options::new(server.url("")).application_credential(credential),
            Options::new(server.url(""))
                .token_id(OLD)
                .scope(Scope::System),
        ] {
            let openstack = client(options);
            check_error(&openstack.token().expect_err("an error"));
            check_debug(&openstack);
        }
        let endpoint = ServiceOptions::new().endpoint(server.url(COMPUTE));
        let compute = client(Options::new("").token_id(OLD))
            .compute_v2_with(endpoint)
            .expect("a service");
        let mut image = compute.get_image(id(1));
        check_error(&image.retrieve().expect_err("an error"));
        if let Err(error) = image.merge_metadata([("k", "v")]) {
            check_error(&error);
        }
        check_error(
            &compute
                .list_images(true)
                .next()
                .expect("an item")
                .expect_err("an error"),
        );
    }
    // Errors before a request.
    for bad in [format!("{OLD}\n"), format!("{OLD} ")] {
        let openstack = OpenStack::new(Options::new("").token_id(bad)).expect("valid options");
        let endpoint = ServiceOptions::new().endpoint("http://127.0.0.1:1");
        check_error(&openstack.compute_v2_with(endpoint).expect_err("an error"));
    }
    let address = format!("https://demo:{PASSWORD}@cloud.example/v3");
    check_error(&OpenStack::new(Options::new(&address)).expect_err("an error"));
    let openstack = OpenStack::new(Options::new("").token_id("t")).expect("valid options");
    let endpoint = ServiceOptions::new().endpoint(&address);
    check_error(&openstack.compute_v2_with(endpoint).expect_err("an error"));
}

#[test]
fn a_token_in_an_error_response_is_masked() {
    let server = Server::with_responses([fault(
        400,
        "badRequest",
        &format!("no {OLD} here, nor {OLD}"),
    )]);
    let openstack =
        OpenStack::new(Options::new("").token_id(OLD).no_proxy()).expect("valid options");
    let endpoint = ServiceOptions::new().endpoint(server.url(COMPUTE));
    let compute = openstack.compute_v2_with(endpoint).expect("a service");
    let error = compute.get_image(id(1)).delete().expect_err("an error");
    check_error(&error);
    assert_eq!(error.message(), "no *** here, nor ***");
}

#[test]
fn the_error_for_an_invalid_cached_token_does_not_quote_it() {
    for text in [
        json!(OLD).to_string(),
        json!({"id": [OLD]}).to_string(),
        json!([OLD]).to_string(),
        json!({"id": format!("{OLD}\n")}).to_string(),
        json!({"id": "x", "catalog": OLD}).to_string(),
    ] {
        let error = serde_json::from_str::<Token>(&text).expect_err("an error");
        check(&error.to_string());
        check_debug(&error);
    }
}

/// Makes successful and failing requests, and returns the log lines.
fn log_of_many_requests() -> Vec<Line> {
    let server = Server::start();
    let catalog = json!([{"type": "compute", "endpoints": [
        {"interface": "public", "url": server.url(COMPUTE)}]}]);
    server.set_responses([
        token(OLD, 3600, &catalog),
        fault(401, "error", "no"),
        Response::empty(503).header("Retry-After", "0"),
        token(NEW, 3600, &catalog),
        Response::ok(&images(0..1)),
        Response::reset(),
        Response::ok(&json!({"metadata": {"k": "v"}})),
        fault(404, "itemNotFound", "Image not found."),
        fault(400, "badRequest", "no"),
        Response::new(200, "not JSON"),
    ]);
    let ((), lines) = logged(|| {
        let openstack = OpenStack::new(options(&server)).expect("valid options");
        let compute = openstack.compute_v2().expect("a service");
        let mut image = compute
            .list_images(true)
            .next()
            .expect("an item")
            .expect("an image");
        image.reset_metadata([("k", "v")]).expect("a reset");
        image.retrieve().expect_err("an error");
        image.delete().expect_err("an error");
        image.get_metadata().expect_err("an error");
        let credential = ApplicationCredential::by_id("a", SECRET);
        let options = Options::new(server.url(""))
            .application_credential(credential)
            .no_proxy();
        OpenStack::new(options)
            .expect("valid options")
            .token()
            .expect_err("an error");
    });
    lines
}

#[test]
fn no_log_line_of_this_crate_has_a_secret_at_any_level() {
    // ureq logs raw bytes at trace level.
    let mut lines = log_of_many_requests();
    lines.retain(|line| line.target.starts_with("opencloud"));
    assert!(lines.len() >= 11, "{lines:#?}");
    for line in &lines {
        check(&line.text);
    }
}
