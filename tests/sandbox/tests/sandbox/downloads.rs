//! Downloads of image data.

use opencloud_sandbox::{NewImage, Sandbox};

use crate::http::{Response, exchange, request, send};

const DATA: &str = "0123456789abcdefghij";
const MD5: &str = "Content-MD5: 644be06dfc54061fd1e67f5ebbabcd58";

/// A sandbox with an image, and the id of the image.
fn sandbox() -> (Sandbox, String) {
    let sandbox = Sandbox::start();
    let id = sandbox.add_image(NewImage::named("x").data(DATA));
    (sandbox, id)
}

/// Downloads an image as a user.
#[track_caller]
fn download(sandbox: &Sandbox, user: &str, id: &str, headers: &[(&str, &str)]) -> Response {
    let token = sandbox.token(user);
    let headers = [&[("X-Auth-Token", token.as_str())], headers].concat();
    let path = format!("/image/v2/images/{id}/file");
    send(sandbox, "GET", &path, &headers, "")
}

#[track_caller]
fn assert_no_content(response: &Response) {
    assert_eq!(response.status, "HTTP/1.1 204 No Content");
    assert_eq!(
        response.headers,
        ["x-openstack-request-id: ID", "Connection: close"]
    );
    assert_eq!(response.body, "");
}

#[test]
fn a_download_has_the_length_and_the_checksum() {
    let (sandbox, id) = sandbox();
    let response = download(&sandbox, "demo", &id, &[]);
    assert_eq!(response.status, "HTTP/1.1 200 OK");
    assert_eq!(
        response.headers,
        [
            "Content-Type: application/octet-stream",
            MD5,
            "Content-Length: 20",
            "x-openstack-request-id: ID",
            "Connection: close"
        ]
    );
    assert_eq!(response.body, DATA);
}

#[test]
fn a_download_can_be_limited_to_a_range() {
    let (sandbox, id) = sandbox();
    for (range, content_range, body) in [
        ("bytes=0-4", "0-4/20", "01234"),
        ("bytes=15-", "15-19/20", "fghij"),
        ("bytes=-3", "17-19/20", "hij"),
        ("bytes=19-100", "19-19/20", "j"),
    ] {
        let response = download(&sandbox, "demo", &id, &[("Range", range)]);
        assert_eq!(response.status, "HTTP/1.1 206 Partial Content");
        assert_eq!(
            response.headers,
            [
                "Content-Type: application/octet-stream",
                &format!("Content-Range: bytes {content_range}"),
                MD5,
                &format!("Content-Length: {}", body.len()),
                "x-openstack-request-id: ID",
                "Connection: close"
            ]
        );
        assert_eq!(response.body, body);
    }
}

#[test]
fn an_invalid_range_is_rejected() {
    let (sandbox, id) = sandbox();
    let unsatisfiable = "416 Request Range Not Satisfiable\n\nThe Range requested is not available.\n\n \
                         Invalid start position in Range header. Start position MUST be in the \
                         inclusive range [0, 19].  ";
    let several = "400 Bad Request\n\nRequests with multiple ranges are not supported in Glance. You may \
                   make multiple single-range requests instead.\n\n   ";
    for (range, text) in [("bytes=20-", unsatisfiable), ("bytes=0-1,3-4", several)] {
        let response = download(&sandbox, "demo", &id, &[("Range", range)]);
        assert_eq!(response.body, text);
    }
    let json = [("Range", "bytes=20-"), ("Accept", "application/json")];
    assert_eq!(
        download(&sandbox, "demo", &id, &json).body,
        r#"{"message": "The Range requested is not available.<br /><br />\nInvalid start position in Range header. Start position MUST be in the inclusive range [0, 19].\n\n", "code": "416 Request Range Not Satisfiable", "title": "Request Range Not Satisfiable"}"#
    );
}

