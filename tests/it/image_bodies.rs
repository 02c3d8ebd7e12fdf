//! The errors for bodies that have no images.

use opencloud::{Error, ErrorKind};
use serde_json::{Value, json};

use crate::image_decoding::listed;
use crate::support::{Response, Server, image, images};

/// The message of an error and of its causes.
fn chain(error: Error) -> String {
    format!("{:#}", anyhow::Error::new(error))
}

#[test]
fn a_body_without_a_list_of_images_is_an_error_with_a_reason() {
    for (body, reason) in [
        ("{}", "missing field `images` at line 1 column 2"),
        (
            r#"{"image": []}"#,
            "missing field `images` at line 1 column 13",
        ),
        (
            r#"{"images": null}"#,
            "invalid type: null, expected a sequence at line 1 column 15",
        ),
        (
            r#"{"images": {}}"#,
            "invalid type: map, expected a sequence at line 1 column 11",
        ),
        (
            "[]",
            "invalid length 0, expected an object with a list \"images\" at line 1 column 2",
        ),
        (
            "null",
            "invalid type: null, expected an object with a list \"images\" at line 1 column 4",
        ),
        ("", "EOF while parsing a value at line 1 column 0"),
        ("images", "expected value at line 1 column 1"),
        (
            r#"{"images": []} x"#,
            "trailing characters at line 1 column 16",
        ),
    ] {
        let (server, outcome) = listed(body);
        let error = outcome.expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error:?}");
        assert_eq!(
            error.to_string(),
            format!(
                "GET {}: 200 OK: the body is not a list of images: {reason}",
                server.url("/v2.1/images/detail?page_size=1000&limit=1000")
            ),
            "{body}"
        );
    }
}

#[test]
fn the_error_for_an_invalid_image_has_its_position() {
    let third = |third: Value| json!({"images": [image(0), image(1), third]}).to_string();
    for (value, reason) in [
        (json!({"name": "no id"}), "image 3 has no \"id\""),
        (
            json!({"id": null, "name": "n\u{1b}"}),
            "image 3 has no \"id\"",
        ),
        (json!({"id": [5]}), "image 3 has no \"id\""),
        (json!({"id": ""}), "image 3 has no \"id\""),
        (json!({}), "image 3 has no \"id\""),
        (json!(null), "image 3 is not an object"),
        (json!("x"), "image 3 is not an object"),
    ] {
        let body = third(value);
        let (server, outcome) = listed(&body);
        let message = outcome.expect_err("an error").to_string();
        let expected = format!(
            "GET {}: 200 OK: the body is not a list of images: {reason}",
            server.url("/v2.1/images/detail?page_size=1000&limit=1000")
        );
        assert_eq!(message, expected);
    }
}

#[test]
fn a_body_without_an_image_is_an_error_with_a_reason() {
    for (body, reason) in [
        ("{}", "the body has no \"image\""),
        (
            "[]",
            "the body is not an object with \"image\": invalid type: sequence, expected a map at line 1 column 0",
        ),
        (r#"{"image": null}"#, "the image is not an object"),
        (r#"{"image": {"name": "x"}}"#, "the image has no \"id\""),
        (
            "Hello",
            "the body is not an object with \"image\": expected value at line 1 column 1",
        ),
    ] {
        let server = Server::with_responses([Response::new(200, body)]);
        let error = server
            .compute()
            .get_image("i")
            .retrieve()
            .expect_err("an error");
        assert_eq!(
            error.to_string(),
            format!("GET {}: 200 OK: {reason}", server.url("/v2.1/images/i"))
        );
    }
}

#[test]
fn a_body_that_is_not_utf8_or_has_a_content_encoding_is_an_error() {
    let mut body = images(0..1).to_string().into_bytes();
    let at = body.len() / 2;
    body[at] = 0xff;
    let (server, outcome) = listed(&body);
    let url = server.url("/v2.1/images/detail?page_size=1000&limit=1000");
    assert_eq!(
        chain(outcome.expect_err("an error")),
        format!(
            "GET {url}: 200 OK: the body is not UTF-8: invalid utf-8 sequence of 1 bytes from index \
             {at}"
        )
    );
    let server =
        Server::with_responses([Response::ok(&images(0..1)).header("Content-Encoding", "gzip")]);
    let error = server
        .compute()
        .list_images(true)
        .next()
        .expect("an item")
        .expect_err("an error");
    assert_eq!(
        error.to_string(),
        format!(
            "GET {}: 200 OK: the body has the unsupported Content-Encoding \"gzip\"",
            server.url("/v2.1/images/detail?page_size=1000&limit=1000")
        )
    );
}
