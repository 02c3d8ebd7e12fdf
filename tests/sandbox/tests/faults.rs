//! What goes wrong on purpose, byte for byte, and the three wires.

mod common;

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use common::{ask, connect, exchange, host, parse, request};
use opencloud_sandbox::{Fault, NewImage, Sandbox, Wire};

const VERSIONS: &str = "/compute/";

/// The right answer to the request for the versions, as bytes.
fn right(sandbox: &Sandbox) -> Vec<u8> {
    exchange(sandbox, &request(sandbox, "GET", VERSIONS, &[], "")).unwrap()
}

#[test]
fn a_status_comes_with_its_headers_and_body_as_often_as_wanted() {
    let sandbox = Sandbox::start();
    let usual = right(&sandbox);
    sandbox.fail(
        Fault::status(503)
            .header("Retry-After", "1")
            .body("busy")
            .on("GET", "/compute/")
            .times(2),
    );
    for _ in 0..2 {
        let answer = parse(&right(&sandbox));
        assert_eq!(answer.status, "HTTP/1.1 503 Service Unavailable");
        assert_eq!(
            answer.headers,
            ["Content-Length: 4", "Retry-After: 1", "Connection: close"]
        );
        assert_eq!(answer.body, "busy");
    }
    assert_eq!(right(&sandbox), usual);
    assert_eq!(sandbox.requests().len(), 4);
}

#[test]
fn a_fault_is_mended() {
    let sandbox = Sandbox::start();
    sandbox.fail(Fault::close());
    assert_eq!(right(&sandbox), b"");
    sandbox.mend();
    assert_eq!(parse(&right(&sandbox)).status, "HTTP/1.1 200 OK");
}

#[test]
fn a_body_is_cut_or_announced_wrongly() {
    let sandbox = Sandbox::start();
    let usual = right(&sandbox);
    let head = usual.windows(4).position(|it| it == b"\r\n\r\n").unwrap() + 4;
    sandbox.fail(Fault::cut(10).times(1));
    assert_eq!(right(&sandbox), usual[..head + 10]);
    for by in [7, -7] {
        sandbox.fail(Fault::wrong_length(by).times(1));
        let answer = parse(&right(&sandbox));
        let length = i64::try_from(answer.body.len()).unwrap() + by;
        assert_eq!(answer.headers[0], format!("Content-Length: {length}"));
        assert_eq!(answer.body.as_bytes(), &usual[head..]);
    }
}

#[test]
fn raw_bytes_are_sent_as_they_are() {
    let sandbox = Sandbox::start();
    sandbox.fail(Fault::raw("\0\x01 no http\n").times(1));
    assert_eq!(right(&sandbox), b"\0\x01 no http\n");
}

#[test]
fn a_connection_is_reset_without_an_answer() {
    let sandbox = Sandbox::start();
    sandbox.fail(Fault::reset().times(1));
    let error = exchange(&sandbox, &request(&sandbox, "GET", VERSIONS, &[], "")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[test]
fn a_head_of_more_than_64_kib_is_reset() {
    let sandbox = Sandbox::start();
    let big = "x".repeat(70_000);
    let answer = exchange(
        &sandbox,
        &request(&sandbox, "GET", VERSIONS, &[("X-Big", &big)], ""),
    );
    assert!(matches!(
        answer.unwrap_err().kind(),
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe
    ));
}

#[test]
fn an_answer_is_delayed_or_comes_in_drips() {
    let sandbox = Sandbox::start();
    let usual = right(&sandbox);
    let pause = Duration::from_millis(20);
    for fault in [Fault::delay(pause), Fault::drip(200, pause)] {
        sandbox.fail(fault.times(1));
        let before = Instant::now();
        assert_eq!(right(&sandbox), usual);
        assert!(before.elapsed() >= pause);
    }
}

#[test]
fn a_request_is_carried_out_or_not_before_its_answer_is_lost() {
    let sandbox = Sandbox::start();
    let token = sandbox.token("demo");
    for (fault, there) in [
        (Fault::close(), true),
        (Fault::close().carried_out(), false),
    ] {
        let id = sandbox.add_image(NewImage::named("x"));
        sandbox.fail(fault.on("DELETE", &id).times(1));
        let path = format!("/compute/v2.1/images/{id}");
        let answer = exchange(
            &sandbox,
            &request(&sandbox, "DELETE", &path, &[("X-Auth-Token", &token)], ""),
        );
        assert_eq!(answer.unwrap(), b"");
        assert_eq!(sandbox.has_image(&id), there);
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
            ask(
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

/// The head and the body of the next answer of a connection that stays open.
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
fn kept_connections_serve_one_request_after_another() {
    let sandbox = Sandbox::builder().wire(Wire::KeepAlive).start();
    let mut stream = connect(&sandbox);
    for _ in 0..3 {
        stream
            .write_all(&request(&sandbox, "GET", VERSIONS, &[], ""))
            .unwrap();
        let answer = next(&mut stream);
        assert!(
            answer.starts_with("HTTP/1.1 200 OK\r\nContent-Length: "),
            "{answer}"
        );
        assert!(!answer.contains("Connection:"), "{answer}");
    }
    assert_eq!(sandbox.connections(), 1);
}

#[test]
fn a_kept_connection_is_closed_when_a_body_was_not_read() {
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
fn a_body_ends_with_the_connection_where_no_length_is_sent() {
    let sandbox = Sandbox::builder().wire(Wire::NoLength).start();
    let answer = parse(&right(&sandbox));
    assert_eq!(answer.headers, ["Content-Type: application/json"]);
    assert!(answer.body.ends_with("}]}]}"));
}

#[test]
fn a_wire_can_change_while_it_serves() {
    let sandbox = Sandbox::start();
    assert!(
        parse(&right(&sandbox))
            .headers
            .contains(&"Connection: close".to_owned())
    );
    sandbox.set_wire(Wire::NoLength);
    assert!(
        !parse(&right(&sandbox))
            .headers
            .contains(&"Connection: close".to_owned())
    );
}

#[test]
fn nothing_serves_after_the_end_however_slow_it_was() {
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
