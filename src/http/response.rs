//! [`Response`]: an HTTP response.

use http::{HeaderMap, Method};

use super::body::ResponseBody;
use super::html::{is_html, page_message};
use super::stream::ResponseStream;
use crate::error::{Error, ErrorKind, Result};

/// An HTTP response. It has no `Debug`: its headers and body may contain
/// secrets.
#[derive(Default)]
pub(crate) struct Response {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: ResponseBody,
    /// Reads the body if it is streamed; `body` is then empty.
    pub(super) stream: Option<ResponseStream>,
}

impl Response {
    /// The value of a header, `None` if it is absent or not ASCII text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn request_id(&self) -> Option<&str> {
        self.header("x-openstack-request-id")
            .or_else(|| self.header("x-compute-request-id"))
    }

    /// The encoding of the body, if any. No encoding was requested.
    pub(crate) fn encoding(&self) -> Option<&str> {
        self.header("content-encoding")
            .filter(|encoding| *encoding != "identity")
    }

    /// An error about this response.
    pub(crate) fn error(&self, kind: ErrorKind, message: impl Into<String>) -> Error {
        Error::new(kind, message)
            .with_request(&self.method, &self.url)
            .with_response(self.status, self.request_id())
    }

    pub(crate) fn invalid(&self, message: impl Into<String>) -> Error {
        self.error(ErrorKind::InvalidResponse, message)
    }

    /// The body as text.
    pub(crate) fn text(&self) -> Result<&str> {
        if let Some(encoding) = self.encoding() {
            return Err(self.invalid(format!(
                "the body has the unsupported Content-Encoding {encoding:?}"
            )));
        }
        let text = std::str::from_utf8(&self.body)
            .map_err(|error| self.invalid("the body is not UTF-8").with_source(error))?;
        if is_html(text) {
            let message = match page_message(&self.body, self.status) {
                message if message.is_empty() => message,
                message => format!(": {message}"),
            };
            return Err(self.invalid(format!("the body is HTML, not JSON{message}")));
        }
        Ok(text)
    }
}
