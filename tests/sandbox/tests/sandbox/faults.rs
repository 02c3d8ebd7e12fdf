//! The faults and the three wires, byte for byte.

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use opencloud_sandbox::{Fault, NewImage, Sandbox, Wire};

use crate::http::{connect, exchange, host, parse, request, send};

const VERSIONS: &str = "/compute/";

/// The bytes of the response with the version document.
fn versions(sandbox: &Sandbox) -> Vec<u8> {
    exchange(sandbox, &request(sandbox, "GET", VERSIONS, &[], "")).unwrap()
}

#[test]
fn a_status_has_its_headers_and_body_and_applies_a_number_of_times() {
    let sandbox = Sandbox::start();
    let usual = versions(&sandbox);
    sandbox.fail(
        Fault::status(503)
            .header("Retry-After", "1")
            .body("busy")
            .on("GET", "/compute/")
            .times(2),
    );
    for _ in 0..2 {
        let response = parse(&versions(&sandbox));
        assert_eq!(response.status, "HTTP/1.1 503 Service Unavailable");
        assert_eq!(
            response.headers,
            ["Content-Length: 4", "Retry-After: 1", "Connection: close"]
        );
        assert_eq!(response.body, "busy");
    }
    assert_eq!(versions(&sandbox), usual);
    assert_eq!(sandbox.requests().len(), 4);
}

#[test]
fn faults_can_be_cleared() {
    let sandbox = Sandbox::start();
    sandbox.fail(Fault::close());
    assert_eq!(versions(&sandbox), b"");
    sandbox.clear_faults();
    assert_eq!(parse(&versions(&sandbox)).status, "HTTP/1.1 200 OK");
}

#[test]
fn a_body_is_cut_or_has_the_wrong_length() {
    let sandbox = Sandbox::start();
    let usual = versions(&sandbox);
    let head = usual.windows(4).position(|it| it == b"\r\n\r\n").unwrap() + 4;
    sandbox.fail(Fault::cut(10).times(1));
    assert_eq!(versions(&sandbox), usual[..head + 10]);
    for by in [7, -7] {
        sandbox.fail(Fault::wrong_length(by).times(1));
        let response = parse(&versions(&sandbox));
        let length = i64::try_from(response.body.len()).unwrap() + by;
        assert_eq!(response.headers[0], format!("Content-Length: {length}"));
        assert_eq!(response.body.as_bytes(), &usual[head..]);
    }
}

#[test]
fn raw_bytes_are_sent_unchanged() {
    let sandbox = Sandbox::start();
    sandbox.fail(Fault::raw("\0\x01 not HTTP\n").times(1));
    assert_eq!(versions(&sandbox), b"\0\x01 not HTTP\n");
}

