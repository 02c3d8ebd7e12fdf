//! Nova's metadata calls.

use std::time::Duration;

use opencloud_sandbox::{NewImage, Sandbox};

use crate::http::{nova, send};

fn empty() -> Sandbox {
    Sandbox::builder().empty().start()
}

#[test]
fn a_value_that_moves_to_another_name_is_a_server_error() {
    let sandbox = empty();
    let id = sandbox.add_image(NewImage::named("x").metadata([("a", "1"), ("b", "2")]));
    let path = format!("/images/{id}/metadata");
    let put = |items: &str| {
        nova(
            &sandbox,
            "PUT",
            &path,
            &format!("{{\"metadata\": {items}}}"),
        )
        .0
    };
    assert_eq!(put(r#"{"c": "1"}"#), "500 Internal Server Error");
    assert_eq!(put(r#"{"a": "1", "c": "3"}"#), "200 OK");
    assert_eq!(
        sandbox.metadata(&id).as_deref(),
        Some(r#"{"a": "1", "c": "3"}"#)
    );
}

#[test]
fn a_change_makes_a_shared_image_private() {
    let sandbox = empty();
    let id = sandbox.add_image(NewImage::named("x").visibility("community"));
    let path = format!("/compute/v2.1/images/{id}");
    let other = || {
        send(
            &sandbox,
            "GET",
            &path,
            &[("X-Auth-Token", &sandbox.token("other"))],
            "",
        )
        .status
    };
    assert_eq!(other(), "HTTP/1.1 200 OK");
    nova(
        &sandbox,
        "POST",
        &format!("/images/{id}/metadata"),
        r#"{"metadata": {"a": "1"}}"#,
    );
    assert_eq!(other(), "HTTP/1.1 404 Not Found");
}

#[test]
fn a_mapping_that_is_not_json_breaks_every_list_with_the_image() {
    let sandbox = empty();
    let id = sandbox.add_image(NewImage::named("x"));
    let path = format!("/images/{id}/metadata");
    let fault = r#"{"computeFault": {"code": 500, "message": "Unexpected API Error. Please contact the administrator\n<class 'json.decoder.JSONDecodeError'>"}}"#;
    let fault = || ("500 Internal Server Error".to_owned(), fault.to_owned());
    assert_eq!(
        nova(
            &sandbox,
            "POST",
            &path,
            r#"{"metadata": {" mappings": "v"}}"#
        ),
        fault()
    );
    assert_eq!(
        sandbox.metadata(&id).as_deref(),
        Some(r#"{"mappings": "v"}"#)
    );
    for path in [
        path.as_str(),
        &format!("/images/{id}"),
        "/images",
        "/images/detail",
    ] {
        assert_eq!(nova(&sandbox, "GET", path, ""), fault(), "{path}");
    }
    assert_eq!(nova(&sandbox, "PUT", &path, r#"{"metadata": {}}"#), fault());
    assert_eq!(
        nova(&sandbox, "DELETE", &format!("/images/{id}"), "").0,
        "204 No Content"
    );
    assert_eq!(nova(&sandbox, "GET", "/images", "").1, r#"{"images": []}"#);
}

#[test]
fn a_reader_cannot_change_anything() {
    let sandbox = empty();
    let id = sandbox.add_image(NewImage::named("x").metadata([("a", "1")]));
    let reader = |method: &str, path: &str, body: &str| {
        let token = sandbox.token("demo-reader");
        send(
            &sandbox,
            method,
            &format!("/compute/v2.1/images/{id}{path}"),
            &[("X-Auth-Token", &token)],
            body,
        )
        .body
    };
    assert_eq!(
        reader("GET", "/metadata", ""),
        r#"{"metadata": {"a": "1"}}"#
    );
    let forbidden =
        format!(r#"{{"forbidden": {{"code": 403, "message": "Not authorized for image {id}."}}}}"#);
    assert_eq!(
        reader("POST", "/metadata", r#"{"metadata": {"b": "2"}}"#),
        forbidden
    );
    assert_eq!(reader("DELETE", "/metadata/a", ""), forbidden);
    assert_eq!(
        reader("DELETE", "", ""),
        r#"{"forbidden": {"code": 403, "message": "You are not allowed to delete the image."}}"#
    );
    assert!(sandbox.has_image(&id));
}

#[test]
fn metadata_is_changed_as_in_nova() {
    let sandbox = empty();
    let id = sandbox.add_image(NewImage::named("x").metadata([("z", "1"), ("y", "2")]));
    let path = format!("/images/{id}/metadata");
    let many = |count: usize| {
        let items: Vec<String> = (0..count).map(|n| format!("\"k{n}\": \"v\"")).collect();
        format!("{{\"metadata\": {{{}}}}}", items.join(", "))
    };
    let (full, over) = (many(128), many(129));
    let quota = r#"{"forbidden": {"code": 403, "message": "Image metadata limit exceeded"}}"#;
    let fault = r#"{"computeFault": {"code": 500, "message": "Unexpected API Error. Please contact the administrator\n<class 'nova.exception.ImageBadRequest'>"}}"#;
    for (method, part, body, response) in [
        (
            "POST",
            "",
            r#"{"metadata": {"x": "3", "z": "4"}}"#,
            r#"{"metadata": {"z": "4", "y": "2", "x": "3"}}"#,
        ),
        ("DELETE", "/y", "", ""),
        (
            "POST",
            "",
            r#"{"metadata": {"w": "5"}}"#,
            r#"{"metadata": {"z": "4", "x": "3", "w": "5"}}"#,
        ),
        (
            "PUT",
            "/y",
            r#"{"meta": {"y": "6"}}"#,
            r#"{"meta": {"y": "6"}}"#,
        ),
        (
            "GET",
            "",
            "",
            r#"{"metadata": {"z": "4", "y": "6", "x": "3", "w": "5"}}"#,
        ),
        (
            "PUT",
            "/y",
            r#"{"meta": {"z": "6"}}"#,
            r#"{"badRequest": {"code": 400, "message": "Request body and URI mismatch"}}"#,
        ),
        (
            "DELETE",
            "/v",
            "",
            r#"{"itemNotFound": {"code": 404, "message": "Invalid metadata key"}}"#,
        ),
        (
            "PUT",
            "",
            r#"{"metadata": {" z": "7"}}"#,
            r#"{"metadata": {" z": "7"}}"#,
        ),
        ("GET", "", "", r#"{"metadata": {"z": "7"}}"#),
        (
            "POST",
            "",
            r#"{"metadata": {"name": "lost", "mappings": "[1,2.0]"}}"#,
            r#"{"metadata": {"z": "7", "mappings": [1, 2.0]}}"#,
        ),
        ("POST", "", "{\"metadata\": {\"a\": \"🗝\"}}", fault),
        ("PUT", "", &full, &full),
        ("PUT", "", &over, quota),
        ("POST", "", r#"{"metadata": {"k128": "v"}}"#, quota),
        ("PUT", "/k128", r#"{"meta": {"k128": "v"}}"#, quota),
    ] {
        assert_eq!(
            nova(&sandbox, method, &format!("{path}{part}"), body).1,
            response,
            "{method} {part} {body}"
        );
    }
}

#[test]
fn only_a_change_updates_the_time() {
    let sandbox = empty();
    let id = sandbox.add_image(
        NewImage::named("x")
            .age(Duration::from_secs(60))
            .metadata([("a", "1")]),
    );
    let newer = || {
        let (_, body) = nova(&sandbox, "GET", &format!("/images/{id}"), "");
        let time = |name: &str| body.split_once(name).unwrap().1[..20].to_owned();
        time("\"updated\": \"") > time("\"created\": \"")
    };
    let post = |body: &str| nova(&sandbox, "POST", &format!("/images/{id}/metadata"), body).0;
    assert_eq!(post(r#"{"metadata": {"a": "1"}}"#), "200 OK");
    assert!(!newer());
    assert_eq!(post(r#"{"metadata": {"a": "2"}}"#), "200 OK");
    assert!(newer());
}
