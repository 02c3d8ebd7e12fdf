//! Metadata keys: which are valid, and which the server rejects.

use opencloud::{Error, ErrorKind};
use serde_json::{Map, Value, json};

use crate::cloud::cloud;
use crate::error_snapshot::{expect_error, kind};
use crate::glance::{TestImage, image};

/// Checks that every operation works with this key.
#[track_caller]
fn check_valid(made: &TestImage, key: &str) {
    let mut image = cloud().compute("demo").get_image(&**made);
    let expected = |value: &str| Value::Object(Map::from_iter([(key.to_owned(), value.into())]));
    image.set_metadata_item(key, "item").expect("an item");
    assert_eq!(cloud().raw_metadata(made), expected("item"));
    image.merge_metadata([(key, "merged")]).expect("a merge");
    assert_eq!(cloud().raw_metadata(made), expected("merged"));
    image.reset_metadata([(key, "reset")]).expect("a reset");
    assert_eq!(cloud().raw_metadata(made), expected("reset"));
    assert_eq!(image.get_metadata_item(key).expect("an item"), "reset");
    assert_eq!(image.metadata.iter().collect::<Vec<_>>(), [(key, "reset")]);
    image.delete_metadata_item(key).expect("a deletion");
    assert_eq!(cloud().raw_metadata(made), json!({}));
    assert!(image.metadata.is_empty());
}

#[test]
fn keys_of_letters_digits_and_some_punctuation_are_valid() {
    let made = image().create();
    for key in [
        "a",
        "A.b-c_d:e 9",
        "a b",
        "a:b",
        "a.json",
        "...",
        "metadata",
        "-",
        &"k".repeat(255),
    ] {
        check_valid(&made, key);
    }
}

#[test]
fn keys_are_case_sensitive() {
    let made = image().with("key", "lower").create();
    let mut image = cloud().compute("demo").get_image(&*made);
    image.set_metadata_item("KEY", "upper").expect("an item");
    assert_eq!(
        cloud().raw_metadata(&made),
        json!({"key": "lower", "KEY": "upper"})
    );
    assert_eq!(image.get_metadata_item("key").expect("an item"), "lower");
    assert_eq!(image.get_metadata_item("KEY").expect("an item"), "upper");
    image.delete_metadata_item("key").expect("a deletion");
    assert_eq!(cloud().raw_metadata(&made), json!({"KEY": "upper"}));
}

/// The errors of every call with this key: merge, reset, and set, get and delete
/// of the item.
fn errors(made: &TestImage, key: &str) -> [Error; 5] {
    let mut image = cloud().compute("demo").get_image(&**made);
    [
        expect_error(image.merge_metadata([(key, "v")])),
        expect_error(image.reset_metadata([(key, "v")])),
        expect_error(image.set_metadata_item(key, "v")),
        expect_error(image.get_metadata_item(key)),
        expect_error(image.delete_metadata_item(key)),
    ]
}

#[test]
fn keys_with_other_characters_are_a_bad_request() {
    let made = image().with("other", "x").create();
    for key in [
        "50%", "a+b", "a?b", "a#b", "a@b", "a&b=c", "ключ", "\\", "%20",
    ] {
        let [merge, reset, set, get, delete] = errors(&made, key);
        for error in [merge, reset, set] {
            assert_eq!(kind(&error), "BadRequest", "{key:?}");
            let message = error.message();
            assert!(
                message.starts_with("Invalid input for field/attribute meta"),
                "{message}"
            );
            assert!(
                message.contains("does not match any of the regexes"),
                "{message}"
            );
        }
        for error in [get, delete] {
            assert_eq!(error.kind(), ErrorKind::KeyNotFound, "{key:?}");
        }
    }
    assert_eq!(cloud().raw_metadata(&made), json!({"other": "x"}));
}

#[test]
fn a_key_of_256_characters_is_a_bad_request() {
    let made = image().with("other", "x").create();
    let [merge, reset, set, get, delete] = errors(&made, &"k".repeat(256));
    assert_eq!(
        [merge, reset, set].map(|error| kind(&error)),
        ["BadRequest"; 3]
    );
    let missing = |error: Error| error.kind();
    assert_eq!([get, delete].map(missing), [ErrorKind::KeyNotFound; 2]);
    assert_eq!(cloud().raw_metadata(&made), json!({"other": "x"}));
}

