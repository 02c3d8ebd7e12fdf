//! Retrieving an image: every kind of image, and unknown ids.

use std::time::Duration;

use opencloud::compute::v2::{DiskConfig, Image, ImageStatus, MetadataValue};
use opencloud::{Error, ErrorKind};

use crate::cloud::cloud;
use crate::error_snapshot::{expect_error, kind, snapshot};
use crate::glance::image;

#[track_caller]
fn retrieved(label: &str) -> Image {
    let mut image = cloud().compute("demo").get_image(cloud().image_id(label));
    image.retrieve().expect("the image");
    image
}

#[test]
fn every_kind_of_image_serializes_to_the_json_of_nova() {
    let hidden_from_demo = ["other-private"];
    for (label, id) in cloud()
        .labels()
        .filter(|(label, _)| !hidden_from_demo.contains(label))
    {
        let serialized = serde_json::to_value(retrieved(label)).expect("JSON");
        assert_eq!(serialized, cloud().raw_image("demo", id), "{label}");
    }
}

#[test]
fn an_image_has_only_its_id_until_it_is_retrieved() {
    let id = cloud().image_id("snapshot");
    let mut image = cloud().compute("demo").get_image(id);
    assert_eq!(
        serde_json::to_value(&image).expect("JSON"),
        serde_json::json!({"id": id})
    );
    image.retrieve().expect("the image");
    assert_eq!(
        (&*image.id, image.name.as_deref()),
        (id, Some("snapshot of web-1"))
    );
    assert_eq!((image.min_disk, image.min_ram), (Some(20), Some(0)));
    assert_eq!((image.progress, image.size), (Some(100), Some(2048)));
    assert_eq!(image.status, Some(ImageStatus::Active));
    let server = image.server.as_ref().expect("a server");
    assert_eq!(server.id, "11111111-2222-3333-4444-555555555555");
    assert_eq!(
        server
            .links
            .iter()
            .map(|link| &*link.rel)
            .collect::<Vec<_>>(),
        ["self", "bookmark"]
    );
    assert_eq!(image.metadata.get("image_type"), Some("snapshot"));
    let hrefs: Vec<_> = image.links.iter().map(|link| link.href.as_str()).collect();
    assert_eq!(hrefs[0], format!("{}/images/{id}", cloud().nova()));
    assert_eq!(
        image.links[2].kind.as_deref(),
        Some("application/vnd.openstack.image")
    );
}

#[test]
fn retrieving_again_updates_the_fields() {
    let made = image().with("a", "1").create();
    let compute = cloud().compute("demo");
    let mut image = compute.get_image(&*made);
    image.retrieve().expect("the image");
    let created = image.created.expect("a time");
    compute
        .get_image(&*made)
        .reset_metadata([("b", "2")])
        .expect("a reset");
    assert_eq!(image.metadata.keys().collect::<Vec<_>>(), ["a"]);
    image.retrieve().expect("the image");
    assert_eq!(image.metadata.keys().collect::<Vec<_>>(), ["b"]);
    assert_eq!(image.created, Some(created));
    assert!(image.updated >= Some(created));
    assert!(
        jiff::Timestamp::now()
            .duration_since(created)
            .unsigned_abs()
            < Duration::from_secs(600)
    );
}

#[test]
fn a_name_may_be_any_text_or_unset() {
    assert_eq!(retrieved("nameless").name, None);
    assert_eq!(retrieved("empty-name").name.as_deref(), Some(""));
    assert_eq!(
        retrieved("unicode").name.as_deref(),
        Some("образ データ café")
    );
    assert_eq!(
        retrieved("odd-name").name.as_deref(),
        Some("a/b?c=d&e%20f #\"quoted\"\t'x' <y> \\z")
    );
    assert_eq!(retrieved("long-name").name, Some("n".repeat(255)));
    assert_eq!(retrieved("twin-1").name, retrieved("twin-2").name);
}

#[test]
fn the_status_is_derived_from_the_status_in_glance() {
    let state = |image: &Image| {
        (
            image.status.clone().expect("a status"),
            image.progress,
            image.size,
        )
    };
    assert_eq!(
        state(&retrieved("plain")),
        (ImageStatus::Active, Some(100), Some(512))
    );
    assert_eq!(
        state(&retrieved("no-bytes")),
        (ImageStatus::Active, Some(100), Some(0))
    );
    assert_eq!(
        state(&retrieved("queued")),
        (ImageStatus::Saving, Some(25), Some(0))
    );
    assert_eq!(
        state(&retrieved("deactivated")),
        (ImageStatus::Unknown, Some(0), Some(100))
    );
}

#[test]
fn disk_config_is_auto_or_manual_or_unset() {
    assert_eq!(retrieved("disk-auto").disk_config, Some(DiskConfig::Auto));
    assert_eq!(
        retrieved("disk-manual").disk_config,
        Some(DiskConfig::Manual)
    );
    assert_eq!(retrieved("plain").disk_config, None);
}

