//! Updating an image: each field, properties, and every rejection.

use opencloud::image::v2::{ImageUpdate, Visibility};
use serde_json::{Value, json};

use crate::cloud::cloud;
use crate::error_snapshot::expect_error;
use crate::glance::{TestImage, image, in_glance};
use crate::image_service::{check_error, check_forbidden, image_of, images, json_of};

/// Updates the image, and checks which fields changed on the server and in the copy.
#[track_caller]
fn check_updated(made: &TestImage, update: ImageUpdate, changes: &Value) {
    let mut expected = made.in_glance();
    let mut image = image_of(made);
    image.update(update).expect("an update");
    let actual = made.in_glance();
    for (field, value) in changes.as_object().expect("an object") {
        expected[field] = value.clone();
    }
    expected["updated_at"] = actual["updated_at"].clone();
    assert_eq!(actual, expected);
    assert_eq!(json_of(&image), expected);
}

/// Checks that the server rejects the update, and changes nothing.
#[track_caller]
fn check_rejected(made: &TestImage, update: ImageUpdate, kind: &str, message: &str) {
    let before = made.in_glance();
    check_error(
        image_of(made).update(update),
        kind,
        &format!("PATCH GLANCE/images/{}: {message} (request id ID)", &**made),
    );
    assert_eq!(made.in_glance(), before);
}

fn numbered(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|n| format!("k{n}"))
}

#[test]
fn each_field_is_changed_and_no_other() {
    let made = image().with("a", "1").with("tags", json!(["t"])).create();
    let update = ImageUpdate::new;
    check_updated(&made, update().name("é / ~"), &json!({"name": "é / ~"}));
    check_updated(&made, update().name(""), &json!({"name": ""}));
    for visibility in ["shared", "community", "private"] {
        let changes = json!({ "visibility": visibility });
        check_updated(&made, update().visibility(visibility), &changes);
    }
    check_updated(&made, update().tags(["x y"]), &json!({"tags": ["x y"]}));
    check_updated(&made, update().tags([""; 0]), &json!({"tags": []}));
    check_updated(&made, update().protected(true), &json!({"protected": true}));
    check_updated(
        &made,
        update().protected(false),
        &json!({"protected": false}),
    );
    check_updated(&made, update().hidden(true), &json!({"os_hidden": true}));
    check_updated(&made, update().hidden(false), &json!({"os_hidden": false}));
    check_updated(&made, update().min_disk(20), &json!({"min_disk": 20}));
    check_updated(&made, update().min_ram(512), &json!({"min_ram": 512}));
    check_updated(&made, update().property("b", "2"), &json!({"b": "2"}));
    check_updated(&made, update().property("b", "3"), &json!({"b": "3"}));
}

#[test]
fn several_changes_are_made_at_once() {
    let made = image().with("a", "1").create();
    let update = ImageUpdate::new()
        .name("new")
        .min_disk(1)
        .property("b", "2")
        .remove_property("a");
    let mut image = image_of(&made);
    image.update(update).expect("an update");
    assert_eq!(image.metadata.iter().collect::<Vec<_>>(), [("b", "2")]);
    assert_eq!(image.name.as_deref(), Some("new"));
    assert_eq!(json_of(&image), made.in_glance());
}

#[test]
fn an_update_without_changes_changes_nothing() {
    let made = image().with("a", "1").create();
    let before = made.in_glance();
    image_of(&made)
        .update(ImageUpdate::new())
        .expect("an update");
    assert_eq!(made.in_glance(), before);
}

#[test]
fn an_update_makes_all_changes_or_none() {
    let made = image().with("a", "1").create();
    let update = ImageUpdate::new()
        .name("new")
        .property("b", "2")
        .remove_property("missing");
    check_rejected(
        &made,
        update,
        "KeyNotFound",
        "409 Conflict: There was a conflict when trying to complete your request. Property \
         missing does not exist.",
    );
}

#[test]
fn keys_with_a_slash_or_a_tilde_are_escaped() {
    let made = image().create();
    let keys = [
        "a/b", "a~b", "a~1b", "~0", "/", "//", "a%2Fb", "a\nb", "ключ", "",
    ];
    let set = |value: &str| {
        keys.iter().fold(ImageUpdate::new(), |update, key| {
            update.property(*key, value)
        })
    };
    for value in ["1", "2"] {
        image_of(&made).update(set(value)).expect("an update");
        let in_glance = made.in_glance();
        for key in keys {
            assert_eq!(in_glance[key], value, "{key:?}");
        }
    }
    let removed = keys.iter().fold(ImageUpdate::new(), |update, key| {
        update.remove_property(*key)
    });
    let mut image = image_of(&made);
    image.update(removed).expect("an update");
    assert_eq!(image.metadata.len(), 0);
    assert_eq!(made.in_glance().get("a/b"), None);
}

#[test]
fn a_property_that_glance_accepts_and_does_not_store_is_an_error() {
    let made = image().with("a", "1").create();
    for key in ["member", "context", "delete", "get_data", "notifier"] {
        let mut image = image_of(&made);
        check_error(
            image.update(ImageUpdate::new().property(key, "v")),
            "InvalidResponse",
            &format!(
                "PATCH GLANCE/images/{}: 200 OK: the server accepted the metadata item {key:?} \
                 and did not store it; use another key (request id ID)",
                &*made
            ),
        );
        assert_eq!(image.metadata.iter().collect::<Vec<_>>(), [("a", "1")]);
    }
}

