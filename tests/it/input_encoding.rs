//! Encoding of user input: ids, keys, names and tokens are sent unchanged or rejected.

use std::time::Duration;

use opencloud::compute::v2::ListImages;
use opencloud::{Error, ErrorKind, OpenStack};
use serde_json::json;

use crate::support::{COMPUTE, Response, Server, image, images, token};

/// Strings that have a special meaning in a URL, a header or a path.
fn special_strings() -> Vec<String> {
    let mut strings: Vec<String> = [
        "a\r\nX-Evil: 1",
        "\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        "\n",
        "\0",
        "\u{1b}[2J",
        "a b",
        " ",
        "+",
        "a+b",
        "?",
        "a?b=c",
        "#",
        "%",
        "%2F",
        "%00",
        "%zz",
        "/",
        "a/b",
        "../x",
        "..%2f",
        "...",
        ". ",
        "..\\",
        "\\",
        ";",
        "a;b=c",
        ":",
        "@",
        "a@b",
        "//",
        "http://evil.example/",
        "~",
        "*",
        "'\"<>`{|}",
        "ключ",
        "\u{1f4be}",
        "e\u{301}",
        "\u{202e}",
        "\u{feff}",
        "\u{7f}",
        "\u{80}",
        "metadata",
        "detail",
    ]
    .map(str::to_owned)
    .into();
    let mut state = 7_u64;
    for _ in 0..200 {
        let mut text = String::new();
        for _ in 0..=state % 9 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let code = u32::try_from(state >> 40).expect("24 bits");
            let code = if code % 3 == 0 {
                code % 0x11_0000
            } else {
                code % 0x100
            };
            text.extend(char::from_u32(code));
        }
        if !matches!(&*text, "" | "." | "..") {
            strings.push(text);
        }
    }
    strings
}

#[test]
fn any_id_and_any_key_is_sent_unchanged() {
    let server = Server::with_handler(|request| {
        let segments = request.segments();
        if request.method == "DELETE" {
            return Response::empty(204);
        }
        let key = segments.get(4).cloned().unwrap_or_default();
        let mut one = image(0);
        one["id"] = json!(segments[2]);
        Response::ok(&json!({"image": one, "meta": {key: "v"}}))
    });
    let compute = server.compute();
    let mut strings = special_strings();
    let is_rejected = |c: char| c == '/' || c.is_control() || c.is_whitespace();
    strings.retain(|text| !text.contains(is_rejected));
    for text in &strings {
        let mut image = compute.get_image(text);
        image.retrieve().expect(text);
        image.delete().expect(text);
        assert_eq!(
            compute.get_image("i").get_metadata_item(text).expect(text),
            "v"
        );
        compute
            .get_image("i")
            .delete_metadata_item(text)
            .expect(text);
    }
    let requests = server.requests();
    assert_eq!(requests.len(), 4 * strings.len());
    for (four, text) in requests.chunks(4).zip(&strings) {
        for request in &four[..2] {
            assert_eq!(request.segments(), ["v2.1", "images", text], "{text:?}");
        }
        for request in &four[2..] {
            assert_eq!(
                request.segments(),
                ["v2.1", "images", "i", "metadata", text],
                "{text:?}"
            );
        }
        for request in four {
            assert!(
                request.target.bytes().all(|byte| byte.is_ascii_graphic()),
                "{request:?}"
            );
            let names: Vec<_> = request
                .headers
                .iter()
                .map(|(name, _)| name.as_str())
                .collect();
            assert_eq!(names.len(), 4, "{names:?}");
        }
    }
}

#[test]
fn any_filter_value_is_sent_unchanged() {
    let server = Server::with_handler(|_| Response::ok(&images(0..1)));
    let compute = server.compute();
    for text in special_strings() {
        let list = ListImages::new()
            .server(&text)
            .marker(&text)
            .property(format!("a{text}"), &text);
        compute
            .list_images(list)
            .next()
            .expect("an item")
            .expect("an image");
        let request = server.requests().pop().expect("a request");
        for name in ["server", "marker", &format!("property-a{text}")] {
            assert_eq!(request.query(name).as_deref(), Some(&*text), "{name:?}");
        }
    }
}

