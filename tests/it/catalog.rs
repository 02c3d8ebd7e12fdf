//! From a catalogue to an endpoint, and what is said where there is none.

use opencloud::compute::v2::{Compute, ListImages};
use opencloud::{ErrorKind, Interface, OpenStack, Options, Project, Scope, ServiceOptions};
use serde_json::{Value, json};

use crate::support::{Answer, Server, images, token};

/// An endpoint of the catalogue whose URL is here, at that path.
fn endpoint(server: &Server, interface: &str, region: &str, path: &str) -> Value {
    json!({"interface": interface, "region": region, "region_id": region, "url": server.url(path)})
}

/// The service that is found in the catalogue, and nothing but the sign-in sent.
fn find(
    server: &Server,
    catalogue: &Value,
    options: impl FnOnce(Options) -> Options,
    service: ServiceOptions,
) -> opencloud::Result<Compute> {
    let before = server.requests().len();
    server.plays([token("t", 3600, catalogue)]);
    let openstack = OpenStack::new(options(server.options())).expect("good options");
    let found = openstack.compute_v2_with(service);
    assert_eq!(server.lines()[before..], ["POST /v3/auth/tokens"]);
    found
}

/// A cloud of two regions, with a volume service before Nova and a second Nova.
fn two_regions(server: &Server) -> Value {
    json!([
        {"type": "volumev3", "name": "cinder", "endpoints": [
            endpoint(server, "public", "One", "/volume")]},
        {"type": "compute", "name": "nova", "endpoints": [
            endpoint(server, "admin", "One", "/admin"),
            endpoint(server, "internal", "Two", "/internal-two"),
            endpoint(server, "internal", "One", "/internal"),
            endpoint(server, "public", "One", "/one"),
            endpoint(server, "public", "Two", "/two"),
        ]},
        {"type": "compute", "name": "other-nova", "endpoints": [
            endpoint(server, "public", "Two", "/other")]},
    ])
}

#[test]
fn it_is_found_by_type_region_interface_and_by_name_only_when_asked() {
    let server = Server::start();
    let catalogue = two_regions(&server);
    let new = ServiceOptions::new;
    for (options, path) in [
        (new(), "/one"),
        (new().region("Two"), "/two"),
        (new().region("One"), "/one"),
        (new().interface(Interface::Public), "/one"),
        (new().interface(Interface::Internal), "/internal-two"),
        (
            new().interface(Interface::Internal).region("One"),
            "/internal",
        ),
        (new().interface(Interface::Admin), "/admin"),
        (new().name("other-nova"), "/other"),
        (new().name("nova").region("Two"), "/two"),
    ] {
        let said = format!("{options:?}");
        let compute = find(&server, &catalogue, |o| o, options).expect("a service");
        assert_eq!(compute.endpoint(), server.url(path), "{said}");
    }
}

#[test]
fn what_is_asked_of_the_service_stands_before_the_options_for_all() {
    let server = Server::start();
    let catalogue = two_regions(&server);
    let all = |options: Options| options.region("Two").interface(Interface::Internal);
    let new = ServiceOptions::new;
    let compute = find(&server, &catalogue, all, new()).expect("a service");
    assert_eq!(compute.endpoint(), server.url("/internal-two"));
    let compute = find(&server, &catalogue, all, new().region("One")).expect("a service");
    assert_eq!(compute.endpoint(), server.url("/internal"));
    let nova = |options| all(options).compute(new().interface(Interface::Public));
    let compute = find(&server, &catalogue, nova, new()).expect("a service");
    assert_eq!(compute.endpoint(), server.url("/two"));
    let compute = find(&server, &catalogue, nova, new().region("One")).expect("a service");
    assert_eq!(compute.endpoint(), server.url("/one"));
}

