//! The faults, applied to uploads and downloads.

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use opencloud_sandbox::{Fault, NewImage, Sandbox, Wire};

use crate::http::{connect, exchange, parse, request, send};

const DATA: &str = "0123456789abcdefghij";
const NO_WAIT: Duration = Duration::ZERO;

/// A sandbox with an image that has data, and the bytes of its download.
struct Download {
    sandbox: Sandbox,
    request: Vec<u8>,
}

impl Download {
    fn new() -> Self {
        let sandbox = Sandbox::start();
        let id = sandbox.add_image(NewImage::named("x").data(DATA));
        let token = sandbox.token("demo");
        let path = format!("/image/v2/images/{id}/file");
        let request = request(&sandbox, "GET", &path, &[("X-Auth-Token", &token)], "");
        Self { sandbox, request }
    }

    /// Downloads once with a fault, and returns the headers and the body.
    fn with(&self, fault: Fault) -> (Vec<String>, String) {
        self.sandbox.fail(fault.on("GET", "/file").times(1));
        let response = parse(&exchange(&self.sandbox, &self.request).unwrap());
        assert_eq!(response.status, "HTTP/1.1 200 OK");
        (response.headers, response.body)
    }
}

#[test]
fn a_download_can_be_cut_or_have_a_wrong_length_no_length_or_changed_data() {
    let download = Download::new();
    for (fault, length, body) in [
        (Fault::cut(7), Some("20"), "0123456"),
        (Fault::cut(0), Some("20"), ""),
        (Fault::wrong_length(5), Some("25"), DATA),
        (Fault::wrong_length(-5), Some("15"), DATA),
        (Fault::no_length(), None, DATA),
        (Fault::drip(3, NO_WAIT), Some("20"), DATA),
        (Fault::change(2), Some("20"), "01\u{fffd}3456789abcdefghij"),
    ] {
        let (headers, received) = download.with(fault);
        let length = length.map(|it| format!("Content-Length: {it}"));
        let found = headers.iter().find(|it| it.starts_with("Content-Length"));
        assert_eq!(found, length.as_ref());
        assert_eq!(received, body);
    }
}

#[test]
fn a_download_of_a_range_can_be_cut() {
    let download = Download::new();
    let id = download.sandbox.add_image(NewImage::named("y").data(DATA));
    let token = download.sandbox.token("demo");
    let path = format!("/image/v2/images/{id}/file");
    download.sandbox.fail(Fault::cut(2).on("GET", &id).times(1));
    let headers = [("X-Auth-Token", token.as_str()), ("Range", "bytes=10-")];
    let response = send(&download.sandbox, "GET", &path, &headers, "");
    assert_eq!(response.status, "HTTP/1.1 206 Partial Content");
    assert_eq!(response.headers[3], "Content-Length: 10");
    assert_eq!(response.body, "ab");
}

#[test]
fn a_download_can_be_sent_in_pieces_with_pauses() {
    let download = Download::new();
    let pause = Duration::from_millis(5);
    let before = Instant::now();
    let (_, body) = download.with(Fault::drip(5, pause));
    assert!(before.elapsed() >= 4 * pause);
    assert_eq!(body, DATA);
}

#[test]
fn a_download_can_stall_until_the_client_closes_the_connection() {
    let download = Download::new();
    for (fault, end) in [(Fault::stall(4), "0123"), (Fault::silent(), "")] {
        download.sandbox.fail(fault.times(1));
        let mut stream = connect(&download.sandbox);
        let timeout = Duration::from_millis(50);
        stream.set_read_timeout(Some(timeout)).unwrap();
        stream.write_all(&download.request).unwrap();
        let mut bytes = Vec::new();
        let error = stream.read_to_end(&mut bytes).unwrap_err();
        assert!(matches!(
            error.kind(),
            ErrorKind::WouldBlock | ErrorKind::TimedOut
        ));
        assert!(bytes.ends_with(end.as_bytes()));
        assert_eq!(bytes.is_empty(), end.is_empty());
    }
}

/// A sandbox with an image without data, for uploads.
struct Upload {
    sandbox: Sandbox,
    id: String,
}

impl Upload {
    fn new(wire: Wire) -> Self {
        let sandbox = Sandbox::builder().wire(wire).start();
        let id = sandbox.add_image(NewImage::named("x").status("queued"));
        Self { sandbox, id }
    }

