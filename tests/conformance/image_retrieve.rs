//! Retrieving an image of the Image service: every kind of image, and unknown ids.

use opencloud::image::v2::{Image, ImageStatus, MetadataValue, Visibility};

use crate::cloud::cloud;
use crate::glance::{image, in_glance};
use crate::image_service::{check_error, image_of, images, json_of};

#[track_caller]
fn retrieved(label: &str) -> Image {
    let mut image = images().get_image(cloud().image_id(label));
    image.retrieve().expect("the image");
    image
}

#[test]
fn every_kind_of_image_serializes_to_the_json_of_glance() {
    for (label, id) in cloud()
        .labels()
        .filter(|(label, _)| *label != "other-private")
    {
        let serialized = json_of(&retrieved(label));
        assert_eq!(serialized, in_glance("demo", id), "{label}");
    }
}

#[test]
fn an_image_has_only_its_id_until_it_is_retrieved() {
    let id = cloud().image_id("snapshot");
    let mut image = images().get_image(id);
    assert_eq!((&*image.id, &image.name, &image.status), (id, &None, &None));
    assert_eq!((image.tags.len(), image.metadata.len()), (0, 0));
    image.retrieve().expect("the image");
    assert_eq!(image.name.as_deref(), Some("snapshot of web-1"));
    assert_eq!((image.min_disk, image.min_ram), (Some(20), Some(0)));
    assert_eq!((image.size, image.virtual_size), (Some(2048), Some(2048)));
    assert_eq!(image.status, Some(ImageStatus::Active));
    assert_eq!(image.visibility, Some(Visibility::Private));
    assert_eq!(image.owner.as_deref(), Some(cloud().project_id("demo")));
    assert_eq!(image.disk_format.as_deref(), Some("raw"));
    assert_eq!(image.container_format.as_deref(), Some("bare"));
    assert_eq!((image.protected, image.hidden), (Some(false), Some(false)));
    assert_eq!(image.os_hash_algo.as_deref(), Some("sha512"));
    assert_eq!(image.os_hash_value.map(|hash| hash.len()), Some(128));
    assert_eq!(image.checksum.map(|hash| hash.len()), Some(32));
    assert_eq!(image.metadata.get("image_type"), Some("snapshot"));
}

#[test]
fn an_image_without_data_has_no_size_and_no_hashes() {
    let image = retrieved("queued");
    assert_eq!(image.status, Some(ImageStatus::Queued));
    assert_eq!((image.size, image.virtual_size), (None, None));
    assert_eq!(
        (image.checksum, image.os_hash_algo, image.os_hash_value),
        (None, None, None)
    );
    let empty = retrieved("no-bytes");
    assert_eq!(empty.status, Some(ImageStatus::Active));
    assert_eq!((empty.size, empty.virtual_size), (Some(0), None));
    let checksum = "d41d8cd98f00b204e9800998ecf8427e";
    assert_eq!(empty.checksum.as_deref(), Some(checksum));
    let deactivated = retrieved("deactivated");
    assert_eq!(deactivated.status, Some(ImageStatus::Deactivated));
}

#[test]
fn a_name_may_be_any_text_or_unset() {
    assert_eq!(retrieved("nameless").name, None);
    assert_eq!(retrieved("empty-name").name.as_deref(), Some(""));
    assert_eq!(
        retrieved("odd-name").name.as_deref(),
        Some("a/b?c=d&e%20f #\"quoted\"\t'x' <y> \\z")
    );
    assert_eq!(retrieved("long-name").name, Some("n".repeat(255)));
    let mut unicode = retrieved("unicode");
    assert_eq!(unicode.name.as_deref(), Some("образ データ café"));
    unicode.tags.sort();
    assert_eq!(unicode.tags, ["two words", "тег"]);
}

#[test]
fn metadata_values_that_are_not_strings_are_decoded() {
    let image = retrieved("null-properties");
    assert_eq!(
        image.metadata.value("kernel_id"),
        Some(MetadataValue::Json("null"))
    );
    let mapping = retrieved("volume-snapshot");
    let text = mapping.metadata.get("block_device_mapping").expect("text");
    let list: serde_json::Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(
        list[0]["snapshot_id"],
        "22222222-3333-4444-5555-666666666666"
    );
}

#[test]
fn retrieving_again_updates_the_fields() {
    let made = image().with("a", "1").create();
    let mut image = image_of(&made);
    image.retrieve().expect("the image");
    let before = image.clone();
    image_of(&made)
        .reset_metadata([("b", "2")])
        .expect("a reset");
    assert_eq!(image, before);
    image.retrieve().expect("the image");
    assert_eq!(image.metadata.iter().collect::<Vec<_>>(), [("b", "2")]);
    assert_eq!(image.created, before.created);
    assert!(image.updated >= before.updated);
}

#[test]
fn public_community_and_shared_images_can_be_retrieved() {
    for label in ["public-small", "other-community", "other-shared", "hidden"] {
        retrieved(label);
    }
    for (user, label) in [("admin", "other-private"), ("demo-reader", "plain")] {
        let mut image = cloud().images(user).get_image(cloud().image_id(label));
        image.retrieve().expect("the image");
    }
}

#[test]
fn retrieving_an_unknown_image_is_not_found() {
    let plain = cloud().image_id("plain");
    let private = cloud().image_id("other-private");
    for (id, encoded) in [
        ("00000000-1111-4222-8333-444444444444", None),
        (private, None),
        (&plain.to_uppercase(), None),
        (&plain.replace('-', ""), None),
        (&format!("{plain}.json"), None),
        ("abc", None),
        ("a%b", Some("a%25b")),
        ("%2e%2e", Some("%252e%252e")),
        ("a?b=c#d", Some("a%3Fb=c%23d")),
        ("a+b", None),
        ("a b", Some("a%20b")),
        ("...", None),
        (&"a".repeat(300), None),
    ] {
        check_error(
            images().get_image(id).retrieve(),
            "NotFound",
            &format!(
                "GET GLANCE/images/{}: 404 Not Found: No image found with ID {id} (request id ID)",
                encoded.unwrap_or(id)
            ),
        );
    }
}

#[test]
fn an_id_that_would_change_the_path_is_rejected_before_a_request() {
    let made = image().create();
    for id in [
        "",
        ".",
        "..",
        "a\r\nb\0",
        "a/b",
        "/",
        &format!("{}/", &*made),
    ] {
        let mut image = images().get_image(id);
        let message = format!(
            "invalid id or key {id:?}: it must not be empty, \".\" or \"..\", or contain \"/\" or \
             control characters; nothing was sent"
        );
        check_error(image.retrieve(), "InvalidInput", &message);
        check_error(image.delete(), "InvalidInput", &message);
        check_error(image.deactivate(), "InvalidInput", &message);
        check_error(image.reactivate(), "InvalidInput", &message);
        check_error(image.get_metadata(), "InvalidInput", &message);
        check_error(image.reset_metadata([("a", "b")]), "InvalidInput", &message);
        check_error(image.merge_metadata([("a", "b")]), "InvalidInput", &message);
        check_error(image.get_metadata_item("a"), "InvalidInput", &message);
        check_error(image.set_metadata_item("a", "b"), "InvalidInput", &message);
        check_error(image.delete_metadata_item("a"), "InvalidInput", &message);
    }
    made.in_glance();
}
