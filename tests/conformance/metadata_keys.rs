//! Keys: which arrive as they are, and which the server does not take.

use opencloud::{Error, ErrorKind};
use serde_json::{Map, Value, json};

use crate::cloud::cloud;
use crate::error_snapshot::{kind, refused};
use crate::glance::{Made, image};

/// Sets it by item and by merge, gets it, and deletes it.
#[track_caller]
fn works(made: &Made, key: &str) {
    let mut image = cloud().compute("demo").get_image(&**made);
    let one = |value: &str| Value::Object(Map::from_iter([(key.to_owned(), value.into())]));
    image
        .set_metadata_item(key, "item")
        .expect("a PUT of an item");
    assert_eq!(cloud().metadata_of(made), one("item"));
    image.merge_metadata([(key, "merged")]).expect("a POST");
    assert_eq!(cloud().metadata_of(made), one("merged"));
    image.reset_metadata([(key, "reset")]).expect("a PUT");
    assert_eq!(cloud().metadata_of(made), one("reset"));
    assert_eq!(
        image.get_metadata_item(key).expect("a GET of an item"),
        "reset"
    );
    assert_eq!(image.metadata.iter().collect::<Vec<_>>(), [(key, "reset")]);
    image
        .delete_metadata_item(key)
        .expect("a DELETE of an item");
    assert_eq!(cloud().metadata_of(made), json!({}));
    assert!(image.metadata.is_empty());
}

#[test]
fn letters_digits_and_a_few_signs_make_a_key() {
    let made = image().make();
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
        works(&made, key);
    }
}

#[test]
fn keys_that_differ_in_case_are_two() {
    let made = image().with("key", "lower").make();
    let mut image = cloud().compute("demo").get_image(&*made);
    image
        .set_metadata_item("KEY", "upper")
        .expect("a PUT of an item");
    assert_eq!(
        cloud().metadata_of(&made),
        json!({"key": "lower", "KEY": "upper"})
    );
    assert_eq!(image.get_metadata_item("key").expect("an item"), "lower");
    assert_eq!(image.get_metadata_item("KEY").expect("an item"), "upper");
    image
        .delete_metadata_item("key")
        .expect("a DELETE of an item");
    assert_eq!(cloud().metadata_of(&made), json!({"KEY": "upper"}));
}

/// The refusals of every call with such a key: merge, reset, item set, get and
/// delete.
fn refusals(made: &Made, key: &str) -> [Error; 5] {
    let mut image = cloud().compute("demo").get_image(&**made);
    [
        refused(image.merge_metadata([(key, "v")])),
        refused(image.reset_metadata([(key, "v")])),
        refused(image.set_metadata_item(key, "v")),
        refused(image.get_metadata_item(key)),
        refused(image.delete_metadata_item(key)),
    ]
}

#[test]
fn keys_of_other_characters_are_the_servers_refusal() {
    let made = image().with("kept", "k").make();
    for key in [
        "50%", "a+b", "a?b", "a#b", "a@b", "a&b=c", "ключ", "\\", "%20",
    ] {
        let [merge, reset, set, get, delete] = refusals(&made, key);
        for error in [merge, reset, set] {
            assert_eq!(kind(&error), "BadRequest", "{key:?}");
            let words = error.message();
            assert!(
                words.starts_with("Invalid input for field/attribute meta"),
                "{words}"
            );
            assert!(
                words.contains("does not match any of the regexes"),
                "{words}"
            );
        }
        for error in [get, delete] {
            assert_eq!(error.kind(), ErrorKind::KeyNotFound, "{key:?}");
        }
    }
    assert_eq!(cloud().metadata_of(&made), json!({"kept": "k"}));
}

#[test]
fn a_key_of_256_characters_is_the_servers_refusal() {
    let made = image().with("kept", "k").make();
    let [merge, reset, set, get, delete] = refusals(&made, &"k".repeat(256));
    assert_eq!(
        [merge, reset, set].map(|error| kind(&error)),
        ["BadRequest"; 3]
    );
    let missing = |error: Error| error.kind();
    assert_eq!([get, delete].map(missing), [ErrorKind::KeyNotFound; 2]);
    assert_eq!(cloud().metadata_of(&made), json!({"kept": "k"}));
}

