//! The model: tolerant where Nova is loose, strict where nothing can be made of it.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use opencloud::compute::v2::{DiskConfig, Image, ImageStatus, ListImages, Metadata, MetadataValue};
use opencloud::{Error, ErrorKind, Result};
use serde_json::{Value, json};

use crate::support::{Answer, Server, id, image, images};

/// The images of a list in detail whose only page has that body.
fn listed(body: impl AsRef<[u8]>) -> (Server, Result<Vec<Image>>) {
    let server = Server::playing([Answer::new(200, body)]);
    let list = server.compute().list_images(ListImages::detailed());
    let outcome = list.collect();
    (server, outcome)
}

/// The whole message, cause and all.
fn whole(error: Error) -> String {
    format!("{:#}", anyhow::Error::new(error))
}

const FIELDS: [&str; 13] = [
    "name",
    "status",
    "progress",
    "minDisk",
    "minRam",
    "OS-EXT-IMG-SIZE:size",
    "created",
    "updated",
    "metadata",
    "links",
    "server",
    "OS-DCF:diskConfig",
    "unheard_of",
];

#[test]
fn no_value_of_no_field_fails_a_page_and_none_is_lost() {
    let values = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(18_446_744_073_709_551_615_u64),
        json!(1e300),
        json!(""),
        json!("x"),
        json!("2026-11-23T12:00:00Z"),
        json!("2026-11-23"),
        json!("2026-11-23 12:00:00Z"),
        json!("2026-11-23t12:00:00Z"),
        json!("2026-11-23T12:00:60Z"),
        json!("20261123T120000.000Z"),
        json!([]),
        json!([null]),
        json!([1, "x", {"rel": "self", "href": "h"}]),
        json!([{"rel": "self", "href": "h", "more": 1}]),
        json!([{"rel": 1, "href": null}]),
        json!({}),
        json!({"a": null}),
        json!({"id": "s", "links": 5}),
        json!({"id": "s", "links": [], "x": 1}),
        json!({"id": "s", "links": [{"rel": "self", "href": "h"}], "x": 1}),
        json!({"id": 7}),
        json!({"k": [1, {"b": null}], "s": "t", "n": 1.5}),
    ];
    let mut all = Vec::new();
    for field in FIELDS {
        for value in &values {
            let mut image = image(all.len());
            image[field] = value.clone();
            all.push(image);
        }
    }
    let (_, images) = listed(json!({"images": all}).to_string());
    for (image, sent) in images.expect("a page").iter().zip(&all) {
        let kept = serde_json::to_value(image).expect("JSON");
        let mut expected = sent.clone();
        // An image is brief or in detail; empty lists and maps say nothing.
        for field in ["links", "metadata"] {
            if expected[field] == json!([]) || expected[field] == json!({}) {
                expected.as_object_mut().expect("an object").remove(field);
            }
        }
        let mut kept = kept;
        for field in ["links", "metadata"] {
            if kept[field] == json!([]) || kept[field] == json!({}) {
                kept.as_object_mut().expect("an object").remove(field);
            }
        }
        assert_eq!(kept, expected);
    }
    assert_eq!(all.len(), FIELDS.len() * values.len());
}

#[test]
fn a_missing_field_fails_nothing() {
    let (_, images) = listed(json!({"images": [{"id": "a"}]}).to_string());
    let image = &images.expect("a page")[0];
    assert_eq!(
        serde_json::to_value(image).expect("JSON"),
        json!({"id": "a"})
    );
    assert_eq!(
        (&image.name, image.min_disk, &image.status),
        (&None, None, &None)
    );
}

