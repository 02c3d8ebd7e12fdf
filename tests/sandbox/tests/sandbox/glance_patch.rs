//! Changes to images in Glance.

use opencloud_sandbox::{NewImage, Sandbox};

use crate::http::{glance, glance_as, glance_error, send};

/// A sandbox with an image that has the properties `k` and `l`, and the id of the
/// image.
fn sandbox() -> (Sandbox, String) {
    let sandbox = Sandbox::start();
    let image = NewImage::named("n").metadata([("k", "1"), ("l", "2")]);
    let id = sandbox.add_image(image.status("queued"));
    (sandbox, id)
}

#[track_caller]
fn patch(sandbox: &Sandbox, id: &str, changes: &str) -> (String, String) {
    glance(sandbox, "PATCH", &format!("/images/{id}"), changes)
}

/// Asserts that a patch fails and changes nothing.
#[track_caller]
fn assert_error(changes: &str, status: &str, message: &str) {
    let (sandbox, id) = sandbox();
    assert_eq!(
        patch(&sandbox, &id, changes),
        glance_error(status, message),
        "{changes}"
    );
    let metadata = sandbox.metadata(&id);
    assert_eq!(metadata.as_deref(), Some(r#"{"k": "1", "l": "2"}"#));
}

/// Asserts that a patch fails with a detail and changes nothing.
#[track_caller]
fn assert_detail(changes: &str, status: &str, detail: &str) {
    let explanation = match status {
        "409 Conflict" => "There was a conflict when trying to complete your request.",
        _ => "Access was denied to this resource.",
    };
    let (sandbox, id) = sandbox();
    let title = status.split_once(' ').unwrap().1;
    let body = format!(
        r#"{{"message": "{explanation}<br /><br />\n{detail}\n\n", "code": "{status}", "title": "{title}"}}"#
    );
    assert_eq!(patch(&sandbox, &id, changes), (status.to_owned(), body));
    let metadata = sandbox.metadata(&id);
    assert_eq!(metadata.as_deref(), Some(r#"{"k": "1", "l": "2"}"#));
}

#[test]
fn a_patch_changes_properties_and_returns_the_image() {
    let (sandbox, id) = sandbox();
    let changes = r#"[{"op": "add", "path": "/a~1b", "value": "3"}, {"op": "replace", "path": "/l", "value": "4"}, {"op": "remove", "path": "/k"}, {"op": "add", "path": "/k", "value": "5"}]"#;
    let (status, body) = patch(&sandbox, &id, changes);
    assert_eq!(status, "200 OK");
    assert!(body.starts_with(r#"{"l": "4", "a/b": "3", "k": "5", "name": "n", "#));
    // The database keeps the position of a property.
    let metadata = sandbox.metadata(&id);
    assert_eq!(
        metadata.as_deref(),
        Some(r#"{"k": "5", "l": "4", "a/b": "3"}"#)
    );
}

#[test]
fn a_patch_changes_fields() {
    let (sandbox, id) = sandbox();
    let changes = r#"[{"op": "replace", "path": "/name", "value": null}, {"op": "add", "path": "/visibility", "value": "community"}, {"op": "replace", "path": "/tags", "value": ["b", "a", "b"]}, {"op": "replace", "path": "/min_disk", "value": 3}, {"op": "replace", "path": "/os_hidden", "value": true}, {"op": "replace", "path": "/disk_format", "value": "iso"}]"#;
    let (status, body) = patch(&sandbox, &id, changes);
    assert_eq!(status, "200 OK");
    for field in [
        r#""name": null, "#,
        r#""visibility": "community", "#,
        r#""tags": ["a", "b"], "#,
        r#""min_disk": 3, "#,
        r#""os_hidden": true, "#,
        r#""disk_format": "iso", "#,
    ] {
        assert!(body.contains(field), "{field}");
    }
    let path = format!("/images/{id}");
    assert_eq!(glance(&sandbox, "GET", &path, "").1, body);
}

#[test]
fn white_space_around_a_key_is_removed() {
    let (sandbox, id) = sandbox();
    let changes = r#"[{"op": "add", "path": "/ k\n", "value": "3"}]"#;
    assert_eq!(patch(&sandbox, &id, changes).0, "200 OK");
    let metadata = sandbox.metadata(&id);
    assert_eq!(metadata.as_deref(), Some(r#"{"k": "3", "l": "2"}"#));
}

#[test]
fn a_patch_makes_all_changes_or_none() {
    let first = r#"[{"op": "add", "path": "/x", "value": "1"}, "#;
    for operation in [
        r#"{"op": "remove", "path": "/no_such"}]"#,
        r#"{"op": "replace", "path": "/no_such", "value": "x"}]"#,
    ] {
        assert_detail(
            &format!("{first}{operation}"),
            "409 Conflict",
            "Property no_such does not exist.",
        );
    }
    for name in ["name", "tags", "visibility"] {
        assert_detail(
            &format!("{first}{{\"op\": \"remove\", \"path\": \"/{name}\"}}]"),
            "403 Forbidden",
            &format!("Property {name} may not be removed."),
        );
    }
}

#[test]
fn an_operation_must_have_a_name_a_path_and_a_value() {
    let one_of = "It must be one of the following: add, remove, replace.";
    for (changes, text) in [
        (
            r#"{"op": "add"}"#,
            "Request body must be a JSON array of operation objects.",
        ),
        (r#"["x"]"#, "Operations must be JSON objects."),
        (
            r#"[{"op": "test", "path": "/k"}]"#,
            &format!("Invalid operation: `test`. {one_of}"),
        ),
        (
            r#"[{"path": "/k"}]"#,
            &format!("Unable to find `op` in JSON Schema change. {one_of}"),
        ),
        (
            r#"[{"op": "add"}]"#,
            "Unable to find 'path' in JSON Schema change",
        ),
        (
            r#"[{"op": "add", "path": "/k"}]"#,
            r#"Operation "add" requires a member named "value"."#,
        ),
    ] {
        assert_error(changes, "400 Bad Request", text);
    }
}

#[test]
fn a_path_must_have_one_segment() {
    for (path, text) in [
        ("k", "Pointer `k` does not start with \"/\"."),
        ("/k/", "Pointer `/k/` end with \"/\"."),
        ("/a//b", "Pointer `/a//b` contains adjacent \"/\"."),
        (
            "/a~2",
            "Pointer `/a~2` contains \"~\" not part of a recognized escape sequence.",
        ),
        ("/k/l", "Invalid JSON pointer for this resource: '/k/l'"),
        (
            "/tags/-",
            "Invalid JSON pointer for this resource: '/tags/-'",
        ),
    ] {
        let changes = format!(r#"[{{"op": "add", "path": "{path}", "value": "x"}}]"#);
        assert_error(&changes, "400 Bad Request", text);
    }
}

#[test]
fn names_that_only_glance_sets_are_rejected() {
    for name in ["id", "size", "status", "os_hash_value"] {
        let changes = format!(r#"[{{"op": "remove", "path": "/{name}"}}]"#);
        let text = format!("Attribute '{name}' is read-only.");
        assert_error(&changes, "403 Forbidden", &text);
    }
    for name in ["location", "deleted", "os_glance_x"] {
        let changes = format!(r#"[{{"op": "add", "path": "/{name}", "value": "x"}}]"#);
        let text = format!("Attribute '{name}' is reserved.");
        assert_error(&changes, "403 Forbidden", &text);
    }
}

#[test]
fn a_property_with_the_name_of_a_member_of_glances_classes_is_lost() {
    for name in ["context", "member", "delete", "get_data"] {
        let (sandbox, id) = sandbox();
        let changes = format!(r#"[{{"op": "add", "path": "/{name}", "value": "x"}}]"#);
        assert_eq!(patch(&sandbox, &id, &changes).0, "200 OK", "{name}");
        let metadata = sandbox.metadata(&id);
        assert_eq!(metadata.as_deref(), Some(r#"{"k": "1", "l": "2"}"#));
    }
    let changes = r#"[{"op": "add", "path": "/image_id", "value": "x"}]"#;
    assert_error(changes, "404 Not Found", "No image found with ID x");
    let changes = r#"[{"op": "add", "path": "/base", "value": "x"}]"#;
    let text = "The server has either erred or is incapable of performing the requested operation.";
    assert_error(changes, "500 Internal Server Error", text);
}

#[test]
fn a_user_can_change_the_owner_with_add_but_not_with_replace() {
    let (sandbox, id) = sandbox();
    let other = sandbox.project_id("other");
    let changes = format!(r#"[{{"op": "replace", "path": "/owner", "value": "{other}"}}]"#);
    assert_detail(
        &changes,
        "403 Forbidden",
        "Owner can't be updated by non admin.",
    );
    let text = format!("Forbidding request, image {id} not visible");
    assert_eq!(
        patch(&sandbox, &id, &changes.replace("replace", "add")),
        glance_error("403 Forbidden", &text)
    );
    let path = format!("/images/{id}");
    assert_eq!(glance(&sandbox, "GET", &path, "").0, "404 Not Found");
    let (_, body) = glance_as(&sandbox, "other", "GET", &path, "");
    assert!(body.contains(&format!("\"owner\": \"{other}\"")));
}

#[test]
fn formats_can_be_changed_only_while_the_image_is_queued() {
    let sandbox = Sandbox::start();
    for name in ["disk_format", "container_format"] {
        let changes = format!(r#"[{{"op": "replace", "path": "/{name}", "value": null}}]"#);
        let text = format!("Attribute {name} can be only replaced for a queued image.");
        assert_eq!(
            patch(&sandbox, &sandbox.image_id("plain"), &changes),
            glance_error("403 Forbidden", &text)
        );
        let id = sandbox.image_id("queued");
        assert_eq!(patch(&sandbox, &id, &changes).0, "200 OK");
    }
}

#[test]
fn an_image_has_at_most_128_properties_and_tags() {
    let sandbox = Sandbox::start();
    let properties = (0..128).map(|n| (format!("k{n}"), "v"));
    let id = sandbox.add_image(NewImage::named("full").metadata(properties));
    let limit = |kind: &str| {
        let text = "The limit has been exceeded on the number of allowed image";
        let text = format!("{text} {kind}. Attempted: 129, Maximum: 128");
        glance_error("413 Request Entity Too Large", &text)
    };
    let changes = r#"[{"op": "add", "path": "/more", "value": "v"}]"#;
    assert_eq!(patch(&sandbox, &id, changes), limit("properties"));
    let changes =
        r#"[{"op": "add", "path": "/more", "value": "v"}, {"op": "remove", "path": "/k0"}]"#;
    assert_eq!(patch(&sandbox, &id, changes).0, "200 OK");
    let tags: Vec<String> = (0..129).map(|n| format!("\"{n}\"")).collect();
    let tags = tags.join(", ");
    let changes = format!(r#"[{{"op": "replace", "path": "/tags", "value": [{tags}]}}]"#);
    assert_eq!(patch(&sandbox, &id, &changes), limit("tags"));
}

#[test]
fn only_the_owner_changes_an_image() {
    let (sandbox, id) = sandbox();
    let changes = r#"[{"op": "add", "path": "/k", "value": "x"}]"#;
    let forbidden = glance_error(
        "403 Forbidden",
        "You are not authorized to complete modify_image action.",
    );
    let path = format!("/images/{id}");
    assert_eq!(
        glance_as(&sandbox, "demo-reader", "PATCH", &path, changes),
        forbidden
    );
    assert_eq!(
        glance_as(&sandbox, "other", "PATCH", &path, changes).0,
        "404 Not Found"
    );
    for label in ["public-small", "other-shared", "other-community"] {
        assert_eq!(
            patch(&sandbox, &sandbox.image_id(label), changes),
            forbidden
        );
    }
    let (status, _) = glance_as(&sandbox, "admin", "PATCH", &path, changes);
    assert_eq!(status, "200 OK");
}

#[test]
fn a_patch_requires_its_media_type() {
    let (sandbox, id) = sandbox();
    let token = sandbox.token("demo");
    let patch = |kind: &str| {
        let headers = [
            ("X-Auth-Token", token.as_str()),
            ("Accept", "application/json"),
            ("Content-Type", kind),
        ];
        let path = format!("/image/v2/images/{id}");
        send(&sandbox, "PATCH", &path, &headers, "[]")
    };
    let kind = "application/openstack-images-v2.1-json-patch; charset=utf-8";
    assert_eq!(patch(kind).status, "HTTP/1.1 200 OK");
    let response = patch("application/json-patch+json");
    assert_eq!(response.status, "HTTP/1.1 415 Unsupported Media Type");
    let types = "application/openstack-images-v2.0-json-patch, application/openstack-images-v2.1-json-patch";
    assert_eq!(response.headers[0], format!("Accept-Patch: {types}"));
    let text =
        "The request media type application/json-patch+json is not supported by this server.";
    assert_eq!(
        response.body,
        format!(
            r#"{{"message": "{text}\n<br /><br />\nImage PATCH expects Content-Type one of: {types}", "code": "415 Unsupported Media Type", "title": "Unsupported Media Type"}}"#
        )
    );
}