#[test]
fn a_property_that_glance_cannot_change_is_an_error() {
    let made = image().with("context", "x").create();
    check_rejected(
        &made,
        ImageUpdate::new().remove_property("context"),
        "Forbidden",
        "403 Forbidden: Access was denied to this resource. Property context may not be removed.",
    );
    check_rejected(
        &made,
        ImageUpdate::new().property("base", "v"),
        "UnexpectedStatus",
        "500 Internal Server Error: The server has either erred or is incapable of performing the \
         requested operation.",
    );
    check_rejected(
        &made,
        ImageUpdate::new().property("os_glance_x", "v"),
        "Forbidden",
        "403 Forbidden: Attribute 'os_glance_x' is reserved.",
    );
}

#[test]
fn a_property_that_is_a_field_is_rejected_before_a_request() {
    let made = image().create();
    let before = made.in_glance();
    let other = cloud().project_id("other");
    for key in [
        "owner",
        "name",
        "visibility",
        "tags",
        "status",
        "locations",
        "id",
    ] {
        let message = format!(
            "invalid metadata key {key:?}: it is a field of the image, not a property; nothing \
             was sent"
        );
        for update in [
            ImageUpdate::new().property(key, other),
            ImageUpdate::new().name("new").remove_property(key),
        ] {
            check_error(image_of(&made).update(update), "InvalidInput", &message);
        }
    }
    assert_eq!(made.in_glance(), before);
}

#[test]
fn a_tag_that_cannot_be_in_a_path_is_rejected_before_a_request() {
    let made = image().with("tags", json!(["t"])).create();
    for tag in ["", ".", "..", "a/b"] {
        check_error(
            image_of(&made).update(ImageUpdate::new().tags(["good", tag])),
            "InvalidInput",
            &format!(
                "invalid tag {tag:?}: it must not be empty, \".\" or \"..\", or contain \"/\"; \
                 nothing was sent"
            ),
        );
    }
    assert_eq!(made.in_glance()["tags"], json!(["t"]));
}

#[test]
fn a_value_that_glance_rejects_is_a_bad_request() {
    let made = image().create();
    check_rejected(
        &made,
        ImageUpdate::new().name("🗝"),
        "BadRequest",
        "400 Bad Request: Name can't contain 4 byte unicode characters.",
    );
    check_rejected(
        &made,
        ImageUpdate::new().min_ram(2_147_483_648),
        "BadRequest",
        "400 Bad Request: 'min_ram' value out of range, must not exceed 2147483647.",
    );
    let long = "n".repeat(256);
    for (update, reason) in [
        (
            ImageUpdate::new().name(&long),
            format!("'{long}' is too long "),
        ),
        (
            ImageUpdate::new().visibility("bogus"),
            "'bogus' is not one of ['community', 'public', 'private', 'shared'] ".to_owned(),
        ),
        (
            ImageUpdate::new().property("kernel_id", "x"),
            "'x' does not match ".to_owned(),
        ),
    ] {
        let error = expect_error(image_of(&made).update(update));
        assert_eq!(error.status(), Some(400), "{error}");
        let start = format!("Provided object does not match schema 'image': {reason}");
        assert!(error.message().starts_with(&start), "{error}");
    }
}

#[test]
fn more_than_128_tags_or_properties_are_an_error() {
    let made = image().create();
    let update = numbered(128).fold(ImageUpdate::new(), |update, key| update.property(key, "v"));
    let mut image = image_of(&made);
    image.update(update).expect("an update");
    assert_eq!(image.metadata.len(), 128);
    // The properties are counted after all changes.
    image
        .update(
            ImageUpdate::new()
                .property("new", "v")
                .remove_property("k0"),
        )
        .expect("an update");
    for (update, what) in [
        (ImageUpdate::new().property("k0", "v"), "properties"),
        (ImageUpdate::new().tags(numbered(129)), "tags"),
    ] {
        check_rejected(
            &made,
            update,
            "UnexpectedStatus",
            &format!(
                "413 Payload Too Large: The limit has been exceeded on the number of \
                 allowed image {what}. Attempted: 129, Maximum: 128"
            ),
        );
    }
}

#[test]
fn only_an_administrator_publishes_an_image() {
    let made = image().create();
    check_rejected(
        &made,
        ImageUpdate::new().visibility(Visibility::Public),
        "Forbidden",
        "403 Forbidden: You are not authorized to complete publicize_image action.",
    );
    let mut image = cloud().images("admin").get_image(&*made);
    image
        .update(ImageUpdate::new().visibility(Visibility::Public))
        .expect("an update");
    assert_eq!(made.in_glance()["visibility"], "public");
}

#[test]
fn an_image_in_any_state_can_be_updated() {
    let deactivated = image().create();
    deactivated.deactivate();
    let protected = image().with("protected", true).queued().create();
    for made in [&deactivated, &protected] {
        check_updated(
            made,
            ImageUpdate::new().name("new"),
            &json!({"name": "new"}),
        );
    }
    protected.unprotect();
}

#[test]
fn updating_images_of_others_is_forbidden_or_not_found() {
    let update = || ImageUpdate::new().property("k", "v");
    for label in ["public-small", "other-shared", "other-community"] {
        let id = cloud().image_id(label);
        let outcome = images().get_image(id).update(update());
        check_forbidden(
            outcome,
            &format!("PATCH GLANCE/images/{id}"),
            "modify_image",
        );
    }
    for id in [
        cloud().image_id("other-private"),
        "00000000-1111-4222-8333-444444444444",
        "abc",
    ] {
        check_error(
            images().get_image(id).update(update()),
            "NotFound",
            &format!(
                "PATCH GLANCE/images/{id}: 404 Not Found: No image found with ID {id} (request id \
                 ID)"
            ),
        );
    }
    assert_eq!(
        in_glance("other", cloud().image_id("other-private")).get("k"),
        None
    );
}