#[test]
fn what_nova_sent_is_given_back_whole() {
    let sent = json!({
        "id": id(1), "name": "cirros", "minRam": 64, "minDisk": 1,
        "metadata": {"architecture": "x86_64", "kernel_id": null,
            "block_device_mapping": [{"boot_index": 0, "volume_size": null}]},
        "created": "2026-11-23T12:00:00Z", "updated": "2026-11-23T12:00:01Z", "status": "ACTIVE",
        "progress": 100, "OS-EXT-IMG-SIZE:size": 12_345_678, "OS-DCF:diskConfig": "MANUAL",
        "server": {"id": "s", "links": [{"rel": "self", "href": "http://n/servers/s"},
            {"rel": "bookmark", "href": "http://n/servers/s"}]},
        "links": [{"rel": "self", "href": "http://n/images/1"},
            {"rel": "alternate", "type": "application/vnd.openstack.image", "href": "http://g//1"}],
        "new_in_some_release": {"deep": [1, 2, {"x": null}]},
    });
    let (_, images) = listed(json!({"images": [sent]}).to_string());
    assert_eq!(
        serde_json::to_value(&images.expect("a page")[0]).expect("JSON"),
        sent
    );
}

#[test]
fn an_item_that_no_reader_of_json_takes_fails_no_page() {
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    for value in [&deep, r#"["\ud800"]"#, r#"[{"n":1e999}]"#] {
        let body = format!(
            r#"{{"images": [{{"id": "a", "metadata": {{"mappings": {value}}}}}, {{"id": "b"}}]}}"#
        );
        let (_, images) = listed(body);
        let images = images.expect("a page");
        assert_eq!(
            images.iter().map(|image| &*image.id).collect::<Vec<_>>(),
            ["a", "b"]
        );
        let metadata = &images[0].metadata;
        assert_eq!(metadata.value("mappings"), Some(MetadataValue::Json(value)));
    }
    let body = format!(r#"{{"metadata": {{"mappings": {deep}}}}}"#);
    let server = Server::playing([Answer::new(200, body)]);
    let metadata = server
        .compute()
        .get_image(id(1))
        .get_metadata()
        .expect("metadata");
    assert_eq!(metadata["mappings"], deep);
    let text = serde_json::to_string(&metadata).expect("JSON");
    assert_eq!(text, format!(r#"{{"mappings":"{deep}"}}"#));
}

#[test]
fn metadata_can_be_taken_apart_and_counted() {
    let metadata = Metadata::from([("b", "2"), ("a", "1"), ("c", "")]);
    let pairs: Vec<_> = metadata.clone().into_iter().collect();
    let expected = [("a", "1"), ("b", "2"), ("c", "")];
    assert_eq!(
        pairs,
        expected.map(|(key, value)| (key.to_owned(), value.to_owned()))
    );
    assert_eq!(
        (metadata.iter().len(), metadata.clone().into_iter().len()),
        (3, 3)
    );
    assert_eq!(Metadata::new().into_iter().next(), None);
    let others = [Metadata::from(expected), Metadata::new(), metadata];
    assert_eq!(HashSet::from(others).len(), 2);
    let refused = serde_json::from_str::<Metadata>("[]").expect_err("a list");
    let said = "invalid type: sequence, expected a map of metadata at line 1 column 0";
    assert_eq!(refused.to_string(), said);
}

#[test]
fn what_a_program_sets_stands_for_what_came() {
    let sent = json!({"id": "a", "name": null, "minDisk": "5", "metadata": [], "created": "soon"});
    let (_, images) = listed(json!({"images": [sent]}).to_string());
    let mut image = images.expect("a page").remove(0);
    assert_eq!(serde_json::to_value(&image).expect("JSON"), sent);
    image.name = Some("n".to_owned());
    image.min_disk = Some(6);
    image.metadata.insert("k", "v");
    let expected =
        json!({"id": "a", "name": "n", "minDisk": 6, "metadata": {"k": "v"}, "created": "soon"});
    assert_eq!(serde_json::to_value(&image).expect("JSON"), expected);
}

#[test]
fn what_a_program_sets_stands_for_a_part_of_what_came_too() {
    let link = json!({"rel": "self", "href": "h"});
    let full = json!({"id": "z", "created": "2030-01-01T00:00:00Z", "links": [link],
        "server": {"id": "t", "links": [link]}});
    let sent = [
        json!({"id": "z", "created": null, "links": null, "server": null}),
        json!({"id": "z", "created": "2026-11-23T12:00:00.5Z", "links": [], "server": {"id": "s"}}),
        json!({"id": "z", "created": "soon", "links": [{"rel": 1}, link], "server": 5}),
    ];
    let numbered = |(number, sent): (usize, &Value)| {
        let mut sent = sent.clone();
        sent["id"] = json!(format!("z{number}"));
        sent
    };
    let sent: Vec<_> = [&full]
        .into_iter()
        .chain(&sent)
        .enumerate()
        .map(numbered)
        .collect();
    let (_, images) = listed(json!({ "images": sent }).to_string());
    let mut images = images.expect("a page");
    assert_eq!(images.len(), sent.len());
    let full_image = images.remove(0);
    for (mut image, sent) in images.into_iter().zip(&sent[1..]) {
        assert_eq!(&serde_json::to_value(&image).expect("JSON"), sent);
        (image.created, image.server) = (full_image.created, full_image.server.clone());
        image.links = full_image.links.clone();
        image.links.extend(full_image.links.clone());
        let mut expected = full.clone();
        expected["id"] = sent["id"].clone();
        expected["links"] = json!([link, link]);
        assert_eq!(serde_json::to_value(&image).expect("JSON"), expected);
    }
}

#[test]
fn many_items_in_any_order_take_no_time_to_speak_of() {
    let item = |number: usize| (format!("k{number:06}"), json!("v"));
    let items: serde_json::Map<_, _> = (0..400_000).map(item).collect();
    let text = serde_json::to_string(&items).expect("JSON");
    // In the order in which it is the most work to sort them one by one.
    let backwards: Vec<_> = text.trim_matches(['{', '}']).rsplit(',').collect();
    let began = Instant::now();
    let (_, images) = listed(format!(
        r#"{{"images": [{{"id": "a", "metadata": {{{}}}}}]}}"#,
        backwards.join(",")
    ));
    let metadata = images.expect("a page").remove(0).metadata;
    assert_eq!(
        (metadata.len(), metadata.keys().next()),
        (400_000, Some("k000000"))
    );
    // A fifth of a second; half a minute, were each put into its place.
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
}

#[test]
fn numbers_that_no_field_holds_are_kept() {
    let body = format!(
        r#"{{"images": [{{"id": "{}", "minDisk": -1, "minRam": 1.0, "size": 1e3, "progress": 1e0}}]}}"#,
        id(1)
    );
    let (_, images) = listed(body);
    assert_eq!(
        serde_json::to_string(&images.expect("a page")[0]).expect("JSON"),
        format!(
            r#"{{"id":"{}","minDisk":-1,"minRam":1.0,"progress":1.0,"size":1000.0}}"#,
            id(1)
        )
    );
}

#[test]
fn an_answer_without_a_list_of_images_is_an_error() {
    for (body, why) in [
        ("{}", "there is no list \"images\" in it at line 1 column 2"),
        (
            r#"{"image": []}"#,
            "there is no list \"images\" in it at line 1 column 13",
        ),
        (
            r#"{"images": null}"#,
            "invalid type: null, expected a list of images at line 1 column 15",
        ),
        (
            r#"{"images": {}}"#,
            "invalid type: map, expected a list of images at line 1 column 11",
        ),
        (
            "[]",
            "invalid type: sequence, expected an object with a list \"images\" at line 1 column 0",
        ),
        (
            "null",
            "invalid type: null, expected an object with a list \"images\" at line 1 column 4",
        ),
        ("", "EOF while parsing a value at line 1 column 0"),
        ("<html>", "expected value at line 1 column 1"),
        (
            r#"{"images": []} x"#,
            "trailing characters at line 1 column 16",
        ),
    ] {
        let (server, outcome) = listed(body);
        let error = outcome.expect_err("no list");
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error:?}");
        assert_eq!(
            error.to_string(),
            format!(
                "GET {}: 200 OK: the body is not a list of images: {why}",
                server.url("/v2.1/images/detail?page_size=1000&limit=1000")
            ),
            "{body}"
        );
    }
}

#[test]
fn what_is_no_image_is_named_with_its_place_and_name() {
    let third = |image: Value| json!({"images": [image_of(0), image_of(1), image]}).to_string();
    for (image, why) in [
        (
            json!({"name": "no id"}),
            "image 3, named \"no id\", has no \"id\"",
        ),
        (
            json!({"id": null, "name": "n\u{1b}"}),
            "image 3, named \"n\\u{1b}\", has no \"id\"",
        ),
        (json!({"id": 5}), "image 3 has no \"id\""),
        (json!({"id": ""}), "image 3 has no \"id\""),
        (json!({}), "image 3 has no \"id\""),
        (
            json!(null),
            "invalid type: null, expected an object as image 3",
        ),
        (
            json!("x"),
            "invalid type: string \"x\", expected an object as image 3",
        ),
    ] {
        let body = third(image);
        let (server, outcome) = listed(&body);
        let message = outcome.expect_err("an error").to_string();
        let expected = format!(
            "GET {}: 200 OK: the body is not a list of images: {why} at line 1 column ",
            server.url("/v2.1/images/detail?page_size=1000&limit=1000")
        );
        assert!(message.starts_with(&expected), "{message}");
    }
}

fn image_of(number: usize) -> Value {
    image(number)
}

#[test]
fn one_image_that_is_none_is_an_error() {
    for (body, why) in [
        ("{}", "there is no \"image\" in it at line 1 column 2"),
        (
            "[]",
            "invalid type: sequence, expected an object with \"image\" at line 1 column 0",
        ),
        (
            r#"{"image": null}"#,
            "invalid type: null, expected an object as the image at line 1 column 14",
        ),
        (
            r#"{"image": {"name": "x"}}"#,
            "the image, named \"x\", has no \"id\" at line 1 column 23",
        ),
        ("Hello", "expected value at line 1 column 1"),
    ] {
        let server = Server::playing([Answer::new(200, body)]);
        let error = server
            .compute()
            .get_image("i")
            .retrieve()
            .expect_err("an error");
        assert_eq!(
            error.to_string(),
            format!(
                "GET {}: 200 OK: the body is not an image: {why}",
                server.url("/v2.1/images/i")
            )
        );
    }
}

#[test]
fn a_body_that_is_not_utf8_or_is_coded_says_so() {
    let mut body = images(0..1).to_string().into_bytes();
    let at = body.len() / 2;
    body[at] = 0xff;
    let (server, outcome) = listed(&body);
    let url = server.url("/v2.1/images/detail?page_size=1000&limit=1000");
    assert_eq!(
        whole(outcome.expect_err("no text")),
        format!(
            "GET {url}: 200 OK: the body is not UTF-8: invalid utf-8 sequence of 1 bytes from index \
             {at}"
        )
    );
    let server = Server::playing([Answer::ok(&images(0..1)).header("Content-Encoding", "gzip")]);
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

#[test]
fn every_word_for_a_status_or_a_disk_comes_back_as_it_was() {
    for word in [
        "ACTIVE", "SAVING", "DELETED", "ERROR", "UNKNOWN", "active", "NEW WORD", "",
    ] {
        let status = ImageStatus::from(word);
        assert_eq!(ImageStatus::from(word.to_owned()), status);
        assert_eq!(
            (status.as_str(), status.to_string()),
            (word, word.to_owned())
        );
        assert_eq!(format!("{status:>9}"), format!("{word:>9}"));
        let is_known = !matches!(status, ImageStatus::Other(_));
        assert_eq!(
            is_known,
            word.len() > 4 && word == word.to_uppercase() && !word.contains(' ')
        );
    }
    for (word, is_known) in [
        ("AUTO", true),
        ("MANUAL", true),
        ("auto", false),
        ("", false),
    ] {
        let disk = DiskConfig::from(word.to_owned());
        assert_eq!((disk.as_str(), disk.to_string()), (word, word.to_owned()));
        assert_eq!(format!("{disk:>9}"), format!("{word:>9}"));
        assert_eq!(!matches!(disk, DiskConfig::Other(_)), is_known, "{word}");
    }
}
