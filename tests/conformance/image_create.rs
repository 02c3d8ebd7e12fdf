//! Creating an image: every field, and every rejection.

use opencloud::image::v2::{ImageStatus, ListImages, NewImage, Visibility};
use serde_json::json;

use crate::cloud::{cloud, unique};
use crate::error_snapshot::expect_error;
use crate::glance::image;
use crate::image_service::{check_error, create, images, json_of, new_image};

/// Checks that the server rejects the image with this status, kind and message.
#[track_caller]
fn check_rejected(new: NewImage, kind: &str, status: &str, message: &str) {
    let message = format!("POST GLANCE/images: {status}: {message} (request id ID)");
    check_error(images().create_image(new), kind, &message);
}

/// Checks that the image does not match the schema, for this reason.
#[track_caller]
fn check_schema(new: NewImage, reason: &str) {
    let error = expect_error(images().create_image(new));
    assert_eq!(error.status(), Some(400), "{error}");
    let start = format!("Provided object does not match schema 'image': {reason} ");
    let message = error.message();
    assert!(message.starts_with(&start), "{message}");
}

fn numbered(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|n| format!("k{n}"))
}

#[test]
fn an_image_can_be_created_without_any_field() {
    let (image, made) = create(NewImage::new());
    assert_eq!(json_of(&image), made.in_glance());
    assert_eq!((&image.name, &image.disk_format), (&None, &None));
    assert_eq!(image.status, Some(ImageStatus::Queued));
    assert_eq!(image.visibility, Some(Visibility::Shared));
    assert_eq!(image.owner.as_deref(), Some(cloud().project_id("demo")));
}

#[test]
fn an_image_is_created_with_every_field() {
    let name = unique("new");
    let now = jiff::Timestamp::now().as_millisecond();
    let id = format!("aaaaaaaa-1111-4222-8333-{now:012x}");
    let new = NewImage::named(&name)
        .id(&id)
        .disk_format("qcow2")
        .container_format("ovf")
        .visibility(Visibility::Community)
        .tags(["a", "b c", "a"])
        .min_disk(20)
        .min_ram(512)
        .protected(true)
        .hidden(true)
        .property("os_distro", "debian")
        .property("a/b~c", "é");
    let (image, made) = create(new);
    let in_glance = made.in_glance();
    made.unprotect();
    assert_eq!(json_of(&image), in_glance);
    assert_eq!((&image.id, image.name.as_ref()), (&id, Some(&name)));
    for (field, value) in [
        ("tags", json!(["a", "b c"])),
        ("disk_format", json!("qcow2")),
        ("container_format", json!("ovf")),
        ("visibility", json!("community")),
        ("min_disk", json!(20)),
        ("min_ram", json!(512)),
        ("protected", json!(true)),
        ("os_hidden", json!(true)),
        ("os_distro", json!("debian")),
        ("a/b~c", json!("é")),
    ] {
        assert_eq!(in_glance[field], value, "{field}");
    }
}

#[test]
fn a_new_image_can_be_used_at_once() {
    let (mut image, made) = create(new_image());
    image.set_metadata_item("a", "1").expect("an item");
    assert_eq!(made.in_glance()["a"], "1");
    image.delete().expect("a deletion");
}

#[test]
fn a_name_has_at_most_255_characters_of_up_to_three_bytes() {
    for name in ["", " a ", "a\nb", "\0", &"値".repeat(255)] {
        let (image, _made) = create(NewImage::named(name));
        assert_eq!(image.name.as_deref(), Some(name));
    }
    let long = "n".repeat(256);
    check_schema(NewImage::named(&long), &format!("'{long}' is too long"));
    check_rejected(
        NewImage::named("a 🗝"),
        "BadRequest",
        "400 Bad Request",
        "Name can't contain 4 byte unicode characters.",
    );
}

#[test]
fn an_id_that_is_or_was_used_is_a_conflict() {
    let deleted = image().queued().create();
    deleted.delete();
    let private = cloud().image_id("other-private");
    for id in [cloud().image_id("plain"), &deleted, private] {
        check_rejected(
            NewImage::new().id(id),
            "Conflict",
            "409 Conflict",
            &format!("Image ID {id} already exists!"),
        );
    }
}

#[test]
fn an_id_that_is_not_a_uuid_is_a_bad_request() {
    for id in ["", "abc", "aaaaaaaa111142228333aaaaaaaaaaaa"] {
        check_schema(NewImage::new().id(id), &format!("'{id}' does not match"));
    }
}

#[test]
fn only_an_administrator_creates_a_public_image() {
    check_rejected(
        NewImage::new().visibility(Visibility::Public),
        "Forbidden",
        "403 Forbidden",
        "You are not authorized to complete publicize_image action.",
    );
    let new = NewImage::named(unique("public")).visibility(Visibility::Public);
    let image = cloud().images("admin").create_image(new).expect("an image");
    assert_eq!(image.visibility, Some(Visibility::Public));
    image.delete().expect("a deletion");
}

#[test]
fn every_other_visibility_can_be_chosen() {
    for visibility in ["private", "Shared", "COMMUNITY"] {
        let (image, _made) = create(NewImage::new().visibility(visibility));
        assert_eq!(image.visibility, Some(Visibility::from(visibility)));
    }
    for visibility in ["all", "bogus"] {
        let reason = format!("'{visibility}' is not one of");
        check_schema(NewImage::new().visibility(visibility), &reason);
    }
}

