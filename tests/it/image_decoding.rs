//! Decoding images: odd values are accepted, and bodies without images are errors.

use std::collections::HashSet;

use opencloud::compute::v2::{Image, ListImages, Metadata, MetadataValue};
use opencloud::{ErrorKind, Result};
use serde_json::json;

use crate::support::{Response, Server, id, image};

/// The images of a detailed list whose only page has this body.
pub(crate) fn listed(body: impl AsRef<[u8]>) -> (Server, Result<Vec<Image>>) {
    let server = Server::with_responses([Response::new(200, body)]);
    let list = server.compute().list_images(ListImages::detailed());
    let outcome = list.collect();
    (server, outcome)
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
    "unknown_field",
];

#[test]
fn any_value_of_any_field_except_the_id_is_accepted_and_serialized() {
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5),
        json!(18_446_744_073_709_551_615_u64),
        json!("x"),
        json!("2026-11-23"),
        json!([1, "x", null]),
        json!([{"rel": "self", "href": "h", "more": 1}]),
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
    let images = images.expect("a page");
    assert_eq!(images.len(), all.len());
    for (image, sent) in images.iter().zip(&all) {
        let mut serialized = serde_json::to_value(image).expect("JSON");
        let mut expected = sent.clone();
        // An empty list of links is not serialized.
        for value in [&mut serialized, &mut expected] {
            let fields = value.as_object_mut().expect("an object");
            fields.retain(|_, value| value != &json!([]));
        }
        assert_eq!(serialized, expected);
    }
}

#[test]
fn a_missing_field_is_unset_and_not_serialized() {
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
fn an_image_serializes_to_the_json_that_nova_sent() {
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
        "field_of_a_later_release": {"deep": [1, 2, {"x": null}]},
    });
    let (_, images) = listed(json!({"images": [sent]}).to_string());
    assert_eq!(
        serde_json::to_value(&images.expect("a page")[0]).expect("JSON"),
        sent
    );
}

#[test]
fn metadata_that_serde_json_cannot_parse_does_not_fail_a_page() {
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
}

#[test]
fn metadata_is_iterated_in_key_order_and_compared_by_content() {
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
    serde_json::from_str::<Metadata>("[]").expect_err("an error");
}

#[test]
fn fields_set_by_the_program_replace_odd_values_of_the_server() {
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
fn a_time_without_a_zone_is_in_utc() {
    let sent = json!({"id": "a", "created": "2026-01-02T00:00:00.123", "updated": "2026-01-02"});
    let (_, images) = listed(json!({"images": [sent]}).to_string());
    let image = &images.expect("a page")[0];
    let created = "2026-01-02T00:00:00.123Z".parse().expect("a time");
    assert_eq!((image.created, image.updated), (Some(created), None));
}

#[test]
fn images_with_equal_public_fields_are_equal() {
    let image = |json| serde_json::from_value::<Image>(json).expect("an image");
    let unset = Server::start().compute().get_image("a");
    assert_eq!(image(json!({"id": "a", "name": null, "x": 1})), unset);
    assert_ne!(image(json!({"id": "a", "name": ""})), unset);
}

#[test]
fn a_numeric_id_is_used_as_text() {
    let (_, images) = listed(r#"{"images": [{"id": 5, "name": null}]}"#);
    let image = &images.expect("a page")[0];
    assert_eq!(image.id, "5");
    let json = serde_json::to_value(image).expect("JSON");
    assert_eq!(json, json!({"id": "5", "name": null}));
}

#[test]
fn a_value_that_serde_json_cannot_parse_does_not_fail_a_page() {
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    let nested = [r#"["\ud800"]"#, r#"{"\ud800": 1}"#, "[1, -1e999]"];
    for value in [r#""\ud800""#, "1e999", &deep].into_iter().chain(nested) {
        for field in FIELDS {
            let body =
                format!(r#"{{"images": [{{"id": "a", "{field}": {value}}}, {{"id": "b"}}]}}"#);
            let (_, images) = listed(body);
            let images = images.expect("a page");
            assert_eq!(images.len(), 2);
            let json = serde_json::to_value(&images[0]).expect("JSON");
            assert_eq!(json, json!({"id": "a", field: value}));
        }
    }
}

#[test]
fn an_image_that_was_not_retrieved_serializes_only_its_id() {
    let image = Server::start().compute().get_image("a");
    let json = serde_json::to_string(&image).expect("JSON");
    assert_eq!(json, r#"{"id":"a"}"#);
}

#[test]
fn an_image_is_deserialized_from_its_own_json() {
    let mut odd = image(1);
    odd["minDisk"] = json!("5");
    odd["metadata"] = json!({"mappings": [1], "os_distro": "debian"});
    let (_, images) = listed(json!({"images": [odd, image(2)]}).to_string());
    for image in images.expect("a page") {
        let json = serde_json::to_value(&image).expect("JSON");
        let copy: Image = serde_json::from_value(json).expect("an image");
        assert_eq!(copy, image);
    }
    let error = serde_json::from_str::<Image>("{}").expect_err("an error");
    assert_eq!(error.to_string(), "the image has no \"id\"");
}

#[test]
fn an_image_without_a_service_sends_no_request() {
    let mut image: Image = serde_json::from_value(json!({"id": "a"})).expect("an image");
    for error in [
        image.retrieve().expect_err("an error"),
        image.delete().expect_err("an error"),
        image.clear_metadata().expect_err("an error"),
        image.set_metadata_item("k", "v").expect_err("an error"),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error:?}");
        assert_eq!(
            error.to_string(),
            "image \"a\" belongs to no service; use Compute::get_image; nothing was sent"
        );
    }
}
