//! Malformed and malicious responses: an error, never a panic, and never a part of
//! a list that is taken for the whole.

use std::time::Duration;

use opencloud::compute::v2::ListImages;
use opencloud::{ErrorKind, OpenStack, Result};
use serde_json::json;

use crate::support::{Answer, Server, fault, id, images};

fn list(server: &Server) -> Result<Vec<String>> {
    let compute = server.compute_with(|o| o.tries(1).read_timeout(Duration::from_secs(5)));
    compute
        .list_images(ListImages::new())
        .map(|image| image.map(|image| image.id))
        .collect()
}

/// The error text of a list with this response, with its causes, without method and URL.
#[track_caller]
fn error_text(answer: Answer) -> String {
    let server = Server::playing([answer]);
    let error = list(&server).expect_err("an error");
    let message = format!("{:#}", anyhow::Error::new(error));
    let begin = format!(
        "GET {}: ",
        server.url("/v2.1/images?page_size=1000&limit=1000")
    );
    message.strip_prefix(&begin).expect(&message).to_owned()
}

fn valid() -> Answer {
    Answer::ok(&images(0..2))
}

fn ids() -> Vec<String> {
    vec![id(0), id(1)]
}

#[test]
fn a_body_shorter_than_content_length_is_an_error() {
    let body = images(0..2).to_string();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
        body.len() + 1
    );
    assert_eq!(
        error_text(Answer::raw(head + &body)),
        "connection lost before the response was complete: io: Peer disconnected"
    );
}

#[test]
fn bytes_after_content_length_are_not_read_as_the_next_response() {
    let body = images(0..2).to_string();
    let short = format!("HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n{body}");
    let server = Server::playing([Answer::raw_and_keep(short), valid()]);
    let error = list(&server).expect_err("an error");
    assert!(
        error
            .to_string()
            .contains("the body is not a list of images: EOF"),
        "{error}"
    );
    // An unsolicited response is not used for the next request.
    let unsolicited = Answer::ok(&images(7..9));
    let two = [valid().bytes(), unsolicited.bytes()].concat();
    let server = Server::playing([Answer::raw_and_keep(two), valid()]);
    let compute = server.compute();
    for _ in 0..2 {
        let list = compute
            .list_images(ListImages::new())
            .map(|image| image.map(|image| image.id));
        assert_eq!(list.collect::<Result<Vec<_>>>().expect("a list"), ids());
    }
    assert_eq!(server.connections(), 2);
}

#[test]
fn a_response_that_is_not_valid_http_is_an_error() {
    for bytes in [
        "",
        "\0",
        "\r\n\r\n",
        "hello",
        "HTTP/1.1",
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 -200 OK\r\n\r\n",
        "HTTP/2 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        "HTTQ/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: rot13\r\n\r\n{}",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n{\"images\": []}",
        "\u{1b}[2J\u{7}",
    ] {
        let server = Server::playing([Answer::raw(bytes)]);
        let error = list(&server).expect_err(bytes);
        let kind = matches!(
            error.kind(),
            ErrorKind::InvalidResponse | ErrorKind::Connection | ErrorKind::UnexpectedStatus
        );
        assert!(kind, "{bytes:?}: {error:?}");
        let message = format!("{:#}", anyhow::Error::new(error));
        assert!(!message.contains(char::is_control), "{message:?}");
    }
}

#[test]
fn responses_in_small_pieces_and_of_http_1_0_are_accepted() {
    let body = images(0..2).to_string();
    let http_1_0 = format!("HTTP/1.0 200 OK\r\n\r\n{body}");
    let http_1_0_with_length = format!(
        "HTTP/1.0 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let lower_case = format!(
        "HTTP/1.1 200\r\ncontent-length:{}\r\n\r\n{body}",
        body.len()
    );
    let with = |before: &str| [before.as_bytes(), &valid().bytes()].concat();
    let trailers = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned()
        + &format!(
            "{:X};ext=1\r\n{body}\r\n0\r\nX-Trailer: y\r\n\r\n",
            body.len()
        );
    for answer in [
        valid().drip(1, Duration::ZERO),
        valid().chunked().drip(1, Duration::ZERO),
        valid().chunked().drip(3, Duration::ZERO),
        valid().without_length(),
        valid().without_length().drip(11, Duration::ZERO),
        Answer::raw(http_1_0),
        Answer::raw(http_1_0_with_length),
        Answer::raw(lower_case),
        Answer::raw(with("HTTP/1.1 100 Continue\r\n\r\n")),
        Answer::raw(with(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n",
        )),
        Answer::raw(trailers),
        valid()
            .header("X-Many", "y".repeat(10_000))
            .header("Vary", "a")
            .header("Vary", "b"),
    ] {
        let sent = String::from_utf8_lossy(&answer.bytes()).into_owned();
        let server = Server::playing([answer]);
        assert_eq!(list(&server).expect(&sent), ids(), "{sent}");
    }
}

