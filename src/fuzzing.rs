//! Entry points of the fuzz targets in `tests/fuzz`. Each accepts any bytes and
//! panics only if a property does not hold.

use std::sync::{Arc, OnceLock};

use crate::compute::v2::{COMPUTE, api, decode};
use crate::credentials::secret;
use crate::endpoint::parse_endpoint;
use crate::error::{Error, ErrorKind};
use crate::http::body::ResponseBody;
use crate::http::fault::error_from_response;
use crate::http::response::Response;
use crate::identity::catalog::EndpointFilter;
use crate::identity::session::Session;
use crate::identity::token::Token;
use crate::image::v2::{IMAGE, api as glance, decode as glance_decode};
use crate::list::Cursor;
use crate::options::Options;
use crate::service::{Service, ServiceType};
use crate::service_options::{Interface, ServiceOptions};
use http::Method;
use jiff::Timestamp;

const ENDPOINT: &str = "http://nova.example/v2.1";
const GLANCE: &str = "http://glance.example/v2";

/// An error response: the status, a space and `Retry-After` or `Location` on the
/// first line, then the body.
pub fn fault(data: &[u8]) {
    let response = error_response(data);
    for request in [api::get_image("x"), api::get_image_metadata_item("x", "k")] {
        let error = error_from_response(&response, &request, "");
        assert_eq!(error.status(), Some(response.status));
        check(&error);
    }
}

/// An error response of Glance, in the same form.
pub fn glance_fault(data: &[u8]) {
    let response = error_response(data);
    for request in [
        glance::get_images(Vec::new()),
        glance::get_image("x"),
        glance::patch_image("x", Vec::new()),
        glance::put_image_file("x", None),
    ] {
        let error = error_from_response(&response, &request, "");
        assert_eq!(error.status(), Some(response.status));
        match error.kind() {
            ErrorKind::NotFound => assert!(matches!(response.status, 404 | 410)),
            ErrorKind::NoSuchApi => assert!(matches!(response.status, 300 | 404)),
            ErrorKind::Conflict | ErrorKind::KeyNotFound => assert_eq!(response.status, 409),
            _ => assert!(!matches!(response.status, 300 | 404 | 409 | 410)),
        }
        check(&error);
    }
}

fn error_response(data: &[u8]) -> Response {
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
    response
}

/// The body of a list of images.
pub fn page(data: &[u8]) {
    static SERVICE: OnceLock<Service> = OnceLock::new();
    let service = service(&SERVICE, &COMPUTE, ENDPOINT);
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
    check_next(&cursor, ENDPOINT, &[]);
}

/// The body of a list of images of Glance.
pub fn glance_page(data: &[u8]) {
    static SERVICE: OnceLock<Service> = OnceLock::new();
    let service = service(&SERVICE, &IMAGE, GLANCE);
    let mut page = match glance_decode::list(&response(data), service) {
        Ok(page) => page,
        Err(error) => return check(&error),
    };
    let text = serde_json::to_string(&page.items).expect("valid JSON");
    let body = format!("{{\"images\": {text}}}");
    let again = glance_decode::list(&response(body.as_bytes()), service).expect("a decoded page");
    assert_eq!(
        serde_json::to_string(&again.items).expect("valid JSON"),
        text
    );

    let tags = ["red", "round"].map(|tag| ("tag".to_owned(), tag.to_owned()));
    let request = glance::get_images(tags.to_vec());
    let mut cursor = Cursor::new(request, 2, Some(3), None);
    let next = page.next_link.as_deref();
    let is_last = page.items.is_empty();
    if cursor
        .advance(&mut page.items, |image| &image.id, next)
        .is_ok()
    {
        assert!(page.items.len() <= 3);
        assert!(!is_last || cursor.request().is_none());
        // A short page with a next link is not the last.
        let is_complete = page.items.len() == 3;
        assert!(is_last || next.is_none() || is_complete || cursor.request().is_some());
    }
    check_next(&cursor, GLANCE, &["red", "round"]);
}

/// The body of a response with one image of Glance.
pub fn glance_image(data: &[u8]) {
    let image = match glance_decode::image(&response(data)) {
        Ok(image) => image,
        Err(error) => return check(&error),
    };
    let text = serde_json::to_string(&image).expect("valid JSON");
    let again = glance_decode::image(&response(text.as_bytes())).expect("a decoded image");
    assert_eq!(serde_json::to_string(&again).expect("valid JSON"), text);
    let _ = format!("{image:?}");
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
    check_next(&cursor, ENDPOINT, &[]);
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

/// Checks that the next request is sent to the endpoint, has no parameter twice, and
/// has all of the tags.
fn check_next(cursor: &Cursor, endpoint: &str, tags: &[&str]) {
    let Some(request) = cursor.request() else {
        return;
    };
    let url = request
        .url(&endpoint.parse().expect("valid URL"))
        .expect("valid segments");
    let text = url.as_str();
    assert!(text.bytes().all(|byte| byte.is_ascii_graphic()), "{url}");
    let expected = format!("{endpoint}/images?");
    assert!(text.starts_with(&expected), "{url}");
    assert_eq!(url.fragment(), None);
    let count = |name| url.query_pairs().filter(|(key, _)| key == name).count();
    assert_eq!((count("limit"), count("marker") <= 1), (1, true), "{url}");
    let mut sent = url.query_pairs().filter(|(key, _)| key == "tag");
    assert!(
        tags.iter().all(|tag| sent.any(|(_, value)| value == *tag)),
        "{url}"
    );
}

/// Checks that an error can be shown in a terminal.
fn check(error: &Error) {
    let text = error.to_string();
    assert!(!text.contains(char::is_control), "{text:?}");
    assert!(text.len() < 16_384, "{} bytes", text.len());
    let _ = format!("{error:?}");
}

fn response(body: &[u8]) -> Response {
    let mut response = Response::default();
    response.method = Method::GET;
    response.url = format!("{ENDPOINT}/images");
    response.status = 200;
    response.body = ResponseBody::read(body, None, &Arc::default()).expect("a body");
    response
}

fn service(
    cell: &'static OnceLock<Service>,
    service_type: &'static ServiceType,
    endpoint: &str,
) -> &'static Service {
    cell.get_or_init(|| {
        let session =
            Session::new(Options::new("").token_id("t").no_proxy()).expect("valid options");
        let options = ServiceOptions::new().endpoint(endpoint);
        Service::find(Arc::new(session), service_type, &options).expect("an endpoint")
    })
}
