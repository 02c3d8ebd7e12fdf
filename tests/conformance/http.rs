//! [`send`]: a request that does not use the tested crate.

use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::http::{HeaderMap, Request};

use crate::secret_scan;

/// A response with any status.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Response {
    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    /// The response; panics if the status is not a success.
    #[track_caller]
    pub(crate) fn success(self) -> Self {
        let body = String::from_utf8_lossy(&self.body);
        assert!((200..300).contains(&self.status), "{}: {body}", self.status);
        self
    }
}

/// Sends a request on a new connection.
#[track_caller]
pub(crate) fn send(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: Option<&[u8]>,
) -> Response {
    static AGENT: OnceLock<Agent> = OnceLock::new();
    let agent = AGENT.get_or_init(|| {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .max_idle_connections(0)
            .timeout_per_call(Some(Duration::from_secs(120)));
        config.build().new_agent()
    });
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = secret_scan::without_scan(|| match body {
        Some(body) => agent.run(request.body(body).expect("a request")),
        None => agent.run(request.body(()).expect("a request")),
    });
    let mut response = response.unwrap_or_else(|error| panic!("{method} {url}: {error}"));
    Response {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: secret_scan::without_scan(|| response.body_mut().read_to_vec())
            .expect("a whole body"),
    }
}
