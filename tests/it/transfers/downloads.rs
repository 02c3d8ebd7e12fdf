//! Downloads: the requests, continuation after failures, and the comparison.

use std::error::Error as _;
use std::io::{self, Cursor, Seek, SeekFrom, Write};
use std::time::Duration;

use log::Level;
use opencloud::image::v2::Download;
use opencloud::{Error, ErrorKind};
use ring::digest::{SHA256, SHA384};
use serde_json::Value;

use super::{active, assert_transfer, glance_error, hex, image_at, image_with, without_data};
use crate::support::{Response, Server, id, logged};

const DATA: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// Represents a request without `Range`.
const ALL: &str = "all";

fn get_line() -> String {
    format!("GET /v2/images/{}", id(1))
}

fn file_line() -> String {
    format!("GET /v2/images/{}/file", id(1))
}

fn file_url(server: &Server) -> String {
    server.url(&format!("/v2/images/{}/file", id(1)))
}

fn image_response() -> Response {
    Response::ok(&active(DATA))
}

fn all() -> Response {
    Response::new(200, DATA).header("Content-Type", "application/octet-stream")
}

/// The data from this byte to its end.
fn rest(start: usize) -> Response {
    let last = DATA.len() - 1;
    Response::new(206, &DATA[start..]).header(
        "Content-Range",
        format!("bytes {start}-{last}/{}", DATA.len()),
    )
}

/// Only the first bytes of the body, and then the connection is closed.
fn cut(response: Response, body: usize) -> Response {
    let bytes = response.bytes();
    let head = bytes.windows(4).position(|end| end == b"\r\n\r\n");
    response.cut(head.expect("a head") + 4 + body)
}

/// The error of a download from a server with these responses, and the output.
#[track_caller]
fn failed(server: &Server) -> (Error, Vec<u8>) {
    let mut output = Vec::new();
    let error = image_at(server)
        .download_data(&mut output)
        .expect_err("an error");
    (error, output)
}

/// The `Range` of each request for data.
fn ranges(server: &Server) -> Vec<String> {
    let requests = server.requests();
    assert!(requests[1..].iter().all(|it| it.line() == file_line()));
    let ranges = requests[1..].iter().map(|it| it.header("range"));
    ranges.map(|it| it.unwrap_or(ALL).to_owned()).collect()
}

fn from(start: usize) -> String {
    format!("bytes={start}-")
}

#[test]
fn a_download_sends_two_get_requests() {
    for response in [all(), all().chunked(), all().without_length()] {
        let server = Server::with_responses([image_response(), response]);
        let mut output = Vec::new();
        let mut calls = Vec::new();
        let download = Download::to(&mut output).progress(|done, total| calls.push((done, total)));
        let transfer = image_at(&server).download_data(download).expect("data");
        assert_transfer(transfer, DATA.len(), true);
        assert_eq!(output, DATA);
        assert!(calls.len() >= 2 && calls.is_sorted(), "{calls:?}");
        assert_eq!(calls.last(), Some(&(36, Some(36))));
        assert_eq!(server.lines(), [get_line(), file_line()]);
        let request = &server.requests()[1];
        assert_eq!(request.header("accept"), Some("application/json"));
        assert_eq!(request.header("range"), None);
    }
}

#[test]
fn a_broken_download_is_continued_at_the_next_byte() {
    let server = Server::with_responses([
        image_response(),
        cut(all(), 10),
        cut(rest(10), 0),
        cut(rest(10), 0),
        cut(rest(10), 5),
        cut(rest(15).chunked(), 9),
        Response::no_response(),
        rest(21),
    ]);
    let mut output = Vec::new();
    let (transfer, lines) = logged(|| image_at(&server).download_data(&mut output));
    assert_transfer(transfer.expect("data"), DATA.len(), true);
    assert_eq!(output, DATA);
    assert_eq!(
        ranges(&server),
        [
            ALL.to_owned(),
            from(10),
            from(10),
            from(10),
            from(15),
            from(21),
            from(21)
        ]
    );
    let warning = lines.iter().find(|line| {
        line.level == Level::Warn
            && line.text.starts_with(&format!(
                "GET {}: connection lost before the response was complete (after 10 bytes; the \
                 output is incomplete); continuing in ",
                file_url(&server)
            ))
    });
    assert!(warning.is_some(), "{lines:#?}");
}

