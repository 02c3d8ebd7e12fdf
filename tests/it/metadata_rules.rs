//! Metadata that would break an image is rejected; Nova validates everything else.

use opencloud::compute::v2::Image;
use opencloud::{ErrorKind, Result};
use serde_json::json;

use crate::support::{Response, Server, fault, id};

type Write = fn(&mut Image, &str, &str) -> Result<()>;

/// The three calls that write an item.
const WRITES: [Write; 3] = [
    |image, key, value| image.reset_metadata([("other", "x"), (key, value)]),
    |image, key, value| image.merge_metadata([("other", "x"), (key, value)]),
    Image::set_metadata_item,
];

/// Checks that each call rejects the item with this message and sends no request.
#[track_caller]
fn check_rejected(key: &str, value: &str, message: &str) {
    let server = Server::start();
    for write in WRITES {
        let mut image = server.compute().get_image(id(1));
        let error = write(&mut image, key, value).expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error:?}");
        assert_eq!(error.to_string(), message, "{key:?}: {value:.50}");
    }
    assert_eq!(server.requests(), []);
}

/// Checks that each call sends the item unchanged.
#[track_caller]
fn check_sent(key: &str, value: &str) {
    let items = json!({key: value, "other": "x"});
    let server = Server::with_handler(move |_| {
        Response::ok(&json!({"metadata": items.clone(), "meta": items}))
    });
    for write in WRITES {
        write(&mut server.compute().get_image(id(1)), key, value).expect("an item");
    }
    let bodies: Vec<_> = server
        .requests()
        .iter()
        .map(crate::support::Request::json)
        .collect();
    let both = json!({"metadata": {key: value, "other": "x"}});
    assert_eq!(bodies, [both.clone(), both, json!({"meta": {key: value}})]);
}

fn not_json(key: &str, reason: &str) -> String {
    format!(
        "metadata item {key:?} must be valid JSON: {reason}; Nova would store the value and then \
         fail for every list with this image; nothing was sent"
    )
}

#[test]
fn mappings_that_are_not_valid_json_are_rejected() {
    let bom = "\u{feff}[]";
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let limit = "recursion limit exceeded at line 1 column 128";
    for key in ["mappings", "block_device_mapping"] {
        for (value, reason) in [
            ("", "EOF while parsing a value at line 1 column 0"),
            (" \n", "EOF while parsing a value at line 2 column 0"),
            ("x", "expected value at line 1 column 1"),
            ("'[]'", "expected value at line 1 column 1"),
            ("[1,]", "trailing comma at line 1 column 4"),
            ("[] x", "trailing characters at line 1 column 4"),
            ("[1", "EOF while parsing a list at line 1 column 2"),
            ("NaN", "expected value at line 1 column 1"),
            ("[NaN]", "expected value at line 1 column 2"),
            ("Infinity", "expected value at line 1 column 1"),
            ("-Infinity", "invalid number at line 1 column 2"),
            ("[1e999]", "number out of range at line 1 column 6"),
            ("-1e999", "number out of range at line 1 column 6"),
            (
                "\"\\ud800\"",
                "unexpected end of hex escape at line 1 column 8",
            ),
            ("\u{a0}[]", "expected value at line 1 column 1"),
            (bom, "expected value at line 1 column 1"),
            (&deep, limit),
        ] {
            check_rejected(key, value, &not_json(key, reason));
        }
    }
}

#[test]
fn spaces_around_a_key_do_not_circumvent_the_rules() {
    for key in [
        " mappings",
        "mappings ",
        "mappings\n",
        "\tblock_device_mapping\r\n",
        "\u{a0}mappings",
        "\u{85}mappings",
        "mappings\u{1f}",
        "\u{3000}mappings",
        "\u{2029}mappings",
    ] {
        check_rejected(
            key,
            "x",
            &not_json(key, "expected value at line 1 column 1"),
        );
    }
}

#[test]
fn mappings_that_are_valid_json_are_sent_unchanged() {
    let deep = "[".repeat(100) + &"]".repeat(100);
    for value in [
        "[]",
        "{}",
        "null",
        "5",
        "1e300",
        "\"x\"",
        " [ {\"a\" : [1.5, true]} ]\n",
        &deep,
    ] {
        check_sent("mappings", value);
        check_sent("block_device_mapping", value);
    }
    check_sent("Mappings", "not JSON: another key");
    check_sent("mappings2", "not JSON: another key");
}

#[test]
fn characters_of_four_bytes_are_rejected() {
    for value in ["\u{1f600}", "a\u{10000}b"] {
        check_rejected(
            "note",
            value,
            "metadata item \"note\" has a character of four bytes, such as an emoji, in its value; \
             Nova would return 500; nothing was sent",
        );
    }
    check_sent("note", "\u{ffff}\u{e9}\0\n");
}

#[test]
fn items_that_only_glance_can_validate_are_sent() {
    for (key, value) in [
        ("status", "x"),
        ("size", "x"),
        ("kernel_id", "nokernel"),
        ("cinder_encryption_key_deletion_policy", "keep"),
    ] {
        check_sent(key, value);
    }
}

#[test]
fn metadata_that_nova_rejects_with_a_message_is_sent() {
    let message = "Invalid input for field/attribute metadata.";
    let server = Server::with_handler(move |_| fault(400, "badRequest", message));
    let long = "v".repeat(256);
    let long_key = "k".repeat(256);
    let mut requests = 0;
    for (key, value) in [("k", &*long), (&*long_key, "v"), ("ключ", "v"), ("a!", "v")] {
        for write in WRITES {
            let error = write(&mut server.compute().get_image(id(1)), key, value);
            let error = error.expect_err("an error");
            assert_eq!(error.kind(), ErrorKind::BadRequest, "{error:?}");
            assert_eq!(error.message(), message);
            requests += 1;
        }
    }
    assert_eq!(server.requests().len(), requests);
}
