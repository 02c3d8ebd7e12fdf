//! Metadata that would break an image is rejected; Nova validates everything else.

use opencloud::compute::v2::Image;
use opencloud::{ErrorKind, Result};
use serde_json::json;

use crate::support::{Answer, Server, fault, id};

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
    let server =
        Server::answering(move |_| Answer::ok(&json!({"metadata": items.clone(), "meta": items})));
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
        "the metadata item {key:?} must be JSON, and its value {reason}: Nova would store it and then \
         fail on every list with this image in it; nothing was sent"
    )
}

#[test]
fn mappings_that_are_not_valid_json_are_rejected() {
    let bom = "\u{feff}[]";
    let deep = "[".repeat(101) + &"]".repeat(101);
    let deeper = "[".repeat(100_000) + &"]".repeat(100_000);
    let limit = "is none (recursion limit exceeded at line 1 column 128)";
    let objects = "{\"a\":".repeat(101) + "1" + &"}".repeat(101);
    for key in ["mappings", "block_device_mapping"] {
        for (value, reason) in [
            ("", "is empty"),
            (" \n", "is empty"),
            ("x", "is none (expected value at line 1 column 1)"),
            ("'[]'", "is none (expected value at line 1 column 1)"),
            ("[1,]", "is none (trailing comma at line 1 column 4)"),
            ("[] x", "is none (trailing characters at line 1 column 4)"),
            (
                "[1",
                "is none (EOF while parsing a list at line 1 column 2)",
            ),
            ("NaN", "is none (expected value at line 1 column 1)"),
            ("[NaN]", "is none (expected value at line 1 column 2)"),
            ("Infinity", "is none (expected value at line 1 column 1)"),
            ("-Infinity", "is none (invalid number at line 1 column 2)"),
            (
                "[1e999]",
                "is none (number out of range at line 1 column 6)",
            ),
            ("-1e999", "is none (number out of range at line 1 column 6)"),
            (
                "\"\\ud800\"",
                "is none (unexpected end of hex escape at line 1 column 8)",
            ),
            ("\u{a0}[]", "is none (expected value at line 1 column 1)"),
            (bom, "is none (expected value at line 1 column 1)"),
            (&deep, "is nested more than 100 levels deep"),
            (&objects, "is nested more than 100 levels deep"),
            (&deeper, limit),
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
            &not_json(key, "is none (expected value at line 1 column 1)"),
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
fn metadata_to_which_nova_responds_with_500_is_rejected_with_a_reason() {
    for key in [
        "status",
        "size",
        "protected",
        "tags",
        "locations",
        "self",
        "virtual_size",
        " tags",
    ] {
        check_rejected(
            key,
            "x",
            &format!(
                "the metadata item {key:?} is a field of the Image service, and cannot be set here: \
                 Nova would only answer 500; nothing was sent"
            ),
        );
    }
    for key in ["kernel_id", "ramdisk_id", " kernel_id"] {
        for value in ["x", "null", "00000000-0000-4000-8000-00000000000g"] {
            check_rejected(
                key,
                value,
                &format!(
                    "the metadata item {key:?} must be the id of an image, or empty: Nova would \
                     only answer 500; nothing was sent"
                ),
            );
        }
    }
    for value in ["\u{1f600}", "a\u{10000}b"] {
        check_rejected(
            "note",
            value,
            "the value of the metadata item \"note\" has a character of four bytes, such as an \
             emoji: Nova would only answer 500; nothing was sent",
        );
    }
    check_sent("kernel_id", &id(1));
    check_sent("note", "\u{ffff}\u{e9}\0\n");
}

#[test]
fn metadata_that_nova_rejects_with_a_message_is_sent() {
    let message = "Invalid input for field/attribute metadata.";
    let server = Server::answering(move |_| fault(400, "badRequest", message));
    let long = "v".repeat(256);
    let long_key = "k".repeat(256);
    let mut requests = 0;
    for (key, value) in [
        ("k", &*long),
        (&*long_key, "v"),
        ("ключ", "v"),
        ("a/b", "v"),
        ("a!", "v"),
    ] {
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
