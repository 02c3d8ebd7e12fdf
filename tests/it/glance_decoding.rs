//! Decoding images of the Image service: values of any type are accepted, and
//! bodies without images are errors.

use opencloud::image::v2::{Image, ImageStatus, ListImages, Visibility};
use opencloud::{ErrorKind, Result};
use serde_json::{Value, json};

use crate::replay::recorded::Exchange;
use crate::support::random::{Random, for_any};
use crate::support::{IMAGES, Response, Server, glance_image, id};

/// The images of a list whose only page has this body.
fn listed(body: impl AsRef<[u8]>) -> (Server, Result<Vec<Image>>) {
    let server = Server::with_responses([Response::new(200, body)]);
    let outcome = server.images_v2().list_images(ListImages::new()).collect();
    (server, outcome)
}

/// The image with this body, as `retrieve` receives it.
fn retrieved(body: impl AsRef<[u8]>) -> (Server, Result<Image>) {
    let server = Server::with_responses([Response::new(200, body)]);
    let mut image = server.images_v2().get_image(id(1));
    let outcome = image.retrieve().map(|()| image);
    (server, outcome)
}

const FIELDS: [&str; 26] = [
    "name",
    "status",
    "visibility",
    "size",
    "virtual_size",
    "min_disk",
    "min_ram",
    "owner",
    "disk_format",
    "container_format",
    "checksum",
    "os_hash_algo",
    "os_hash_value",
    "protected",
    "os_hidden",
    "tags",
    "created_at",
    "updated_at",
    "self",
    "file",
    "schema",
    "stores",
    "locations",
    "direct_url",
    "hidden",
    "unknown_field",
];

fn values() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(1.0),
        json!(1.5),
        json!(1e300),
        json!(18_446_744_073_709_551_615_u64),
        json!(""),
        json!("x"),
        json!("2026-11-23"),
        json!([]),
        json!([1, "x", null]),
        json!(["a", "b"]),
        json!({"id": 7}),
        json!({"k": [1, {"b": null}], "s": "t", "n": 1.5}),
    ]
}

/// Checks that an image has every value of this JSON that fits its field.
#[track_caller]
fn check_similar(image: &Image, sent: &Value) {
    let serialized = serde_json::to_value(image).expect("JSON");
    let sent = sent.as_object().expect("an object");
    for (field, value) in sent {
        let stored = &serialized[field];
        let is_whole = value.as_f64().is_some_and(|number| number.fract() == 0.0);
        let is_same = stored == value || is_whole && stored.as_f64() == value.as_f64();
        let is_unset = stored.is_null() || (field == "tags" && stored == &json!([]));
        assert!(
            is_same || (is_unset && FIELDS.contains(&field.as_str())),
            "{field}: {value} became {stored}"
        );
    }
}

#[test]
fn any_value_of_any_field_of_glance_except_the_id_is_accepted() {
    let mut all = Vec::new();
    for field in FIELDS {
        for value in values() {
            let mut image = glance_image(all.len());
            image[field] = value;
            all.push(image);
        }
    }
    let (_, images) = listed(json!({"images": all}).to_string());
    let images = images.expect("a page");
    assert_eq!(images.len(), all.len());
    for (image, sent) in images.iter().zip(&all) {
        check_similar(image, sent);
    }
    // Each image is also accepted alone.
    for mut sent in all {
        sent["id"] = id(1).into();
        let (_, image) = retrieved(sent.to_string());
        check_similar(&image.expect("an image"), &sent);
    }
}

#[test]
fn an_image_with_an_unexpected_value_does_not_change_the_others() {
    let mut odd = glance_image(1);
    odd["size"] = json!("large");
    odd["tags"] = json!("red");
    let sent = [glance_image(0), odd, glance_image(2)];
    let (_, images) = listed(json!({"images": sent}).to_string());
    let images = images.expect("a page");
    for (image, sent) in [(&images[0], &sent[0]), (&images[2], &sent[2])] {
        assert_eq!(&serde_json::to_value(image).expect("JSON"), sent);
    }
    let odd = &images[1];
    assert_eq!((odd.size, odd.tags.len()), (None, 0));
    assert_eq!(odd.name.as_deref(), Some("image 1"));
    assert_eq!(odd.status, Some(ImageStatus::Queued));
    assert_eq!(odd.visibility, Some(Visibility::Shared));
}

