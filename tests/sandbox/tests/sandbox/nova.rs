//! Nova's responses, as recorded from a real Nova.

use opencloud_sandbox::{NewImage, Sandbox};

use crate::http::{host, nova, send};

const ID: &str = "44f00720-91de-4ca2-a423-e8783ac8e4c7";

fn empty() -> Sandbox {
    Sandbox::builder().empty().start()
}

#[test]
fn a_page_has_the_headers_of_nova_and_a_link_to_the_next_page() {
    let sandbox = empty();
    sandbox.add_image(NewImage::named("null properties").id(ID));
    let token = sandbox.token("demo");
    let response = send(
        &sandbox,
        "GET",
        "/compute/v2.1/images?limit=1&bogus=1",
        &[("X-Auth-Token", &token)],
        "",
    );
    let base = format!("http://{}", host(&sandbox));
    let body = format!(
        r#"{{"images": [{{"id": "{ID}", "name": "null properties", "links": [{{"rel": "self", "href": "{base}/compute/v2.1/images/{ID}"}}, {{"rel": "bookmark", "href": "{base}/compute/images/{ID}"}}, {{"rel": "alternate", "type": "application/vnd.openstack.image", "href": "{base}/image//images/{ID}"}}]}}], "images_links": [{{"rel": "next", "href": "{base}/compute/v2.1/images?limit=1&marker={ID}"}}]}}"#
    );
    assert_eq!(response.status, "HTTP/1.1 200 OK");
    assert_eq!(response.body, body);
    let length = format!("Content-Length: {}", body.len());
    assert_eq!(
        response.headers,
        [
            length.as_str(),
            "Content-Type: application/json",
            "OpenStack-API-Version: compute 2.1",
            "X-OpenStack-Nova-API-Version: 2.1",
            "Vary: OpenStack-API-Version",
            "Vary: X-OpenStack-Nova-API-Version",
            "x-openstack-request-id: ID",
            "x-compute-request-id: ID",
            "Connection: close",
        ]
    );
}

#[test]
fn an_error_has_its_headers_in_another_order() {
    let sandbox = empty();
    let token = sandbox.token("demo");
    let response = send(
        &sandbox,
        "GET",
        "/compute/v2.1/images?limit=0",
        &[("X-Auth-Token", &token)],
        "",
    );
    assert_eq!(
        response.body,
        r#"{"badRequest": {"code": 400, "message": "Invalid input for query parameters limit. Value: 0. 0 is less than the minimum of 1"}}"#
    );
    assert_eq!(
        response.headers,
        [
            "OpenStack-API-Version: compute 2.1",
            "X-OpenStack-Nova-API-Version: 2.1",
            "Vary: OpenStack-API-Version",
            "Vary: X-OpenStack-Nova-API-Version",
            "Content-Type: application/json; charset=UTF-8",
            "Content-Length: 127",
            "x-openstack-request-id: ID",
            "x-compute-request-id: ID",
            "Connection: close",
        ]
    );
}

#[test]
fn a_request_without_a_token_fails_even_for_an_unknown_path() {
    let sandbox = empty();
    let response = send(&sandbox, "GET", "/compute/v2.1/nonsense", &[], "");
    assert_eq!(response.status, "HTTP/1.1 401 Unauthorized");
    assert_eq!(
        response.body,
        r#"{"error": {"code": 401, "title": "Unauthorized", "message": "The request you have made requires authentication."}}"#
    );
    assert!(response.headers.contains(&format!(
        "WWW-Authenticate: Keystone uri=\"{}\"",
        sandbox.auth_url()
    )));
}

#[test]
fn a_snapshot_has_the_server_that_it_was_created_from() {
    let sandbox = Sandbox::start();
    let (id, base) = (
        sandbox.image_id("snapshot"),
        format!("http://{}", host(&sandbox)),
    );
    let (status, body) = nova(&sandbox, "GET", &format!("/images/{id}"), "");
    assert_eq!(status, "200 OK");
    let server = "11111111-2222-3333-4444-555555555555";
    assert!(body.starts_with(&format!(
        r#"{{"image": {{"id": "{id}", "name": "snapshot of web-1", "minRam": 0, "minDisk": 20, "metadata": {{"image_type": "snapshot", "instance_uuid": "{server}", "#
    )));
    assert!(body.contains(
        r#""status": "ACTIVE", "progress": 100, "OS-EXT-IMG-SIZE:size": 2048, "links": ["#
    ));
    assert!(body.ends_with(&format!(
        r#""server": {{"id": "{server}", "links": [{{"rel": "self", "href": "{base}/compute/v2.1/servers/{server}"}}, {{"rel": "bookmark", "href": "{base}/compute/servers/{server}"}}]}}}}}}"#
    )));
}

