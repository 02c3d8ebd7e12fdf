//! [`Response`]: a status, headers and a body.

use std::fmt::Write as _;

/// A response. Nothing is added to it: a header is sent only if it is set.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The reason phrase.
    pub reason: String,
    /// Sent in this order.
    pub headers: Vec<(String, String)>,
    /// The body, as sent.
    pub body: Vec<u8>,
    /// Whether the server closes the connection afterwards without a
    /// `Connection: close` header.
    pub close: bool,
}

impl Response {
    /// A response without headers and body, with the usual reason phrase.
    #[must_use]
    pub fn new(status: u16) -> Self {
        Self {
            status,
            reason: reason(status).to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            close: false,
        }
    }

    /// Adds a header after the others.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Adds a `Content-Length` header. A later [`body`](Self::body) updates it.
    #[must_use]
    pub fn length(self) -> Self {
        let length = self.body.len().to_string();
        self.header("Content-Length", length)
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        let length = self.body.len().to_string();
        if let Some(value) = self.content_length_mut() {
            *value = length;
        }
        self
    }

    /// Closes the connection afterwards without announcing it.
    #[must_use]
    pub fn close(mut self) -> Self {
        self.close = true;
        self
    }

    /// The value of the `Content-Length` header.
    pub fn content_length_mut(&mut self) -> Option<&mut String> {
        let mut headers = self.headers.iter_mut();
        let found = headers.find(|(name, _)| name == "Content-Length");
        found.map(|(_, value)| value)
    }

    /// Whether a `Connection: close` header is set.
    #[must_use]
    pub fn announces_close(&self) -> bool {
        let close = ("Connection".to_owned(), "close".to_owned());
        self.headers.contains(&close)
    }

    /// The bytes of the status line and the headers, for HTTP/1.`minor`.
    #[must_use]
    pub fn head(&self, minor: u8) -> Vec<u8> {
        let mut head = format!("HTTP/1.{minor} {} {}\r\n", self.status, self.reason);
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        (head + "\r\n").into_bytes()
    }
}

/// A body in chunks of `size` bytes, for `Transfer-Encoding: chunked`.
#[must_use]
pub fn chunked(body: &[u8], size: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for chunk in body.chunks(size) {
        out.extend(format!("{:x}\r\n", chunk.len()).bytes());
        out.extend(chunk);
        out.extend(b"\r\n");
    }
    out.extend(b"0\r\n\r\n");
    out
}

/// The reason phrase of a status.
#[must_use]
pub fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        206 => "Partial Content",
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Found",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        409 => "Conflict",
        410 => "Gone",
        413 => "Request Entity Too Large",
        415 => "Unsupported Media Type",
        416 => "Request Range Not Satisfiable",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Unknown",
    }
}
