//! Which endpoint is used, and what a wrong one answers.

use opencloud::compute::v2::{Compute, ListImages};
use opencloud::{ErrorKind, Interface, OpenStack, ServiceOptions};

use crate::cloud::{cloud, ids};
use crate::error_snapshot::{kind, refused, said};

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
        .expect("an image or an error")
        .map(|image| image.id)
}

#[test]
fn every_interface_and_the_region_lead_to_nova() {
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
fn a_name_is_looked_for_only_when_asked() {
    let find = |name| {
        cloud()
            .openstack("demo")
            .compute_v2_with(ServiceOptions::new().name(name))
    };
    assert_eq!(find("nova").expect("a service").endpoint(), cloud().nova());
    assert_eq!(kind(&refused(find("supernova"))), "NoEndpoint");
}

#[test]
fn a_region_that_is_not_there_is_an_error_that_lists_those_that_are() {
    let options = ServiceOptions::new()
        .region("Nowhere")
        .interface(Interface::Admin);
    let error = refused(cloud().openstack("demo").compute_v2_with(options));
    assert_eq!(kind(&error), "NoEndpoint");
    let said = said(&error);
    let (words, list) = said.split_once(" in the catalog; it has ").expect("a list");
    assert_eq!(
        words,
        "no admin endpoint of type \"compute\" in region \"Nowhere\""
    );
    // Whatever order the catalogue has them in.
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
fn a_slash_at_the_end_of_an_endpoint_does_not_matter() {
    for end in ["", "/", "//"] {
        let compute = at(&format!("{}{end}", cloud().nova()));
        assert_eq!(compute.endpoint(), cloud().nova());
        first(&compute).expect("an image");
    }
}

#[test]
fn the_project_may_be_in_the_path() {
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
        // The next link has the project in its path too.
        let list = ListImages::new().limit(3).page_size(1);
        assert_eq!(ids(compute.list_images(list)).len(), 3);
    }
}

#[test]
fn another_projects_id_in_the_path_is_refused() {
    let project = |name| cloud().project_id(name);
    let endpoint = format!("{}/{}", cloud().nova(), project("other"));
    let error = refused(first(&at(&endpoint)));
    assert_eq!(kind(&error), "BadRequest");
    assert_eq!(
        said(&error),
        format!(
            "GET {endpoint}/images?limit=1: 400 Bad Request: Malformed request URL: URL's \
             project_id '{}' doesn't match Context's project_id '{}' (request id ID)",
            project("other"),
            project("demo")
        )
    );
}

#[test]
fn the_legacy_address_serves_images_too() {
    let root = cloud()
        .nova()
        .strip_suffix("/v2.1")
        .expect("an address with a version");
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
fn a_path_that_is_none_is_told_apart_from_a_missing_image() {
    let endpoint = format!("{}/nonsense", cloud().nova());
    for outcome in [
        refused(first(&at(&endpoint))),
        refused(
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
fn another_service_at_the_endpoint_is_an_error() {
    let error = refused(first(&at(cloud().identity())));
    assert_eq!(error.kind(), ErrorKind::NoSuchApi);

    let error = refused(first(&at(cloud().glance())));
    assert_eq!(
        (kind(&error).as_str(), error.status()),
        ("UnexpectedStatus", Some(300))
    );
    assert_eq!(
        error.message(),
        "the server offers several addresses; check the endpoint URL"
    );
}
