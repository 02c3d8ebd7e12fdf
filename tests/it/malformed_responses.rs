//! Malformed and malicious responses: an error, never a panic or an incomplete list.

use std::time::Duration;

use opencloud::compute::v2::ListImages;
use opencloud::{ErrorKind, Result};

use crate::support::{Response, Server, fault, id, images};

fn list(server: &Server) -> Result<Vec<String>> {
    let compute = server.compute_with(|o| o.tries(1).read_timeout(Duration::from_secs(5)));
    compute
        .list_images(ListImages::new())
        .map(|image| image.map(|image| image.id))
        .collect()
}

/// The error text of a list with this response, with its causes, without method and URL.
#[track_caller]
fn error_text(response: Response) -> String {
    let server = Server::with_responses([response]);
    let error = list(&server).expect_err("an error");
    let message = format!("{:#}", anyhow::Error::new(error));
    let begin = format!(
        "GET {}: ",
        server.url("/v2.1/images?page_size=1000&limit=1000")
    );
    message.strip_prefix(&begin).expect(&message).to_owned()
}

fn valid() -> Response {
    Response::ok(&images(0..2))
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
        error_text(Response::raw(head + &body)),
        "connection lost before the response was complete: io: Peer disconnected"
    );
}

#[test]
fn bytes_after_content_length_are_not_read_as_the_next_response() {
    let body = images(0..2).to_string();
    let short = format!("HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n{body}");
    let server = Server::with_responses([Response::raw_and_keep(short), valid()]);
    let error = list(&server).expect_err("an error");
    assert!(
        error
            .to_string()
            .contains("the body is not a list of images: EOF"),
        "{error}"
    );
    // An unsolicited response is not used for the next request.
    let unsolicited = Response::ok(&images(7..9));
    let two = [valid().bytes(), unsolicited.bytes()].concat();
    let server = Server::with_responses([Response::raw_and_keep(two), valid()]);
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
        let server = Server::with_responses([Response::raw(bytes)]);
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
    for response in [
        valid().drip(1, Duration::ZERO),
        valid().chunked().drip(1, Duration::ZERO),
        valid().chunked().drip(3, Duration::ZERO),
        valid().without_length(),
        valid().without_length().drip(11, Duration::ZERO),
        Response::raw(http_1_0),
        Response::raw(http_1_0_with_length),
        Response::raw(lower_case),
        Response::raw(with("HTTP/1.1 100 Continue\r\n\r\n")),
        Response::raw(with(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n",
        )),
        Response::raw(trailers),
        valid()
            .header("X-Many", "y".repeat(10_000))
            .header("Vary", "a")
            .header("Vary", "b"),
    ] {
        let sent = String::from_utf8_lossy(&response.bytes()).into_owned();
        let server = Server::with_responses([response]);
        assert_eq!(list(&server).expect(&sent), ids(), "{sent}");
    }
}

#[test]
fn too_many_or_too_long_headers_are_an_error() {
    let many = (0..1000).fold(valid(), |response, n| {
        response.header(&format!("X-{n}"), "y")
    });
    for response in [
        many,
        valid().header("X-Long", "y".repeat(1 << 20)),
        Response::new(200, "X: y\r\n".repeat(1000)).endless_head(),
    ] {
        let message = error_text(response);
        assert!(message.starts_with("invalid HTTP response"), "{message}");
    }
}

#[test]
fn a_response_sent_before_the_request_body_is_read_is_used() {
    let value = "v".repeat(200);
    let items: Vec<_> = (0..20_000)
        .map(|n| (format!("k{n}"), value.clone()))
        .collect();
    let server = Server::with_responses([Response::html(413, "<html>Too Large</html>").close()]);
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
        Response::new(200, text)
    };
    for body in [Response::new(200, &deep), Response::new(200, &objects)] {
        let message = error_text(body);
        assert!(
            message.starts_with("200 OK: the body is not a list of images: "),
            "{message}"
        );
    }
    for value in [&deep, &objects] {
        let server = Server::with_responses([with(value)]);
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
        let message = error_text(Response::new(200, bytes));
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
    let server = Server::with_responses([Response::new(200, body)]);
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
        let message = error_text(Response::new(200, &bomb).header("Content-Encoding", &coding));
        assert_eq!(
            message,
            format!("200 OK: the body has the unsupported Content-Encoding {coding:?}")
        );
        let message = error_text(Response::new(500, &bomb).header("Content-Encoding", &coding));
        assert_eq!(
            message,
            format!(
                "500 Internal Server Error: the body has the unsupported Content-Encoding {coding:?}"
            )
        );
    }
    let server = Server::with_responses([valid().header("Content-Encoding", "identity")]);
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
        let message = error_text(Response::new(500, body));
        assert!(message.starts_with(begin), "{message:.100}");
        assert!(message.len() < 9000, "{}", message.len());
    }
    let message = error_text(Response::new(500, [0xff, 0xfe, b'x']));
    assert_eq!(message, "500 Internal Server Error: \u{fffd}\u{fffd}x");
}

#[test]
fn each_request_to_a_failing_server_returns_its_error() {
    let server = Server::with_handler(|_| fault(500, "computeFault", "broken"));
    for _ in 0..3 {
        assert_eq!(list(&server).expect_err("an error").status(), Some(500));
    }
}

#[test]
fn a_list_of_glance_at_the_compute_endpoint_is_an_error() {
    // Glance filters by a property `page_size`, which no image has.
    let body = serde_json::json!({
        "images": [], "first": "/v2/images?page_size=1000", "schema": "/v2/schemas/images",
    });
    assert_eq!(
        error_text(Response::ok(&body)),
        "200 OK: the body is not a list of images: it is a list of the Image service; check the \
         endpoint"
    );
}