#[test]
fn a_key_with_a_slash_is_rejected_in_a_path_and_a_bad_request_in_a_body() {
    let made = image().with("other", "x").with("a/b", "slash").create();
    let [merge, reset, set, get, delete] = errors(&made, "a/b");
    assert_eq!([merge, reset].map(|error| kind(&error)), ["BadRequest"; 2]);
    let rejected = |error: Error| error.kind();
    assert_eq!(
        [set, get, delete].map(rejected),
        [ErrorKind::InvalidInput; 3]
    );
    assert_eq!(
        cloud().raw_metadata(&made),
        json!({"other": "x", "a/b": "slash"})
    );
}

#[test]
fn a_key_that_would_change_the_path_is_rejected_before_a_request() {
    let made = image().with("other", "x").create();
    let mut image = cloud().compute("demo").get_image(&*made);
    for key in ["", ".", "..", "a/b"] {
        for error in [
            expect_error(image.set_metadata_item(key, "v")),
            expect_error(image.get_metadata_item(key)),
            expect_error(image.delete_metadata_item(key)),
        ] {
            assert_eq!(kind(&error), "InvalidInput", "{key:?}");
        }
    }
    assert_eq!(cloud().raw_metadata(&made), json!({"other": "x"}));
    // In a body, the server accepts all but the empty key.
    image
        .merge_metadata([("..", "two"), (".", "one")])
        .expect("a merge");
    assert_eq!(
        cloud().raw_metadata(&made),
        json!({"other": "x", ".": "one", "..": "two"})
    );
    assert_eq!(
        kind(&expect_error(image.merge_metadata([("", "v")]))),
        "BadRequest"
    );
}

#[test]
fn spaces_around_a_key_are_not_stored() {
    let made = image().with("a", "1").create();
    let mut image = cloud().compute("demo").get_image(&*made);
    image.merge_metadata([(" a ", "merged")]).expect("a merge");
    assert_eq!(cloud().raw_metadata(&made), json!({"a": "merged"}));
    assert_eq!(image.metadata.iter().collect::<Vec<_>>(), [("a", "merged")]);
    image.set_metadata_item(" a", "item").expect("an item");
    assert_eq!(cloud().raw_metadata(&made), json!({"a": "item"}));
    assert_eq!(image.metadata.iter().collect::<Vec<_>>(), [("a", "item")]);
    // In a path, the spaces are part of the key.
    let error = expect_error(image.get_metadata_item(" a"));
    assert_eq!(error.kind(), ErrorKind::KeyNotFound);
    let error = expect_error(image.delete_metadata_item(" a"));
    assert_eq!(error.kind(), ErrorKind::KeyNotFound);
    assert_eq!(image.metadata.get("a"), Some("item"));
}

#[test]
fn unusual_keys_that_glance_accepts_can_be_read() {
    let made = image()
        .with("50%", "percent")
        .with("q?x=1&y#z", "url")
        .with("a b", "space")
        .create();
    let not_ascii = image().with("описание", "text").create();
    let mut image = cloud().compute("demo").get_image(&*made);
    for (key, value) in [("50%", "percent"), ("q?x=1&y#z", "url"), ("a b", "space")] {
        assert_eq!(image.get_metadata_item(key).expect("an item"), value);
    }
    let error = expect_error(image.get_metadata_item("a+b"));
    assert_eq!(error.kind(), ErrorKind::KeyNotFound);
    image.delete_metadata_item("50%").expect("a deletion");
    // Nova returns a key with other characters in all metadata, but not by path.
    let mut image = cloud().compute("demo").get_image(&*not_ascii);
    assert_eq!(
        image.get_metadata().expect("metadata").get("описание"),
        Some("text")
    );
    let error = expect_error(image.get_metadata_item("описание"));
    assert_eq!(error.kind(), ErrorKind::KeyNotFound);
}