#[test]
fn what_real_catalogues_leave_out_or_write_otherwise_is_fine() {
    let server = Server::start();
    let url = server.url("/nova");
    for (given, asked) in [
        (
            json!({"interface": "public", "region": null, "url": url}),
            None,
        ),
        (json!({"interface": "public", "url": url}), None),
        (
            json!({"interface": "public", "region": null, "region_id": "One", "url": url}),
            Some("One"),
        ),
        (
            json!({"interface": "public", "region_id": "One", "url": url}),
            Some("One"),
        ),
        (
            json!({"interface": "public", "region": "One", "url": url}),
            Some("One"),
        ),
        (
            json!({"interface": "publicURL", "region": "One", "url": url}),
            Some("One"),
        ),
    ] {
        let said = given.to_string();
        let empty = json!({"interface": "public", "region": "One", "url": ""});
        let no_url = json!({"interface": "public", "region": "One", "url": null});
        let catalogue = json!([
            {"type": "compute", "name": null, "endpoints": []},
            {"type": null, "name": "x"},
            {"type": "network", "name": "y", "endpoints": null},
            {"type": "compute", "endpoints": [empty, no_url, given], "extra": {"a": [1]}},
        ]);
        let options = match asked {
            None => ServiceOptions::new(),
            Some(region) => ServiceOptions::new().region(region),
        };
        let compute = find(&server, &catalogue, |o| o, options).expect(&said);
        assert_eq!(compute.endpoint(), url, "{said}");
    }
}

#[test]
fn a_url_with_the_project_in_it_and_with_or_without_a_slash_is_fine() {
    for (path, target) in [
        ("", "/images"),
        ("/", "/images"),
        ("/v2.1", "/v2.1/images"),
        ("/v2.1/", "/v2.1/images"),
        ("/v2.1/8f2a", "/v2.1/8f2a/images"),
        ("/compute/v2.1/8f2a/", "/compute/v2.1/8f2a/images"),
    ] {
        let server = Server::start();
        let catalogue = json!([{"type": "compute", "name": "nova", "endpoints": [
            endpoint(&server, "public", "One", path)]}]);
        server.plays([token("t", 3600, &catalogue), Answer::ok(&images(0..1))]);
        let compute = OpenStack::new(server.options())
            .expect("options")
            .compute_v2()
            .expect("it");
        compute
            .list_images(ListImages::new())
            .next()
            .expect("an item")
            .expect("an image");
        assert_eq!(
            server.lines(),
            [
                "POST /v3/auth/tokens".to_owned(),
                format!("GET {target}?page_size=1000&limit=1000")
            ]
        );
    }
}

#[test]
fn where_none_fits_the_error_lists_what_there_is() {
    let server = Server::start();
    let catalogue = two_regions(&server);
    let options = ServiceOptions::new()
        .region("Three")
        .interface(Interface::Admin)
        .name("nova");
    let error = find(&server, &catalogue, |o| o, options).expect_err("a refusal");
    assert_eq!(error.kind(), ErrorKind::NoEndpoint, "{error:?}");
    assert_eq!(
        error.to_string(),
        "no admin endpoint of type \"compute\" and name \"nova\" in region \"Three\"; the \
         catalogue has volumev3 (cinder, public, One), compute (nova, admin, One), compute (nova, \
         internal, Two), compute (nova, internal, One), compute (nova, public, One), compute \
         (nova, public, Two), compute (other-nova, public, Two)"
    );
    for empty in [json!([]), json!(null)] {
        let options = ServiceOptions::new().interface(Interface::Internal);
        let error = find(&server, &empty, |o| o, options).expect_err("a refusal");
        assert_eq!(error.kind(), ErrorKind::NoEndpoint, "{error:?}");
        assert_eq!(
            error.to_string(),
            "no internal endpoint of type \"compute\"; the token has no catalogue: ask for a \
             scope, or give the endpoint"
        );
    }
}

#[test]
fn a_given_endpoint_is_used_instead_of_the_catalogue() {
    let server = Server::start();
    let catalogue = two_regions(&server);
    let options = ServiceOptions::new()
        .endpoint(server.url("/mine/"))
        .region("nowhere");
    let compute = find(&server, &catalogue, |o| o, options).expect("a service");
    assert_eq!(compute.endpoint(), server.url("/mine"));
    let options = ServiceOptions::new().endpoint(server.url("/mine/%(project_id)s"));
    let compute = find(&server, &catalogue, |o| o, options).expect("a service");
    assert_eq!(compute.endpoint(), server.url("/mine/p"));
}

