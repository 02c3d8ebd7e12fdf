//! The errors of the Image service.

use crate::http::Request;
use crate::json::Json;

/// The text of the `WebOb` 401 page.
pub(super) const UNAUTHORIZED: &str = "This server could not verify that you are authorized to access the document \
                            you requested. Either you supplied the wrong credentials (e.g., bad password), \
                            or your browser does not understand how to supply the credentials required.";

/// The status and message of a request that failed.
pub(super) type GlanceError = (u16, String);

/// Glance fails in such a way that the connection is closed without a response.
pub(super) const NO_RESPONSE: GlanceError = (0, String::new());

pub(super) fn forbidden(action: &str) -> GlanceError {
    (
        403,
        format!("You are not authorized to complete {action} action."),
    )
}

pub(super) fn json_body(request: &Request) -> Result<Json, GlanceError> {
    let text = std::str::from_utf8(&request.body).ok();
    text.and_then(Json::parse)
        .ok_or_else(|| (400, "Malformed JSON in request body.".to_owned()))
}