#[test]
fn metadata_values_that_are_not_strings_are_decoded() {
    let image = retrieved("volume-snapshot");
    let value = image
        .metadata
        .value("block_device_mapping")
        .expect("a mapping");
    let MetadataValue::Json(text) = value else {
        panic!("not JSON but {value:?}")
    };
    let list: serde_json::Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(
        list[0]["snapshot_id"],
        "22222222-3333-4444-5555-666666666666"
    );
    assert_eq!(image.metadata.get("base_image_ref"), Some(""));

    let image = retrieved("null-properties");
    assert_eq!(
        image.metadata.value("kernel_id"),
        Some(MetadataValue::Json("null"))
    );
    assert_eq!(image.metadata.get("ramdisk_id"), Some("null"));
}

#[test]
fn many_long_and_unusual_metadata_items_are_decoded() {
    let many = retrieved("many-properties").metadata;
    assert_eq!((many.len(), many.get("key_119")), (120, Some("value 119")));
    let long = retrieved("long-property").metadata;
    assert_eq!(long.get("long"), Some(&*"v".repeat(3000)));
    assert_eq!(long.get(&"k".repeat(255)), Some("x"));
    let odd = retrieved("odd-properties").metadata;
    assert_eq!(
        odd.iter().collect::<Vec<_>>(),
        [
            ("50%", "percent"),
            ("Mixed.Case-Key", "V"),
            ("a/b", "slash"),
            ("a:b", "v"),
            ("empty", ""),
            ("q?x=1&y#z", "url"),
            ("true", "true"),
            ("with space", "v"),
        ]
    );
    assert_eq!(
        retrieved("unicode").metadata.get("описание"),
        Some("значение 値")
    );
}

#[test]
fn public_community_and_shared_images_can_be_retrieved() {
    for label in ["public-small", "other-community", "other-shared", "hidden"] {
        retrieved(label);
    }
    let mut image = cloud()
        .compute("admin")
        .get_image(cloud().image_id("other-private"));
    image.retrieve().expect("the image");
    let mut image = cloud()
        .compute("demo-reader")
        .get_image(cloud().image_id("plain"));
    image.retrieve().expect("the image");
}

#[track_caller]
fn not_found(id: &str) -> Error {
    expect_error(cloud().compute("demo").get_image(id).retrieve())
}

#[test]
fn retrieving_an_unknown_image_is_not_found() {
    let plain = cloud().image_id("plain");
    for (id, encoded) in [
        (
            "00000000-1111-4222-8333-444444444444",
            "00000000-1111-4222-8333-444444444444",
        ),
        (
            cloud().image_id("other-private"),
            cloud().image_id("other-private"),
        ),
        (&plain.to_uppercase(), &plain.to_uppercase()),
        (&plain.replace('-', ""), &plain.replace('-', "")),
        (&format!("{plain}.json"), &format!("{plain}.json")),
        ("abc", "abc"),
        ("образ", "%D0%BE%D0%B1%D1%80%D0%B0%D0%B7"),
        ("a%b", "a%25b"),
        ("%2e%2e", "%252e%252e"),
        ("a?b=c#d", "a%3Fb=c%23d"),
        ("a+b", "a+b"),
        ("...", "..."),
        ("detail2", "detail2"),
        (&"a".repeat(300), &"a".repeat(300)),
    ] {
        let error = not_found(id);
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert_eq!(
            snapshot(&error),
            format!(
                "GET {}/images/{encoded}: 404 Not Found: Image not found. (request id ID)",
                cloud().nova()
            )
        );
    }
}

#[test]
fn an_id_with_white_space_is_rejected_before_a_request() {
    for id in [" abc", "a b", "abc\u{a0}"] {
        let mut image = cloud().compute("demo").get_image(id);
        for error in [expect_error(image.retrieve()), expect_error(image.delete())] {
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert_eq!(
                error.message(),
                format!("invalid image id {id:?}: it contains white space; nothing was sent")
            );
        }
    }
}

#[test]
fn an_id_that_would_change_the_path_is_rejected_before_a_request() {
    for id in ["", ".", "..", "a\r\nb\0", "abc\n", "a/b", "a/", "/"] {
        let mut image = cloud().compute("demo").get_image(id);
        let message = format!(
            "invalid id or key {id:?}: it must not be empty, \".\" or \"..\", or contain \"/\" or \
             control characters; nothing was sent"
        );
        for error in [
            expect_error(image.retrieve()),
            expect_error(image.delete()),
            expect_error(image.get_metadata()),
            expect_error(image.reset_metadata([("a", "b")])),
            expect_error(image.merge_metadata([("a", "b")])),
            expect_error(image.get_metadata_item("a")),
            expect_error(image.set_metadata_item("a", "b")),
            expect_error(image.delete_metadata_item("a")),
        ] {
            assert_eq!(
                (kind(&error).as_str(), snapshot(&error)),
                ("InvalidInput", message.clone())
            );
        }
    }
}
