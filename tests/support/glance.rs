//! [`Glance`]: a model of Glance's image list, with options that differ between clouds.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use url::form_urlencoded;

use super::cloud::{glance_error, glance_image, id};
use super::request::Request;
use super::response::Response;
use super::server::Server;

/// The images of a cloud, in the order of its lists, and the options.
#[derive(Clone, Debug)]
pub(crate) struct Glance {
    /// The number and the tags of each image.
    pub(crate) images: Vec<(usize, Vec<&'static str>)>,
    /// The size of a page without `limit`, and the largest size.
    pub(crate) default_limit: usize,
    pub(crate) max_limit: usize,
}

impl Glance {
    /// Images without tags.
    pub(crate) fn new(images: usize) -> Self {
        Self {
            images: (0..images).map(|number| (number, Vec::new())).collect(),
            default_limit: 25,
            max_limit: 1000,
        }
    }

    /// The numbers of the images.
    pub(crate) fn numbers(&self) -> Vec<usize> {
        self.images.iter().map(|(number, _)| *number).collect()
    }

    /// The response to a request.
    pub(crate) fn respond(&mut self, request: &Request) -> Response {
        let segments = request.segments();
        let at = |image_id: &str| {
            let mut images = self.images.iter();
            images.position(|(number, _)| id(*number) == image_id)
        };
        if request.method == "DELETE" {
            return match at(&segments[2]) {
                Some(at) => {
                    self.images.remove(at);
                    Response::empty(204)
                }
                None => glance_error(
                    404,
                    &format!("Failed to find image {} to delete", segments[2]),
                ),
            };
        }
        let from = match request.query("marker") {
            None => 0,
            Some(marker) => {
                let Some(at) = at(&marker) else {
                    let message = format!("No image found with ID {marker}");
                    return glance_error(400, &message);
                };
                at + 1
            }
        };
        let (_, query) = request.target.split_once('?').unwrap_or_default();
        let query: Vec<_> = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let limit = request.query("limit").and_then(|limit| limit.parse().ok());
        let limit = limit.unwrap_or(self.default_limit).min(self.max_limit);
        let has_all_tags = |tags: &[&str]| {
            let mut selected = query.iter().filter(|(name, _)| name == "tag");
            selected.all(|(_, tag)| tags.contains(&tag.as_str()))
        };
        let page: Vec<_> = self.images[from..]
            .iter()
            .filter(|(_, tags)| has_all_tags(tags))
            .take(limit)
            .collect();
        let images = page.iter().map(|(number, tags)| {
            let mut image = glance_image(*number);
            image["tags"] = json!(tags);
            image
        });
        let mut body =
            json!({"images": images.collect::<Vec<_>>(), "schema": "/v2/schemas/images"});
        if let Some((last, _)) = page.last().filter(|_| page.len() == limit) {
            body["next"] = next(&query, &id(*last)).into();
        }
        Response::ok(&body)
    }
}

/// The next link of Glance: a path with each parameter once.
fn next(query: &[(String, String)], marker: &str) -> String {
    let mut link = form_urlencoded::Serializer::new("/v2/images?".to_owned());
    for (at, (name, value)) in query.iter().enumerate() {
        let is_last = query[at + 1..].iter().all(|(later, _)| later != name);
        if is_last && name != "marker" {
            link.append_pair(name, value);
        }
    }
    link.append_pair("marker", marker).finish()
}

/// A [`Glance`] behind a server, which the test can change.
#[derive(Clone)]
pub(crate) struct SharedGlance(Arc<Mutex<Glance>>);

impl SharedGlance {
    pub(crate) fn serve(glance: Glance) -> (Self, Server) {
        let shared = Self(Arc::new(Mutex::new(glance)));
        let script = shared.clone();
        let server = Server::with_handler(move |request| script.lock().respond(request));
        (shared, server)
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Glance> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An image with this data.
pub(crate) fn active_image(id: &str, data: &str) -> Value {
    let mut image = glance_image(0);
    image["id"] = id.into();
    image["status"] = "active".into();
    image["size"] = data.len().into();
    image["os_hash_algo"] = "sha512".into();
    image["os_hash_value"] = sha512(data.as_bytes()).into();
    image
}

/// The SHA-512 of the data, in hexadecimal.
pub(crate) fn sha512(data: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA512, data);
    let digits = digest.as_ref().iter().map(|byte| format!("{byte:02x}"));
    digits.collect()
}
