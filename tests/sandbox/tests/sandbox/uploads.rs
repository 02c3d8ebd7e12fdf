//! Uploads of image data.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use opencloud_sandbox::{NewImage, Sandbox, Wire};
use socket2::SockRef;

use crate::http::{Response, connect, exchange, parse, request, send};

const HELLO_SHA512: &str = "9b71d224bd62f3785d96d46ad3ea3d73319bfbc2890caadae2dff72519673ca72323c3d99ba5c11d7c7acc6e14b8c5da0c4663475c2e5c3adef46f73bcdec043";

/// Creates an image without data and returns its id.
fn queued(sandbox: &Sandbox) -> String {
    sandbox.add_image(NewImage::named("x").status("queued"))
}

fn path(id: &str) -> String {
    format!("/image/v2/images/{id}/file")
}

/// The head of an upload by `demo`.
fn head(sandbox: &Sandbox, id: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let token = sandbox.token("demo");
    let mut headers = vec![
        ("X-Auth-Token", token.as_str()),
        ("Content-Type", "application/octet-stream"),
    ];
    headers.extend(more);
    request(sandbox, "PUT", &path(id), &headers, "")
}

/// Starts an upload: sends the head and some bytes of the body.
fn start(sandbox: &Sandbox, id: &str, more: &[(&str, &str)], body: &str) -> TcpStream {
    let mut stream = connect(sandbox);
    let head = head(sandbox, id, more);
    stream
        .write_all(&[&head, body.as_bytes()].concat())
        .unwrap();
    stream
}

/// Uploads a body to an image.
#[track_caller]
fn upload(sandbox: &Sandbox, id: &str, body: &str) -> Response {
    let length = body.len().to_string();
    let mut stream = start(sandbox, id, &[("Content-Length", &length)], body);
    rest(&mut stream)
}

/// Reads a response until the connection is closed. It is reset if the server has
/// not read the whole body.
#[track_caller]
fn rest(stream: &mut TcpStream) -> Response {
    let mut bytes = Vec::new();
    if let Err(error) = stream.read_to_end(&mut bytes) {
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    }
    parse(&bytes)
}

/// Sends a request without a body to the image API as `demo`.
#[track_caller]
fn glance(sandbox: &Sandbox, method: &str, path: &str) -> Response {
    let token = sandbox.token("demo");
    let path = format!("/image/v2/images/{path}");
    send(sandbox, method, &path, &[("X-Auth-Token", &token)], "")
}

/// Checks fields of an image.
#[track_caller]
fn assert_image(sandbox: &Sandbox, id: &str, fields: &[&str]) {
    let image = glance(sandbox, "GET", id).body;
    for field in fields {
        assert!(image.contains(field), "{field} is missing: {image}");
    }
}

