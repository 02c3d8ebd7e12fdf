//! The operations on images, as values:
//! <https://docs.openstack.org/api-ref/compute/#images-deprecated>.

use http::Method;
use serde_json::{Map, Value, json};

use crate::error::ErrorKind;
use crate::http::fault::Fault;
use crate::http::request::Request;
use crate::microversion::Microversion;

/// The last microversion with images:
/// <https://opendev.org/openstack/nova/src/branch/master/nova/api/openstack/api_version_request.py>.
const MAX_IMAGES: Microversion = Microversion(2, 35);

/// The last microversion with image metadata.
const MAX_METADATA: Microversion = Microversion(2, 38);

pub(crate) fn get_images(query: Vec<(String, String)>) -> Request {
    image(Method::GET, ["images"]).query(query)
}

pub(super) fn get_images_detail(query: Vec<(String, String)>) -> Request {
    image(Method::GET, ["images", "detail"]).query(query)
}

pub(crate) fn get_image(id: &str) -> Request {
    image(Method::GET, ["images", id])
}

pub(super) fn delete_image(id: &str) -> Request {
    image(Method::DELETE, ["images", id])
}

pub(super) fn get_image_metadata(id: &str) -> Request {
    metadata(Method::GET, id)
}

pub(super) fn put_image_metadata(id: &str, items: &Map<String, Value>) -> Request {
    metadata(Method::PUT, id).json(&json!({"metadata": items}))
}

pub(super) fn post_image_metadata(id: &str, items: &Map<String, Value>) -> Request {
    metadata(Method::POST, id).json(&json!({"metadata": items}))
}

pub(crate) fn get_image_metadata_item(id: &str, key: &str) -> Request {
    metadata_item(Method::GET, id, key)
}

pub(super) fn put_image_metadata_item(id: &str, key: &str, value: &str) -> Request {
    metadata_item(Method::PUT, id, key).json(&json!({"meta": {key: value}}))
}

pub(super) fn delete_image_metadata_item(id: &str, key: &str) -> Request {
    metadata_item(Method::DELETE, id, key)
}

fn image<const N: usize>(method: Method, segments: [&str; N]) -> Request {
    Request::new(method, segments)
        .max_microversion(MAX_IMAGES)
        .classify(classify_image)
}

fn metadata(method: Method, id: &str) -> Request {
    Request::new(method, ["images", id, "metadata"])
        .max_microversion(MAX_METADATA)
        .classify(classify_image)
}

fn metadata_item(method: Method, id: &str, key: &str) -> Request {
    Request::new(method, ["images", id, "metadata", key])
        .max_microversion(MAX_METADATA)
        .classify(classify_metadata_item)
}

/// Nova sends the fault `itemNotFound` if the image does not exist. Another fault,
/// or the message for unknown routes, means that the URL is wrong:
/// <https://opendev.org/openstack/nova/src/branch/master/nova/api/openstack/wsgi.py>.
fn classify_image(fault: &Fault) -> Option<ErrorKind> {
    match (fault.status, fault.name.as_str()) {
        (404, "itemNotFound") if fault.message != ROUTE_NOT_FOUND => Some(ErrorKind::NotFound),
        // Glance, behind Nova, rejected the token.
        (403, _) if fault.message.starts_with("HTTP 401 Unauthorized") => {
            Some(ErrorKind::Unauthorized)
        }
        // Nova's rate limit, from before the status 429 existed.
        (413, "overLimit") => Some(ErrorKind::RateLimited),
        _ => None,
    }
}

fn classify_metadata_item(fault: &Fault) -> Option<ErrorKind> {
    match (fault.status, fault.name.as_str()) {
        (404, "itemNotFound") if fault.message != "Image not found." => {
            Some(ErrorKind::KeyNotFound)
        }
        _ => classify_image(fault),
    }
}

const ROUTE_NOT_FOUND: &str = "The resource could not be found.";

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    #[test]
    fn every_operation_is_method_path_query_and_body() {
        let endpoint = "http://nova".parse().expect("valid URL");
        let query = || vec![("status".to_owned(), "in:queued,saving".to_owned())];
        let items: Map<_, _> = [("k".to_owned(), json!("v"))].into_iter().collect();
        for (request, method, url, body) in [
            (
                get_images(query()),
                "GET",
                "/images?status=in%3Aqueued%2Csaving",
                None,
            ),
            (
                get_images_detail(query()),
                "GET",
                "/images/detail?status=in%3Aqueued%2Csaving",
                None,
            ),
            (get_image("i"), "GET", "/images/i", None),
            (delete_image("i"), "DELETE", "/images/i", None),
            (get_image_metadata("i"), "GET", "/images/i/metadata", None),
            (
                put_image_metadata("i", &items),
                "PUT",
                "/images/i/metadata",
                Some(json!({"metadata": {"k": "v"}})),
            ),
            (
                put_image_metadata("i", &Map::new()),
                "PUT",
                "/images/i/metadata",
                Some(json!({"metadata": {}})),
            ),
            (
                post_image_metadata("i", &items),
                "POST",
                "/images/i/metadata",
                Some(json!({"metadata": {"k": "v"}})),
            ),
            (
                get_image_metadata_item("i", "a b"),
                "GET",
                "/images/i/metadata/a%20b",
                None,
            ),
            (
                put_image_metadata_item("i", "k", "v"),
                "PUT",
                "/images/i/metadata/k",
                Some(json!({"meta": {"k": "v"}})),
            ),
            (
                delete_image_metadata_item("i", "k"),
                "DELETE",
                "/images/i/metadata/k",
                None,
            ),
        ] {
            let sent = request.body.as_ref().map(|text| {
                serde_json::from_str::<Value>(text.expose_secret()).expect("valid JSON")
            });
            assert_eq!(request.method.as_str(), method, "{url}");
            assert_eq!(
                request.url(&endpoint).expect("valid request").as_str(),
                format!("http://nova{url}")
            );
            assert_eq!(sent, body, "{url}");
        }
    }

    #[test]
    fn every_operation_has_its_last_microversion() {
        assert_eq!(
            get_images(Vec::new()).max_microversion,
            Some(Microversion(2, 35))
        );
        assert_eq!(
            get_images_detail(Vec::new()).max_microversion,
            Some(Microversion(2, 35))
        );
        assert_eq!(get_image("i").max_microversion, Some(Microversion(2, 35)));
        assert_eq!(
            delete_image("i").max_microversion,
            Some(Microversion(2, 35))
        );
        assert_eq!(
            get_image_metadata("i").max_microversion,
            Some(Microversion(2, 38))
        );
        assert_eq!(
            delete_image_metadata_item("i", "k").max_microversion,
            Some(Microversion(2, 38))
        );
    }
}
