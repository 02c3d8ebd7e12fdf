//! Creation of images in Glance.

use opencloud_sandbox::Sandbox;

use crate::http::{glance, glance_as, glance_error, host, send};

#[track_caller]
fn create(sandbox: &Sandbox, body: &str) -> (String, String) {
    glance(sandbox, "POST", "/images", body)
}

#[track_caller]
fn assert_error(body: &str, status: &str, message: &str) {
    let sandbox = Sandbox::builder().empty().start();
    assert_eq!(
        create(&sandbox, body),
        glance_error(status, message),
        "{body}"
    );
    assert_eq!(sandbox.image_count(), 0);
}

#[test]
fn an_image_without_fields_is_shared_and_queued() {
    let sandbox = Sandbox::builder().empty().start();
    let token = sandbox.token("demo");
    let headers = [("X-Auth-Token", token.as_str())];
    let response = send(&sandbox, "POST", "/image/v2/images", &headers, "{}");
    assert_eq!(response.status, "HTTP/1.1 201 Created");
    let (_, id) = response.body.split_once("\"id\": \"").unwrap();
    let id = &id[..36];
    assert_eq!(
        response.headers[1..],
        [
            "Content-Type: application/json",
            &format!("Location: http://{}/image/v2/images/{id}", host(&sandbox)),
            "OpenStack-image-import-methods: glance-direct,web-download,copy-image",
            "OpenStack-image-store-ids: local,os_glance_staging_store,os_glance_tasks_store",
            "x-openstack-request-id: ID",
            "Connection: close",
        ]
    );
    assert!(response.body.starts_with(
        r#"{"name": null, "disk_format": null, "container_format": null, "visibility": "shared", "size": null, "virtual_size": null, "status": "queued", "checksum": null, "protected": false, "min_ram": 0, "min_disk": 0, "#
    ));
    assert_eq!(
        glance(&sandbox, "GET", &format!("/images/{id}"), "").1,
        response.body
    );
}

