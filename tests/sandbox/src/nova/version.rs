//! The version documents.

use crate::http::{Request, Response};
use crate::json::quote;

use super::call::{Call, with_request_ids};

const MEDIA_21: &str = "[{\"base\": \"application/json\", \"type\": \
                        \"application/vnd.openstack.compute+json;version=2.1\"}]";
const MEDIA_20: &str = "[{\"base\": \"application/json\", \"type\": \
                        \"application/vnd.openstack.compute+json;version=2\"}]";
const V21: &str = "\"id\": \"v2.1\", \"status\": \"CURRENT\", \"version\": \"2.104\", \
                   \"min_version\": \"2.1\", \"updated\": \"2013-07-23T11:33:21Z\"";
const V20: &str = "\"id\": \"v2.0\", \"status\": \"DEPRECATED\", \"version\": \"\", \
                   \"min_version\": \"\", \"updated\": \"2025-07-04T12:00:00Z\"";

/// The document of one version.
pub(super) fn one(call: &Call<'_>) -> String {
    let (version, media) = if call.legacy {
        (V20, MEDIA_20)
    } else {
        (V21, MEDIA_21)
    };
    let link = quote(&format!("{}/", call.application));
    format!(
        "{{\"version\": {{{version}, \"links\": [{{\"rel\": \"self\", \"href\": {link}}}, {{\"rel\": \
         \"describedby\", \"type\": \"text/html\", \"href\": \"http://docs.openstack.org/\"}}], \
         \"media-types\": {media}}}}}"
    )
}

/// The response for a path outside of the API: a version document or 300.
pub(super) fn document(request: &Request, path: &str) -> Response {
    let accept = request.header_list("Accept").unwrap_or_default();
    let base = match path {
        "/v2.1" | "/v2.1/" => "/v2.1",
        "/v2" | "/v2/" => "/v2",
        _ if accept.contains("version=2.1") => "/v2.1",
        "" | "/" => return json(200, versions(request)),
        _ if request.method == "OPTIONS" => return Response::new(200).length(),
        path => return json(300, choices(request, path)),
    };
    let mut call = Call::new(request, base, base == "/v2");
    with_request_ids(match call.set_version(request) {
        Ok(()) => call.response(Some(one(&call))),
        Err(fault) => call.fault_response(&fault),
    })
}

fn json(status: u16, body: String) -> Response {
    Response::new(status)
        .length()
        .header("Content-Type", "application/json")
        .body(body)
}

fn versions(request: &Request) -> String {
    let entry = |version: &str, path: &str| {
        let link = quote(&format!("{}/compute/{path}/", request.origin()));
        format!("{{{version}, \"links\": [{{\"rel\": \"self\", \"href\": {link}}}]}}")
    };
    format!(
        "{{\"versions\": [{}, {}]}}",
        entry(V20, "v2"),
        entry(V21, "v2.1")
    )
}

fn choices(request: &Request, path: &str) -> String {
    let entry = |id: &str, status: &str, base: &str, media: &str| {
        let link = quote(&format!(
            "{}/compute/{base}/{}",
            request.origin(),
            path.trim_matches('/')
        ));
        format!(
            "{{\"id\": \"{id}\", \"status\": \"{status}\", \"links\": [{{\"rel\": \"self\", \
             \"href\": {link}}}], \"media-types\": {media}}}"
        )
    };
    let (old, new) = (
        entry("v2.0", "DEPRECATED", "v2", MEDIA_20),
        entry("v2.1", "CURRENT", "v2.1", MEDIA_21),
    );
    format!("{{\"choices\": [{old}, {new}]}}")
}