#[test]
fn a_download_is_continued_after_a_body_that_ends_early() {
    let short = Response::new(200, &DATA[..10]).without_length();
    let server = Server::with_responses([image_response(), short, rest(10)]);
    let mut output = Vec::new();
    let transfer = image_at(&server).download_data(&mut output).expect("data");
    assert_transfer(transfer, DATA.len(), true);
    assert_eq!(output, DATA);
    assert_eq!(ranges(&server), [ALL.to_owned(), from(10)]);
}

#[test]
fn a_download_is_continued_after_a_read_timeout() {
    let server = Server::with_responses([
        image_response(),
        Response::raw("HTTP/1.1 200 OK\r\nContent-Length: 36\r\n\r\n0123").stall(),
        rest(4),
    ]);
    let limit = Duration::from_millis(200);
    let mut output = Vec::new();
    let transfer = image_with(&server, |options| options.read_timeout(limit))
        .download_data(&mut output)
        .expect("data");
    assert_transfer(transfer, DATA.len(), true);
    assert_eq!(ranges(&server), [ALL.to_owned(), from(4)]);
}

#[test]
fn a_download_fails_after_three_attempts_without_a_byte() {
    let server = Server::with_responses([
        image_response(),
        cut(all(), 10),
        cut(rest(10), 0),
        cut(rest(10), 0),
        cut(rest(10), 0),
    ]);
    let (error, output) = failed(&server);
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert_eq!(
        error.to_string(),
        format!(
            "GET {}: connection lost before the response was complete (after 10 bytes; the output \
             is incomplete)",
            file_url(&server)
        )
    );
    assert_eq!(output, &DATA[..10]);
    assert_eq!(
        ranges(&server),
        [ALL.to_owned(), from(10), from(10), from(10)]
    );
}

#[test]
fn data_that_the_store_truncated_is_an_error() {
    let empty = || {
        Response::new(206, "")
            .header("Content-Range", "bytes 10-35/36")
            .without_length()
    };
    let short = Response::new(200, &DATA[..10]).without_length();
    let server = Server::with_responses([image_response(), short, empty(), empty(), empty()]);
    let (error, _) = failed(&server);
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert_eq!(
        error.to_string(),
        format!(
            "GET {}: 206 Partial Content: the data ended after 10 of 36 bytes; the output is \
             incomplete",
            file_url(&server)
        )
    );
}

#[test]
fn a_wrong_range_is_an_error() {
    for (response, status, found) in [
        (all(), "200 OK", ""),
        (Response::new(206, &DATA[10..]), "206 Partial Content", ""),
        (rest(11), "206 Partial Content", "bytes 11-35/36"),
        (
            Response::new(206, &DATA[10..]).header("Content-Range", "bytes 10-35/37"),
            "206 Partial Content",
            "bytes 10-35/37",
        ),
    ] {
        let server = Server::with_responses([image_response(), cut(all(), 10), response]);
        let (error, output) = failed(&server);
        assert_eq!(error.kind(), ErrorKind::InvalidResponse);
        assert_eq!(
            error.to_string(),
            format!(
                "GET {}: {status}: expected the data from byte 10, found the Content-Range \
                 {found:?} (after 10 bytes; the output is incomplete)",
                file_url(&server)
            )
        );
        assert_eq!(output, &DATA[..10]);
    }
}

#[test]
fn an_image_without_data_is_an_error() {
    for (image, message) in [
        (
            without_data("queued"),
            "the image has no data (it is queued)",
        ),
        (
            active(DATA),
            "the image has no data (it is active, but its store has lost the data)",
        ),
    ] {
        let server = Server::with_responses([Response::ok(&image), Response::empty(204)]);
        let (error, output) = failed(&server);
        assert_eq!(error.kind(), ErrorKind::NoData);
        assert_eq!(
            error.to_string(),
            format!("GET {}: 204 No Content: {message}", file_url(&server))
        );
        assert!(output.is_empty());
    }
}

#[test]
fn the_error_of_a_rejected_download_has_the_message_of_the_server() {
    let message = "The requested image has been deactivated.";
    let server = Server::with_responses([image_response(), glance_error(403, message)]);
    let (error, _) = failed(&server);
    assert_eq!(
        error.to_string(),
        format!("GET {}: 403 Forbidden: {message}", file_url(&server))
    );
}

#[test]
fn a_download_of_an_inactive_image_is_not_continued() {
    let mut image = active(DATA);
    image["status"] = "deactivated".into();
    let server = Server::with_responses([Response::ok(&image), cut(all(), 10)]);
    let (error, _) = failed(&server);
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert_eq!(ranges(&server), [ALL]);
}

