//! Choosing an endpoint of the Image service, and the errors of a wrong one.

use opencloud::image::v2::{ImageService, ListImages, NewImage};
use opencloud::{Interface, OpenStack, ServiceOptions, compute};

use crate::cloud::cloud;
use crate::error_snapshot::{expect_error, kind, snapshot};
use crate::glance::image;
use crate::image_service::check_error;

#[track_caller]
fn at(path: &str) -> ImageService {
    let endpoint = format!("{}{path}", cloud().glance());
    let options = ServiceOptions::new().endpoint(endpoint);
    let openstack = cloud().openstack("demo");
    openstack.images_v2_with(options).expect("a service")
}

#[track_caller]
fn check_works(images: &ImageService) {
    let mut list = images.list_images(ListImages::new().limit(2).page_size(1));
    list.next().expect("an item").expect("an image");
    list.next()
        .expect("an item")
        .expect("an image of the next page");
    let mut image = images.get_image(cloud().image_id("plain"));
    image.retrieve().expect("the image");
    assert_eq!(image.name.as_deref(), Some("plain"));
}

#[test]
fn glance_is_found_by_every_interface_by_region_and_by_name() {
    let expected = format!("{}/v2", cloud().glance());
    for options in [
        ServiceOptions::new(),
        ServiceOptions::new().interface(Interface::Internal),
        ServiceOptions::new().interface(Interface::Admin),
        ServiceOptions::new().region(cloud().region()),
        ServiceOptions::new().name("glance"),
    ] {
        let openstack = cloud().openstack("demo");
        let images = openstack.images_v2_with(options).expect("a service");
        assert_eq!(images.endpoint(), expected);
        check_works(&images);
    }
}

#[test]
fn a_catalog_without_the_endpoint_is_an_error() {
    let find = |options| cloud().openstack("demo").images_v2_with(options);
    for options in [
        ServiceOptions::new().region("Unknown"),
        ServiceOptions::new().name("nova"),
    ] {
        let error = expect_error(find(options));
        assert_eq!(kind(&error), "NoEndpoint");
        let message = snapshot(&error);
        assert!(
            message.starts_with("no public endpoint of type \"image\""),
            "{message}"
        );
    }
}

#[test]
fn an_endpoint_may_have_the_version_and_trailing_slashes() {
    for path in ["", "/", "//", "/v2", "/v2/", "/v2.0", "/v2.15"] {
        check_works(&at(path));
    }
}

#[test]
fn an_endpoint_with_another_version_is_no_such_api() {
    let made = image().create();
    for path in ["/v1", "/v3", "/v2.99"] {
        let images = at(path);
        let start = format!("{}{path}/images", cloud().glance());
        let list = || {
            images
                .list_images(ListImages::new())
                .next()
                .expect("an item")
        };
        let mut image = images.get_image(&*made);
        for outcome in [
            list().map(drop),
            images.create_image(NewImage::new()).map(drop),
            image.retrieve(),
            image.set_metadata_item("a", "1"),
            image.delete(),
        ] {
            let error = expect_error(outcome);
            assert_eq!(
                (kind(&error).as_str(), error.status()),
                ("NoSuchApi", Some(300))
            );
            let url = error.url().expect("a URL");
            assert!(url.starts_with(&start), "{url}");
            let newest = if cloud().is_zed() { "" } else { "v2.17, " };
            let message = format!(
                "the server offers the versions v2.15, v2.13, v2.12, v2.11, v2.10, v2.9, v2.8, \
                 {newest}v2.7, v2.6, v2.5, v2.4, v2.3, v2.2, v2.1, v2.0; check the endpoint URL"
            );
            assert_eq!(error.message(), message);
        }
    }
    made.in_glance();
}

#[test]
fn an_endpoint_with_an_unknown_path_is_no_such_api() {
    let made = image().create();
    let images = at("/v2/v2");
    let mut image = images.get_image(&*made);
    let message = |method, path: &str| {
        format!(
            "{method} GLANCE/v2/images{path}: 404 Not Found: The resource could not be found. (the \
             URL does not exist: check the endpoint) (request id ID)"
        )
    };
    let path = format!("/{}", &*made);
    check_error(
        images
            .list_images(ListImages::new())
            .next()
            .expect("an item"),
        "NoSuchApi",
        &message("GET", "?limit=1000"),
    );
    check_error(
        images.create_image(NewImage::new()),
        "NoSuchApi",
        &message("POST", ""),
    );
    check_error(image.retrieve(), "NoSuchApi", &message("GET", &path));
    check_error(
        image.set_metadata_item("a", "1"),
        "NoSuchApi",
        &message("PATCH", &path),
    );
    check_error(image.delete(), "NoSuchApi", &message("DELETE", &path));
    check_error(
        image.deactivate(),
        "NoSuchApi",
        &message("POST", &format!("{path}/actions/deactivate")),
    );
    made.in_glance();
}

#[test]
fn a_microversion_is_rejected() {
    let find = |openstack: &OpenStack, options| openstack.images_v2_with(options);
    let openstack = OpenStack::new(cloud().options("demo")).expect("valid options");
    for version in ["2.35", "latest", "two"] {
        check_error(
            find(&openstack, ServiceOptions::new().microversion(version)),
            "InvalidInput",
            &format!(
                "invalid microversion {version:?}: the Image service has no microversions; unset \
                 it; nothing was sent"
            ),
        );
    }
}

#[test]
fn the_endpoint_of_glance_for_the_compute_service_is_an_error() {
    let made = image().create();
    let options = ServiceOptions::new().endpoint(cloud().glance());
    let openstack = cloud().openstack("demo");
    let compute = openstack.compute_v2_with(options).expect("a service");
    let mut image = compute.get_image(&*made);
    let list = |list| compute.list_images(list).next().expect("an item").map(drop);
    let url = format!("{}/v2.1/images", cloud().glance());
    let check = |outcome, expected: &str, message: &str| {
        let error = expect_error(outcome);
        let actual = snapshot(&error).replace(&url, "URL");
        assert_eq!((kind(&error).as_str(), &*actual), (expected, message));
    };
    check(
        list(compute::v2::ListImages::detailed()),
        "NoSuchApi",
        "GET URL/detail?page_size=1000&limit=1000: 404 Not Found: No image found with ID detail \
         (the URL does not exist: check the endpoint) (request id ID)",
    );
    check(
        image.retrieve(),
        "InvalidResponse",
        &format!(
            "GET URL/{}: 200 OK: the body has no \"image\" (request id ID)",
            &*made
        ),
    );
    check(
        image.get_metadata().map(drop),
        "NoSuchApi",
        &format!(
            "GET URL/{}/metadata: 404 Not Found: The resource could not be found. (the URL does \
             not exist: check the endpoint) (request id ID)",
            &*made
        ),
    );
}
