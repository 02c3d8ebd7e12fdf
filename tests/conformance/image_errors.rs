//! Errors that any operation of the Image service can return.

use opencloud::image::v2::{ImageService, ListImages, NewImage};
use opencloud::{Domain, OpenStack, Scope, ServiceOptions, Token, User};
use serde_json::Value;

use crate::cloud::cloud;
use crate::glance::{TestImage, image};
use crate::image_service::{TestImages, check_error, check_forbidden};
use crate::secret_scan;

/// A client of the user `demo` for one case.
fn demo() -> OpenStack {
    OpenStack::new(cloud().options("demo")).expect("valid options")
}

fn exported(openstack: &OpenStack) -> Value {
    let token = openstack.token().expect("a token");
    secret_scan::value(&token);
    serde_json::to_value(token).expect("JSON")
}

fn revoke(openstack: &OpenStack) {
    let token = exported(openstack);
    cloud().revoke(token["id"].as_str().expect("an id"));
}

#[track_caller]
fn service(openstack: &OpenStack) -> ImageService {
    openstack.images_v2().expect("a service")
}

#[test]
fn a_revoked_token_is_replaced_by_every_operation() {
    let made = image().create();
    for operation in 0..5 {
        let openstack = demo();
        let images = service(&openstack);
        let mut image = images.get_image(&*made);
        revoke(&openstack);
        match operation {
            0 => image.retrieve().expect("the image"),
            1 => image.set_metadata_item("a", "1").expect("an item"),
            2 => image.deactivate().expect("a deactivation"),
            3 => {
                let new = images.create_image(NewImage::new()).expect("an image");
                TestImage::of_demo(&new.id);
            }
            _ => image.delete().expect("a deletion"),
        }
    }
}

#[test]
fn a_list_continues_after_its_token_was_revoked() {
    let test_images = TestImages::create(7);
    let openstack = demo();
    let mut list = service(&openstack).list_images(test_images.list().page_size(2));
    let mut next = || list.next().expect("an item").expect("an image").id;
    let mut actual = vec![next(), next(), next()];
    revoke(&openstack);
    actual.extend(list.map(|image| image.expect("an image").id));
    assert_eq!(actual, test_images.ids);
}

#[test]
fn a_revoked_token_without_credentials_is_unauthorized() {
    let openstack = demo();
    let token: Token = serde_json::from_value(exported(&openstack)).expect("a token");
    revoke(&openstack);
    let options = cloud().address().cached_token(token);
    let images = service(&OpenStack::new(options).expect("valid options"));
    let list = || {
        images
            .list_images(ListImages::new())
            .next()
            .expect("an item")
    };
    let mut image = images.get_image(cloud().image_id("plain"));
    let path = format!("/{}", image.id);
    for (outcome, request) in [
        (list().map(drop), "GET GLANCE/images?limit=1000".to_owned()),
        (image.retrieve(), format!("GET GLANCE/images{path}")),
        (
            image.deactivate(),
            format!("POST GLANCE/images{path}/actions/deactivate"),
        ),
        (image.clear_metadata(), format!("GET GLANCE/images{path}")),
        (
            image.set_metadata_item("a", "1"),
            format!("PATCH GLANCE/images{path}"),
        ),
        (image.delete(), format!("DELETE GLANCE/images{path}")),
        (
            images.create_image(NewImage::new()).map(drop),
            "POST GLANCE/images".to_owned(),
        ),
    ] {
        check_error(
            outcome,
            "Unauthorized",
            &format!(
                "{request}: 401 Unauthorized: This server could not verify that you are authorized \
                 to access the document you requested. Either you supplied the wrong credentials \
                 (e.g., bad password), or your browser does not understand how to supply the \
                 credentials required. (the token is expired or revoked, or another cloud issued \
                 it)"
            ),
        );
    }
}

#[test]
fn a_token_without_a_project_sees_no_images_except_in_zed() {
    let user = User::by_name("demo", cloud().password("demo"), Domain::by_id("default"));
    let options = cloud().address().user(user).scope(Scope::Unscoped);
    let openstack = OpenStack::new(options).expect("valid options");
    let endpoint = ServiceOptions::new().endpoint(cloud().glance());
    let images = openstack.images_v2_with(endpoint).expect("a service");
    let id = cloud().image_id("plain");
    check_error(
        images.get_image(id).retrieve(),
        "NotFound",
        &format!(
            "GET GLANCE/images/{id}: 404 Not Found: No image found with ID {id} (request id ID)"
        ),
    );
    // Zed lists public images, and creates images without an owner.
    if cloud().is_zed() {
        return;
    }
    let outcome = images.list_images(ListImages::new()).next();
    let request = "GET GLANCE/images?limit=1000";
    check_forbidden(outcome.expect("an item"), request, "get_images");
    let outcome = images.create_image(NewImage::new());
    check_forbidden(outcome, "POST GLANCE/images", "add_image");
}