#[test]
fn without_a_sign_in_no_token_is_sent_and_the_endpoint_must_be_given() {
    let server = Server::playing([Answer::ok(&images(0..1))]);
    let openstack = OpenStack::new(server.options().no_auth()).expect("good options");
    let error = openstack.compute_v2().expect_err("a refusal");
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error:?}");
    assert_eq!(
        error.to_string(),
        "without a sign-in there is no catalogue: give the compute endpoint"
    );
    assert_eq!(server.requests(), []);
    let endpoint = ServiceOptions::new().endpoint(server.url("/v2.1"));
    let compute = openstack
        .compute_v2_with(endpoint)
        .expect("the endpoint that was given");
    assert_eq!(compute.list_images(ListImages::new()).flatten().count(), 1);
    assert_eq!(
        server.lines(),
        ["GET /v2.1/images?page_size=1000&limit=1000"]
    );
    assert_eq!(server.requests()[0].header("x-auth-token"), None);
}

#[test]
fn an_endpoint_for_a_project_cannot_be_used_with_a_token_for_none() {
    let body = json!({"token": {"expires_at": "2100-01-01T00:00:00Z"}});
    let server = Server::playing([Answer::json(201, &body).header("X-Subject-Token", "t")]);
    // What is known of a token that was given is its id alone.
    for options in [server.options(), Options::new("").token_id("t").no_proxy()] {
        let openstack = OpenStack::new(options).expect("good options");
        let endpoint =
            ServiceOptions::new().endpoint("http://me:pa55#@127.0.0.1:1/v2/%(project_id)s");
        let error = openstack.compute_v2_with(endpoint).expect_err("a refusal");
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error:?}");
        assert_eq!(
            error.to_string(),
            "the endpoint \"127.0.0.1:1/v2/%(project_id)s\" needs a project, and the token \
             is for none"
        );
    }
}

#[test]
fn an_endpoint_that_cannot_be_one_is_refused_in_words() {
    let server = Server::start();
    for (url, message) in [
        (
            "javascript:alert(1)",
            "the catalogue's compute endpoint cannot be used: \"javascript:alert(1)\" is not a \
             URL that begins with http:// or https://",
        ),
        (
            "file:///etc/passwd",
            "the catalogue's compute endpoint cannot be used: \"file:///etc/passwd\" is not a \
             URL that begins with http:// or https://",
        ),
        (
            "/v2.1",
            "the catalogue's compute endpoint cannot be used: \"/v2.1\" is not a URL that begins \
             with http:// or https://",
        ),
        (
            "//nova/v2.1",
            "the catalogue's compute endpoint cannot be used: \"//nova/v2.1\" is not a URL that \
             begins with http:// or https://",
        ),
        (
            "http://me:pa55word@nova/v2.1",
            "the catalogue's compute endpoint cannot be used: the URL of \"nova\" has a user or a \
             password in it: take them out",
        ),
        (
            "http://nova/v2.1?x=\u{1b}[2J",
            "the catalogue's compute endpoint cannot be used: \"http://nova/v2.1?x=\\u{1b}[2J\" \
             is not a URL: invalid uri character",
        ),
        (
            "http://nova/v2.1?x=y",
            "the catalogue's compute endpoint cannot be used: \"http://nova/v2.1?x=y\" has a \
             query or a fragment: take it out",
        ),
    ] {
        let catalogue = json!([{"type": "compute", "endpoints": [
            {"interface": "public", "url": url}]}]);
        let error = find(&server, &catalogue, |o| o, ServiceOptions::new()).expect_err("a refusal");
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn the_first_page_of_a_listing_is_two_requests_in_all() {
    let server = Server::start();
    server.plays([server.token("t"), Answer::ok(&images(0..3))]);
    let options = server.options().scope(Scope::Project(Project::by_id("p")));
    let compute = OpenStack::new(options)
        .expect("options")
        .compute_v2()
        .expect("a service");
    assert_eq!(compute.list_images(true).count(), 3);
    assert_eq!(
        server.lines(),
        [
            "POST /v3/auth/tokens",
            "GET /v2.1/images/detail?page_size=1000&limit=1000"
        ]
    );
}
