//! Nothing that harms is sent, and what Nova can refuse in words is left to it.

use opencloud::compute::v2::Image;
use opencloud::{ErrorKind, Result};
use serde_json::json;

use crate::support::{Answer, Server, fault, id};

type Way = fn(&mut Image, &str, &str) -> Result<()>;

/// The three ways to write one item.
const WAYS: [Way; 3] = [
    |image, key, value| image.reset_metadata([("fine", "x"), (key, value)]),
    |image, key, value| image.merge_metadata([("fine", "x"), (key, value)]),
    Image::set_metadata_item,
];

/// The refusal of that item, by each way, with nothing sent.
#[track_caller]
fn refused(key: &str, value: &str, message: &str) {
    let server = Server::start();
    for way in WAYS {
        let mut image = server.compute().get_image(id(1));
        let error = way(&mut image, key, value).expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error:?}");
        assert_eq!(error.to_string(), message, "{key:?}: {value:.50}");
    }
    assert_eq!(server.requests(), []);
}

/// That the item is sent as it is, by each way.
#[track_caller]
fn sent(key: &str, value: &str) {
    let said = json!({key: value, "fine": "x"});
    let server =
        Server::answering(move |_| Answer::ok(&json!({"metadata": said.clone(), "meta": said})));
    for way in WAYS {
        way(&mut server.compute().get_image(id(1)), key, value).expect("an item that is fine");
    }
    let bodies: Vec<_> = server
        .requests()
        .iter()
        .map(crate::support::Request::json)
        .collect();
    let both = json!({"metadata": {key: value, "fine": "x"}});
    assert_eq!(bodies, [both.clone(), both, json!({"meta": {key: value}})]);
}

fn poison(key: &str, why: &str) -> String {
    format!(
        "the metadata item {key:?} must be JSON, and its value {why}: Nova would store it and then \
         fail on every list with this image in it; nothing was sent"
    )
}

#[test]
fn mappings_that_are_not_strict_json_are_refused() {
    let bom = "\u{feff}[]";
    let deep = "[".repeat(101) + &"]".repeat(101);
    let deeper = "[".repeat(100_000) + &"]".repeat(100_000);
    let limit = "is none (recursion limit exceeded at line 1 column 128)";
    let objects = "{\"a\":".repeat(101) + "1" + &"}".repeat(101);
    for key in ["mappings", "block_device_mapping"] {
        for (value, why) in [
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
            refused(key, value, &poison(key, why));
        }
    }
}

#[test]
fn the_white_space_around_a_key_does_not_hide_it() {
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
        refused(
            key,
            "x",
            &poison(key, "is none (expected value at line 1 column 1)"),
        );
    }
}

#[test]
fn json_that_is_strict_is_sent_as_it_is() {
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
        sent("mappings", value);
        sent("block_device_mapping", value);
    }
    sent("Mappings", "not JSON: another key");
    sent("mappings2", "not JSON: another key");
}

#[test]
fn what_nova_would_only_answer_with_500_is_refused_in_words() {
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
        refused(
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
            refused(
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
        refused(
            "note",
            value,
            "the value of the metadata item \"note\" has a character of four bytes, such as an \
             emoji: Nova would only answer 500; nothing was sent",
        );
    }
    sent("kernel_id", &id(1));
    sent("note", "\u{ffff}\u{e9}\0\n");
}

#[test]
fn what_nova_refuses_in_words_is_left_to_it() {
    let words = "Invalid input for field/attribute metadata.";
    let server = Server::answering(move |_| fault(400, "badRequest", words));
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
        for way in WAYS {
            let error = way(&mut server.compute().get_image(id(1)), key, value);
            let error = error.expect_err("Nova's refusal");
            assert_eq!(error.kind(), ErrorKind::BadRequest, "{error:?}");
            assert_eq!(error.message(), words);
            requests += 1;
        }
    }
    assert_eq!(server.requests().len(), requests);
}
