//! One image: what `retrieve` gives, for every sort of image, and for ids of
//! which there is none.

use std::time::Duration;

use opencloud::compute::v2::{DiskConfig, Image, ImageStatus, MetadataValue};
use opencloud::{Error, ErrorKind};

use crate::cloud::cloud;
use crate::error_snapshot::{kind, refused, said};
use crate::glance::image;

#[track_caller]
fn retrieved(label: &str) -> Image {
    let mut image = cloud().compute("demo").get_image(cloud().image_id(label));
    image.retrieve().expect("the image");
    image
}

#[test]
fn every_sort_of_image_serialises_to_what_nova_sent() {
    let hidden_from_demo = ["other-private"];
    for (label, id) in cloud()
        .labels()
        .filter(|(label, _)| !hidden_from_demo.contains(label))
    {
        let ours = serde_json::to_value(retrieved(label)).expect("JSON");
        assert_eq!(ours, cloud().shown("demo", id), "{label}");
    }
}

#[test]
fn an_image_is_empty_until_it_is_retrieved() {
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
fn retrieving_again_shows_what_changed() {
    let made = image().with("a", "1").make();
    let compute = cloud().compute("demo");
    let mut image = compute.get_image(&*made);
    image.retrieve().expect("the image");
    let created = image.created.expect("a time");
    compute
        .get_image(&*made)
        .reset_metadata([("b", "2")])
        .expect("a PUT");
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
fn a_name_may_be_anything_or_nothing() {
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
fn a_status_is_novas_word_for_glances() {
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
fn a_disk_config_is_automatic_or_manual_where_there_is_one() {
    assert_eq!(retrieved("disk-auto").disk_config, Some(DiskConfig::Auto));
    assert_eq!(
        retrieved("disk-manual").disk_config,
        Some(DiskConfig::Manual)
    );
    assert_eq!(retrieved("plain").disk_config, None);
}

#[test]
fn metadata_that_are_no_strings_are_read_and_kept() {
    let image = retrieved("volume-snapshot");
    let value = image
        .metadata
        .value("block_device_mapping")
        .expect("a mapping");
    let MetadataValue::Json(text) = value else {
        panic!("a list, not {value:?}")
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
fn metadata_may_be_many_long_and_odd() {
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
fn images_of_others_can_be_seen_where_they_are_shared() {
    for label in ["public-small", "other-community", "other-shared", "hidden"] {
        retrieved(label);
    }
    let mut image = cloud()
        .compute("admin")
        .get_image(cloud().image_id("other-private"));
    image.retrieve().expect("an administrator sees every image");
    let mut image = cloud()
        .compute("demo-reader")
        .get_image(cloud().image_id("plain"));
    image
        .retrieve()
        .expect("a reader sees the project's images");
}

#[track_caller]
fn missing(id: &str) -> Error {
    refused(cloud().compute("demo").get_image(id).retrieve())
}

#[test]
fn an_id_of_which_there_is_no_image_is_not_found() {
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
        (&format!(" {plain}"), &format!("%20{plain}")),
        ("abc", "abc"),
        ("образ", "%D0%BE%D0%B1%D1%80%D0%B0%D0%B7"),
        ("a%b", "a%25b"),
        ("%2e%2e", "%252e%252e"),
        ("a?b=c#d", "a%3Fb=c%23d"),
        ("a+b c", "a+b%20c"),
        ("...", "..."),
        ("detail2", "detail2"),
        (&"a".repeat(300), &"a".repeat(300)),
    ] {
        let error = missing(id);
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert_eq!(
            said(&error),
            format!(
                "GET {}/images/{encoded}: 404 Not Found: Image not found. (request id ID)",
                cloud().nova()
            )
        );
    }
}

#[test]
fn an_id_with_a_slash_has_no_call() {
    for id in ["a/b", "a/", "/"] {
        let error = missing(id);
        assert_eq!(error.kind(), ErrorKind::NoSuchApi);
        assert_eq!(error.message(), "The resource could not be found.");
    }
}

#[test]
fn an_id_that_changes_the_path_is_refused_before_sending() {
    for id in ["", ".", "..", "a\r\nb\0"] {
        let mut image = cloud().compute("demo").get_image(id);
        let words = format!(
            "invalid id or key {id:?}: it must not be empty, \".\" or \"..\", or contain control \
             characters; nothing was sent"
        );
        for error in [
            refused(image.retrieve()),
            refused(image.delete()),
            refused(image.get_metadata()),
            refused(image.reset_metadata([("a", "b")])),
            refused(image.merge_metadata([("a", "b")])),
            refused(image.get_metadata_item("a")),
            refused(image.set_metadata_item("a", "b")),
            refused(image.delete_metadata_item("a")),
        ] {
            assert_eq!(
                (kind(&error).as_str(), said(&error)),
                ("InvalidInput", words.clone())
            );
        }
    }
}
