//! Uploads: the requests, rejections, failures and the comparison afterwards.

use std::error::Error as _;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Duration;

use opencloud::image::v2::Upload;
use opencloud::{Error, ErrorKind, OpenStack};
use serde_json::json;

use super::{active, assert_transfer, glance_error, image_at, image_with, without_data};
use crate::support::{Response, Server, TOKEN, at_once, id, token};

const DATA: &[u8] = b"the data of an image";

/// Larger than socket buffers, and than a body that is sent without `Expect`.
const LARGE: u64 = 50 * 1000 * 1000;

const CONTINUE: &str = "HTTP/1.1 100 Continue\r\n\r\n";

/// A reader that must not be read.
struct Unread;

impl Read for Unread {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        panic!("the reader was read");
    }
}

fn put_line() -> String {
    format!("PUT /v2/images/{}/file", id(1))
}

fn get_line() -> String {
    format!("GET /v2/images/{}", id(1))
}

fn stored() -> Response {
    Response::empty(204)
}

/// The error of an upload of [`DATA`] to a server with these responses, and the
/// requests.
#[track_caller]
fn failed(responses: impl IntoIterator<Item = Response>) -> (Error, Vec<String>) {
    let server = Server::with_responses(responses);
    let error = image_at(&server).upload_data(DATA).expect_err("an error");
    (error, server.lines())
}

/// The URL of the data on this server.
fn file_url(server: &Server) -> String {
    server.url(&format!("/v2/images/{}/file", id(1)))
}

#[test]
fn an_upload_sends_a_put_and_a_get_request() {
    let server = Server::with_responses([stored(), Response::ok(&active(DATA))]);
    let mut image = image_at(&server);
    let transfer = image.upload_data(DATA).expect("an upload");
    assert_transfer(transfer, DATA.len(), true);
    assert_eq!(image.size, Some(DATA.len() as u64));
    let requests = server.requests();
    assert_eq!(server.lines(), [put_line(), get_line()]);
    assert_eq!(requests[0].body.as_bytes(), DATA);
    let length = DATA.len().to_string();
    for (name, value) in [
        ("x-auth-token", Some(TOKEN)),
        ("accept", Some("application/json")),
        ("content-type", Some("application/octet-stream")),
        ("content-length", Some(length.as_str())),
        ("transfer-encoding", None),
        ("expect", None),
    ] {
        assert_eq!(requests[0].header(name), value, "{name}");
    }
}

#[test]
fn a_reader_without_a_length_is_sent_in_chunks() {
    let server = Server::with_responses([stored(), Response::ok(&active(DATA))]);
    let transfer = image_at(&server)
        .upload_data(Upload::from_reader(DATA))
        .expect("an upload");
    assert_transfer(transfer, DATA.len(), true);
    let requests = server.requests();
    assert_eq!(server.lines(), [put_line(), get_line()]);
    assert_eq!(requests[0].body.as_bytes(), DATA);
    assert_eq!(requests[0].header("transfer-encoding"), Some("chunked"));
    assert_eq!(requests[0].header("content-length"), None);
    assert_eq!(requests[0].header("expect"), Some("100-continue"));
    assert_eq!(requests[1].header("expect"), None);
}

#[test]
fn a_vector_an_array_an_empty_slice_and_the_rest_of_a_file_are_sent_with_their_length() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rest-of-a-file.img");
    let mut file = File::create_new(&path)
        .or_else(|_| File::options().read(true).write(true).open(&path))
        .expect("a file");
    file.write_all(b"skipped data").expect("a written file");
    let mut file = File::open(&path).expect("a file");
    file.seek(SeekFrom::Start(8)).expect("a position");
    let cases: [(Upload<'_>, &[u8]); 4] = [
        (Upload::from(b"vector".to_vec()), b"vector"),
        (Upload::from(b"array"), b"array"),
        (Upload::from(&b""[..]), b""),
        (Upload::from(file), b"data"),
    ];
    for (upload, data) in cases {
        let server = Server::with_responses([stored(), Response::ok(&active(data))]);
        let transfer = image_at(&server).upload_data(upload).expect("an upload");
        assert_transfer(transfer, data.len(), true);
        let request = &server.requests()[0];
        assert_eq!(request.body.as_bytes(), data);
        let length = data.len().to_string();
        assert_eq!(request.header("content-length"), Some(length.as_str()));
    }
    std::fs::remove_file(path).expect("a removed file");
}