    /// The head of an upload with this header.
    fn head(&self, header: (&str, &str)) -> Vec<u8> {
        let token = self.sandbox.token("demo");
        let path = format!("/image/v2/images/{}/file", self.id);
        let headers = [
            ("X-Auth-Token", token.as_str()),
            ("Content-Type", "application/octet-stream"),
            header,
        ];
        request(&self.sandbox, "PUT", &path, &headers, "")
    }

    /// Uploads ten bytes in a chunk and returns the bytes of the response. The connection
    /// is reset if the server did not read the whole body.
    fn send(&self) -> Vec<u8> {
        let mut bytes = self.head(("Transfer-Encoding", "chunked"));
        bytes.extend(b"a\r\n0123456789\r\n0\r\n\r\n");
        let mut stream = connect(&self.sandbox);
        stream.write_all(&bytes).unwrap();
        let mut response = Vec::new();
        if let Err(error) = stream.read_to_end(&mut response) {
            assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        }
        response
    }

    /// Sends only the head, and returns the status and the headers. Fails unless the
    /// server closes the connection before the idle timeout of 4 seconds.
    fn send_head(&self) -> (String, Vec<String>) {
        let mut stream = connect(&self.sandbox);
        let timeout = Duration::from_secs(2);
        stream.set_read_timeout(Some(timeout)).unwrap();
        let head = self.head(("Content-Length", "10"));
        stream.write_all(&head).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let response = parse(&bytes);
        (response.status, response.headers)
    }

    fn is_queued(&self) -> bool {
        let path = format!("/image/v2/images/{}", self.id);
        let token = self.sandbox.token("demo");
        let image = send(&self.sandbox, "GET", &path, &[("X-Auth-Token", &token)], "").body;
        image.contains(r#""size": null, "virtual_size": null, "status": "queued""#)
            && self.sandbox.image_data(&self.id).is_none()
    }
}

#[test]
fn an_upload_can_fail_with_a_status_before_its_body_is_read() {
    let upload = Upload::new(Wire::KeepAlive);
    let busy = Fault::status(503).header("Retry-After", "1");
    upload.sandbox.fail(busy.on("PUT", "/file").times(1));
    let (status, headers) = upload.send_head();
    assert_eq!(status, "HTTP/1.1 503 Service Unavailable");
    assert_eq!(headers, ["Content-Length: 0", "Retry-After: 1"]);
    assert!(upload.is_queued());
    upload.sandbox.fail(Fault::revoke_tokens().times(1));
    assert_eq!(upload.send_head().0, "HTTP/1.1 401 Unauthorized");
    assert!(upload.is_queued());
    assert!(upload.send().starts_with(b"HTTP/1.1 204"));
}

#[test]
fn the_connection_can_be_closed_after_a_part_of_the_body_of_an_upload() {
    let upload = Upload::new(Wire::Close);
    for bytes in [0, 7] {
        upload.sandbox.fail(Fault::cut_upload(bytes).times(1));
        assert_eq!(upload.send(), b"");
        assert!(upload.is_queued());
    }
    assert!(upload.send().starts_with(b"HTTP/1.1 204"));
}

#[test]
fn the_connection_can_be_closed_before_the_body_of_an_upload() {
    let upload = Upload::new(Wire::Close);
    for fault in [Fault::close(), Fault::reset()] {
        upload.sandbox.fail(fault.times(1));
        assert_eq!(upload.send(), b"");
        assert!(upload.is_queued());
    }
}

#[test]
fn the_response_can_be_lost_after_the_data_is_stored() {
    for fault in [Fault::close(), Fault::reset()] {
        let upload = Upload::new(Wire::Close);
        upload.sandbox.fail(fault.carried_out().times(1));
        assert_eq!(upload.send(), b"");
        let data = upload.sandbox.image_data(&upload.id);
        assert_eq!(data.as_deref(), Some(&b"0123456789"[..]));
    }
}

#[test]
fn an_upload_can_be_delayed() {
    let upload = Upload::new(Wire::Close);
    let pause = Duration::from_millis(20);
    upload.sandbox.fail(Fault::delay(pause).times(1));
    let before = Instant::now();
    assert!(upload.send().starts_with(b"HTTP/1.1 204"));
    assert!(before.elapsed() >= pause);
}