#[test]
fn too_many_or_too_long_headers_are_an_error() {
    let many = (0..1000).fold(valid(), |answer, n| answer.header(&format!("X-{n}"), "y"));
    for answer in [
        many,
        valid().header("X-Long", "y".repeat(1 << 20)),
        Answer::new(200, "X: y\r\n".repeat(1000)).endless_head(),
    ] {
        let message = error_text(answer);
        assert!(message.starts_with("invalid HTTP response"), "{message}");
    }
}

#[test]
fn a_response_sent_before_the_request_body_is_read_is_used() {
    let value = "v".repeat(200);
    let items: Vec<_> = (0..20_000)
        .map(|n| (format!("k{n}"), value.clone()))
        .collect();
    let server = Server::playing([Answer::html(413, "<html>Too Large</html>").close()]);
    server.reads_only_heads();
    let mut image = server.compute().get_image(id(1));
    let error = image.reset_metadata(items).expect_err("an error");
    assert_eq!(error.status(), Some(413), "{error}");
    assert_eq!(error.message(), "Too Large");
}

#[test]
fn deeply_nested_or_invalid_json_never_panics() {
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    let objects = "{\"a\":".repeat(10_000) + "1" + &"}".repeat(10_000);
    let with = |value: &str| {
        let text =
            format!("{{\"images\": [{{\"id\": \"a\", \"name\": {value}}}], \"y\": {value}}}");
        Answer::new(200, text)
    };
    for body in [Answer::new(200, &deep), Answer::new(200, &objects)] {
        let message = error_text(body);
        assert!(
            message.starts_with("200 OK: the body is not a list of images: "),
            "{message}"
        );
    }
    for value in [&deep, &objects] {
        let server = Server::playing([with(value)]);
        let list = server.compute().list_images(ListImages::detailed());
        let images: Vec<_> = list.collect::<Result<_>>().expect("a page");
        let image = serde_json::to_value(&images[0]).expect("JSON");
        assert_eq!(image, serde_json::json!({"id": "a", "name": value}));
    }
    for (bytes, reason) in [
        ("{\"images\": [{\"id\": \"a\0\"}]}", "control character"),
        ("{\"images\": []}\0", "trailing characters"),
        ("\u{feff}{\"images\": []}", "expected value"),
        ("{\"images\": [NaN]}", "expected value"),
        ("{\"images\": [{\"id\": \"a\"},]}", "trailing comma"),
        ("{\"images\": [", "EOF while parsing"),
    ] {
        let message = error_text(Answer::new(200, bytes));
        assert!(message.contains(reason), "{message}");
    }
}

#[test]
fn unusual_but_valid_values_of_fields_are_accepted() {
    let name = "n".repeat(1 << 20);
    let body = format!(
        "{{\"images\": [{{\"id\": \"a\\u0000b\", \"name\": \"{name}\", \
         \"minDisk\": 99999999999999999999, \"created\": \"yesterday\"}}]}}"
    );
    let server = Server::playing([Answer::new(200, body)]);
    let image = server
        .compute()
        .list_images(true)
        .next()
        .expect("an item")
        .expect("an image");
    assert_eq!(image.id, "a\0b");
    assert_eq!(image.name.map(|name| name.len()), Some(1 << 20));
    assert_eq!((image.min_disk, image.created), (None, None));
}

