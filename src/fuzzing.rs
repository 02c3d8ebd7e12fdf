//! What reads the answers of servers, for the fuzz targets in `tests/fuzz`: each
//! function takes any bytes, and panics only where a rule is broken.

use std::sync::{Arc, OnceLock};

use url::Url;

use super::{api, read};
use crate::address::service_address;
use crate::catalogue::{Service as InCatalogue, Wanted};
use crate::details::Missing;
use crate::error::Error;
use crate::fault::refusal;
use crate::options::Options;
use crate::pages::{Came, Cursor};
use crate::response::Response;
use crate::service::Service;
use crate::service_options::{Interface, ServiceOptions};
use crate::session::Session;
use crate::time;
use crate::token::Token;

const ENDPOINT: &str = "http://nova.example/v2.1";

/// The body of a refusal, after a line with its status and `Retry-After`.
pub fn fault(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let first = String::from_utf8_lossy(&data[..end]);
    let (status, wait) = first.split_once(' ').unwrap_or((&first, ""));
    let status = status.parse().unwrap_or(500).clamp(300, 599);
    let response = Response {
        status,
        retry_after: (!wait.is_empty()).then(|| wait.to_owned()),
        location: wait.contains("//").then(|| wait.to_owned()),
        ..answer(&data[end..])
    };
    for seeks in [Missing::Image, Missing::MetadataItem] {
        let error = refusal(&api::get_image("x").seeks(seeks), &response);
        assert_eq!(error.status(), Some(status));
        assert_eq!(error.details().missing().is_some(), status == 404);
        check(&error);
    }
}

/// The body of a list of images.
pub fn page(data: &[u8]) {
    let service = service();
    let listed = match read::list(&answer(data), service) {
        Ok(listed) => listed,
        Err(error) => return check(&error),
    };
    let text = serde_json::to_string(&listed.images).expect("JSON");
    let body = format!("{{\"images\": {text}}}");
    let again = read::list(&answer(body.as_bytes()), service).expect("what was read before");
    assert_eq!(serde_json::to_string(&again.images).expect("JSON"), text);

    let mut cursor = Cursor::new(api::get_images(Vec::new()), 2, Some(3), None);
    let ids: Vec<_> = listed
        .images
        .iter()
        .map(|image| image.id.as_str())
        .collect();
    let count = ids.len();
    if let Ok(Some(wanted)) = cursor.came(&Came {
        ids,
        next: listed.next.as_deref(),
    }) {
        assert_eq!(wanted.len(), count);
        assert!(wanted.into_iter().filter(|wanted| *wanted).count() <= 3);
    }
    check_next(&cursor);
}

/// The address of a next link.
pub fn next_link(data: &[u8]) {
    let link = String::from_utf8_lossy(data);
    let filter = vec![("status".to_owned(), "ACTIVE".to_owned())];
    let mut cursor = Cursor::new(api::get_images(filter), 2, None, None);
    if cursor
        .came(&Came {
            ids: vec!["a", "b"],
            next: Some(&link),
        })
        .is_err()
    {
        assert!(link.len() > 8192);
        return;
    }
    let query = cursor
        .request()
        .map(|request| request.query)
        .unwrap_or_default();
    assert_eq!(query.iter().filter(|(name, _)| name == "status").count(), 1);
    check_next(&cursor);
}

/// The body of a sign-in, or a token as a program has kept it.
pub fn token(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let received = Token::received("gAAAA", text, time::now()).ok();
    for token in received.into_iter().chain(serde_json::from_str(text).ok()) {
        let kept = serde_json::to_string(&token).expect("JSON");
        let again: Token = serde_json::from_str(&kept).expect("what was written before");
        assert_eq!(serde_json::to_string(&again).expect("JSON"), kept);
        let _ = (format!("{token:?}"), token.is_due(), token.is_over());
        find(token.catalogue());
    }
}

fn find(catalogue: &[InCatalogue]) {
    for region in [None, Some("RegionOne")] {
        let interface = Interface::Public;
        let wanted = Wanted {
            kind: "compute",
            name: None,
            region,
            interface,
        };
        match wanted.find(catalogue) {
            Ok(url) => drop(service_address(&url)),
            Err(error) => check(&error),
        }
    }
}

/// That the next request goes where it must, with nothing twice.
fn check_next(cursor: &Cursor) {
    let Some(request) = cursor.request() else {
        return;
    };
    let Ok(url) = request.url(ENDPOINT) else {
        return;
    };
    assert!(url.bytes().all(|byte| byte.is_ascii_graphic()), "{url}");
    let url = Url::parse(&url).expect("a URL");
    assert_eq!(
        (url.host_str(), url.path()),
        (Some("nova.example"), "/v2.1/images")
    );
    assert_eq!(url.fragment(), None);
    let named = |name| url.query_pairs().filter(|(key, _)| key == name).count();
    assert_eq!((named("limit"), named("marker") <= 1), (1, true), "{url}");
}

/// That an error can be shown to a person.
fn check(error: &Error) {
    let text = error.to_string();
    assert!(!text.contains(char::is_control), "{text:?}");
    assert!(text.len() < 16_384, "{} bytes", text.len());
    let _ = format!("{error:?}");
}

fn answer(body: &[u8]) -> Response {
    let url = format!("{ENDPOINT}/images");
    Response {
        method: "GET",
        url,
        status: 200,
        body: body.to_vec(),
        ..Response::default()
    }
}

fn service() -> &'static Service {
    static SERVICE: OnceLock<Service> = OnceLock::new();
    SERVICE.get_or_init(|| {
        let session = Session::new(Options::new("").token_id("t").no_proxy()).expect("options");
        let options = ServiceOptions::new().endpoint(ENDPOINT);
        Service::find(Arc::new(session), "compute", &options).expect("an endpoint that is given")
    })
}