#[test]
fn a_key_with_a_slash_has_no_call_of_its_own() {
    let made = image().with("kept", "k").with("a/b", "slash").make();
    let [merge, reset, set, get, delete] = refusals(&made, "a/b");
    assert_eq!([merge, reset].map(|error| kind(&error)), ["BadRequest"; 2]);
    let missing = |error: Error| error.kind();
    assert_eq!([set, get, delete].map(missing), [ErrorKind::NoSuchApi; 3]);
    assert_eq!(
        cloud().metadata_of(&made),
        json!({"kept": "k", "a/b": "slash"})
    );
}

#[test]
fn a_key_that_changes_the_path_is_refused_before_sending() {
    let made = image().with("kept", "k").make();
    let mut image = cloud().compute("demo").get_image(&*made);
    for key in ["", ".", ".."] {
        for error in [
            refused(image.set_metadata_item(key, "v")),
            refused(image.get_metadata_item(key)),
            refused(image.delete_metadata_item(key)),
        ] {
            assert_eq!(kind(&error), "InvalidInput", "{key:?}");
        }
    }
    assert_eq!(cloud().metadata_of(&made), json!({"kept": "k"}));
    // In a body they can be set, and the server takes all but the empty one.
    image
        .merge_metadata([("..", "two"), (".", "one")])
        .expect("a POST");
    assert_eq!(
        cloud().metadata_of(&made),
        json!({"kept": "k", ".": "one", "..": "two"})
    );
    assert_eq!(
        kind(&refused(image.merge_metadata([("", "v")]))),
        "BadRequest"
    );
}

#[test]
fn white_space_around_a_key_is_not_stored() {
    let made = image().with("a", "1").make();
    let mut image = cloud().compute("demo").get_image(&*made);
    image.merge_metadata([(" a ", "merged")]).expect("a POST");
    assert_eq!(cloud().metadata_of(&made), json!({"a": "merged"}));
    assert_eq!(image.metadata.iter().collect::<Vec<_>>(), [("a", "merged")]);
    image
        .set_metadata_item(" a", "item")
        .expect("a PUT of an item");
    assert_eq!(cloud().metadata_of(&made), json!({"a": "item"}));
    assert_eq!(image.metadata.iter().collect::<Vec<_>>(), [("a", "item")]);
    // By path it is another key, of which there is none.
    let error = refused(image.get_metadata_item(" a"));
    assert_eq!(error.kind(), ErrorKind::KeyNotFound);
    let error = refused(image.delete_metadata_item(" a"));
    assert_eq!(error.kind(), ErrorKind::KeyNotFound);
    assert_eq!(image.metadata.get("a"), Some("item"));
}

#[test]
fn odd_keys_that_glance_took_can_be_read() {
    let made = image()
        .with("50%", "percent")
        .with("q?x=1&y#z", "url")
        .with("a b", "space")
        .make();
    let made_too = image().with("описание", "words").make();
    let mut image = cloud().compute("demo").get_image(&*made);
    for (key, value) in [("50%", "percent"), ("q?x=1&y#z", "url"), ("a b", "space")] {
        assert_eq!(image.get_metadata_item(key).expect("an item"), value);
    }
    let error = refused(image.get_metadata_item("a+b"));
    assert_eq!(error.kind(), ErrorKind::KeyNotFound);
    image
        .delete_metadata_item("50%")
        .expect("a DELETE of an item");
    // Beyond ASCII, Nova shows it and does not find it.
    let mut image = cloud().compute("demo").get_image(&*made_too);
    assert_eq!(
        image.get_metadata().expect("a GET").get("описание"),
        Some("words")
    );
    let error = refused(image.get_metadata_item("описание"));
    assert_eq!(error.kind(), ErrorKind::KeyNotFound);
}
