//! Entry points of the fuzz targets in `tests/fuzz`. Each takes any bytes and
//! panics only if a property does not hold.

use std::sync::{Arc, OnceLock};

use crate::compute::v2::{self, api, decode};
use crate::credentials::secret;
use crate::endpoint::parse_endpoint;
use crate::error::Error;
use crate::http::body::ResponseBody;
use crate::http::fault::error_from_response;
use crate::http::response::Response;
use crate::identity::catalog::EndpointFilter;
use crate::identity::session::Session;
use crate::identity::token::Token;
use crate::list::Cursor;
use crate::options::Options;
use crate::service::Service;
use crate::service_options::{Interface, ServiceOptions};
use http::Method;
use jiff::Timestamp;

const ENDPOINT: &str = "http://nova.example/v2.1";

/// An error response: the status, a space and `Retry-After` or `Location` on the
/// first line, then the body.
pub fn fault(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let first = String::from_utf8_lossy(&data[..end]);
    let (status, header) = first.split_once(' ').unwrap_or((&first, ""));
    let mut response = response(&data[end..]);
    response.status = status.parse().unwrap_or(500).clamp(300, 599);
    if let Ok(value) = header.parse() {
        let name = if header.contains("//") {
            "location"
        } else {
            "retry-after"
        };
        response.headers.insert(name, value);
    }
    for request in [api::get_image("x"), api::get_image_metadata_item("x", "k")] {
        let error = error_from_response(&response, &request, "");
        assert_eq!(error.status(), Some(response.status));
        check(&error);
    }
}

/// The body of a list of images.
pub fn page(data: &[u8]) {
    let service = service();
    let mut page = match decode::list(&response(data), service) {
        Ok(page) => page,
        Err(error) => return check(&error),
    };
    let text = serde_json::to_string(&page.items).expect("valid JSON");
    let body = format!("{{\"images\": {text}}}");
    let again = decode::list(&response(body.as_bytes()), service).expect("a decoded page");
    assert_eq!(
        serde_json::to_string(&again.items).expect("valid JSON"),
        text
    );

    let mut cursor = Cursor::new(api::get_images(Vec::new()), 2, Some(3), None);
    let next = page.next_link.as_deref();
    if cursor
        .advance(&mut page.items, |image| &image.id, next)
        .is_ok()
    {
        assert!(page.items.len() <= 3);
    }
    check_next(&cursor);
}

/// The URL of a next link.
pub fn next_link(data: &[u8]) {
    let link = String::from_utf8_lossy(data);
    let filter = vec![("status".to_owned(), "ACTIVE".to_owned())];
    let mut cursor = Cursor::new(api::get_images(filter), 2, None, None);
    cursor
        .advance(&mut vec!["a", "b"], |id| id, Some(&link))
        .expect("a first page");
    let query = cursor
        .request()
        .map(|request| request.query)
        .unwrap_or_default();
    let count = query.iter().filter(|(name, _)| name == "status").count();
    assert_eq!(count, 1);
    check_next(&cursor);
}

/// The body of a response with a token, or a token that a program stored.
pub fn token(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let received = Token::from_response(secret("gAAAA"), text, Timestamp::now()).ok();
    for token in received.into_iter().chain(serde_json::from_str(text).ok()) {
        let stored = serde_json::to_string(&token).expect("valid JSON");
        let again: Token = serde_json::from_str(&stored).expect("a stored token");
        assert_eq!(serde_json::to_string(&again).expect("valid JSON"), stored);
        let _ = (
            format!("{token:?}"),
            token.needs_renewal(),
            token.is_expired(),
        );
        for region in [None, Some("RegionOne")] {
            let filter = EndpointFilter {
                service_type: "compute",
                name: None,
                region,
                interface: Interface::Public,
            };
            match filter.find(token.catalog()) {
                Ok(url) => drop(parse_endpoint(&url)),
                Err(error) => check(&error),
            }
        }
    }
}

/// Checks that the next request is sent to the endpoint, and has no parameter
/// twice.
fn check_next(cursor: &Cursor) {
    let Some(request) = cursor.request() else {
        return;
    };
    let url = request
        .url(&ENDPOINT.parse().expect("valid URL"))
        .expect("valid segments");
    assert!(
        url.as_str().bytes().all(|byte| byte.is_ascii_graphic()),
        "{url}"
    );
    assert_eq!(
        (url.host_str(), url.path()),
        (Some("nova.example"), "/v2.1/images")
    );
    assert_eq!(url.fragment(), None);
    let count = |name| url.query_pairs().filter(|(key, _)| key == name).count();
    assert_eq!((count("limit"), count("marker") <= 1), (1, true), "{url}");
}

/// Checks that an error can be shown in a terminal.
fn check(error: &Error) {
    let text = error.to_string();
    assert!(!text.contains(char::is_control), "{text:?}");
    assert!(text.len() < 16_384, "{} bytes", text.len());
    let _ = format!("{error:?}");
}

fn response(body: &[u8]) -> Response {
    Response {
        method: Method::GET,
        url: format!("{ENDPOINT}/images"),
        status: 200,
        body: ResponseBody::read(body, None, &Arc::default()).expect("a body"),
        ..Response::default()
    }
}

fn service() -> &'static Service {
    static SERVICE: OnceLock<Service> = OnceLock::new();
    SERVICE.get_or_init(|| {
        let session =
            Session::new(Options::new("").token_id("t").no_proxy()).expect("valid options");
        let options = ServiceOptions::new().endpoint(ENDPOINT);
        Service::find(Arc::new(session), &v2::COMPUTE, &options).expect("an endpoint")
    })
}
