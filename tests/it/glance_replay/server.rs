//! The server of a replay: the recorded response, and the responses before and after.

use serde_json::Value;

use super::arguments::data_of;
use super::call::{Call, Verb};
use crate::replay::recorded::{Exchange, Wire};
use crate::support::{Request, Response, Server, active_image, glance_image};

/// Whether this is the recorded request of the call, and not one before or after.
pub(crate) fn is_recorded(verb: Verb, request: &Request) -> bool {
    let (method, below) = verb.request();
    let segments = request.segments();
    let above = match verb {
        Verb::List | Verb::Create => 2,
        _ => 3,
    };
    request.method == method && segments.len() >= above && segments[above..] == *below
}

/// A server with the recorded response. It has the image for the requests before an
/// upload and after a download, and the rest of the data for a download that is
/// continued.
pub(crate) fn server(exchange: &Exchange, call: &Call, all: &[Exchange], wire: Wire) -> Server {
    let verb = call.verb;
    let mut recorded = Some(exchange.response.for_server(wire));
    let data = match verb {
        Verb::Upload => call.data.clone(),
        _ => data_of(exchange),
    };
    let image = image_of(exchange, call, all, &data);
    Server::with_handler(move |request| {
        let is_recorded = is_recorded(verb, request);
        match recorded.take_if(|_| is_recorded) {
            Some(response) => response,
            None if is_recorded => rest_of(&data, request),
            None => Response::ok(&image),
        }
    })
}

/// The image of an upload or download, as the service returns it.
pub(crate) fn image_of(exchange: &Exchange, call: &Call, all: &[Exchange], data: &str) -> Value {
    match recorded_image(exchange, call, all) {
        Some(image) => image,
        None if call.verb == Verb::Download && exchange.response.status == 204 => {
            let mut queued = glance_image(1);
            queued["id"] = call.id.as_str().into();
            queued
        }
        None => active_image(&call.id, data),
    }
}

/// The recorded image of a recorded upload or download.
fn recorded_image(exchange: &Exchange, call: &Call, all: &[Exchange]) -> Option<Value> {
    let is_after_upload = call.verb == Verb::Upload && exchange.response.status == 204;
    let mut images = all
        .iter()
        .filter(|other| other.response.status == 200 && other.request.method == "GET")
        .filter(|other| other.request.target.contains(&call.id))
        .filter_map(|other| other.response.json())
        .filter(|image| image["id"] == call.id.as_str());
    images.find(|image| match call.verb {
        Verb::Upload => is_after_upload && image["status"] == "active",
        // An image whose download has no data can have any status.
        _ => exchange.response.status == 204 || image["status"] == "active",
    })
}

/// The response to a request for the rest of the data.
fn rest_of(data: &str, request: &Request) -> Response {
    let range = request.header("range").expect("a range");
    let start = range
        .strip_prefix("bytes=")
        .and_then(|range| range.strip_suffix('-'));
    let start: usize = start.and_then(|start| start.parse().ok()).expect("a start");
    let range = format!("bytes {start}-{}/{}", data.len() - 1, data.len());
    Response::new(206, &data[start..]).header("Content-Range", range)
}
