//! The operations on images, as values:
//! <https://docs.openstack.org/api-ref/image/v2/>.

use http::Method;
use serde_json::{Map, Value};

use crate::error::ErrorKind;
use crate::http::fault::Fault;
use crate::http::request::Request;

/// Glance accepts no other media type for a patch.
const PATCH: &str = "application/openstack-images-v2.1-json-patch";

/// Glance responds to an invalid upload before it reads the body, and closes the
/// connection, so a client that sends a long body does not receive the response.
const EXPECT_ABOVE: u64 = 1024 * 1024;

pub(super) fn get_images(query: Vec<(String, String)>) -> Request {
    image(Method::GET, ["images"]).query(query)
}

pub(super) fn post_image(fields: Map<String, Value>) -> Request {
    image(Method::POST, ["images"]).json(&fields.into())
}

pub(super) fn get_image(id: &str) -> Request {
    image(Method::GET, ["images", id])
}

pub(super) fn delete_image(id: &str) -> Request {
    image(Method::DELETE, ["images", id])
}

pub(super) fn patch_image(id: &str, operations: Vec<Value>) -> Request {
    let mut request = image(Method::PATCH, ["images", id]);
    // Removing a property again fails, and then nothing of the patch is applied.
    request.idempotent = operations.iter().all(|it| it["op"] != "remove");
    request
        .body(PATCH, &operations.into())
        .classify(classify_patch)
}

/// `action` is `deactivate` or `reactivate`.
pub(super) fn post_image_action(id: &str, action: &str) -> Request {
    let mut request = image(Method::POST, ["images", id, "actions", action]);
    request.idempotent = true;
    request
}

pub(super) fn put_image_file(id: &str, length: Option<u64>) -> Request {
    let request = image(Method::PUT, ["images", id, "file"])
        .header("Content-Type", "application/octet-stream");
    match length {
        Some(0..=EXPECT_ABOVE) => request,
        _ => request.header("Expect", "100-continue"),
    }
}

/// The data from `offset` to its end.
pub(super) fn get_image_file(id: &str, offset: u64) -> Request {
    let mut request = image(Method::GET, ["images", id, "file"]);
    request.stream_response = true;
    match offset {
        0 => request,
        // To a range of an image without data, Glance sends no response.
        _ => request.header("Range", format!("bytes={offset}-")),
    }
}

fn image<const N: usize>(method: Method, segments: [&str; N]) -> Request {
    Request::new(method, segments).classify(classify)
}

/// Glance's errors have no name, so only the message tells whether a 404 is about
/// the image or about the URL:
/// <https://opendev.org/openstack/glance/src/branch/master/glance/api/v2/images.py>.
fn classify(fault: &Fault) -> Option<ErrorKind> {
    let message = &*fault.message;
    match fault.status {
        // A list of versions.
        300 => Some(ErrorKind::NoSuchApi),
        404 if message.starts_with("No image found with ID ")
            || message.starts_with("Failed to find image ")
            || message.starts_with("Image ") && message.ends_with(" not found.") =>
        {
            Some(ErrorKind::NotFound)
        }
        // The image was deleted during the upload.
        410 => Some(ErrorKind::NotFound),
        _ => None,
    }
}

fn classify_patch(fault: &Fault) -> Option<ErrorKind> {
    match fault.status {
        409 if fault.message.ends_with(" does not exist.") => Some(ErrorKind::KeyNotFound),
        _ => classify(fault),
    }
}
