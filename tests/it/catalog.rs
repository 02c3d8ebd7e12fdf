//! Finding an endpoint in the catalog, and the errors if no endpoint matches.

use opencloud::compute::v2::{Compute, ListImages};
use opencloud::{ErrorKind, Interface, OpenStack, Options, Project, Scope, ServiceOptions};
use serde_json::{Value, json};

use crate::support::{Response, Server, images, token};

/// An endpoint without a version, as the client completes it.
fn versioned(server: &Server, path: &str) -> String {
    format!("{}/v2.1", server.url(path))
}

/// An endpoint of the catalog: this path on this server.
fn endpoint(server: &Server, interface: &str, region: &str, path: &str) -> Value {
    json!({"interface": interface, "region": region, "region_id": region, "url": server.url(path)})
}

/// Finds the service in the catalog; only the authentication request is sent.
fn find(
    server: &Server,
    catalog: &Value,
    options: impl FnOnce(Options) -> Options,
    service: ServiceOptions,
) -> opencloud::Result<Compute> {
    let before = server.requests().len();
    server.set_responses([token("t", 3600, catalog)]);
    let openstack = OpenStack::new(options(server.options())).expect("valid options");
    let found = openstack.compute_v2_with(service);
    assert_eq!(server.lines()[before..], ["POST /v3/auth/tokens"]);
    found
}

/// A catalog with two regions, a volume service and two compute services.
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
fn an_endpoint_is_found_by_type_region_and_interface_and_optionally_by_name() {
    let server = Server::start();
    let catalog = two_regions(&server);
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
        let context = format!("{options:?}");
        let compute = find(&server, &catalog, |o| o, options).expect("a service");
        assert_eq!(compute.endpoint(), versioned(&server, path), "{context}");
    }
}

#[test]
fn service_options_override_the_options_of_the_client() {
    let server = Server::start();
    let catalog = two_regions(&server);
    let all = |options: Options| options.region("Two").interface(Interface::Internal);
    let new = ServiceOptions::new;
    let compute = find(&server, &catalog, all, new()).expect("a service");
    assert_eq!(compute.endpoint(), versioned(&server, "/internal-two"));
    let compute = find(&server, &catalog, all, new().region("One")).expect("a service");
    assert_eq!(compute.endpoint(), versioned(&server, "/internal"));
    let nova = |options| all(options).compute(new().interface(Interface::Public));
    let compute = find(&server, &catalog, nova, new()).expect("a service");
    assert_eq!(compute.endpoint(), versioned(&server, "/two"));
    let compute = find(&server, &catalog, nova, new().region("One")).expect("a service");
    assert_eq!(compute.endpoint(), versioned(&server, "/one"));
}

#[test]
fn missing_and_legacy_fields_of_real_catalogs_are_accepted() {
    let server = Server::start();
    let url = server.url("/nova");
    for (endpoint, region) in [
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
        let context = endpoint.to_string();
        let empty = json!({"interface": "public", "region": "One", "url": ""});
        let no_url = json!({"interface": "public", "region": "One", "url": null});
        let catalog = json!([
            {"type": "compute", "name": null, "endpoints": []},
            {"type": null, "name": "x"},
            {"type": "network", "name": "y", "endpoints": null},
            {"type": "compute", "endpoints": [empty, no_url, endpoint], "extra": {"a": [1]}},
        ]);
        let options = match region {
            None => ServiceOptions::new(),
            Some(region) => ServiceOptions::new().region(region),
        };
        let compute = find(&server, &catalog, |o| o, options).expect(&context);
        assert_eq!(compute.endpoint(), versioned(&server, "/nova"), "{context}");
    }
}

#[test]
fn an_endpoint_url_may_have_a_project_id_and_a_trailing_slash() {
    for (path, target) in [
        ("", "/v2.1/images"),
        ("/", "/v2.1/images"),
        ("/v2.1", "/v2.1/images"),
        ("/v2.1/", "/v2.1/images"),
        ("/v2.1/8f2a", "/v2.1/8f2a/images"),
        ("/compute/v2.1/8f2a/", "/compute/v2.1/8f2a/images"),
    ] {
        let server = Server::start();
        let catalog = json!([{"type": "compute", "name": "nova", "endpoints": [
            endpoint(&server, "public", "One", path)]}]);
        server.set_responses([token("t", 3600, &catalog), Response::ok(&images(0..1))]);
        let compute = OpenStack::new(server.options())
            .expect("valid options")
            .compute_v2()
            .expect("a service");
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
fn the_error_for_a_missing_endpoint_lists_the_available_endpoints() {
    let server = Server::start();
    let catalog = two_regions(&server);
    let options = ServiceOptions::new()
        .region("Three")
        .interface(Interface::Admin)
        .name("nova");
    let error = find(&server, &catalog, |o| o, options).expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::NoEndpoint, "{error:?}");
    assert_eq!(
        error.to_string(),
        "no admin endpoint of type \"compute\" and name \"nova\" in region \"Three\" in the \
         catalog; it has admin in region \"One\", internal in region \"Two\", internal in region \
         \"One\", public in region \"One\", public in region \"Two\""
    );
    for empty in [json!([]), json!(null)] {
        let options = ServiceOptions::new().interface(Interface::Internal);
        let error = find(&server, &empty, |o| o, options).expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::NoEndpoint, "{error:?}");
        assert_eq!(
            error.to_string(),
            "no internal endpoint of type \"compute\": the token has no catalog; set a \
             project, or the endpoint"
        );
    }
}

