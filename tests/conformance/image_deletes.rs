//! Deleting an image of the Image service, and the errors.

use serde_json::json;

use crate::cloud::cloud;
use crate::glance::{image, in_glance};
use crate::image_service::{check_error, create, ids, image_of, images, new_image};

#[track_caller]
fn check_not_found(id: &str) {
    check_error(
        images().get_image(id).delete(),
        "NotFound",
        &format!(
            "DELETE GLANCE/images/{id}: 404 Not Found: Failed to find image {id} to delete \
             (request id ID)"
        ),
    );
}

#[test]
fn every_operation_on_a_deleted_image_is_not_found() {
    let (mut image, made) = create(new_image());
    image.delete().expect("a deletion");
    check_not_found(&made);
    let message = |method, path| {
        format!(
            "{method} GLANCE/images/{id}{path}: 404 Not Found: No image found with ID {id} \
             (request id ID)",
            id = &*made
        )
    };
    let get = message("GET", "");
    check_error(image.retrieve(), "NotFound", &get);
    check_error(image.get_metadata(), "NotFound", &get);
    check_error(image.get_metadata_item("a"), "NotFound", &get);
    check_error(image.reset_metadata([("a", "b")]), "NotFound", &get);
    let patch = message("PATCH", "");
    check_error(image.merge_metadata([("a", "b")]), "NotFound", &patch);
    check_error(image.delete_metadata_item("a"), "NotFound", &patch);
    let action = message("POST", "/actions/deactivate");
    check_error(image.deactivate(), "NotFound", &action);
    let name = image.name.expect("a name");
    let list = opencloud::image::v2::ListImages::new().name(name);
    assert_eq!(ids(list), Vec::<String>::new());
}

#[test]
fn an_image_in_any_state_can_be_deleted() {
    let deactivated = image().create();
    deactivated.deactivate();
    for made in [
        image().queued().create(),
        image().create(),
        image().data(b"").create(),
        deactivated,
    ] {
        image_of(&made).delete().expect("a deletion");
        check_not_found(&made);
    }
}

#[test]
fn deleting_an_unknown_image_is_not_found() {
    for id in [
        "00000000-1111-4222-8333-444444444444",
        "abc",
        cloud().image_id("other-private"),
    ] {
        check_not_found(id);
    }
    in_glance("other", cloud().image_id("other-private"));
}

#[test]
fn deleting_a_protected_image_is_forbidden_until_it_is_unprotected() {
    let made = image().with("protected", true).create();
    let mut image = image_of(&made);
    check_error(
        image.delete(),
        "Forbidden",
        &format!(
            "DELETE GLANCE/images/{id}: 403 Forbidden: Image {id} is protected and cannot be \
             deleted. (request id ID)",
            id = &*made
        ),
    );
    let update = opencloud::image::v2::ImageUpdate::new().protected(false);
    image.update(update).expect("an update");
    image.delete().expect("a deletion");
}

#[test]
fn deleting_images_of_others_or_as_a_reader_is_forbidden() {
    let made = image().with("tags", json!(["kept"])).create();
    for (user, id) in [
        ("demo", cloud().image_id("other-shared")),
        ("demo", cloud().image_id("other-community")),
        ("demo", cloud().image_id("public-small")),
        ("demo-reader", &*made),
    ] {
        check_error(
            cloud().images(user).get_image(id).delete(),
            "Forbidden",
            &format!(
                "DELETE GLANCE/images/{id}: 403 Forbidden: You are not authorized to complete \
                 delete_image action. (request id ID)"
            ),
        );
    }
    made.in_glance();
}

#[test]
fn an_administrator_deletes_the_images_of_others() {
    let made = image().create();
    let image = cloud().images("admin").get_image(&*made);
    image.delete().expect("a deletion");
    check_not_found(&made);
}
