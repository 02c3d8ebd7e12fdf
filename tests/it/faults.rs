//! Error responses: the kind of the error, and its message, from every format.

use opencloud::compute::v2::Image;
use opencloud::{Error, ErrorKind, OpenStack};
use serde_json::json;

use crate::support::{
    Answer, COMPUTE, CREDENTIALS_REJECTED, REQUEST_ID, Server, TOKEN_REJECTED, fault, id,
};

/// The error of `retrieve` for this response.
fn retrieve(answer: Answer) -> (Server, Error) {
    let server = Server::playing([answer]);
    let compute = server.compute_with(|options| options.tries(1));
    let error = compute.get_image(id(1)).retrieve().expect_err("an error");
    (server, error)
}

/// The error text for this response, without method and URL.
#[track_caller]
fn text(answer: Answer) -> String {
    let (server, error) = retrieve(answer);
    let url = server.url(&format!("{COMPUTE}/images/{}", id(1)));
    let message = error.to_string();
    message
        .strip_prefix(&format!("GET {url}: "))
        .expect("method and URL")
        .to_owned()
}

const NO_ROUTE: &str = "<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n  \
    <h1>404 Not Found</h1>\n  The resource could not be found.<br /><br />\n\n\n </body>\n</html>";

const KEYSTONE_DOWN: &str = "<html>\n <head>\n  <title>503 Service Unavailable</title>\n </head>\n \
    <body>\n  <h1>503 Service Unavailable</h1>\n  The server is currently unavailable. Please try \
    again at a later time.<br /><br />\nThe Keystone service is temporarily unavailable.\n\n\n \
    </body>\n</html>";

const NGINX: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center>\
    <h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n";

#[test]
fn the_message_is_found_in_every_format_of_error_response() {
    for (answer, expected) in [
        (
            fault(404, "itemNotFound", "Image not found."),
            format!("404 Not Found: Image not found. (request id {REQUEST_ID})"),
        ),
        (
            fault(403, "forbidden", "You are not allowed to delete the image."),
            format!(
                "403 Forbidden: You are not allowed to delete the image. (request id {REQUEST_ID})"
            ),
        ),
        (
            Answer::json(
                401,
                &json!({"error": {"code": 401, "title": "Unauthorized",
                "message": "The request you have made requires authentication."}}),
            ),
            format!(
                "401 Unauthorized: The request you have made requires authentication. \
                 {TOKEN_REJECTED}"
            ),
        ),
        (
            Answer::new(401, "Authentication required"),
            format!("401 Unauthorized: Authentication required {TOKEN_REJECTED}"),
        ),
        (
            Answer::html(404, NO_ROUTE),
            "404 Not Found: The resource could not be found.".into(),
        ),
        (
            Answer::html(503, KEYSTONE_DOWN),
            "503 Service Unavailable: The server is currently unavailable. Please try again at a \
             later time. The Keystone service is temporarily unavailable."
                .into(),
        ),
        (
            Answer::html(502, NGINX),
            "502 Bad Gateway: nginx/1.18.0".into(),
        ),
        (Answer::empty(500), "500 Internal Server Error".into()),
        (Answer::empty(599), "599".into()),
        (
            Answer::json(500, &json!({"message": "from a gateway"})),
            "500 Internal Server Error: from a gateway".into(),
        ),
        (
            Answer::json(500, &json!({"error": "short"})),
            "500 Internal Server Error: short".into(),
        ),
        (
            Answer::json(500, &json!(["odd"])),
            "500 Internal Server Error: [\"odd\"]".into(),
        ),
        (
            Answer::json(500, &json!({"computeFault": {"message": {"a": 1}}})),
            "500 Internal Server Error: {\"a\":1}".into(),
        ),
        (
            Answer::new(418, "a\u{1b}[2Jb\u{202e}c\u{7}").header("x-compute-request-id", "req-2"),
            "418 I'm a teapot: a\\u{1b}[2Jb\\u{202e}c\\u{7} (request id req-2)".into(),
        ),
        (
            Answer::new(500, "x".repeat(100_000)),
            format!(
                "500 Internal Server Error: {}… (100000 bytes in all)",
                "x".repeat(1000)
            ),
        ),
    ] {
        assert_eq!(text(answer), expected);
    }
}

