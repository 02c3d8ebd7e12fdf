//! The operations on images, as values:
//! <https://docs.openstack.org/api-ref/image/v2/>.

use http::Method;
use serde_json::{Map, Value};

use crate::error::ErrorKind;
use crate::http::fault::Fault;
use crate::http::request::Request;

/// Glance accepts no other media type for a patch.
const PATCH_MEDIA_TYPE: &str = "application/openstack-images-v2.1-json-patch";

/// Glance responds to an invalid upload before it reads the body, and closes the
/// connection, so a client that sends a long body does not receive the response.
const EXPECT_ABOVE: u64 = 1024 * 1024;

pub(crate) fn get_images(query: Vec<(String, String)>) -> Request {
    image(Method::GET, ["images"]).query(query)
}

pub(super) fn post_image(fields: Map<String, Value>) -> Request {
    image(Method::POST, ["images"]).json(&fields.into())
}

pub(crate) fn get_image(id: &str) -> Request {
    image(Method::GET, ["images", id])
}

pub(super) fn delete_image(id: &str) -> Request {
    image(Method::DELETE, ["images", id])
}

pub(crate) fn patch_image(id: &str, operations: Vec<Value>) -> Request {
    let mut request = image(Method::PATCH, ["images", id]);
    // Removing a property again fails, and then no change of the patch is applied.
    request.idempotent = operations.iter().all(|it| it["op"] != "remove");
    request
        .body(PATCH_MEDIA_TYPE, &operations.into())
        .classify(classify_patch)
}

/// `action` is `deactivate` or `reactivate`.
pub(super) fn post_image_action(id: &str, action: &str) -> Request {
    let mut request = image(Method::POST, ["images", id, "actions", action]);
    request.idempotent = true;
    // Without a body ureq would send one in chunks, which Glance rejects.
    request.body = Some(String::new().into());
    request
}

pub(crate) fn put_image_file(id: &str, length: Option<u64>) -> Request {
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
        // Glance sends no response to a range request for an image without data.
        _ => request.header("Range", format!("bytes={offset}-")),
    }
}

fn image<const N: usize>(method: Method, segments: [&str; N]) -> Request {
    Request::new(method, segments).classify(classify)
}

/// Glance's errors have no name, so only the message distinguishes a missing image
/// from a wrong URL:
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

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;
    use serde_json::json;

    #[test]
    fn every_operation_is_method_path_query_headers_and_body() {
        let endpoint = "http://glance/v2".parse().expect("valid URL");
        let query = vec![("tag".to_owned(), "a b".to_owned())];
        let fields: Map<_, _> = [("name".to_owned(), json!("n"))].into_iter().collect();
        let operations = vec![json!({"op": "remove", "path": "/k"})];
        let data = ("Content-Type", "application/octet-stream".to_owned());
        let expect = ("Expect", "100-continue".to_owned());
        let patch = ("Content-Type", PATCH_MEDIA_TYPE.to_owned());
        let json_body = ("Content-Type", "application/json".to_owned());
        for (request, line, headers, body) in [
            (get_images(query), "GET /images?tag=a+b", vec![], None),
            (
                post_image(fields),
                "POST /images",
                vec![json_body],
                Some(json!({"name": "n"})),
            ),
            (get_image("i"), "GET /images/i", vec![], None),
            (delete_image("i"), "DELETE /images/i", vec![], None),
            (
                patch_image("i", operations.clone()),
                "PATCH /images/i",
                vec![patch],
                Some(operations.into()),
            ),
            (
                post_image_action("i", "deactivate"),
                "POST /images/i/actions/deactivate",
                vec![],
                None,
            ),
            (
                put_image_file("i", Some(EXPECT_ABOVE)),
                "PUT /images/i/file",
                vec![data.clone()],
                None,
            ),
            (
                put_image_file("i", Some(EXPECT_ABOVE + 1)),
                "PUT /images/i/file",
                vec![data.clone(), expect.clone()],
                None,
            ),
            (
                put_image_file("i", None),
                "PUT /images/i/file",
                vec![data, expect],
                None,
            ),
            (get_image_file("i", 0), "GET /images/i/file", vec![], None),
            (
                get_image_file("i", 5),
                "GET /images/i/file",
                vec![("Range", "bytes=5-".to_owned())],
                None,
            ),
        ] {
            let url = request.url(&endpoint).expect("valid request");
            let sent = url.as_str().replace("http://glance/v2", "");
            assert_eq!(format!("{} {sent}", request.method), line);
            assert_eq!(request.headers, headers, "{line}");
            let sent = request.body.as_ref().map(ExposeSecret::expose_secret);
            let sent = sent.filter(|text| !text.is_empty());
            let sent = sent.map(|text| serde_json::from_str(text).expect("valid JSON"));
            assert_eq!(sent, body, "{line}");
        }
    }

    #[test]
    fn a_patch_that_removes_a_property_is_not_repeated() {
        let operation = |op| json!({"op": op, "path": "/k"});
        assert!(patch_image("i", vec![operation("add"), operation("replace")]).idempotent);
        assert!(!patch_image("i", vec![operation("add"), operation("remove")]).idempotent);
        assert!(!post_image(Map::new()).idempotent);
        assert!(post_image_action("i", "reactivate").idempotent);
    }

    #[test]
    fn the_message_distinguishes_a_missing_image_from_a_wrong_url() {
        let kind = |classify: fn(&Fault) -> _, status, message: &str| {
            let mut fault = Fault::default();
            (fault.status, fault.message) = (status, message.to_owned());
            classify(&fault)
        };
        for message in [
            "No image found with ID i",
            "Failed to find image i to delete",
            "Image i not found.",
        ] {
            assert_eq!(kind(classify, 404, message), Some(ErrorKind::NotFound));
        }
        for message in ["The resource could not be found.", "Not Found", ""] {
            assert_eq!(kind(classify, 404, message), None);
        }
        assert_eq!(kind(classify, 300, ""), Some(ErrorKind::NoSuchApi));
        assert_eq!(kind(classify, 410, ""), Some(ErrorKind::NotFound));
        let missing = "There was a conflict when trying to complete your request. Property k does \
                       not exist.";
        assert_eq!(kind(classify, 409, missing), None);
        assert_eq!(
            kind(classify_patch, 409, missing),
            Some(ErrorKind::KeyNotFound)
        );
        assert_eq!(kind(classify_patch, 409, "Image is in use."), None);
    }
}
