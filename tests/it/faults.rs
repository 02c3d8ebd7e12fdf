//! Error responses: the kind of the error, and its message, from every format.

use opencloud::compute::v2::Image;
use opencloud::{Error, ErrorKind, OpenStack};
use serde_json::json;

use crate::support::{
    COMPUTE, CREDENTIALS_REJECTED, REQUEST_ID, Response, Server, TOKEN_REJECTED, fault, id,
};

/// The error of `retrieve` for this response.
pub(crate) fn retrieve(response: Response) -> (Server, Error) {
    let server = Server::with_responses([response]);
    let compute = server.compute_with(|options| options.tries(1));
    let error = compute.get_image(id(1)).retrieve().expect_err("an error");
    (server, error)
}

/// The error text for this response, without method and URL.
#[track_caller]
fn text(response: Response) -> String {
    let (server, error) = retrieve(response);
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
    for (response, expected) in [
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
            Response::json(
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
            Response::new(401, "Authentication required"),
            format!("401 Unauthorized: Authentication required {TOKEN_REJECTED}"),
        ),
        (
            Response::html(404, NO_ROUTE),
            "404 Not Found: The resource could not be found. (the URL does not exist: check the \
             endpoint)"
                .into(),
        ),
        (
            Response::html(503, KEYSTONE_DOWN),
            "503 Service Unavailable: The server is currently unavailable. Please try again at a \
             later time. The Keystone service is temporarily unavailable."
                .into(),
        ),
        (
            Response::html(502, NGINX),
            "502 Bad Gateway: nginx/1.18.0".into(),
        ),
        (Response::empty(500), "500 Internal Server Error".into()),
        (Response::empty(599), "599".into()),
        (
            Response::json(500, &json!({"message": "from a gateway"})),
            "500 Internal Server Error: from a gateway".into(),
        ),
        (
            Response::json(500, &json!({"error": "short"})),
            "500 Internal Server Error: short".into(),
        ),
        (
            Response::json(500, &json!(["odd"])),
            "500 Internal Server Error: [\"odd\"]".into(),
        ),
        (
            Response::json(500, &json!({"computeFault": {"message": {"a": 1}}})),
            "500 Internal Server Error: {\"a\":1}".into(),
        ),
        (
            Response::new(418, "a\u{1b}[2Jb\u{202e}c\u{7}").header("x-compute-request-id", "req-2"),
            "418 I'm a teapot: a\\u{1b}[2Jb\\u{202e}c\\u{7} (request id req-2)".into(),
        ),
        (
            Response::new(500, "x".repeat(100_000)),
            format!(
                "500 Internal Server Error: {}… (100000 bytes in all)",
                "x".repeat(1000)
            ),
        ),
    ] {
        assert_eq!(text(response), expected);
    }
}

#[test]
fn every_status_has_its_error_kind() {
    let kind = |response| retrieve(response).1.kind();
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
        assert_eq!(kind(Response::new(status, "message")), expected, "{status}");
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
fn the_error_kind_of_a_404_depends_on_the_missing_resource() {
    let image = || fault(404, "itemNotFound", "Image not found.");
    let item = || fault(404, "itemNotFound", "The resource could not be found.");
    let key = || fault(404, "itemNotFound", "Invalid metadata key");
    let route = || Response::html(404, NO_ROUTE);
    let gateway = || {
        let error = json!({"error": {"code": 404, "message": "No such API", "title": "Not Found"}});
        Response::json(404, &error)
    };
    let get: fn(&mut Image) -> opencloud::Result<()> = Image::retrieve;
    let delete: fn(&mut Image) -> opencloud::Result<()> = |image| image.delete();
    let map: fn(&mut Image) -> opencloud::Result<()> = |image| image.get_metadata().map(drop);
    let reset: fn(&mut Image) -> opencloud::Result<()> = |image| image.reset_metadata([("a", "b")]);
    let read: fn(&mut Image) -> opencloud::Result<()> =
        |image| image.get_metadata_item("k").map(drop);
    let remove: fn(&mut Image) -> opencloud::Result<()> = |image| image.delete_metadata_item("k");
    for (operation, response, kind) in [
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
        (get, Response::empty(404), ErrorKind::NoSuchApi),
        (get, gateway(), ErrorKind::NoSuchApi),
        (delete, gateway(), ErrorKind::NoSuchApi),
        (read, gateway(), ErrorKind::NoSuchApi),
        (remove, gateway(), ErrorKind::NoSuchApi),
    ] {
        let server = Server::with_responses([response]);
        let error = operation(&mut server.compute().get_image(id(1))).expect_err("a 404");
        assert_eq!(error.kind(), kind, "{error}");
    }
}

#[test]
fn the_message_of_keystone_is_not_shortened() {
    let message = "Could not find project: nope.";
    let server = Server::with_responses([Response::json(
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
    let server = Server::with_responses([Response::html(404, NO_ROUTE)]);
    let error = OpenStack::new(server.options())
        .expect("valid options")
        .token()
        .expect_err("an error");
    assert_eq!(
        error.to_string(),
        format!(
            "POST {}: 404 Not Found: The resource could not be found. (the URL does not exist: \
             check the endpoint)",
            server.url("/v3/auth/tokens")
        )
    );
}

#[test]
fn the_error_text_has_the_reason_phrase_of_the_status() {
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
        let message = match status {
            300 => "the server offers several addresses; check the endpoint URL",
            301..400 => "the server redirects, but sends no Location",
            404 => "message (the URL does not exist: check the endpoint)",
            _ => "message",
        };
        assert_eq!(
            text(Response::new(status, "message")),
            format!("{name}: {message}")
        );
    }
}