#[test]
fn a_connection_is_reset_without_a_response() {
    let sandbox = Sandbox::start();
    sandbox.fail(Fault::reset().times(1));
    let error = exchange(&sandbox, &request(&sandbox, "GET", VERSIONS, &[], "")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[test]
fn a_head_of_more_than_64_kib_is_reset() {
    let sandbox = Sandbox::start();
    let big = "x".repeat(70_000);
    let response = exchange(
        &sandbox,
        &request(&sandbox, "GET", VERSIONS, &[("X-Big", &big)], ""),
    );
    assert!(matches!(
        response.unwrap_err().kind(),
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe
    ));
}

#[test]
fn a_response_is_delayed_or_sent_in_pieces() {
    let sandbox = Sandbox::start();
    let usual = versions(&sandbox);
    let pause = Duration::from_millis(20);
    for fault in [Fault::delay(pause), Fault::drip(200, pause)] {
        sandbox.fail(fault.times(1));
        let before = Instant::now();
        assert_eq!(versions(&sandbox), usual);
        assert!(before.elapsed() >= pause);
    }
}

#[test]
fn a_request_is_carried_out_before_the_failure_only_if_requested() {
    let sandbox = Sandbox::start();
    let token = sandbox.token("demo");
    for (fault, exists) in [
        (Fault::close(), true),
        (Fault::close().carried_out(), false),
    ] {
        let id = sandbox.add_image(NewImage::named("x"));
        sandbox.fail(fault.on("DELETE", &id).times(1));
        let path = format!("/compute/v2.1/images/{id}");
        let response = exchange(
            &sandbox,
            &request(&sandbox, "DELETE", &path, &[("X-Auth-Token", &token)], ""),
        );
        assert_eq!(response.unwrap(), b"");
        assert_eq!(sandbox.has_image(&id), exists);
    }
}

#[test]
fn tokens_are_revoked_before_the_request_is_carried_out() {
    let sandbox = Sandbox::start();
    let token = sandbox.token("demo");
    sandbox.fail(
        Fault::revoke_tokens()
            .on("GET", "/images")
            .after(1)
            .times(1),
    );
    let statuses: Vec<String> = (0..2)
        .map(|_| {
            send(
                &sandbox,
                "GET",
                "/compute/v2.1/images",
                &[("X-Auth-Token", &token)],
                "",
            )
            .status
        })
        .collect();
    assert_eq!(statuses, ["HTTP/1.1 200 OK", "HTTP/1.1 401 Unauthorized"]);
}

/// Reads the next response of a connection that stays open.
fn next(stream: &mut std::net::TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let mut byte = [0];
        assert_eq!(
            stream.read(&mut byte).unwrap(),
            1,
            "{}",
            String::from_utf8_lossy(&bytes)
        );
        bytes.push(byte[0]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.split_once("Content-Length: ").unwrap().1;
            if length.split("\r\n").next().unwrap() == body.len().to_string() {
                return text;
            }
        }
    }
}

#[test]
fn a_connection_serves_several_requests() {
    let sandbox = Sandbox::builder().wire(Wire::KeepAlive).start();
    let mut stream = connect(&sandbox);
    for _ in 0..3 {
        stream
            .write_all(&request(&sandbox, "GET", VERSIONS, &[], ""))
            .unwrap();
        let response = next(&mut stream);
        assert!(
            response.starts_with("HTTP/1.1 200 OK\r\nContent-Length: "),
            "{response}"
        );
        assert!(!response.contains("Connection:"), "{response}");
    }
    assert_eq!(sandbox.connections(), 1);
}

#[test]
fn a_connection_is_closed_if_the_body_was_not_read() {
    let sandbox = Sandbox::builder().wire(Wire::KeepAlive).start();
    let post = request(
        &sandbox,
        "POST",
        "/compute/v2.1/images/abc/metadata",
        &[],
        "{}",
    );
    assert_eq!(
        parse(&exchange(&sandbox, &post).unwrap()).status,
        "HTTP/1.1 401 Unauthorized"
    );
}

#[test]
fn a_body_without_a_length_ends_with_the_connection() {
    let sandbox = Sandbox::builder().wire(Wire::NoLength).start();
    let response = parse(&versions(&sandbox));
    assert_eq!(response.headers, ["Content-Type: application/json"]);
    assert!(response.body.ends_with("}]}]}"));
}

#[test]
fn the_wire_can_be_changed() {
    let sandbox = Sandbox::start();
    assert!(
        parse(&versions(&sandbox))
            .headers
            .contains(&"Connection: close".to_owned())
    );
    sandbox.set_wire(Wire::NoLength);
    assert!(
        !parse(&versions(&sandbox))
            .headers
            .contains(&"Connection: close".to_owned())
    );
}

#[test]
fn dropping_a_sandbox_ends_requests_in_progress() {
    let sandbox = Sandbox::start();
    sandbox.fail(Fault::delay(Duration::from_secs(600)));
    let address = host(&sandbox);
    let mut waiting = connect(&sandbox);
    waiting
        .write_all(&request(&sandbox, "GET", VERSIONS, &[], ""))
        .unwrap();
    let idle = connect(&sandbox);
    while sandbox.requests().is_empty() || sandbox.connections() < 2 {
        std::thread::yield_now();
    }
    drop(sandbox);
    assert!(std::net::TcpStream::connect(address).is_err());
    drop(idle);
}
