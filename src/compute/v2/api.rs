//! Every operation on images, as a value:
//! <https://docs.openstack.org/api-ref/compute/#images-deprecated>.

use serde_json::{Map, Value, json};

use crate::details::Missing;
use crate::request::{Method, Microversion, Request};

/// The last microversion with images:
/// <https://opendev.org/openstack/nova/src/branch/master/nova/api/openstack/api_version_request.py>.
const IMAGES: Microversion = Microversion(2, 35);

/// The last one with their metadata.
const METADATA: Microversion = Microversion(2, 38);

pub(super) fn get_images(query: Vec<(String, String)>) -> Request {
    Request::new(Method::Get, ["images"])
        .query(query)
        .until(IMAGES)
}

pub(super) fn get_images_detail(query: Vec<(String, String)>) -> Request {
    Request::new(Method::Get, ["images", "detail"])
        .query(query)
        .until(IMAGES)
}

pub(super) fn get_image(id: &str) -> Request {
    Request::new(Method::Get, ["images", id])
        .until(IMAGES)
        .seeks(Missing::Image)
}

pub(super) fn delete_image(id: &str) -> Request {
    Request::new(Method::Delete, ["images", id])
        .until(IMAGES)
        .seeks(Missing::Image)
}

pub(super) fn get_image_metadata(id: &str) -> Request {
    metadata(Method::Get, id)
}

pub(super) fn put_image_metadata(id: &str, items: &Map<String, Value>) -> Request {
    metadata(Method::Put, id).json(json!({"metadata": items}))
}

pub(super) fn post_image_metadata(id: &str, items: &Map<String, Value>) -> Request {
    metadata(Method::Post, id).json(json!({"metadata": items}))
}

pub(super) fn get_image_metadata_item(id: &str, key: &str) -> Request {
    item(Method::Get, id, key)
}

pub(super) fn put_image_metadata_item(id: &str, key: &str, value: &str) -> Request {
    item(Method::Put, id, key).json(json!({"meta": {key: value}}))
}

pub(super) fn delete_image_metadata_item(id: &str, key: &str) -> Request {
    item(Method::Delete, id, key)
}

fn metadata(method: Method, id: &str) -> Request {
    Request::new(method, ["images", id, "metadata"])
        .until(METADATA)
        .seeks(Missing::Image)
}

fn item(method: Method, id: &str, key: &str) -> Request {
    Request::new(method, ["images", id, "metadata", key])
        .until(METADATA)
        .seeks(Missing::MetadataItem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Body;

    #[test]
    fn every_operation_is_method_path_query_and_body() {
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
            let sent = request.body.as_ref().map(|body| match body {
                Body::Json(value) => value.clone(),
                Body::Secret(_) => panic!("no secret in {url}"),
            });
            assert_eq!(request.method.as_str(), method, "{url}");
            assert_eq!(
                request.url("http://nova").expect("a URL"),
                format!("http://nova{url}")
            );
            assert_eq!(sent, body, "{url}");
        }
    }

    #[test]
    fn every_operation_knows_its_last_microversion() {
        assert_eq!(get_images(Vec::new()).until, Some(Microversion(2, 35)));
        assert_eq!(
            get_images_detail(Vec::new()).until,
            Some(Microversion(2, 35))
        );
        assert_eq!(get_image("i").until, Some(Microversion(2, 35)));
        assert_eq!(delete_image("i").until, Some(Microversion(2, 35)));
        assert_eq!(get_image_metadata("i").until, Some(Microversion(2, 38)));
        assert_eq!(
            delete_image_metadata_item("i", "k").until,
            Some(Microversion(2, 38))
        );
    }
}