#[test]
fn a_body_with_a_content_encoding_is_an_error() {
    let bomb = vec![0; 1 << 20];
    for coding in ["gzip", "br", "deflate", "x\u{1b}", "gzip, gzip"] {
        let coding = coding.replace('\u{1b}', "%1b");
        let message = error_text(Answer::new(200, &bomb).header("Content-Encoding", &coding));
        assert_eq!(
            message,
            format!("200 OK: the body has the unsupported Content-Encoding {coding:?}")
        );
        let message = error_text(Answer::new(500, &bomb).header("Content-Encoding", &coding));
        assert_eq!(
            message,
            format!(
                "500 Internal Server Error: the body has the unsupported Content-Encoding {coding:?}"
            )
        );
    }
    let server = Server::playing([valid().header("Content-Encoding", "identity")]);
    assert_eq!(list(&server).expect("a list"), ids());
}

#[test]
fn a_long_error_response_is_shortened() {
    let deep = "[".repeat(10_000);
    for (body, begin) in [
        (deep, "500 Internal Server Error: [[["),
        ("<".repeat(100_000), "500 Internal Server Error"),
        ("<script>".repeat(10_000), "500 Internal Server Error"),
        (
            "\u{0}".repeat(5000),
            "500 Internal Server Error: \\u{0}\\u{0}",
        ),
        (
            "{\"a\": {\"message\": \"\"}}".into(),
            "500 Internal Server Error",
        ),
    ] {
        let message = error_text(Answer::new(500, body));
        assert!(message.starts_with(begin), "{message:.100}");
        assert!(message.len() < 9000, "{}", message.len());
    }
    let message = error_text(Answer::new(500, [0xff, 0xfe, b'x']));
    assert_eq!(message, "500 Internal Server Error: \u{fffd}\u{fffd}x");
}

/// The result of authentication with this response.
fn authenticate(answer: Answer) -> Result<opencloud::Token> {
    let server = Server::playing([answer]);
    OpenStack::new(server.options().tries(1))
        .expect("valid options")
        .token()
}

#[test]
fn a_missing_or_invalid_token_header_is_an_error() {
    let with = |value: &str| {
        let body = json!({"token": {}}).to_string();
        let head = format!("HTTP/1.1 201 Created\r\nContent-Length: {}\r\n", body.len());
        Answer::raw(format!("{head}{value}\r\n{body}"))
    };
    for header in [
        "",
        "X-Subject-Token:\r\n",
        "X-Subject-Token: \r\n",
        "X-Subject-Token: \u{e9}t\u{e9}\r\n",
        "X-Subject-Token: a b\r\n",
        "X-Subject-Token: a\tb\r\n",
    ] {
        let error = authenticate(with(header)).expect_err(header);
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error:?}");
        let message = error.to_string();
        let end = ": 201 Created: the response has no valid X-Subject-Token header";
        assert!(message.ends_with(end), "{header:?}: {message}");
    }
    // A line break or a null byte makes the header invalid.
    for header in [
        "X-Subject-Token: a\r\n b\r\n",
        "X-Subject-Token: a\nb\r\n",
        "X-Subject-Token: a\0b\r\n",
    ] {
        let error = authenticate(with(header)).expect_err(header);
        assert_eq!(
            error.kind(),
            ErrorKind::InvalidResponse,
            "{header:?}: {error:?}"
        );
    }
    authenticate(with("X-Subject-Token: gAAAA_-=.~\r\n")).expect("a token");
}

#[test]
fn an_invalid_token_body_is_an_error() {
    for body in ["", "{}", "[]", "{\"token\": {\"catalog\": 5}}", "<html>"] {
        let answer = Answer::new(201, body).header("X-Subject-Token", "t");
        let error = authenticate(answer).expect_err(body);
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error:?}");
        let message = match body {
            "<html>" => "the body is HTML, not JSON",
            _ => "the body is not a token",
        };
        assert_eq!(error.message(), message);
    }
    for times in [
        json!(null),
        json!("never"),
        json!(5),
        json!("9999-12-31T23:59:59Z"),
    ] {
        let body = json!({"token": {"expires_at": times, "issued_at": times, "user": null}});
        let answer = Answer::json(201, &body).header("X-Subject-Token", "t");
        authenticate(answer).expect("a token");
    }
}

#[test]
fn each_request_to_a_failing_server_returns_its_error() {
    let server = Server::answering(|_| fault(500, "computeFault", "broken"));
    for _ in 0..3 {
        assert_eq!(list(&server).expect_err("an error").status(), Some(500));
    }
}