#[test]
fn an_endpoint_option_overrides_the_catalog() {
    let server = Server::start();
    let catalog = two_regions(&server);
    let options = ServiceOptions::new()
        .endpoint(server.url("/mine/"))
        .region("nowhere");
    let compute = find(&server, &catalog, |o| o, options).expect("a service");
    assert_eq!(compute.endpoint(), versioned(&server, "/mine"));
    let options = ServiceOptions::new().endpoint(server.url("/mine/%(project_id)s"));
    let compute = find(&server, &catalog, |o| o, options).expect("a service");
    assert_eq!(compute.endpoint(), versioned(&server, "/mine/p"));
}

#[test]
fn without_authentication_no_token_is_sent_and_an_endpoint_is_required() {
    let server = Server::with_responses([Response::ok(&images(0..1))]);
    let openstack = OpenStack::new(server.options().no_auth()).expect("valid options");
    let error = openstack.compute_v2().expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error:?}");
    assert_eq!(
        error.to_string(),
        "without authentication there is no catalog: set the compute endpoint"
    );
    assert_eq!(server.requests(), []);
    let endpoint = ServiceOptions::new().endpoint(server.url("/v2.1"));
    let compute = openstack.compute_v2_with(endpoint).expect("a service");
    assert_eq!(compute.list_images(ListImages::new()).flatten().count(), 1);
    assert_eq!(
        server.lines(),
        ["GET /v2.1/images?page_size=1000&limit=1000"]
    );
    assert_eq!(server.requests()[0].header("x-auth-token"), None);
}

#[test]
fn an_endpoint_with_a_project_id_requires_a_project_scoped_token() {
    let body = json!({"token": {"expires_at": "2100-01-01T00:00:00Z"}});
    let server =
        Server::with_responses([Response::json(201, &body).header("X-Subject-Token", "t")]);
    // For a token that the caller provides, only the id is known.
    for options in [server.options(), Options::new("").token_id("t").no_proxy()] {
        let openstack = OpenStack::new(options).expect("valid options");
        let endpoint =
            ServiceOptions::new().endpoint("http://me:pa55#@127.0.0.1:1/v2/%(project_id)s");
        let error = openstack.compute_v2_with(endpoint).expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error:?}");
        assert_eq!(
            error.to_string(),
            "the endpoint \"127.0.0.1:1/v2/%(project_id)s\" requires a project, and the token \
             has none"
        );
    }
}

#[test]
fn an_invalid_endpoint_url_is_rejected_with_a_reason() {
    let server = Server::start();
    for (url, message) in [
        (
            "javascript:alert(1)",
            "invalid URL \"javascript:alert(1)\": it must begin with http:// or https://",
        ),
        (
            "file:///etc/passwd",
            "invalid URL \"file:///etc/passwd\": it must begin with http:// or https://",
        ),
        (
            "/v2.1",
            "invalid URL \"/v2.1\": it must begin with http:// or https://",
        ),
        (
            "//nova/v2.1",
            "invalid URL \"//nova/v2.1\": it must begin with http:// or https://",
        ),
        (
            "http://me:pa55word@nova/v2.1",
            "invalid URL \"nova/v2.1\": it contains a user name or password; remove it",
        ),
        (
            "http://nova/v2.1?x=\u{1b}[2J",
            "invalid URL \"http://nova/v2.1?x=\\u{1b}[2J\": it has a query or a fragment; remove it",
        ),
        (
            "http://nova/v2.1?x=y",
            "invalid URL \"http://nova/v2.1?x=y\": it has a query or a fragment; remove it",
        ),
    ] {
        let catalog = json!([{"type": "compute", "endpoints": [
            {"interface": "public", "url": url}]}]);
        let error = find(&server, &catalog, |o| o, ServiceOptions::new()).expect_err("an error");
        assert_eq!(
            error.to_string(),
            format!("the compute endpoint of the catalog: {message}")
        );
    }
}

#[test]
fn authenticating_and_listing_one_page_sends_two_requests() {
    let server = Server::start();
    server.set_responses([server.token("t"), Response::ok(&images(0..3))]);
    let options = server.options().scope(Scope::Project(Project::by_id("p")));
    let compute = OpenStack::new(options)
        .expect("valid options")
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
