//! Passes each request to the service that its path belongs to.

use crate::cloud::Cloud;
use crate::http::{Request, Response};
use crate::webob::error_page;
use crate::{glance, keystone, nova};

/// Carries out a request.
pub(crate) fn respond(cloud: &mut Cloud, request: &Request) -> Response {
    let path = request.path();
    let below = |root: &str| {
        let rest = path.strip_prefix(root);
        rest.filter(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if let Some(path) = below("/identity") {
        keystone::respond(cloud, request, path)
    } else if let Some(path) = below("/compute") {
        nova::respond(cloud, request, path)
    } else if let Some(path) = below("/image") {
        glance::respond(cloud, request, path)
    } else {
        error_page(request, 404, "The resource could not be found.")
    }
}