#[test]
fn a_rejected_upload_returns_the_message_and_does_not_read_the_reader() {
    at_once(
        vec![
            (
                404,
                ErrorKind::NotFound,
                "404 Not Found: No image found with ID x",
            ),
            (
                409,
                ErrorKind::Conflict,
                "409 Conflict: Image status transition from active to saving is not allowed",
            ),
            (
                413,
                ErrorKind::UnexpectedStatus,
                "413 Payload Too Large: Image exceeds the storage quota",
            ),
        ],
        |(status, kind, text)| {
            for length in [Some(LARGE), None] {
                let (_, message) = text.split_once(": ").expect("a message");
                let server = Server::with_responses([glance_error(status, message).close()]);
                server.reads_only_heads();
                let upload = Upload::from_reader(Unread);
                let upload = match length {
                    Some(length) => upload.length(length),
                    None => upload,
                };
                let error = image_at(&server).upload_data(upload).expect_err("an error");
                assert_eq!(error.kind(), kind);
                assert_eq!(
                    error.to_string(),
                    format!("PUT {}: {text}", file_url(&server))
                );
                assert_eq!(server.lines(), [put_line()]);
            }
        },
    );
}

#[test]
fn a_token_is_renewed_before_the_reader_is_read() {
    let server = Server::start();
    let catalog = json!([{"type": "image", "name": "glance", "id": "c", "endpoints": [
        {"id": "e", "interface": "public", "region": "R", "region_id": "R", "url": server.url("")},
    ]}]);
    let data = vec![7; 2 << 20];
    let accepted = format!("{CONTINUE}HTTP/1.1 204 No Content\r\n\r\n");
    server.set_responses([
        token("first", 3600, &catalog).close(),
        glance_error(401, "The request you have made requires authentication.").close(),
        token("second", 3600, &catalog).close(),
        Response::raw(accepted).stall(),
        Response::ok(&active(&data)),
    ]);
    server.reads_only_heads();
    let images = OpenStack::new(server.options())
        .and_then(|openstack| openstack.images_v2())
        .expect("a service");
    let transfer = images
        .get_image(id(1))
        .upload_data(data.as_slice())
        .expect("an upload");
    assert_transfer(transfer, data.len(), true);
    let requests = server.requests();
    let tokens = requests
        .iter()
        .map(|request| request.header("x-auth-token"));
    assert_eq!(
        tokens.collect::<Vec<_>>(),
        [None, Some("first"), None, Some("second"), Some("second")]
    );
}

#[test]
fn a_token_that_is_rejected_after_the_reader_was_read_is_renewed_for_the_next_call() {
    let server = Server::start();
    server.set_responses([
        server.token("first"),
        glance_error(401, "The request you have made requires authentication."),
        server.token("second"),
        stored(),
        Response::ok(&active(DATA)),
    ]);
    let images = OpenStack::new(server.options())
        .and_then(|openstack| openstack.images_v2())
        .expect("a service");
    let error = images.get_image(id(1)).upload_data(DATA);
    let error = error.expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    let hint = "(the token was renewed: send the data again)";
    assert!(error.to_string().contains(hint), "{error}");
    let transfer = images.get_image(id(1)).upload_data(DATA);
    assert_transfer(transfer.expect("an upload"), DATA.len(), true);
    let requests = server.requests();
    let tokens = requests
        .iter()
        .map(|request| request.header("x-auth-token"));
    assert_eq!(
        tokens.collect::<Vec<_>>(),
        [None, Some("first"), None, Some("second"), Some("second")]
    );
}