/// Waits until an image has a status.
fn wait_for(sandbox: &Sandbox, id: &str, status: &str) {
    let field = format!(r#""status": "{status}""#);
    while !glance(sandbox, "GET", id).body.contains(&field) {
        std::thread::yield_now();
    }
}

#[track_caller]
fn assert_queued(sandbox: &Sandbox, id: &str) {
    let fields = [
        r#""status": "queued""#,
        r#""size": null"#,
        r#""checksum": null"#,
    ];
    assert_image(sandbox, id, &fields);
    assert_eq!(sandbox.image_data(id), None);
}

#[test]
fn an_upload_with_a_length_or_in_chunks_stores_the_data() {
    let sandbox = Sandbox::start();
    for (header, body) in [
        (("Content-Length", "5"), "hello"),
        (
            ("Transfer-Encoding", "chunked"),
            "2\r\nhe\r\n3;x\r\nllo\r\n0\r\n\r\n",
        ),
    ] {
        let id = queued(&sandbox);
        let response = rest(&mut start(&sandbox, &id, &[header], body));
        assert_eq!(response.status, "HTTP/1.1 204 No Content");
        assert_eq!(
            response.headers,
            [
                "Content-Type: text/html; charset=UTF-8",
                "Content-Length: 0",
                "x-openstack-request-id: ID",
                "Connection: close"
            ]
        );
        assert_eq!(response.body, "");
        assert_eq!(sandbox.image_data(&id).as_deref(), Some(&b"hello"[..]));
        let fields = [
            r#""size": 5, "virtual_size": 5, "status": "active", "checksum": "5d41402abc4b2a76b9719d911017c592""#,
            &format!(r#""os_hash_algo": "sha512", "os_hash_value": "{HELLO_SHA512}""#),
            r#""stores": "local""#,
        ];
        assert_image(&sandbox, &id, &fields);
    }
}

#[test]
fn an_upload_without_a_body_makes_an_active_image_of_0_bytes() {
    let sandbox = Sandbox::start();
    let id = queued(&sandbox);
    let response = rest(&mut start(&sandbox, &id, &[], ""));
    assert_eq!(response.status, "HTTP/1.1 204 No Content");
    let fields = [
        r#""size": 0, "virtual_size": null, "status": "active", "checksum": "d41d8cd98f00b204e9800998ecf8427e""#,
    ];
    assert_image(&sandbox, &id, &fields);
}

#[test]
fn an_upload_is_rejected_before_its_body_is_read() {
    let sandbox = Sandbox::builder().wire(Wire::KeepAlive).start();
    let demo = sandbox.token("demo");
    let octets = "application/octet-stream";
    let (active, queued) = (sandbox.image_id("plain"), sandbox.image_id("queued"));
    let deactivated = sandbox.image_id("deactivated");
    let community = sandbox.image_id("other-community");
    let unknown = "00000000-1111-4222-8333-444444444444";
    for (id, token, kind, status, message) in [
        (
            active.as_str(),
            demo.as_str(),
            octets,
            "409 Conflict",
            "Image status transition from active to saving is not allowed",
        ),
        (
            &deactivated,
            &demo,
            octets,
            "409 Conflict",
            "Image status transition from deactivated to saving is not allowed",
        ),
        (
            unknown,
            &demo,
            octets,
            "404 Not Found",
            "No image found with ID 00000000-1111-4222-8333-444444444444",
        ),
        (
            &community,
            &demo,
            octets,
            "403 Forbidden",
            "You are not authorized to complete upload_image action.",
        ),
        (
            &queued,
            &demo,
            "text/plain; charset=x",
            "415 Unsupported Media Type",
            "The request media type text/plain; charset=x is not supported by this server. \n\n Invalid content type text/plain",
        ),
        (
            &queued,
            "bad",
            octets,
            "401 Unauthorized",
            "This server could not verify",
        ),
    ] {
        let length = 50_000_000.to_string();
        let headers = [
            ("X-Auth-Token", token),
            ("Content-Type", kind),
            ("Content-Length", &length),
            ("Expect", "100-continue"),
        ];
        // The connection is closed before any of the body is sent.
        let response = exchange(&sandbox, &request(&sandbox, "PUT", &path(id), &headers, ""));
        let response = parse(&response.unwrap());
        assert_eq!(response.status, format!("HTTP/1.1 {status}"));
        let expected = format!("{status}\n\n{message}");
        assert!(response.body.starts_with(&expected), "{}", response.body);
    }
    assert_queued(&sandbox, &queued);
}

#[test]
fn an_upload_to_an_image_without_formats_is_rejected() {
    let sandbox = Sandbox::start();
    let token = sandbox.token("demo");
    let json = [
        ("X-Auth-Token", token.as_str()),
        ("Content-Type", "application/json"),
    ];
    for (body, message) in [
        (
            "{}",
            "Properties disk_format, container_format must be set prior to saving data.",
        ),
        (
            r#"{"disk_format": "raw"}"#,
            "Property container_format must be set prior to saving data.",
        ),
    ] {
        let created = send(&sandbox, "POST", "/image/v2/images", &json, body).body;
        let id = created.split_once(r#""id": ""#).unwrap().1[..36].to_owned();
        let response = upload(&sandbox, &id, "hello");
        assert_eq!(response.status, "HTTP/1.1 400 Bad Request");
        assert_eq!(
            response.body,
            format!("400 Bad Request\n\n{message}\n\n   ")
        );
        assert_queued(&sandbox, &id);
    }
}

#[test]
fn an_upload_with_expect_has_no_100_continue_response() {
    let sandbox = Sandbox::start();
    let id = queued(&sandbox);
    let headers = [("Content-Length", "5"), ("Expect", "100-continue")];
    let mut stream = start(&sandbox, &id, &headers, "");
    wait_for(&sandbox, &id, "saving");
    stream.write_all(b"hello").unwrap();
    assert_eq!(rest(&mut stream).status, "HTTP/1.1 204 No Content");
}

#[test]
fn an_image_is_saving_during_its_upload() {
    let sandbox = Sandbox::start();
    let id = queued(&sandbox);
    let mut stream = start(&sandbox, &id, &[("Content-Length", "5")], "he");
    wait_for(&sandbox, &id, "saving");
    let fields = [r#""size": null, "virtual_size": null, "status": "saving", "checksum": null"#];
    assert_image(&sandbox, &id, &fields);
    let second = upload(&sandbox, &id, "other");
    assert_eq!(
        second.body,
        "409 Conflict\n\nImage status transition from saving to saving is not allowed\n\n   "
    );
    let download = glance(&sandbox, "GET", &format!("{id}/file"));
    assert_eq!(download.status, "HTTP/1.1 204 No Content");
    stream.write_all(b"llo").unwrap();
    assert_eq!(rest(&mut stream).status, "HTTP/1.1 204 No Content");
    assert_eq!(sandbox.image_data(&id).as_deref(), Some(&b"hello"[..]));
}

#[test]
fn a_change_during_an_upload_is_lost() {
    let sandbox = Sandbox::start();
    let token = sandbox.token("demo");
    let headers = [
        ("X-Auth-Token", token.as_str()),
        (
            "Content-Type",
            "application/openstack-images-v2.1-json-patch",
        ),
    ];
    for (rest_of_body, status) in [
        ("llo", "HTTP/1.1 204 No Content"),
        ("", "HTTP/1.1 500 Internal Server Error"),
    ] {
        let id = queued(&sandbox);
        let mut stream = start(&sandbox, &id, &[("Content-Length", "5")], "he");
        wait_for(&sandbox, &id, "saving");
        let image = format!("/image/v2/images/{id}");
        let patch = r#"[{"op": "add", "path": "/a", "value": "1"}]"#;
        let response = send(&sandbox, "PATCH", &image, &headers, patch);
        assert_eq!(response.status, "HTTP/1.1 200 OK");
        assert_eq!(sandbox.metadata(&id).as_deref(), Some(r#"{"a": "1"}"#));
        stream.write_all(rest_of_body.as_bytes()).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        assert_eq!(rest(&mut stream).status, status);
        assert_eq!(sandbox.metadata(&id).as_deref(), Some("{}"));
    }
}

#[test]
fn an_upload_fails_with_410_if_its_image_is_deleted_during_it() {
    let sandbox = Sandbox::start();
    let id = queued(&sandbox);
    let mut stream = start(&sandbox, &id, &[("Content-Length", "5")], "he");
    wait_for(&sandbox, &id, "saving");
    let response = glance(&sandbox, "DELETE", &id);
    assert_eq!(response.status, "HTTP/1.1 204 No Content");
    stream.write_all(b"llo").unwrap();
    let response = rest(&mut stream);
    assert_eq!(response.status, "HTTP/1.1 410 Gone");
    assert_eq!(
        response.body,
        format!(
            "410 Gone\n\nImage {id} could not be found after upload. The image may have been deleted \
             during the upload, cleaning up the chunks uploaded.\n\n   "
        )
    );
    assert!(!sandbox.has_image(&id));
}

#[test]
fn an_image_is_queued_again_after_an_interrupted_upload() {
    let sandbox = Sandbox::start();
    for (header, body) in [
        (("Content-Length", "9"), "hello"),
        (("Transfer-Encoding", "chunked"), "5\r\nhello\r\n"),
        (("Transfer-Encoding", "chunked"), "9\r\nhello"),
    ] {
        let id = queued(&sandbox);
        for reset in [false, true] {
            let stream = start(&sandbox, &id, &[header], body);
            wait_for(&sandbox, &id, "saving");
            if reset {
                SockRef::from(&stream)
                    .set_linger(Some(Duration::ZERO))
                    .unwrap();
            }
            drop(stream);
            wait_for(&sandbox, &id, "queued");
            assert_queued(&sandbox, &id);
        }
        // A client that still reads receives an error.
        let mut stream = start(&sandbox, &id, &[header], body);
        stream.shutdown(Shutdown::Write).unwrap();
        let response = rest(&mut stream);
        assert_eq!(response.status, "HTTP/1.1 500 Internal Server Error");
        assert_queued(&sandbox, &id);
        let response = upload(&sandbox, &id, "again");
        assert_eq!(response.status, "HTTP/1.1 204 No Content");
    }
}

#[test]
fn an_upload_fails_if_the_client_sends_nothing_for_too_long() {
    let timeout = Duration::from_millis(10);
    let sandbox = Sandbox::builder().socket_timeout(timeout).start();
    for headers in [
        &[("Content-Length", "9")][..],
        &[("Content-Length", "9"), ("Expect", "100-continue")],
        &[("Transfer-Encoding", "chunked")],
    ] {
        let id = queued(&sandbox);
        let response = rest(&mut start(&sandbox, &id, headers, ""));
        assert_eq!(response.status, "HTTP/1.1 500 Internal Server Error");
        assert_eq!(
            response.body,
            "500 Internal Server Error\n\nThe server has either erred or is incapable of performing \
             the requested operation.\n\n   "
        );
        assert_queued(&sandbox, &id);
    }
}

#[test]
fn a_wrong_size_header_makes_an_upload_fail() {
    let sandbox = Sandbox::start();
    let id = queued(&sandbox);
    for (size, message) in [
        ("4", "Size exceeds: expected 4 bytes, got 5 bytes"),
        ("6", "Size mismatch: expected 6 bytes, got 5 bytes"),
        ("x", "Invalid or missing image size in request headers."),
    ] {
        let headers = [("Content-Length", "5"), ("X-OpenStack-Image-Size", size)];
        let response = rest(&mut start(&sandbox, &id, &headers, "hello"));
        assert_eq!(response.status, "HTTP/1.1 400 Bad Request");
        assert_eq!(
            response.body,
            format!("400 Bad Request\n\n{message}\n\n   ")
        );
        assert_queued(&sandbox, &id);
    }
    assert_eq!(
        upload(&sandbox, &id, "hello").status,
        "HTTP/1.1 204 No Content"
    );
}

#[test]
fn an_upload_of_another_format_makes_the_image_unusable() {
    let sandbox = Sandbox::start();
    let token = sandbox.token("demo");
    let json = [
        ("X-Auth-Token", token.as_str()),
        ("Content-Type", "application/json"),
    ];
    let body = r#"{"disk_format": "qcow2", "container_format": "bare"}"#;
    let created = send(&sandbox, "POST", "/image/v2/images", &json, body).body;
    let id = created.split_once(r#""id": ""#).unwrap().1[..36].to_owned();
    let response = upload(&sandbox, &id, "no qcow2");
    assert_eq!(response.status, "HTTP/1.1 415 Unsupported Media Type");
    assert_eq!(
        response.body,
        "415 Unsupported Media Type\n\nThe request media type application/octet-stream is not \
         supported by this server. \n\n Image disk_format qcow2 does not match stream data raw"
    );
    let fields = [
        r#""size": null, "virtual_size": null, "status": "queued", "checksum": "0130d98960384f43152f87772b6a755c""#,
        r#""stores": "local""#,
    ];
    assert_image(&sandbox, &id, &fields);
    let again = upload(&sandbox, &id, "again");
    assert_eq!(again.status, "HTTP/1.1 500 Internal Server Error");
    let download = glance(&sandbox, "GET", &format!("{id}/file"));
    assert!(
        download
            .headers
            .contains(&"Content-Length: None".to_owned())
    );
    let delete = glance(&sandbox, "DELETE", &id);
    assert_eq!(delete.status, "HTTP/1.1 204 No Content");
}

#[test]
fn the_size_of_an_image_and_the_total_size_of_a_project_are_limited() {
    let sandbox = Sandbox::builder()
        .empty()
        .image_size_cap(9)
        .user_storage_quota(15)
        .start();
    let id = queued(&sandbox);
    let response = upload(&sandbox, &id, "0123456789");
    assert_eq!(response.status, "HTTP/1.1 413 Request Entity Too Large");
    assert_eq!(
        response.body,
        "413 Request Entity Too Large\n\nThe incoming image is too large: The provided image is too \
         large.\n\n   "
    );
    assert_queued(&sandbox, &id);
    assert_eq!(
        upload(&sandbox, &id, "012345678").status,
        "HTTP/1.1 204 No Content"
    );
    let id = queued(&sandbox);
    // The announced size is checked before the body is read.
    let mut stream = start(&sandbox, &id, &[("Content-Length", "7")], "");
    let quota = "413 Request Entity Too Large\n\nImage exceeds the storage quota: The size of the data \
                 7 will exceed the limit. 6 bytes remaining.\n\n   ";
    assert_eq!(rest(&mut stream).body, quota);
    let chunks = "7\r\n0123456\r\n0\r\n\r\n";
    let mut stream = start(&sandbox, &id, &[("Transfer-Encoding", "chunked")], chunks);
    assert_eq!(rest(&mut stream).body, quota);
    assert_queued(&sandbox, &id);
}
