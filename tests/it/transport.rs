//! HTTP: connections, timeouts, body sizes, and the user agent.

use std::time::{Duration, Instant};

use opencloud::{ErrorKind, OpenStack, Options, ServiceOptions};
use serde_json::json;

use crate::support::{COMPUTE, Response, Server, id, image, refused_url};

const SHORT: Duration = Duration::from_millis(300);

fn retrieve(server: &Server, change: impl FnOnce(Options) -> Options) -> opencloud::Result<()> {
    server.compute_with(change).get_image(id(1)).retrieve()
}

fn valid_response() -> Response {
    Response::ok(&json!({"image": image(1)}))
}

/// Checks that the result is a timeout within the given time.
#[track_caller]
fn check_timeout(began: Instant, error: opencloud::Result<()>, limit: &str) {
    let took = began.elapsed();
    let error = error.expect_err("a timeout");
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
    let end = format!(" ({limit})");
    assert!(error.message().ends_with(&end), "{error}");
    assert!(took <= SHORT * 4, "{took:?}");
}

#[test]
fn connections_are_reused_unless_the_server_closes_them() {
    let server = Server::with_handler(|_| valid_response());
    let compute = server.compute();
    for _ in 0..5 {
        compute.get_image(id(1)).retrieve().expect("an image");
    }
    assert_eq!(server.connections(), 1);
    let server = Server::with_handler(|_| valid_response().chunked());
    let compute = server.compute();
    for _ in 0..5 {
        compute.get_image(id(1)).retrieve().expect("an image");
    }
    assert_eq!(server.connections(), 1);
    // A connection with `Connection: close` is not reused.
    let server = Server::with_handler(|_| valid_response().header("Connection", "close").close());
    let compute = server.compute();
    for _ in 0..3 {
        compute.get_image(id(1)).retrieve().expect("an image");
    }
    assert_eq!(server.connections(), 3);
}

#[test]
fn a_silent_server_is_a_read_timeout() {
    let server = Server::with_handler(|_| Response::silence());
    let began = Instant::now();
    check_timeout(
        began,
        retrieve(&server, |o| o.read_timeout(SHORT)),
        "read_timeout",
    );
    assert_eq!(server.requests().len(), 1, "a timeout is not retried");
    // After a part of the headers, and of the body.
    for bytes in [20, 150] {
        let server = Server::with_handler(move |_| {
            Response::raw(&valid_response().bytes()[..bytes]).stall()
        });
        let began = Instant::now();
        check_timeout(
            began,
            retrieve(&server, |o| o.read_timeout(SHORT)),
            "read_timeout",
        );
    }
}

#[test]
fn a_slow_response_is_a_call_timeout() {
    let drip = || valid_response().drip(1, Duration::from_millis(50));
    let server = Server::with_handler(move |_| drip());
    let began = Instant::now();
    let outcome = retrieve(&server, |o| o.read_timeout(SHORT).call_timeout(SHORT * 2));
    check_timeout(began, outcome, "call_timeout");
    // Each read restarts the timeout.
    let server =
        Server::with_handler(move |_| valid_response().drip(20, Duration::from_millis(60)));
    let began = Instant::now();
    retrieve(&server, |o| o.read_timeout(SHORT)).expect("an image");
    assert!(began.elapsed() > SHORT, "{:?}", began.elapsed());
}

#[test]
fn an_endless_response_is_a_call_timeout() {
    let server = Server::with_handler(|_| {
        Response::new(200, " ".repeat(100))
            .endless()
            .drip(50, SHORT / 10)
    });
    let began = Instant::now();
    check_timeout(
        began,
        retrieve(&server, |o| o.call_timeout(SHORT)),
        "call_timeout",
    );
    // The same for endless headers.
    let head = format!("HTTP/1.1 200 OK\r\n{}", "X: y\r\n".repeat(100));
    let server = Server::with_handler(move |_| Response::raw(&head).drip(6, SHORT / 20));
    let began = Instant::now();
    check_timeout(
        began,
        retrieve(&server, |o| o.call_timeout(SHORT)),
        "call_timeout",
    );
}

#[test]
fn a_stalled_tls_handshake_is_a_connect_timeout() {
    let server = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("https://{}", server.local_addr().expect("an address"));
    let options = Options::new("")
        .token_id("t")
        .no_proxy()
        .connect_timeout(SHORT);
    let openstack = OpenStack::new(options).expect("valid options");
    let compute = openstack
        .compute_v2_with(ServiceOptions::new().endpoint(url))
        .expect("a service");
    let began = Instant::now();
    check_timeout(began, compute.get_image("i").retrieve(), "connect_timeout");
}