#[test]
fn every_status_has_its_error_kind() {
    let kind = |answer| retrieve(answer).1.kind();
    for (status, expected) in [
        (400, ErrorKind::BadRequest),
        (401, ErrorKind::Unauthorized),
        (403, ErrorKind::Forbidden),
        (404, ErrorKind::NoSuchApi),
        (405, ErrorKind::UnexpectedStatus),
        (406, ErrorKind::UnexpectedStatus),
        (409, ErrorKind::Conflict),
        (410, ErrorKind::UnexpectedStatus),
        (413, ErrorKind::UnexpectedStatus),
        (418, ErrorKind::UnexpectedStatus),
        (429, ErrorKind::RateLimited),
        (500, ErrorKind::UnexpectedStatus),
        (501, ErrorKind::UnexpectedStatus),
        (502, ErrorKind::UnexpectedStatus),
        (503, ErrorKind::UnexpectedStatus),
        (504, ErrorKind::UnexpectedStatus),
        (300, ErrorKind::UnexpectedStatus),
        (301, ErrorKind::UnexpectedStatus),
        (302, ErrorKind::UnexpectedStatus),
        (303, ErrorKind::UnexpectedStatus),
        (304, ErrorKind::UnexpectedStatus),
        (305, ErrorKind::UnexpectedStatus),
        (307, ErrorKind::UnexpectedStatus),
        (308, ErrorKind::UnexpectedStatus),
    ] {
        assert_eq!(kind(Answer::new(status, "words")), expected, "{status}");
    }
    assert_eq!(
        kind(fault(413, "overLimit", "slow down")),
        ErrorKind::RateLimited
    );
}

#[test]
fn an_error_has_method_url_status_message_and_request_id() {
    let (server, error) = retrieve(fault(409, "conflictingRequest", "it is busy"));
    let url = server.url(&format!("{COMPUTE}/images/{}", id(1)));
    assert_eq!(error.message(), "it is busy");
    assert_eq!(error.method(), Some("GET"));
    assert_eq!(error.url(), Some(&*url));
    assert_eq!(error.status(), Some(409));
    assert_eq!(error.request_id(), Some(REQUEST_ID));
    assert_eq!(
        (error.kind(), error.retry_after(), error.attempts()),
        (ErrorKind::Conflict, None, 1)
    );
}

#[test]
fn a_404_tells_whether_the_image_the_item_or_the_operation_is_missing() {
    let image = || fault(404, "itemNotFound", "Image not found.");
    let item = || fault(404, "itemNotFound", "The resource could not be found.");
    let key = || fault(404, "itemNotFound", "Invalid metadata key");
    let route = || Answer::html(404, NO_ROUTE);
    let get: fn(&mut Image) -> opencloud::Result<()> = Image::retrieve;
    let delete: fn(&mut Image) -> opencloud::Result<()> = |image| image.delete();
    let map: fn(&mut Image) -> opencloud::Result<()> = |image| image.get_metadata().map(drop);
    let reset: fn(&mut Image) -> opencloud::Result<()> = |image| image.reset_metadata([("a", "b")]);
    let read: fn(&mut Image) -> opencloud::Result<()> =
        |image| image.get_metadata_item("k").map(drop);
    let remove: fn(&mut Image) -> opencloud::Result<()> = |image| image.delete_metadata_item("k");
    for (operation, answer, kind) in [
        (get, image(), ErrorKind::NotFound),
        (delete, image(), ErrorKind::NotFound),
        (map, image(), ErrorKind::NotFound),
        (reset, image(), ErrorKind::NotFound),
        (read, image(), ErrorKind::NotFound),
        (remove, image(), ErrorKind::NotFound),
        (read, item(), ErrorKind::KeyNotFound),
        (remove, key(), ErrorKind::KeyNotFound),
        (get, item(), ErrorKind::NoSuchApi),
        (map, item(), ErrorKind::NoSuchApi),
        (get, route(), ErrorKind::NoSuchApi),
        (delete, route(), ErrorKind::NoSuchApi),
        (read, route(), ErrorKind::NoSuchApi),
        (remove, route(), ErrorKind::NoSuchApi),
        (get, Answer::empty(404), ErrorKind::NoSuchApi),
    ] {
        let server = Server::playing([answer]);
        let error = operation(&mut server.compute().get_image(id(1))).expect_err("a 404");
        assert_eq!(error.kind(), kind, "{error}");
    }
}