#[test]
fn a_missing_field_of_glance_is_unset() {
    let (_, images) = listed(r#"{"images": [{"id": "a"}]}"#);
    let images = images.expect("a page");
    let image = &images[0];
    assert_eq!(image.id, "a");
    assert_eq!(
        (&image.name, &image.status, image.size),
        (&None, &None, None)
    );
    assert_eq!((image.tags.len(), image.metadata.len()), (0, 0));
}

/// An image whose fields have random values.
fn any_image(random: &mut Random, number: usize) -> Value {
    let mut image = random.map(2);
    for field in FIELDS {
        let typical = [
            json!("active"),
            json!("community"),
            json!(50),
            json!(true),
            json!(["a", "b"]),
            json!("2026-11-23T12:00:00Z"),
            json!("2026-11-23T12:00:00.000001+01:00"),
        ];
        match random.below(3) {
            0 => {}
            1 => drop(image.insert(field.to_owned(), random.one_of(&typical))),
            _ => drop(image.insert(field.to_owned(), random.json(2))),
        }
    }
    image.insert("id".to_owned(), id(number).into());
    image.into()
}

#[test]
fn any_image_of_glance_is_decoded_and_survives_a_round_trip() {
    for_any(100, |random, size| {
        let list = |images: &[Value]| {
            let (_, images) = listed(json!({"images": images}).to_string());
            images.expect("a list")
        };
        let serialize = |image: &Image| serde_json::to_value(image).expect("JSON");
        let sent: Vec<_> = (0..=size).map(|number| any_image(random, number)).collect();
        let images = list(&sent);
        let ids: Vec<_> = images.iter().map(|image| image.id.clone()).collect();
        assert_eq!(ids, (0..=size).map(id).collect::<Vec<_>>());
        let serialized: Vec<_> = images.iter().map(serialize).collect();
        let again = list(&serialized);
        assert_eq!(again.iter().map(serialize).collect::<Vec<_>>(), serialized);
        for (image, json) in images.iter().zip(serialized) {
            let copy: Image = serde_json::from_value(json).expect("an image");
            assert_eq!(&copy, image);
        }
    });
}

#[test]
fn every_recorded_image_is_deserialized_from_its_own_json() {
    let mut count = 0;
    for exchange in Exchange::of_file("glance-33.jsonl") {
        let body = exchange.response.json().unwrap_or_default();
        let list = body["images"].as_array().cloned();
        let images = list.unwrap_or_else(|| vec![body]);
        for sent in images.iter().filter(|image| image["id"].is_string()) {
            let name = &exchange.name;
            let (_, images) = listed(json!({"images": [sent]}).to_string());
            let image = images.expect(name).remove(0);
            let json = serde_json::to_value(&image).expect("JSON");
            let copy: Image = serde_json::from_value(json.clone()).expect(name);
            assert_eq!(copy, image, "{name}");
            assert_eq!(serde_json::to_value(&copy).expect("JSON"), json, "{name}");
            count += 1;
        }
    }
    assert!(count >= 400, "{count}");
}

#[test]
fn an_image_of_glance_without_an_id_fails_the_page() {
    for odd in [
        json!({"name": "no id"}),
        json!({"id": null}),
        json!({"id": [5]}),
        json!({}),
        json!(null),
        json!("x"),
    ] {
        let body = json!({"images": [glance_image(0), odd]}).to_string();
        let (server, images) = listed(body);
        let error = images.expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{odd}: {error}");
        let begin = format!(
            "GET {}: 200 OK: the body is not a list of images: ",
            server.url(&format!("{IMAGES}/images?limit=1000"))
        );
        assert!(error.to_string().starts_with(&begin), "{error}");
    }
}

#[test]
fn a_body_without_images_of_glance_is_an_error_with_a_reason() {
    for (body, reason) in [
        ("{}", "missing field `images` at line 1 column 2"),
        (
            r#"{"images": null}"#,
            "invalid type: null, expected a sequence at line 1 column 15",
        ),
        (
            r#"{"images": {}}"#,
            "invalid type: map, expected a sequence at line 1 column 11",
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
                server.url(&format!("{IMAGES}/images?limit=1000"))
            ),
            "{body}"
        );
    }
    for body in ["", "[]", "null", "{}", r#"{"image": {}}"#, "image"] {
        let (server, outcome) = retrieved(body);
        let error = outcome.expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error:?}");
        let begin = format!(
            "GET {}: 200 OK: the body is not an image: ",
            server.url(&format!("{IMAGES}/images/{}", id(1)))
        );
        assert!(error.to_string().starts_with(&begin), "{error}");
    }
}

#[test]
fn a_body_of_glance_that_is_not_utf8_or_has_a_content_encoding_is_an_error() {
    let mut body = json!({"images": [glance_image(0)]})
        .to_string()
        .into_bytes();
    body[20] = 0xff;
    let (_, outcome) = listed(&body);
    let message = "the body is not UTF-8";
    assert_eq!(outcome.expect_err("an error").message(), message);
    let page = Response::ok(&json!({"images": []})).header("Content-Encoding", "gzip");
    let server = Server::with_responses([page]);
    let mut list = server.images_v2().list_images(ListImages::new());
    let error = list.next().expect("an item").expect_err("an error");
    assert_eq!(
        error.message(),
        "the body has the unsupported Content-Encoding \"gzip\""
    );
}
