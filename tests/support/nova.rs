//! [`Nova`]: a model of Nova's image list, with options that differ between clouds.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::cloud::{fault, id, images, next_link};
use super::request::Request;
use super::response::Response;
use super::server::Server;

/// The images of a cloud, in the order of its lists, and the options.
#[derive(Clone, Debug)]
pub(crate) struct Nova {
    pub(crate) images: Vec<usize>,
    /// The largest size of a page.
    pub(crate) most: usize,
    /// Whether a page of the largest size has a next link.
    pub(crate) links: bool,
    /// Whether `limit` is ignored.
    pub(crate) ignores_limit: bool,
}

impl Nova {
    pub(crate) fn new(images: usize) -> Self {
        Self {
            images: (0..images).collect(),
            most: 1000,
            links: true,
            ignores_limit: false,
        }
    }

    /// The response to a request.
    pub(crate) fn respond(&mut self, request: &Request) -> Response {
        let segments = request.segments();
        if request.method == "DELETE" {
            let at = self
                .images
                .iter()
                .position(|number| id(*number) == segments[2]);
            return match at {
                Some(at) => {
                    self.images.remove(at);
                    Response::empty(204)
                }
                None => fault(404, "itemNotFound", "Image not found."),
            };
        }
        let from = match request.query("marker") {
            None => 0,
            Some(marker) => {
                let at = self.images.iter().position(|number| id(*number) == marker);
                let Some(at) = at else {
                    let message = format!("marker [{marker}] not found");
                    return fault(400, "badRequest", &message);
                };
                at + 1
            }
        };
        let limit = request.query("limit").and_then(|limit| limit.parse().ok());
        let limit: usize = limit.unwrap_or(self.most).min(self.most);
        let limit = if self.ignores_limit {
            usize::MAX
        } else {
            limit
        };
        let numbers: Vec<_> = self.images.iter().skip(from).take(limit).copied().collect();
        let page = images(numbers.iter().copied());
        match numbers.last() {
            Some(last) if self.links && numbers.len() == limit => {
                let href = format!(
                    "http://inside.example:8774/v2.1/images?marker={}",
                    id(*last)
                );
                Response::ok(&next_link(page, &href))
            }
            _ => Response::ok(&page),
        }
    }
}

/// A [`Nova`] behind a server, which the test can change.
#[derive(Clone)]
pub(crate) struct SharedNova(Arc<Mutex<Nova>>);

impl SharedNova {
    pub(crate) fn serve(nova: Nova) -> (Self, Server) {
        let shared = Self(Arc::new(Mutex::new(nova)));
        let script = shared.clone();
        let server = Server::with_handler(move |request| script.lock().respond(request));
        (shared, server)
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Nova> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