#[test]
fn an_upload_is_repeated_before_the_reader_is_read() {
    at_once(
        vec![
            glance_error(429, "busy").close(),
            glance_error(503, "busy").close(),
            Response::reset(),
        ],
        |response| {
            let conflict = glance_error(409, "conflict").close();
            let server = Server::with_responses([response, conflict]);
            server.reads_only_heads();
            let upload = Upload::from_reader(Unread).length(LARGE);
            let error = image_at(&server).upload_data(upload).expect_err("an error");
            assert_eq!(error.status(), Some(409));
            assert_eq!(server.lines(), [put_line(), put_line()]);
        },
    );
}

#[test]
fn no_request_is_repeated_after_the_reader_was_read() {
    for status in [401, 429, 500, 503] {
        let (error, lines) = failed([glance_error(status, "no").header("Retry-After", "0")]);
        assert_eq!(error.status(), Some(status));
        assert_eq!(error.attempts(), 1);
        assert_eq!(lines, [put_line()]);
    }
}

#[test]
fn a_reader_that_ends_early_is_an_error_and_closes_the_connection() {
    let server = Server::with_responses([Response::ok(&without_data("queued"))]);
    let upload = Upload::from_reader(DATA).length(30);
    let error = image_at(&server).upload_data(upload).expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Io);
    assert_eq!(
        error.to_string(),
        format!(
            "PUT {}: the reader ended after 20 of 30 bytes",
            file_url(&server)
        )
    );
    image_at(&server).retrieve().expect("an image");
    // The server received no complete upload.
    assert_eq!(server.lines(), [get_line()]);
}

#[test]
fn the_error_of_a_reader_is_the_source_of_the_error() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is broken"))
        }
    }
    for length in [Some(30), None] {
        let server = Server::with_responses([Response::ok(&without_data("queued"))]);
        let mut upload = Upload::from_reader(DATA.chain(Failing));
        if let Some(length) = length {
            upload = upload.length(length);
        }
        let error = image_at(&server).upload_data(upload).expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::Io);
        assert_eq!(
            error.to_string(),
            format!(
                "PUT {}: the reader failed after 20 bytes",
                file_url(&server)
            )
        );
        let source = error.source().expect("a source");
        assert_eq!(source.to_string(), "the disk is broken");
        image_at(&server).retrieve().expect("an image");
        assert_eq!(server.lines(), [get_line()]);
    }
}

#[test]
fn an_interrupted_reader_is_read_again_and_surplus_data_is_not_read() {
    struct Interrupted(bool);
    impl Read for Interrupted {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0 = !self.0;
            if self.0 {
                return Err(io::ErrorKind::Interrupted.into());
            }
            buffer[..1].copy_from_slice(b"x");
            Ok(1)
        }
    }
    let server = Server::with_responses([stored(), Response::ok(&active(b"xxx"))]);
    let mut reader = Interrupted(false);
    let upload = Upload::from_reader(&mut reader).length(3);
    let transfer = image_at(&server).upload_data(upload).expect("an upload");
    assert_transfer(transfer, 3, true);
    assert_eq!(server.requests()[0].body, "xxx");
}

#[test]
fn progress_is_reported_after_each_buffer_and_at_the_end() {
    let data = vec![1; 300_000];
    let server = Server::with_responses([stored(), Response::ok(&active(&data))]);
    let mut calls = Vec::new();
    let upload = Upload::from(&data[..]).progress(|done, total| calls.push((done, total)));
    image_at(&server).upload_data(upload).expect("an upload");
    assert!(calls.len() >= 3, "{calls:?}");
    assert!(calls.is_sorted());
    assert!(calls.iter().all(|(_, total)| *total == Some(300_000)));
    assert_eq!(calls[calls.len() - 2..], [(300_000, Some(300_000)); 2]);
}