#[test]
fn the_message_of_keystone_is_not_shortened() {
    let message = "Could not find project: nope.";
    let server = Server::playing([Answer::json(
        401,
        &json!({"error": {"code": 401, "message": message, "title": "Unauthorized"}}),
    )
    .header("x-openstack-request-id", "req-k")]);
    let error = OpenStack::new(server.options())
        .expect("valid options")
        .token()
        .expect_err("an error");
    assert_eq!(
        error.to_string(),
        format!(
            "POST {}: 401 Unauthorized: {message} {CREDENTIALS_REJECTED} (request id req-k)",
            server.url("/v3/auth/tokens")
        )
    );
    let server = Server::playing([Answer::html(404, NO_ROUTE)]);
    let error = OpenStack::new(server.options())
        .expect("valid options")
        .token()
        .expect_err("an error");
    assert_eq!(
        error.to_string(),
        format!(
            "POST {}: 404 Not Found: The resource could not be found.",
            server.url("/v3/auth/tokens")
        )
    );
}

#[test]
fn a_redirect_is_an_error_with_its_location_and_is_not_followed() {
    let trap = Server::start();
    for status in [301, 302, 303, 307, 308] {
        for target in [
            trap.url("/other-port"),
            "http://elsewhere.example/".into(),
            "https://127.0.0.1/".into(),
            "/v2.1/images".into(),
            "file:///etc/passwd".into(),
            "\u{1b}[2J not a url".replace('\u{1b}', "%1b"),
        ] {
            let answer = || Answer::new(status, "moved").header("Location", &target);
            let (server, error) = retrieve(answer());
            assert_eq!(error.kind(), ErrorKind::UnexpectedStatus, "{error:?}");
            assert_eq!(error.status(), Some(status));
            assert_eq!(
                error.message(),
                format!(
                    "the server redirects to {target}, and redirects are not followed, because \
                     they would send the token there; if that is the right address, configure it"
                )
            );
            assert_eq!(server.requests().len(), 1);
            // Authentication, requests with a body and deletions, too.
            let server = Server::playing([answer(), answer(), answer()]);
            let openstack = OpenStack::new(server.options()).expect("valid options");
            assert_eq!(
                openstack.token().expect_err("a redirect").status(),
                Some(status)
            );
            let mut image = server.compute().get_image(id(1));
            assert_eq!(
                image
                    .merge_metadata([("a", "b")])
                    .expect_err("a redirect")
                    .status(),
                Some(status)
            );
            assert_eq!(
                image.delete().expect_err("a redirect").status(),
                Some(status)
            );
            assert_eq!(server.requests().len(), 3);
        }
    }
    assert_eq!(trap.requests(), []);
    let (_, error) = retrieve(Answer::new(302, "moved"));
    assert_eq!(
        error.message(),
        "the server offers several addresses; check the endpoint URL"
    );
}

#[test]
fn a_redirect_to_the_same_url_is_not_followed() {
    let server = Server::start();
    let url = server.url(&format!("{COMPUTE}/images/{}", id(1)));
    server.answers(move |_| Answer::new(302, "").header("Location", &url));
    server
        .compute()
        .get_image(id(1))
        .retrieve()
        .expect_err("a redirect");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn the_error_text_has_the_reason_phrase_of_the_status() {
    let no_location = "the server offers several addresses; check the endpoint URL";
    for (status, name) in [
        (300, "300 Multiple Choices"),
        (301, "301 Moved Permanently"),
        (302, "302 Found"),
        (303, "303 See Other"),
        (307, "307 Temporary Redirect"),
        (308, "308 Permanent Redirect"),
        (400, "400 Bad Request"),
        (403, "403 Forbidden"),
        (404, "404 Not Found"),
        (405, "405 Method Not Allowed"),
        (406, "406 Not Acceptable"),
        (408, "408 Request Timeout"),
        (409, "409 Conflict"),
        (413, "413 Payload Too Large"),
        (418, "418 I'm a teapot"),
        (429, "429 Too Many Requests"),
        (500, "500 Internal Server Error"),
        (501, "501 Not Implemented"),
        (502, "502 Bad Gateway"),
        (503, "503 Service Unavailable"),
        (504, "504 Gateway Timeout"),
    ] {
        let message = if status < 400 { no_location } else { "words" };
        assert_eq!(
            text(Answer::new(status, "words")),
            format!("{name}: {message}")
        );
    }
}