#[test]
fn timeouts_may_be_unset_or_of_any_length() {
    for limit in [None, Some(Duration::from_secs(5)), Some(Duration::MAX)] {
        let server = Server::with_handler(|_| valid_response());
        let all = |options: Options| {
            options
                .resolve_timeout(limit)
                .connect_timeout(limit)
                .read_timeout(limit)
                .call_timeout(limit)
        };
        retrieve(&server, all).expect("an image");
    }
}

#[test]
fn the_call_timeout_applies_to_authentication() {
    let server = Server::with_handler(|_| Response::silence());
    let began = Instant::now();
    let openstack = OpenStack::new(server.options().call_timeout(SHORT)).expect("valid options");
    check_timeout(began, openstack.token().map(drop), "call_timeout");
}

#[test]
fn a_refused_connection_and_an_unknown_host_have_different_errors() {
    let (_listener, refused) = refused_url();
    for (url, message) in [
        (refused, "connection refused"),
        ("http://no-such-host.invalid".into(), "host not found"),
    ] {
        let options = Options::new("").token_id("t").no_proxy().tries(1);
        let openstack = OpenStack::new(options).expect("valid options");
        let endpoint = ServiceOptions::new().endpoint(&url);
        let compute = openstack.compute_v2_with(endpoint).expect("a service");
        let error = compute.get_image("i").retrieve().expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::Connection, "{error:?}");
        assert_eq!(
            error.to_string(),
            format!("GET {url}/v2.1/images/i: {message}")
        );
    }
}

#[test]
fn a_body_of_more_than_256_mib_is_an_error() {
    let mib = Response::new(200, " ".repeat(1 << 20));
    let server = Server::with_responses([mib.repeated(257)]);
    let error = retrieve(&server, |options| options).expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error:?}");
    assert_eq!(
        error.to_string(),
        format!(
            "GET {}: the body is larger than 256 MiB",
            server.url(&format!("{COMPUTE}/images/{}", id(1)))
        )
    );
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn the_user_agent_can_be_prefixed() {
    let own = concat!("opencloud/", env!("CARGO_PKG_VERSION"));
    let server = Server::with_handler(|_| valid_response());
    retrieve(&server, |options| options).expect("an image");
    retrieve(&server, |options| options.user_agent("my-tool/1.2 (x)")).expect("an image");
    let agents: Vec<_> = server
        .requests()
        .iter()
        .map(|r| r.header("user-agent").unwrap_or_default().to_owned())
        .collect();
    assert_eq!(agents, [own.to_owned(), format!("my-tool/1.2 (x) {own}")]);
    for bad in ["a\r\nX-Evil: 1", "a\0b", "a\nb"] {
        let error = OpenStack::new(Options::new("").user_agent(bad)).expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error:?}");
        assert_eq!(
            error.to_string(),
            format!(
                "invalid user agent {:?}: it cannot be sent in a header",
                format!("{bad} {own}")
            )
        );
    }
}

#[test]
fn no_content_encoding_is_requested() {
    let server = Server::with_handler(|_| valid_response());
    retrieve(&server, |options| options).expect("an image");
    let request = &server.requests()[0];
    assert!(
        matches!(request.header("accept-encoding"), None | Some("identity")),
        "{request:?}"
    );
    assert_eq!(request.header("accept"), Some("application/json"));
    assert_eq!(request.header("expect"), None);
    assert_eq!(request.version, "HTTP/1.1");
}

#[test]
fn a_timeout_of_zero_expires_at_once() {
    type Set = fn(Options) -> Options;
    let limits: [(Set, &str); 2] = [
        (|o| o.call_timeout(Duration::ZERO), "call_timeout"),
        (|o| o.read_timeout(Duration::ZERO), "read_timeout"),
    ];
    for (limit, name) in limits {
        let server = Server::with_handler(|_| Response::silence());
        let began = Instant::now();
        check_timeout(
            began,
            retrieve(&server, |options| limit(options.tries(1))),
            name,
        );
    }
}

#[test]
fn the_resolve_timeout_limits_the_lookup_of_a_host_name() {
    let server = Server::with_handler(|_| valid_response());
    let url = format!("http://localhost:{}", server.address().port());
    let options = Options::new("").token_id("t").no_proxy();
    let openstack = OpenStack::new(options.resolve_timeout(Duration::from_nanos(1)));
    let endpoint = ServiceOptions::new().endpoint(url);
    let compute = openstack
        .expect("valid options")
        .compute_v2_with(endpoint)
        .expect("a service");
    // On a busy machine, a lookup may complete before the timeout is checked.
    let mut outcomes = (0..50).map(|_| compute.get_image(id(1)).retrieve());
    let error = outcomes.find_map(Result::err).expect("a timeout");
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
    let cause = std::error::Error::source(&error).map(ToString::to_string);
    assert_eq!(cause.as_deref(), Some("timeout: resolve"));
}