#[test]
fn changed_or_surplus_data_is_an_error() {
    let mut changed = DATA.to_vec();
    changed[20] ^= 1;
    let surplus = [DATA, b"!"].concat();
    let wrong_hash = format!("the transferred data has another hash than image {}", id(1));
    let wrong_size = format!("37 bytes were transferred, but image {} has 36", id(1));
    for (data, difference) in [(changed, wrong_hash), (surplus, wrong_size)] {
        let server = Server::with_responses([image_response(), Response::new(200, data)]);
        let (error, _) = failed(&server);
        assert_eq!(error.kind(), ErrorKind::InvalidResponse);
        assert_eq!(
            error.to_string(),
            format!("{difference}; the output is incomplete or wrong")
        );
    }
}

#[test]
fn only_sha_2_hashes_are_verified() {
    let download = |algorithm: &str, hash: Value| {
        let mut image = active(DATA);
        image["os_hash_algo"] = algorithm.into();
        image["os_hash_value"] = hash;
        let server = Server::with_responses([Response::ok(&image), all()]);
        image_at(&server).download_data(&mut Vec::new())
    };
    for (algorithm, name) in [(&SHA256, "sha256"), (&SHA384, "sha384")] {
        let transfer = download(name, hex(algorithm, DATA).into()).expect("data");
        assert_transfer(transfer, DATA.len(), true);
        download(name, "00ff".into()).expect_err("another hash");
    }
    for (name, hash) in [("md5", "00ff".into()), ("sha512", Value::Null)] {
        let transfer = download(name, hash).expect("data");
        assert_transfer(transfer, DATA.len(), false);
    }
}

#[test]
fn the_error_of_a_writer_is_the_source_of_the_error() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let server = Server::with_responses([image_response(), all()]);
    let error = image_at(&server)
        .download_data(&mut Full)
        .expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Io);
    assert_eq!(error.to_string(), "cannot write the data");
    assert_eq!(
        error.source().expect("a source").to_string(),
        "no storage space"
    );
    assert_eq!(server.lines(), [get_line(), file_line()]);
}

#[test]
fn a_call_timeout_does_not_limit_a_download() {
    let limit = Duration::from_millis(300);
    let slow = all().drip(60, Duration::from_millis(100));
    let server = Server::with_responses([image_response(), slow.after(limit)]);
    image_with(&server, |options| options.call_timeout(limit))
        .download_data(&mut Vec::new())
        .expect("data");
}

#[test]
fn the_log_line_of_a_download_has_the_time_of_the_headers() {
    let server = Server::with_responses([image_response(), all()]);
    let ((), lines) = logged(|| {
        let mut output = Vec::new();
        image_at(&server).download_data(&mut output).expect("data");
    });
    let start = format!("GET {}: 200, headers in ", file_url(&server));
    assert!(
        lines.iter().any(|line| line.text.starts_with(&start)),
        "{lines:#?}"
    );
}

#[test]
fn a_download_to_a_file_is_resumed_after_its_last_byte() {
    for (length, expected) in [
        (0, vec![ALL.to_owned()]),
        (10, vec![from(10)]),
        (36, vec![]),
    ] {
        let data = if length == 0 {
            all()
        } else {
            rest(length.min(35))
        };
        let server = Server::with_responses([image_response(), data]);
        let mut file = Cursor::new(DATA[..length].to_vec());
        file.seek(SeekFrom::Start(3.min(length as u64)))
            .expect("a position");
        let transfer = image_at(&server).resume_download(&mut file).expect("data");
        assert_transfer(transfer, DATA.len(), true);
        assert_eq!(file.position(), 36);
        assert_eq!(file.into_inner(), DATA);
        assert_eq!(ranges(&server), expected);
    }
}

#[test]
fn a_file_that_does_not_match_the_image_is_an_error() {
    let server = Server::with_responses([image_response()]);
    let mut file = Cursor::new(vec![0; 37]);
    let error = image_at(&server)
        .resume_download(&mut file)
        .expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert_eq!(
        error.to_string(),
        format!(
            "37 bytes were transferred, but image {} has 36; the file is wrong",
            id(1)
        )
    );
    assert_eq!(file.into_inner(), vec![0; 37]);

    let server = Server::with_responses([image_response(), rest(10)]);
    let error = image_at(&server)
        .resume_download(&mut Cursor::new(vec![0; 10]))
        .expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);

    let queued = Response::ok(&without_data("queued"));
    let server = Server::with_responses([queued, Response::empty(204)]);
    let error = image_at(&server)
        .resume_download(&mut Cursor::new(vec![0; 10]))
        .expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::NoData);
    assert_eq!(ranges(&server), [ALL]);
}
