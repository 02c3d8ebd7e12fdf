//! [`Request`]: the method, target, headers and body of a request.

use std::fmt;
use std::io;

/// A request. `Debug` hides tokens and the bodies of authentication requests.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// The method, in upper case as clients send it.
    pub method: String,
    /// As sent: the path and query, or another form for a proxy.
    pub target: String,
    /// The minor version of HTTP/1.
    pub minor: u8,
    /// In the order received, with the names as sent.
    pub headers: Vec<(String, String)>,
    /// Empty without a body, or before the body is read.
    pub body: Vec<u8>,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers = self.headers.iter().map(|(name, value)| {
            let secret = name.to_ascii_lowercase().ends_with("-token");
            format!("{name}: {}", if secret { "***" } else { value })
        });
        let secret = self.target.contains("/auth/tokens") && !self.body.is_empty();
        let body = String::from_utf8_lossy(&self.body);
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("target", &self.target)
            .field("headers", &headers.collect::<Vec<_>>())
            .field("body", if secret { &"***" } else { &body })
            .finish_non_exhaustive()
    }
}

impl Request {
    /// Parses a head, and returns the request and the length of the head.
    /// `None` if the head is incomplete.
    ///
    /// # Errors
    ///
    /// If the bytes are not the head of an HTTP/1 request.
    pub fn parse(bytes: &[u8]) -> io::Result<Option<(Self, usize)>> {
        let mut headers = [httparse::EMPTY_HEADER; 100];
        let mut head = httparse::Request::new(&mut headers);
        let parsed = head.parse(bytes).map_err(io::Error::other)?;
        let httparse::Status::Complete(length) = parsed else {
            return Ok(None);
        };
        let header = |it: &httparse::Header<'_>| {
            let value = String::from_utf8_lossy(it.value).into_owned();
            (it.name.to_owned(), value)
        };
        let request = Self {
            method: head.method.unwrap_or_default().to_owned(),
            target: head.path.unwrap_or_default().to_owned(),
            minor: head.version.unwrap_or(1),
            headers: head.headers.iter().map(header).collect(),
            body: Vec::new(),
        };
        Ok(Some((request, length)))
    }

    /// The first value of a header. The case of the name does not matter.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The query, without the question mark.
    #[must_use]
    pub fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    /// Whether the body is sent in chunks.
    #[must_use]
    pub fn is_chunked(&self) -> bool {
        self.header("Transfer-Encoding").is_some()
    }

    /// The length of the body, if it is not sent in chunks.
    #[must_use]
    pub fn content_length(&self) -> u64 {
        let length = self.header("Content-Length");
        length.and_then(|it| it.parse().ok()).unwrap_or(0)
    }
}
