//! The versions of the Image service.

use crate::http::{Request, Response};
use crate::json::quote;

/// The list of versions, for a path without a version.
pub(super) fn versions(request: &Request) -> Response {
    let minors = [15, 13, 12, 11, 10, 9, 8, 17, 7, 6, 5, 4, 3, 2, 1, 0];
    let link = quote(&format!("{}/image/v2/", request.origin()));
    let version = |minor: i32| {
        let status = if minor == 17 { "CURRENT" } else { "SUPPORTED" };
        let id = format!("\"id\": \"v2.{minor}\", \"status\": \"{status}\"");
        format!("{{{id}, \"links\": [{{\"rel\": \"self\", \"href\": {link}}}]}}")
    };
    let all: Vec<String> = minors.into_iter().map(version).collect();
    Response::new(300)
        .header("Content-Type", "application/json")
        .length()
        .body(format!("{{\"versions\": [{}]}}", all.join(", ")))
}
