//! [`Request`]: a request that the server received.

use opencloud_sandbox::http;

/// A request that the server received.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The path and query, as sent.
    pub(crate) target: String,
    pub(crate) version: String,
    /// In the order received, with names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// The number of its connection, from 1.
    pub(crate) connection: usize,
}

impl Request {
    pub(crate) fn new(request: http::Request, connection: usize) -> Self {
        let lower = |(name, value): (String, String)| (name.to_ascii_lowercase(), value);
        Self {
            method: request.method,
            target: request.target,
            version: format!("HTTP/1.{}", request.minor),
            headers: request.headers.into_iter().map(lower).collect(),
            body: String::from_utf8_lossy(&request.body).into_owned(),
            connection,
        }
    }

    /// The method and target.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }

    /// The value of a header; the name must be in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("a JSON body")
    }

    /// The decoded value of a query parameter.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        let (_, query) = self.target.split_once('?')?;
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        let found = pairs.find(|(known, _)| known == name);
        found.map(|(_, value)| value.into_owned())
    }

    /// The decoded segments of the path.
    pub(crate) fn segments(&self) -> Vec<String> {
        let path = self.target.split('?').next().unwrap_or_default();
        let decode = |segment: &str| {
            // In a path, a plus and an ampersand have no special meaning.
            let form = format!("x={}", segment.replace('+', "%2B").replace('&', "%26"));
            let mut pairs = url::form_urlencoded::parse(form.as_bytes());
            let (_, value) = pairs.next().expect("a pair");
            value.into_owned()
        };
        let segments = path.trim_start_matches('/').split('/');
        segments.map(decode).collect()
    }
}