#[test]
fn a_page_larger_than_max_limit_has_no_link() {
    let sandbox = Sandbox::builder().empty().max_limit(3).start();
    sandbox.add_images(5);
    let linked = |query: &str| {
        let (status, body) = nova(&sandbox, "GET", &format!("/images{query}"), "");
        assert_eq!(status, "200 OK");
        (
            body.matches("\"name\"").count(),
            body.contains("images_links"),
        )
    };
    assert_eq!(linked(""), (5, false));
    assert_eq!(linked("?limit=2"), (2, true));
    assert_eq!(linked("?limit=3"), (3, true));
    assert_eq!(linked("?limit=4"), (4, false));
    assert_eq!(linked("?limit=9"), (5, false));
    sandbox.add_images(0);
}

#[test]
fn there_are_three_different_404s() {
    let sandbox = Sandbox::start();
    let id = sandbox.image_id("plain");
    let image = r#"{"itemNotFound": {"code": 404, "message": "Image not found."}}"#;
    let not_found =
        r#"{"itemNotFound": {"code": 404, "message": "The resource could not be found."}}"#;
    assert_eq!(nova(&sandbox, "GET", "/images/abc", "").1, image);
    assert_eq!(
        nova(
            &sandbox,
            "GET",
            &format!("/images/{}", sandbox.image_id("other-private")),
            ""
        )
        .1,
        image
    );
    assert_eq!(
        nova(
            &sandbox,
            "GET",
            &format!("/images/{id}/metadata/missing"),
            ""
        )
        .1,
        not_found
    );
    assert_eq!(
        nova(&sandbox, "GET", &format!("/images/{id}/"), "").1,
        "404 Not Found\n\nThe resource could not be found.\n\n   "
    );
}

#[test]
fn filters_match_the_same_images_as_in_nova() {
    let sandbox = Sandbox::start();
    let plain = sandbox.image_id("plain");
    let names = |query: &str| -> Vec<String> {
        let (status, body) = nova(&sandbox, "GET", &format!("/images?{query}"), "");
        assert_eq!(status, "200 OK", "{query}");
        body.split("\"name\": \"")
            .skip(1)
            .map(|it| it.split('"').next().unwrap().to_owned())
            .collect()
    };
    for (query, found) in [
        ("limit=1", &["shared with demo"][..]),
        ("limit=1&limit=2", &["shared with demo", "odd properties"]),
        ("name=twin", &["twin", "twin"]),
        ("name=TWIN", &[]),
        ("name=in:twin,plain", &["twin", "twin", "plain"]),
        ("name=twin&name=plain", &["plain"]),
        ("name=plain&property-name=twin", &["twin", "twin"]),
        ("name=hidden", &[]),
        ("name=community", &[]),
        ("status=QUEUED", &["queued, no data yet"]),
        ("status=SAVING", &[]),
        (
            "status=IN:QUEUED,deactivated",
            &["deactivated", "queued, no data yet"],
        ),
        ("minDisk=10", &["Ubuntu 24.04 LTS (Noble Numbat)"]),
        ("minDisk=10.0", &["Ubuntu 24.04 LTS (Noble Numbat)"]),
        ("minDisk=abc", &[]),
        ("minRam=64", &["cirros-0.6.2-x86_64-disk"]),
        ("type=snapshot", &["snapshot of web-1"]),
        (
            "server=http://x/servers/11111111-2222-3333-4444-555555555555",
            &["snapshot of web-1"],
        ),
        (
            "property-architecture=x86_64",
            &["Ubuntu 24.04 LTS (Noble Numbat)"],
        ),
        ("property-os_distro=ubuntu", &[]),
        ("property-hw_disk_bus=scsi&property-hw_disk_bus=virtio", &[]),
        ("property-visibility=community", &["community"]),
        ("changes-since=2100-01-01", &[]),
        (
            &format!("marker={plain}"),
            &[
                "Ubuntu 24.04 LTS (Noble Numbat)",
                "cirros-0.6.2-x86_64-disk",
            ],
        ),
        (&format!("name=plain&marker={plain}"), &[]),
    ] {
        assert_eq!(names(query), found, "{query}");
    }
}

#[test]
fn the_link_has_the_supported_parameters_in_alphabetical_order() {
    let sandbox = Sandbox::start();
    let (first, second) = (sandbox.image_id("twin-2"), sandbox.image_id("twin-1"));
    let link = |query: &str| {
        let (_, body) = nova(&sandbox, "GET", &format!("/images/detail?{query}"), "");
        let link = body.rsplit_once("/images/detail?").expect("a link").1;
        link.split('"').next().unwrap().to_owned()
    };
    assert_eq!(
        link("offset=3&name=twin&bogus=1&limit=1&status=ACTIVE"),
        format!("limit=1&name=twin&offset=3&status=ACTIVE&marker={first}")
    );
    assert_eq!(
        link(&format!("name=in:twin,plain&limit=1&marker={first}")),
        format!("limit=1&marker={second}&name=in%3Atwin%2Cplain")
    );
}
