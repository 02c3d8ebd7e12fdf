//! Choosing an endpoint, and the errors of a wrong one.

use opencloud::compute::v2::{Compute, ListImages};
use opencloud::{ErrorKind, Interface, OpenStack, ServiceOptions};

use crate::cloud::{cloud, ids};
use crate::error_snapshot::{check_versions, expect_error, kind, snapshot};

#[track_caller]
fn at(endpoint: &str) -> Compute {
    let options = ServiceOptions::new().endpoint(endpoint);
    cloud()
        .openstack("demo")
        .compute_v2_with(options)
        .expect("a service")
}

#[track_caller]
fn first(compute: &Compute) -> opencloud::Result<String> {
    let list = ListImages::new().limit(1);
    compute
        .list_images(list)
        .next()
        .expect("an item")
        .map(|image| image.id)
}

#[test]
fn nova_is_found_by_every_interface_and_by_region() {
    for interface in [Interface::Public, Interface::Internal, Interface::Admin] {
        let options = ServiceOptions::new()
            .interface(interface)
            .region(cloud().region());
        let compute = cloud()
            .openstack("demo")
            .compute_v2_with(options)
            .expect("a service");
        assert_eq!(compute.endpoint(), cloud().nova());
        first(&compute).expect("an image");
    }
    let options = cloud().options("demo").interface(Interface::Internal);
    let compute = OpenStack::new(options)
        .expect("valid options")
        .compute_v2()
        .expect("a service");
    assert_eq!(compute.endpoint(), cloud().nova());
}

#[test]
fn a_service_is_found_by_its_name() {
    let find = |name| {
        cloud()
            .openstack("demo")
            .compute_v2_with(ServiceOptions::new().name(name))
    };
    assert_eq!(find("nova").expect("a service").endpoint(), cloud().nova());
    assert_eq!(kind(&expect_error(find("unknown"))), "NoEndpoint");
}

#[test]
fn the_error_for_an_unknown_region_lists_the_available_endpoints() {
    let options = ServiceOptions::new()
        .region("Unknown")
        .interface(Interface::Admin);
    let error = expect_error(cloud().openstack("demo").compute_v2_with(options));
    assert_eq!(kind(&error), "NoEndpoint");
    let message = snapshot(&error);
    let (reason, list) = message
        .split_once(" in the catalog; it has ")
        .expect("a list");
    assert_eq!(
        reason,
        "no admin endpoint of type \"compute\" in region \"Unknown\""
    );
    // The order of the catalog differs.
    let mut list: Vec<_> = list.split(", ").collect();
    list.sort_unstable();
    let region = cloud().region();
    let expected = ["admin", "internal", "public"];
    assert_eq!(
        list,
        expected.map(|interface| format!("{interface} in region {region:?}"))
    );
}

#[test]
fn trailing_slashes_of_an_endpoint_are_ignored() {
    for end in ["", "/", "//"] {
        let compute = at(&format!("{}{end}", cloud().nova()));
        assert_eq!(compute.endpoint(), cloud().nova());
        first(&compute).expect("an image");
    }
}

#[test]
fn an_endpoint_may_contain_the_project_id() {
    let project = cloud().project_id("demo");
    for end in [project, "%(project_id)s", "$(tenant_id)s"] {
        let compute = at(&format!("{}/{end}", cloud().nova()));
        assert_eq!(compute.endpoint(), format!("{}/{project}", cloud().nova()));
        let id = cloud().image_id("plain");
        let mut image = compute.get_image(id);
        image.retrieve().expect("the image");
        assert_eq!(image.name.as_deref(), Some("plain"));
        let expected = format!("{}/{project}/images/{id}", cloud().nova());
        assert_eq!(
            (&*image.links[0].rel, &image.links[0].href),
            ("self", &expected)
        );
        // The path of the next link contains the project, too.
        let list = ListImages::new().limit(3).page_size(1);
        assert_eq!(ids(compute.list_images(list)).len(), 3);
    }
}

#[test]
fn an_endpoint_with_the_id_of_another_project_is_a_bad_request() {
    let project = |name| cloud().project_id(name);
    let endpoint = format!("{}/{}", cloud().nova(), project("other"));
    let error = expect_error(first(&at(&endpoint)));
    assert_eq!(kind(&error), "BadRequest");
    assert_eq!(
        snapshot(&error),
        format!(
            "GET {endpoint}/images?limit=1: 400 Bad Request: Malformed request URL: URL's \
             project_id '{}' doesn't match Context's project_id '{}' (request id ID)",
            project("other"),
            project("demo")
        )
    );
}

#[test]
fn the_legacy_endpoint_works() {
    let root = cloud()
        .nova()
        .strip_suffix("/v2.1")
        .expect("a URL with a version");
    let compute = at(&format!("{root}/v2"));
    first(&compute).expect("an image");
    let mut image = compute.get_image(cloud().image_id("plain"));
    image.retrieve().expect("the image");
    assert_eq!(
        image.links[0].href,
        format!("{root}/v2/images/{}", image.id)
    );
}

#[test]
fn an_unknown_path_is_not_reported_as_a_missing_image() {
    let endpoint = format!("{}/unknown", cloud().nova());
    for outcome in [
        expect_error(first(&at(&endpoint))),
        expect_error(
            at(&endpoint)
                .get_image(cloud().image_id("plain"))
                .retrieve(),
        ),
    ] {
        assert_eq!(outcome.kind(), ErrorKind::NoSuchApi);
        assert_eq!(outcome.message(), "The resource could not be found.");
    }
}

#[test]
fn an_endpoint_of_another_service_is_an_error() {
    let error = expect_error(first(&at(cloud().identity())));
    assert_eq!(error.kind(), ErrorKind::NoSuchApi);

    let error = expect_error(first(&at(cloud().glance())));
    check_versions(&error);
}
