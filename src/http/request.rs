//! [`Request`]: an operation as a value, and the only code that builds its URL.

use http::Method;
use secrecy::SecretString;
use serde_json::Value;
use url::Url;

use super::fault::Fault;
use crate::error::{Error, ErrorKind, Result};
use crate::microversion::Microversion;

/// One operation: method, path below a service's endpoint, query and body, and
/// the properties that decide how it is sent.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) segments: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    /// Headers of this operation, such as `Content-Type`.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// JSON text, which can contain a password or a token.
    pub(crate) body: Option<SecretString>,
    /// The hint for a 401.
    pub(crate) unauthorized_hint: String,
    /// The last microversion that has this operation.
    pub(crate) max_microversion: Option<Microversion>,
    /// Whether sending it twice has the same effect as sending it once.
    pub(crate) idempotent: bool,
    /// Whether the caller reads the body of a successful response.
    pub(crate) stream_response: bool,
    /// The kind of an error response to this operation, `None` for the one that
    /// the status implies. Only the service can distinguish its 404s.
    pub(crate) classify: fn(&Fault) -> Option<ErrorKind>,
}

impl Request {
    pub(crate) fn new<const N: usize>(method: Method, segments: [&str; N]) -> Self {
        Self {
            idempotent: method != Method::POST,
            method,
            segments: segments.map(str::to_owned).into(),
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
            unauthorized_hint: String::new(),
            max_microversion: None,
            stream_response: false,
            classify: |_| None,
        }
    }

    pub(crate) fn query(mut self, query: Vec<(String, String)>) -> Self {
        self.query = query;
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.body("application/json", body)
    }

    /// Sets a JSON body with this media type.
    pub(crate) fn body(mut self, media_type: &'static str, body: &Value) -> Self {
        self.body = Some(SecretString::from(body.to_string()));
        self.header("Content-Type", media_type)
    }

    pub(crate) fn max_microversion(mut self, last: Microversion) -> Self {
        self.max_microversion = Some(last);
        self
    }

    pub(crate) fn classify(mut self, classify: fn(&Fault) -> Option<ErrorKind>) -> Self {
        self.classify = classify;
        self
    }

    /// The URL below `endpoint`, with every segment and query value encoded.
    ///
    /// Segments that would change the path are rejected: an empty one addresses
    /// the collection, `url` drops `.`, `..`, tabs and line ends, and servers decode
    /// an encoded slash before they split the path.
    pub(crate) fn url(&self, endpoint: &Url) -> Result<Url> {
        for segment in &self.segments {
            let is_path = matches!(segment.as_str(), "" | "." | "..");
            if is_path || segment.contains(|c: char| c == '/' || c.is_control()) {
                return Err(Error::invalid(format!(
                    "invalid id or key {segment:?}: it must not be empty, \".\" or \"..\", or \
                     contain \"/\" or control characters; nothing was sent"
                )));
            }
        }
        let mut url = endpoint.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(&self.segments);
        }
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(request: &Request, endpoint: &str) -> Result<String> {
        let endpoint = endpoint.parse().expect("valid endpoint");
        request.url(&endpoint).map(Into::into)
    }

    #[track_caller]
    fn image_url(id: &str) -> String {
        url(
            &Request::new(Method::GET, ["images", id]),
            "http://nova/v2.1/",
        )
        .expect("valid segment")
    }

    #[test]
    fn segments_are_percent_encoded() {
        assert_eq!(image_url("a b"), "http://nova/v2.1/images/a%20b");
        assert_eq!(image_url("a+b"), "http://nova/v2.1/images/a+b");
        assert_eq!(image_url("a?b#c"), "http://nova/v2.1/images/a%3Fb%23c");
        assert_eq!(image_url("%2e%2e"), "http://nova/v2.1/images/%252e%252e");
        assert_eq!(image_url("\\"), "http://nova/v2.1/images/%5C");
        assert_eq!(
            image_url("ключ"),
            "http://nova/v2.1/images/%D0%BA%D0%BB%D1%8E%D1%87"
        );
        assert_eq!(image_url("..."), "http://nova/v2.1/images/...");
    }

    #[test]
    fn segments_that_would_change_the_path_are_rejected() {
        for segment in ["", ".", "..", "a\n", "\ta", "a\0", "a/b"] {
            let request = Request::new(Method::DELETE, ["images", segment]);
            let error = url(&request, "http://nova").expect_err("invalid segment");
            assert_eq!(
                error.to_string(),
                format!(
                    "invalid id or key {segment:?}: it must not be empty, \".\" or \"..\", or \
                     contain \"/\" or control characters; nothing was sent"
                )
            );
        }
    }

    #[test]
    fn query_values_are_encoded() {
        let query = vec![("changes-since".into(), "2026-11-23T12:00:00+01:00".into())];
        let request = Request::new(Method::GET, ["images"]).query(query);
        assert_eq!(
            url(&request, "http://nova/v2.1").expect("valid request"),
            "http://nova/v2.1/images?changes-since=2026-11-23T12%3A00%3A00%2B01%3A00"
        );
    }
}