#[test]
fn an_image_has_the_fields_and_properties_of_the_request() {
    let sandbox = Sandbox::builder().empty().start();
    let id = "aaaaaaaa-1111-4222-8333-00006b081c2f";
    let body = format!(
        r#"{{"id": "{id}", "name": "n", "visibility": "community", "min_disk": 1, "min_ram": 2, "protected": true, "os_hidden": true, "tags": ["b", "a", "b"], "disk_format": "iso", "container_format": "ovf", " z ": "1", "a/b": ""}}"#
    );
    let (status, body) = create(&sandbox, &body);
    assert_eq!(status, "201 Created");
    assert!(body.starts_with(
        r#"{" z ": "1", "a/b": "", "name": "n", "disk_format": "iso", "container_format": "ovf", "visibility": "community", "#
    ));
    assert!(body.contains(r#""protected": true, "min_ram": 2, "min_disk": 1, "#));
    assert!(body.contains(r#""os_hidden": true, "#) && body.contains(r#""tags": ["a", "b"], "#));
    assert!(sandbox.has_image(id));
}

#[test]
fn the_id_of_a_deleted_image_cannot_be_used_again() {
    let sandbox = Sandbox::start();
    for label in ["plain", "other-private"] {
        let id = sandbox.image_id(label);
        sandbox.delete_image(&id);
        assert_eq!(
            create(&sandbox, &format!("{{\"id\": \"{id}\"}}")),
            glance_error("409 Conflict", &format!("Image ID {id} already exists!"))
        );
    }
}

#[test]
fn a_field_that_does_not_match_the_schema_fails_with_the_schema() {
    assert_error(
        r#"{"visibility": "bogus", "a": "1"}"#,
        "400 Bad Request",
        "Provided object does not match schema 'image': 'bogus' is not one of ['community', 'public', 'private', 'shared']\\n\\n\
         Failed validating 'enum' in schema['properties']['visibility']:\\n    {'type': 'string',\\n     \
         'description': 'Scope of image accessibility',\\n     'enum': ['community', 'public', 'private', 'shared']}\\n\\n\
         On instance['visibility']:\\n    'bogus'",
    );
    assert_error(
        r#"{"k": 1}"#,
        "400 Bad Request",
        "Provided object does not match schema 'image': 1 is not of type 'string'\\n\\n\
         Failed validating 'type' in schema['additionalProperties']:\\n    {'type': 'string'}\\n\\nOn instance['k']:\\n    1",
    );
    let sandbox = Sandbox::start();
    let long = "n".repeat(256);
    for body in [
        r#"{"id": "abc"}"#,
        r#"{"min_disk": 1.5}"#,
        r#"{"min_ram": null}"#,
        r#"{"protected": null}"#,
        r#"{"tags": "a"}"#,
        r#"{"tags": [1]}"#,
        r#"{"disk_format": "RAW"}"#,
        r#"{"kernel_id": "x"}"#,
        r#"{"k": null}"#,
        &format!(r#"{{"name": "{long}"}}"#),
    ] {
        let (status, message) = create(&sandbox, body);
        assert_eq!(status, "400 Bad Request", "{body}");
        let start = r#"{"message": "Provided object does not match schema 'image': "#;
        assert!(message.starts_with(start), "{body}");
    }
}

#[test]
fn a_value_beyond_its_limit_is_rejected() {
    let text = "Invalid value '-1' for parameter 'min_disk': Cannot be a negative value";
    assert_error(r#"{"min_disk": -1}"#, "400 Bad Request", text);
    let text = "'min_ram' value out of range, must not exceed 2147483647.";
    assert_error(r#"{"min_ram": 2147483648}"#, "400 Bad Request", text);
    let text = "Name can't contain 4 byte unicode characters.";
    assert_error(r#"{"name": "🗝"}"#, "400 Bad Request", text);
    let text = "Os_Distro can't contain 4 byte unicode characters.";
    assert_error(r#"{"os_distro": "🗝"}"#, "400 Bad Request", text);
    let text = "Property names can't contain 4 byte unicode.";
    assert_error(r#"{"🗝": "v"}"#, "400 Bad Request", text);
    let (body, text) = (
        format!("{{\"{}\": \"v\"}}", "k".repeat(256)),
        "Custom property should not be greater than 255 characters.",
    );
    assert_error(&body, "400 Bad Request", text);
    let properties: Vec<String> = (0..129).map(|n| format!("\"k{n}\": \"v\"")).collect();
    let text = "The limit has been exceeded on the number of allowed image properties. Attempted: 129, Maximum: 128";
    let body = format!("{{{}}}", properties.join(", "));
    assert_error(&body, "413 Request Entity Too Large", text);
}

#[test]
fn a_name_that_only_glance_sets_is_rejected() {
    for key in ["self", "stores", "status", "checksum", "created_at"] {
        let (body, text) = (
            format!(r#"{{"{key}": "active"}}"#),
            format!("Attribute '{key}' is read-only."),
        );
        assert_error(&body, "403 Forbidden", &text);
    }
    let sandbox = Sandbox::start();
    for key in ["location", "deleted", "os_glance_x"] {
        let (status, body) = create(&sandbox, &format!(r#"{{"{key}": "x"}}"#));
        assert_eq!(status, "403 Forbidden");
        assert_eq!(
            body,
            format!(
                r#"{{"message": "Access was denied to this resource.<br /><br />\nAttribute '{key}' is reserved.\n\n", "code": "403 Forbidden", "title": "Forbidden"}}"#
            )
        );
    }
    for key in ["os_hash_algo", "base", "is_public"] {
        let (status, _) = create(&sandbox, &format!(r#"{{"{key}": "x"}}"#));
        assert_eq!(status, "201 Created", "{key}");
    }
}

#[test]
fn a_body_that_is_not_a_json_object_is_rejected() {
    for (body, text) in [
        ("{", "Malformed JSON in request body."),
        ("null", "Unexpected body type. Expected list/dict."),
        ("", "Body expected in request."),
    ] {
        assert_error(body, "400 Bad Request", text);
    }
    let text = "The server has either erred or is incapable of performing the requested operation.";
    assert_error("[]", "500 Internal Server Error", text);
}

#[test]
fn a_user_cannot_create_a_public_image_or_an_image_of_another_project() {
    let text = "You are not authorized to complete publicize_image action.";
    assert_error(r#"{"visibility": "public"}"#, "403 Forbidden", text);
    let sandbox = Sandbox::builder().empty().start();
    let body = r#"{"owner": "x", "visibility": "public"}"#;
    let (status, message) = create(&sandbox, body);
    assert_eq!(status, "403 Forbidden");
    assert!(message.contains("You are not permitted to create images owned by 'x'"));
    assert_eq!(
        glance_as(&sandbox, "admin", "POST", "/images", body).0,
        "201 Created"
    );
    assert_eq!(
        glance_as(&sandbox, "demo-reader", "POST", "/images", "{}"),
        glance_error(
            "403 Forbidden",
            "You are not authorized to complete add_image action."
        )
    );
}
