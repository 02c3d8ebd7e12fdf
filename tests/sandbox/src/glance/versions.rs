//! The versions of the Image service.

use crate::http::{Request, Response};
use crate::json::quote;

/// The minor versions, in the order of the list.
const MINORS: [u8; 16] = [15, 13, 12, 11, 10, 9, 8, 17, 7, 6, 5, 4, 3, 2, 1, 0];

/// The rest of a path after the version, or the list of versions.
///
/// A media type in the `Accept` header can replace the version in the path.
pub(super) fn path_below<'a>(request: &Request, path: &'a str) -> Result<&'a str, Response> {
    let path = path.trim_start_matches('/');
    let first = path.find('/').unwrap_or(path.len());
    if &path[..first] == "versions" {
        return Err(versions(request, 200));
    }
    let accept = request.header_list("Accept").unwrap_or_default();
    let (version, rest) = match accept.strip_prefix("application/vnd.openstack.images-") {
        Some(version) => (version, path),
        None => path.split_at(first),
    };
    if is_version(version) {
        Ok(rest)
    } else {
        Err(versions(request, 300))
    }
}

fn is_version(text: &str) -> bool {
    text == "v2"
        || MINORS
            .iter()
            .any(|minor| text.strip_prefix("v2.") == Some(&minor.to_string()))
}

fn versions(request: &Request, status: u16) -> Response {
    let link = quote(&format!("{}/image/v2/", request.origin()));
    let version = |minor: u8| {
        let status = if minor == 17 { "CURRENT" } else { "SUPPORTED" };
        let id = format!("\"id\": \"v2.{minor}\", \"status\": \"{status}\"");
        format!("{{{id}, \"links\": [{{\"rel\": \"self\", \"href\": {link}}}]}}")
    };
    let all: Vec<String> = MINORS.into_iter().map(version).collect();
    Response::new(status)
        .header("Content-Type", "application/json")
        .length()
        .body(format!("{{\"versions\": [{}]}}", all.join(", ")))
}