#[test]
fn a_url_that_is_too_long_is_rejected_before_a_request() {
    let server = Server::with_handler(|request| {
        let mut one = image(0);
        one["id"] = json!(request.segments()[2]);
        Response::ok(&json!({"image": one}))
    });
    let compute = server.compute();
    compute
        .get_image("i".repeat(60_000))
        .retrieve()
        .expect("an image");
    assert_eq!(server.requests().len(), 1);
    for long in [
        "i".repeat(64 * 1024),
        "%".repeat(64 * 1024),
        "i".repeat(1 << 22),
    ] {
        let error = compute.get_image(&long).retrieve().expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error:?}");
        assert_eq!(
            error.to_string(),
            "the URL is too long, or a header is invalid; nothing was sent"
        );
        let mut list = compute.list_images(ListImages::new().name(&long));
        let error = list.next().expect("an item").expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error:?}");
    }
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_token_that_is_no_valid_header_value_is_rejected() {
    for bad in ["", " ", "a b", "a\r\nX-Evil: 1", "a\0", "\u{e9}", "a\n"] {
        let server = Server::start();
        let options = opencloud::Options::new("").token_id(bad).no_proxy();
        let endpoint = opencloud::ServiceOptions::new().endpoint(server.url(COMPUTE));
        let openstack = OpenStack::new(options).expect("valid options");
        let error = openstack.compute_v2_with(endpoint).expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error:?}");
        assert_eq!(
            error.to_string(),
            "invalid token: it is empty or has characters that cannot be sent; nothing was sent"
        );
        let cached = serde_json::from_value::<opencloud::Token>(json!({"id": bad}));
        assert!(cached.is_err(), "{bad:?}");
    }
    // A long token is sent; one that exceeds the limit for headers is an error.
    let server = Server::with_handler(|_| Response::ok(&images(0..1)));
    for length in [8 * 1024, 60 * 1024, 200 * 1024] {
        let long = "t".repeat(length);
        let options = opencloud::Options::new("")
            .token_id(&long)
            .no_proxy()
            .tries(1);
        let endpoint = opencloud::ServiceOptions::new().endpoint(server.url(COMPUTE));
        let compute = OpenStack::new(options)
            .expect("valid options")
            .compute_v2_with(endpoint);
        match compute
            .expect("a service")
            .list_images(false)
            .next()
            .expect("an item")
        {
            Ok(_) => {
                let request = server.requests().pop().expect("a request");
                assert_eq!(request.header("x-auth-token"), Some(&*long));
            }
            Err(error) => {
                assert!(length > 100_000, "{error}");
                assert!(!error.to_string().contains("tttt"), "{error}");
            }
        }
    }
}

#[test]
fn names_and_passwords_are_sent_unchanged() {
    for text in special_strings() {
        let server = Server::with_responses([token("t", 3600, &json!([]))]);
        let user = opencloud::User::by_name(&text, &text, opencloud::Domain::by_name(&text));
        let options = opencloud::Options::new(server.url(""))
            .user(user)
            .no_proxy();
        OpenStack::new(options)
            .expect("valid options")
            .token()
            .expect("a token");
        let sent = server.requests()[0].json();
        let user = &sent["auth"]["identity"]["password"]["user"];
        assert_eq!(
            user,
            &json!({"name": text, "password": text, "domain": {"name": text}})
        );
    }
}

#[test]
fn an_id_or_key_that_would_change_the_path_is_rejected_before_a_request() {
    let server = Server::start();
    let compute = server.compute();
    for bad in ["", ".", "..", "a/b"] {
        let check = |error: Error| {
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error:?}");
            assert_eq!(
                error.to_string(),
                format!(
                    "invalid id or key {bad:?}: it must not be empty, \".\" or \"..\", or contain \
                     \"/\" or control characters; nothing was sent"
                )
            );
        };
        let mut image = compute.get_image(bad);
        check(image.retrieve().expect_err("an error"));
        check(image.delete().expect_err("an error"));
        check(image.get_metadata().expect_err("an error"));
        check(image.reset_metadata([("a", "b")]).expect_err("an error"));
        check(image.merge_metadata([("a", "b")]).expect_err("an error"));
        check(image.get_metadata_item("k").expect_err("an error"));
        check(
            image
                .wait_until_active(Duration::ZERO)
                .expect_err("an error"),
        );
        check(
            image
                .wait_until_deleted(Duration::ZERO)
                .expect_err("an error"),
        );
        let mut image = compute.get_image("i");
        check(image.get_metadata_item(bad).expect_err("an error"));
        check(image.set_metadata_item(bad, "v").expect_err("an error"));
        check(image.delete_metadata_item(bad).expect_err("an error"));
    }
    assert_eq!(server.requests(), []);
}
