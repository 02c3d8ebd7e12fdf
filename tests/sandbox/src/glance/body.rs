//! Reads the JSON body of a request.

use crate::http::Request;
use crate::json::Json;

use super::errors::ApiError;

/// The list or object in the body.
pub(super) fn json_body(request: &Request) -> Result<Json, ApiError> {
    if !has_body(request) {
        return Err(ApiError::new(400, "Body expected in request."));
    }
    // Glance reads a chunked body as an empty one.
    let text = std::str::from_utf8(&request.body).ok();
    let value = text.filter(|_| !request.is_chunked()).and_then(Json::parse);
    match value {
        Some(value @ (Json::List(_) | Json::Map(_))) => Ok(value),
        Some(_) => Err(ApiError::new(
            400,
            "Unexpected body type. Expected list/dict.",
        )),
        None => Err(ApiError::new(400, "Malformed JSON in request body.")),
    }
}

/// Whether a request has a body.
pub(super) fn has_body(request: &Request) -> bool {
    let encoding = request
        .header_list("Transfer-Encoding")
        .unwrap_or_default()
        .to_lowercase();
    let known = ["chunked", "compress", "deflate", "gzip", "identity"];
    let encoded = known.contains(&encoding.as_str());
    let method = ["POST", "PUT", "PATCH"].contains(&request.method.as_str());
    (encoded && method) || request.content_length() > 0
}