#[test]
fn an_image_of_0_bytes_is_downloaded() {
    let sandbox = Sandbox::start();
    let id = sandbox.image_id("no-bytes");
    let response = download(&sandbox, "demo", &id, &[]);
    assert_eq!(response.status, "HTTP/1.1 200 OK");
    assert!(response.headers.contains(&"Content-Length: 0".to_owned()));
    let response = download(&sandbox, "demo", &id, &[("Range", "bytes=0-")]);
    assert_eq!(
        response.status,
        "HTTP/1.1 416 Request Range Not Satisfiable"
    );
}

#[test]
fn a_download_without_data_has_the_status_204() {
    let sandbox = Sandbox::start();
    let id = sandbox.image_id("queued");
    assert_no_content(&download(&sandbox, "demo", &id, &[]));
    let id = sandbox.add_image(NewImage::named("x").status("saving"));
    assert_no_content(&download(&sandbox, "demo", &id, &[]));
}

#[test]
fn a_range_of_a_queued_image_closes_the_connection_without_a_response() {
    let sandbox = Sandbox::start();
    let path = format!("/image/v2/images/{}/file", sandbox.image_id("queued"));
    let token = sandbox.token("demo");
    let headers = [("X-Auth-Token", token.as_str()), ("Range", "bytes=0-4")];
    let response = exchange(&sandbox, &request(&sandbox, "GET", &path, &headers, ""));
    assert_eq!(response.unwrap(), b"");
}

#[test]
fn only_an_administrator_downloads_a_deactivated_image() {
    let (sandbox, id) = sandbox();
    let action = |name: &str| {
        let path = format!("/image/v2/images/{id}/actions/{name}");
        let token = sandbox.token("demo");
        let response = send(&sandbox, "POST", &path, &[("X-Auth-Token", &token)], "");
        assert_eq!(response.status, "HTTP/1.1 204 No Content");
    };
    action("deactivate");
    let response = download(&sandbox, "demo", &id, &[]);
    assert_eq!(
        response.body,
        "403 Forbidden\n\nThe requested image has been deactivated. Image data download is forbidden.\n\n   "
    );
    assert_eq!(download(&sandbox, "admin", &id, &[]).body, DATA);
    action("reactivate");
    assert_eq!(download(&sandbox, "demo", &id, &[]).body, DATA);
}

#[test]
fn a_user_with_the_role_member_can_download_every_visible_image() {
    let sandbox = Sandbox::start();
    for label in ["public-small", "other-community", "other-shared"] {
        let id = sandbox.image_id(label);
        let response = download(&sandbox, "demo", &id, &[]);
        assert!(response.body.starts_with(label), "{}", response.body);
    }
    let response = download(&sandbox, "demo", &sandbox.image_id("other-private"), &[]);
    assert_eq!(response.status, "HTTP/1.1 404 Not Found");
    let response = download(&sandbox, "demo-reader", &sandbox.image_id("plain"), &[]);
    assert_eq!(
        response.body,
        "403 Forbidden\n\nYou are not authorized to complete download_image action.\n\n   "
    );
}

#[test]
fn the_stored_data_can_be_lost_cut_and_changed() {
    let (sandbox, id) = sandbox();
    assert_eq!(sandbox.image_data(&id).as_deref(), Some(DATA.as_bytes()));
    sandbox.replace_data(&id, "0123456");
    let response = download(&sandbox, "demo", &id, &[]);
    assert_eq!(response.headers[2], "Content-Length: 20");
    assert_eq!(response.body, "0123456");
    let response = download(&sandbox, "demo", &id, &[("Range", "bytes=10-")]);
    assert_eq!(response.headers[3], "Content-Length: 10");
    assert_eq!(response.body, "");
    sandbox.replace_data(&id, DATA.to_uppercase());
    let response = download(&sandbox, "demo", &id, &[]);
    assert_eq!(response.headers[1], MD5);
    assert_eq!(response.body, "0123456789ABCDEFGHIJ");
    sandbox.lose_data(&id);
    assert_no_content(&download(&sandbox, "demo", &id, &[]));
    assert_no_content(&download(&sandbox, "demo", &id, &[("Range", "bytes=0-4")]));
    assert_eq!(sandbox.image_data(&id), None);
}