#[test]
fn after_a_lost_response_the_image_shows_whether_the_data_was_stored() {
    at_once(
        vec![
            Response::no_response(),
            Response::reset(),
            Response::html(502, "<html>proxy</html>"),
            Response::html(504, "<html>proxy</html>"),
        ],
        |response| {
            let saving = Response::ok(&without_data("saving"));
            let server = Server::with_responses([
                response.clone(),
                saving.clone(),
                Response::ok(&active(DATA)),
            ]);
            let transfer = image_at(&server).upload_data(DATA).expect("an upload");
            assert_transfer(transfer, DATA.len(), true);
            assert_eq!(server.lines(), [put_line(), get_line(), get_line()]);

            let queued = Response::ok(&without_data("queued"));
            let (error, lines) = failed([response.clone(), saving, queued]);
            assert_eq!(lines, [put_line(), get_line(), get_line()]);
            let hint = "(nothing was stored; the data can be sent again)";
            assert!(error.to_string().ends_with(hint), "{error}");

            let (error, _) = failed([response, Response::ok(&active(b"another image, really"))]);
            assert_ne!(error.kind(), ErrorKind::InvalidResponse);
            let hint = "(the image has other data)";
            assert!(error.to_string().ends_with(hint), "{error}");
        },
    );
}

#[test]
fn a_connection_lost_during_the_body_is_an_error() {
    let server = Server::with_responses([Response::raw(CONTINUE).then_reset()]);
    server.reads_only_heads();
    let upload = Upload::from_reader(io::repeat(0)).length(LARGE);
    let error = image_at(&server).upload_data(upload).expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert_eq!(error.attempts(), 1);
    assert_eq!(
        error.to_string(),
        format!(
            "PUT {}: connection failed (the service may have rejected the data, for example \
             because of a quota)",
            file_url(&server)
        )
    );
    assert_eq!(server.lines(), [put_line()]);
}

#[test]
fn a_size_or_hash_that_differs_from_the_data_is_an_error() {
    let mut changed = active(DATA);
    changed["os_hash_value"] = "00ff".into();
    let wrong_size = format!("20 bytes were transferred, but image {} has 4", id(1));
    let wrong_hash = format!("the transferred data has another hash than image {}", id(1));
    let no_size = format!(
        "image {} has no size after 20 bytes were transferred",
        id(1)
    );
    for (image, difference) in [
        (active(b"data"), wrong_size),
        (changed, wrong_hash),
        (without_data("queued"), no_size),
    ] {
        let (error, _) = failed([stored(), Response::ok(&image)]);
        assert_eq!(error.kind(), ErrorKind::InvalidResponse);
        assert_eq!(error.to_string(), format!("{difference}; delete the image"));
    }
}

#[test]
fn with_another_hash_algorithm_only_the_size_is_compared() {
    for (algorithm, value) in [("md5", "00ff"), ("sha256", "00ff")] {
        let mut image = active(DATA);
        image["os_hash_algo"] = algorithm.into();
        image["os_hash_value"] = value.into();
        let server = Server::with_responses([stored(), Response::ok(&image)]);
        let transfer = image_at(&server).upload_data(DATA).expect("an upload");
        assert_transfer(transfer, DATA.len(), false);
    }
}

#[test]
fn the_error_for_data_in_the_wrong_format_has_the_hint_to_delete_the_image() {
    let message = "Image disk_format qcow2 does not match stream data raw";
    let (error, lines) = failed([glance_error(415, message)]);
    let text = error.to_string();
    let end = format!(
        "415 Unsupported Media Type: {message} (the image cannot be used any more: delete it)"
    );
    assert!(text.ends_with(&end), "{text}");
    assert_eq!(lines, [put_line()]);
}

#[test]
fn only_response_timeout_limits_the_wait_for_the_response() {
    let short = Duration::from_millis(50);
    let server = Server::with_responses([Response::silence()]);
    let upload = Upload::from(DATA).response_timeout(short);
    let error = image_at(&server).upload_data(upload).expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(
        error.to_string(),
        format!(
            "PUT {}: the data was sent, but no response was received in time (response_timeout)",
            file_url(&server)
        )
    );
    assert_eq!(server.lines(), [put_line()]);

    // The other timeouts do not limit it.
    let late = stored().after(Duration::from_millis(600));
    let server = Server::with_responses([late, Response::ok(&active(DATA))]);
    let limit = Duration::from_millis(500);
    let mut image = image_with(&server, |options| {
        options.read_timeout(limit).call_timeout(limit)
    });
    image.upload_data(DATA).expect("an upload");
}
