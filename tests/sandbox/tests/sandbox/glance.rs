//! The versions, the errors and the members of Glance.

use opencloud_sandbox::{NewImage, Sandbox};

use crate::http::{glance, glance_as, glance_error, host, send};

const ID: &str = "44f00720-91de-4ca2-a423-e8783ac8e4c7";

#[test]
fn a_path_without_a_version_returns_the_list_of_versions() {
    let sandbox = Sandbox::start();
    let link = format!("http://{}/image/v2/", host(&sandbox));
    let first = format!(
        r#"{{"versions": [{{"id": "v2.15", "status": "SUPPORTED", "links": [{{"rel": "self", "href": "{link}"}}]}}, "#
    );
    for (path, status) in [
        ("", "300 Multiple Choices"),
        ("/versions", "200 OK"),
        ("/images", "300 Multiple Choices"),
        ("/v1/images", "300 Multiple Choices"),
        ("/v2.18/images", "300 Multiple Choices"),
    ] {
        let response = send(&sandbox, "GET", &format!("/image{path}"), &[], "");
        assert_eq!(response.status, format!("HTTP/1.1 {status}"), "{path}");
        assert!(response.body.starts_with(&first), "{path}");
    }
}

#[test]
fn every_minor_version_has_the_same_paths() {
    let sandbox = Sandbox::start();
    let token = sandbox.token("demo");
    let get = |path: &str| {
        let headers = [("X-Auth-Token", token.as_str())];
        send(&sandbox, "GET", &format!("/image{path}"), &headers, "").status
    };
    for version in ["v2", "v2.0", "v2.1", "v2.17"] {
        assert_eq!(get(&format!("/{version}/images")), "HTTP/1.1 200 OK");
    }
    assert_eq!(get("/v2"), "HTTP/1.1 302 Found");
    for path in ["/v2/", "/v2/v2/images", "/v2/images/", "/v2/images.json"] {
        assert_eq!(get(path), "HTTP/1.1 404 Not Found", "{path}");
    }
}

#[test]
fn an_error_is_json_html_or_plain_text() {
    let sandbox = Sandbox::start();
    let token = sandbox.token("demo");
    let page = |accept: Option<&str>| {
        let mut headers = vec![("X-Auth-Token", token.as_str())];
        headers.extend(accept.map(|it| ("Accept", it)));
        let response = send(&sandbox, "GET", "/image/v2/images/it's", &headers, "");
        assert_eq!(response.status, "HTTP/1.1 404 Not Found");
        response.body
    };
    let (_, json) = glance_error("404 Not Found", "No image found with ID it's");
    assert_eq!(page(Some("application/json")), json);
    assert_eq!(
        page(None),
        "404 Not Found\n\nNo image found with ID it's\n\n   "
    );
    assert_eq!(
        page(Some("*/*")),
        "<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n  <h1>404 Not Found</h1>\n  \
         No image found with ID it&#x27;s<br /><br />\n\n\n\n </body>\n</html>"
    );
}

#[test]
fn a_request_without_a_token_fails_with_the_url_of_keystone() {
    let sandbox = Sandbox::start();
    let response = send(&sandbox, "GET", "/image/v2/images", &[], "");
    assert_eq!(response.status, "HTTP/1.1 401 Unauthorized");
    assert_eq!(
        response.headers,
        [
            "Content-Length: 253",
            "Content-Type: text/plain; charset=UTF-8",
            &format!("WWW-Authenticate: Keystone uri=\"{}\"", sandbox.auth_url()),
            "Connection: close",
        ]
    );
}

#[test]
fn an_unsupported_method_fails_with_the_supported_methods() {
    let sandbox = Sandbox::start();
    let token = sandbox.token("demo");
    let headers = [
        ("X-Auth-Token", token.as_str()),
        ("Accept", "application/json"),
    ];
    let response = send(&sandbox, "PUT", "/image/v2/images", &headers, "");
    assert_eq!(response.status, "HTTP/1.1 405 Method Not Allowed");
    assert_eq!(response.headers[0], "Allow: GET, POST");
    assert_eq!(
        response.body,
        r#"{"message": "The method PUT is not allowed for this resource. <br /><br />\n", "code": "405 Method Not Allowed", "title": "Method Not Allowed"}"#
    );
}

#[test]
fn a_response_has_the_request_id_of_the_client() {
    let sandbox = Sandbox::start();
    let token = sandbox.token("demo");
    let headers = [
        ("X-Auth-Token", token.as_str()),
        ("X-OpenStack-Request-ID", "mine"),
    ];
    let response = send(&sandbox, "GET", "/image/v2/images", &headers, "");
    let id = "x-openstack-request-id: req-mine".to_owned();
    assert!(response.headers.contains(&id));
}

