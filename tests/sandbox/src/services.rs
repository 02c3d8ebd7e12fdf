//! Passes each request to the service at its path.

use std::io::Read;
use std::sync::Mutex;

use crate::cloud::Cloud;
use crate::http::{Request, Response};
use crate::server::lock;
use crate::webob::error_page;
use crate::{glance, keystone, nova};

/// Carries out a request; `body` is the body of an upload. `None` if the
/// connection is closed without a response.
pub(crate) fn respond(
    cloud: &Mutex<Cloud>,
    request: &Request,
    body: &mut dyn Read,
) -> Option<Response> {
    let path = request.path();
    if let Some(path) = below(&path, "/identity") {
        Some(keystone::respond(&mut lock(cloud), request, path))
    } else if let Some(path) = below(&path, "/compute") {
        Some(nova::respond(&mut lock(cloud), request, path))
    } else if let Some(path) = below(&path, "/image") {
        glance::respond(cloud, request, path, body)
    } else {
        let text = "The resource could not be found.";
        Some(error_page(request, 404, text))
    }
}

/// Whether a request is an upload, whose body is not read before it is checked.
pub(crate) fn is_upload(request: &Request) -> bool {
    below(&request.path(), "/image").is_some_and(|path| glance::is_upload(&request.method, path))
}

/// The part of a path below the root of a service.
fn below<'a>(path: &'a str, root: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(root)?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}