#[test]
fn an_unknown_format_is_a_bad_request_that_lists_the_known_formats() {
    check_schema(
        NewImage::new().disk_format("floppy"),
        "'floppy' is not one of [None, 'ami', 'ari', 'aki', 'vhd', 'vhdx', 'vmdk', 'raw', \
         'qcow2', 'vdi', 'iso', 'ploop']",
    );
    check_schema(
        NewImage::new().container_format("zip"),
        "'zip' is not one of [None, 'ami', 'ari', 'aki', 'bare', 'ovf', 'ova', 'docker', \
         'compressed']",
    );
    check_schema(NewImage::new().disk_format("RAW"), "'RAW' is not one of");
}

#[test]
fn min_disk_and_min_ram_have_at_most_31_bits() {
    let (image, _made) = create(NewImage::new().min_disk(2_147_483_647).min_ram(0));
    assert_eq!(image.min_disk, Some(2_147_483_647));
    for (new, field) in [
        (NewImage::new().min_disk(2_147_483_648), "min_disk"),
        (NewImage::new().min_ram(u64::MAX), "min_ram"),
    ] {
        check_rejected(
            new,
            "BadRequest",
            "400 Bad Request",
            &format!("'{field}' value out of range, must not exceed 2147483647."),
        );
    }
}

#[test]
fn an_image_has_at_most_128_tags_of_255_characters() {
    let long = "t".repeat(255);
    let tags = || numbered(127).chain([long.clone()]);
    let (image, _made) = create(NewImage::new().tags(tags()));
    assert_eq!(image.tags.len(), 128);
    check_rejected(
        NewImage::new().tags(numbered(129)),
        "UnexpectedStatus",
        "413 Payload Too Large",
        "The limit has been exceeded on the number of allowed image tags. Attempted: 129, \
         Maximum: 128",
    );
    let long = "t".repeat(256);
    check_schema(
        NewImage::new().tags([&long]),
        &format!("'{long}' is too long"),
    );
    // Glance stores the image before it rejects the tag.
    let name = unique("tag");
    check_rejected(
        NewImage::named(&name).tags(["🗝"]),
        "BadRequest",
        "400 Bad Request",
        "Param values can't contain 4 byte unicode.",
    );
    for image in images().list_images(ListImages::new().name(&name)) {
        image.expect("an image").delete().expect("a deletion");
    }
}

#[test]
fn a_tag_that_cannot_be_in_a_path_is_rejected_before_a_request() {
    for tag in ["", ".", "..", "a/b"] {
        check_error(
            images().create_image(NewImage::new().tags(["good", tag])),
            "InvalidInput",
            &format!(
                "invalid tag {tag:?}: it must not be empty, \".\" or \"..\", or contain \"/\"; \
                 nothing was sent"
            ),
        );
    }
}

#[test]
fn a_property_can_have_any_key_of_255_characters_and_any_value() {
    let long = "k".repeat(255);
    let large = "v".repeat(100_000);
    let items = [
        ("a/b", "slash"),
        ("~1", "tilde"),
        ("a\nb\u{1}", "control"),
        ("Key", "1"),
        ("key", "2"),
        ("ключ", " a \0"),
        ("", "empty key"),
        ("empty", ""),
        (&long, &large),
    ];
    let new = items.iter().fold(NewImage::new(), |new, (key, value)| {
        new.property(*key, *value)
    });
    let (image, made) = create(new);
    let in_glance = made.in_glance();
    for (key, value) in items {
        assert_eq!(image.metadata.get(key), Some(value), "{key:?}");
        assert_eq!(in_glance[key], value, "{key:?}");
    }
}

#[test]
fn a_property_that_glance_rejects_is_a_bad_request() {
    for (key, value, message) in [
        ("key", "🗝", "Key can't contain 4 byte unicode characters."),
        ("🗝", "v", "Property names can't contain 4 byte unicode."),
        (
            &"k".repeat(256),
            "v",
            "Custom property should not be greater than 255 characters.",
        ),
    ] {
        check_rejected(
            NewImage::new().property(key, value),
            "BadRequest",
            "400 Bad Request",
            message,
        );
    }
    check_schema(
        NewImage::new().property("kernel_id", "x"),
        "'x' does not match",
    );
    let policy = "cinder_encryption_key_deletion_policy";
    check_schema(
        NewImage::new().property(policy, "x"),
        "'x' is not one of ['on_image_deletion', 'do_not_delete']",
    );
}

#[test]
fn an_image_has_at_most_128_properties() {
    let with = |count| numbered(count).fold(NewImage::new(), |new, key| new.property(key, "v"));
    let (image, _made) = create(with(128));
    assert_eq!(image.metadata.len(), 128);
    check_rejected(
        with(129),
        "UnexpectedStatus",
        "413 Payload Too Large",
        "The limit has been exceeded on the number of allowed image properties. Attempted: 129, \
         Maximum: 128",
    );
}

#[test]
fn a_property_that_is_a_field_is_rejected_before_a_request() {
    for key in [
        "owner",
        "name",
        "status",
        "size",
        "os_hidden",
        "os_hash_algo",
        "stores",
    ] {
        check_error(
            images().create_image(NewImage::new().property(key, "v")),
            "InvalidInput",
            &format!(
                "invalid metadata key {key:?}: it is a field of the image, not a property; nothing \
                 was sent"
            ),
        );
    }
}

#[test]
fn a_property_that_glance_reserves_is_forbidden() {
    for key in ["os_glance_x", "os_glance_import_task"] {
        check_rejected(
            NewImage::new().property(key, "v"),
            "Forbidden",
            "403 Forbidden",
            &format!("Access was denied to this resource. Attribute '{key}' is reserved."),
        );
    }
}