#[test]
fn the_properties_of_an_image_come_before_its_fields() {
    let sandbox = Sandbox::builder().empty().start();
    let new = NewImage::named("ключ").id(ID).status("queued");
    let new = new.metadata([("z", "1")]).null("kernel_id").null("a");
    sandbox.add_image(new.tag("b").tag("a"));
    let (status, body) = glance(&sandbox, "GET", &format!("/images/{ID}"), "");
    assert_eq!(status, "200 OK");
    let time = |key: &str| {
        let (_, rest) = body.split_once(&format!("\"{key}\": \"")).expect(key);
        rest[..20].to_owned()
    };
    let expected = format!(
        r#"{{"z": "1", "kernel_id": null, "a": "", "name": "ключ", "disk_format": "raw", "container_format": "bare", "visibility": "private", "size": null, "virtual_size": null, "status": "queued", "checksum": null, "protected": false, "min_ram": 0, "min_disk": 0, "owner": "{}", "os_hidden": false, "os_hash_algo": null, "os_hash_value": null, "id": "{ID}", "created_at": "{}", "updated_at": "{}", "tags": ["a", "b"], "self": "/v2/images/{ID}", "file": "/v2/images/{ID}/file", "schema": "/v2/schemas/image"}}"#,
        sandbox.project_id("demo"),
        time("created_at"),
        time("updated_at"),
    );
    assert_eq!(body, expected);
}

#[test]
fn public_community_and_shared_images_of_another_project_are_visible() {
    let sandbox = Sandbox::start();
    let status = |label: &str| {
        let path = format!("/images/{}", sandbox.image_id(label));
        glance(&sandbox, "GET", &path, "").0
    };
    assert_eq!(status("public-small"), "200 OK");
    assert_eq!(status("other-community"), "200 OK");
    assert_eq!(status("other-shared"), "200 OK");
    assert_eq!(status("other-private"), "404 Not Found");
}

#[test]
fn a_protected_image_and_an_image_of_another_project_cannot_be_deleted() {
    let sandbox = Sandbox::start();
    let delete = |id: &str| glance(&sandbox, "DELETE", &format!("/images/{id}"), "");
    let id = sandbox.image_id("protected");
    let text = format!("Image {id} is protected and cannot be deleted.");
    assert_eq!(delete(&id), glance_error("403 Forbidden", &text));
    let text = "You are not authorized to complete delete_image action.";
    let id = sandbox.image_id("other-shared");
    assert_eq!(delete(&id), glance_error("403 Forbidden", text));
    let id = sandbox.image_id("other-private");
    let text = format!("Failed to find image {id} to delete");
    assert_eq!(delete(&id), glance_error("404 Not Found", &text));
    let id = sandbox.image_id("plain");
    assert_eq!(delete(&id), ("204 No Content".to_owned(), String::new()));
    assert!(!sandbox.has_image(&id));
}

#[test]
fn only_an_image_with_data_can_be_deactivated() {
    let sandbox = Sandbox::start();
    let act = |label: &str, action: &str| {
        let id = sandbox.image_id(label);
        glance(
            &sandbox,
            "POST",
            &format!("/images/{id}/actions/{action}"),
            "",
        )
    };
    let text = "Not allowed to deactivate image in status 'queued'";
    assert_eq!(
        act("queued", "deactivate"),
        glance_error("403 Forbidden", text)
    );
    for action in ["deactivate", "deactivate", "reactivate", "reactivate"] {
        assert_eq!(act("plain", action).0, "204 No Content");
        let id = sandbox.image_id("plain");
        let (_, body) = glance(&sandbox, "GET", &format!("/images/{id}"), "");
        let status = if action == "deactivate" {
            r#""status": "deactivated""#
        } else {
            r#""status": "active""#
        };
        assert!(body.contains(status), "{action}");
    }
}

#[test]
fn a_shared_image_is_in_the_lists_of_a_member_that_accepted_it() {
    let sandbox = Sandbox::start();
    let id = sandbox.add_image(NewImage::named("shared").visibility("shared").tag("new"));
    let (members, other) = (format!("/images/{id}/members"), sandbox.project_id("other"));
    let listed = |query: &str| {
        let (_, body) = glance_as(
            &sandbox,
            "other",
            "GET",
            &format!("/images?tag=new{query}"),
            "",
        );
        body.contains(&id)
    };
    let body = format!("{{\"member\": \"{other}\"}}");
    assert_eq!(glance(&sandbox, "POST", &members, &body).0, "200 OK");
    let text = format!("Member {other} is duplicated for image {id}");
    assert_eq!(
        glance(&sandbox, "POST", &members, &body),
        glance_error("409 Conflict", &text)
    );
    assert!(!listed("") && listed("&member_status=pending"));
    let (member, accepted) = (format!("{members}/{other}"), r#"{"status": "accepted"}"#);
    let text = "You are not authorized to complete modify_member action.";
    assert_eq!(
        glance(&sandbox, "PUT", &member, accepted),
        glance_error("403 Forbidden", text)
    );
    let (status, _) = glance_as(&sandbox, "other", "PUT", &member, accepted);
    assert_eq!(status, "200 OK");
    assert!(listed("") && !listed("&member_status=pending"));
    assert_eq!(glance(&sandbox, "DELETE", &member, "").0, "204 No Content");
    assert!(!listed("&member_status=all"));
}

#[test]
fn a_tag_is_added_and_removed() {
    let sandbox = Sandbox::start();
    let id = sandbox.image_id("plain");
    let path = format!("/images/{id}/tags/a%20b");
    for _ in 0..2 {
        assert_eq!(glance(&sandbox, "PUT", &path, "").0, "204 No Content");
    }
    let (_, body) = glance(&sandbox, "GET", &format!("/images/{id}"), "");
    assert!(body.contains(r#""tags": ["a b"], "#));
    assert_eq!(glance(&sandbox, "DELETE", &path, "").0, "204 No Content");
    assert_eq!(
        glance(&sandbox, "DELETE", &path, ""),
        glance_error("404 Not Found", "The resource could not be found.")
    );
}
