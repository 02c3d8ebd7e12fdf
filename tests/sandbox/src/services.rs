//! [`Services`]: which service a request is for.

use std::sync::{Arc, Mutex};

use crate::cloud::Cloud;
use crate::http::{Request, Response, page};
use crate::shared::{Service, lock};
use crate::{glance, keystone, nova};

/// The three services, each below a path of its own.
pub(crate) struct Services(pub(crate) Arc<Mutex<Cloud>>);

impl Service for Services {
    fn answer(&self, request: &Request) -> Response {
        let mut cloud = lock(&self.0);
        let path = request.path();
        let below = |root: &str| {
            path.strip_prefix(root)
                .filter(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if let Some(path) = below("/identity") {
            keystone::answer(&mut cloud, request, path)
        } else if let Some(path) = below("/compute") {
            nova::answer(&mut cloud, request, path)
        } else if let Some(path) = below("/image") {
            glance::answer(&mut cloud, request, path)
        } else {
            page(request, 404, "The resource could not be found.")
        }
    }

    fn revoke_tokens(&self) {
        lock(&self.0).tokens.clear();
    }
}
