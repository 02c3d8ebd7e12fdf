//! [`Error`]: the error type of this crate, and its kinds.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};

use crate::escape::escape_control_chars;

/// The result of every fallible call of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The category of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument or option is invalid: a missing or contradictory option, an empty
    /// id, or a value that would harm the cloud. Nothing was sent.
    InvalidInput,
    /// Neither the environment nor a file configures a cloud. The message lists
    /// the locations that were searched.
    NotConfigured,
    /// The catalog has no endpoint of the requested type, region and interface.
    NoEndpoint,
    /// 401: the credentials or the token were rejected.
    ///
    /// Keystone sends the same response for a wrong password and for an unknown
    /// user, project or domain. An expired token is renewed before this error is
    /// returned.
    Unauthorized,
    /// 403: the user is authenticated, but not allowed to do this. Nova also
    /// sends it when an image would have too many metadata items.
    Forbidden,
    /// 404: there is no such image, or this project cannot see it. Also 410: the
    /// image was deleted during an upload.
    NotFound,
    /// The image exists, but has no metadata item with this key.
    KeyNotFound,
    /// 404 or 300 for the URL itself: a wrong endpoint, or a cloud without this API.
    NoSuchApi,
    /// 400: the server rejected the request as invalid.
    BadRequest,
    /// 409: the request conflicts with the state of the image.
    Conflict,
    /// 429, or 413 with `Retry-After`: too many requests. Also 413, 502, 503 and 504 with a
    /// `Retry-After` of more than a minute; see [`Error::retry_after`].
    RateLimited,
    /// Any other status that is not a success, including redirects.
    UnexpectedStatus,
    /// A time limit passed: of a request, or of a wait for an image.
    Timeout,
    /// The image cannot reach the expected status: it failed, or it does not exist.
    WaitFailed,
    /// The connection could not be made, or was lost before the response was
    /// complete.
    Connection,
    /// The connection through the proxy could not be made.
    Proxy,
    /// TLS failed: the server's certificate, the client certificate, or a file
    /// with one of them.
    Tls,
    /// The response is malformed: invalid JSON, a missing field, a pagination
    /// loop, or a body that is too large. Also data of an image with the wrong size
    /// or hash.
    InvalidResponse,
    /// A local file or stream could not be read or written.
    Io,
    /// The image has no data.
    NoData,
}

/// The error of a failed call.
///
/// Match [`kind`](Self::kind) to handle the error, and print the error for users:
///
/// ```
/// # fn main() -> opencloud::Result<()> {
/// # let sandbox = opencloud_sandbox::Sandbox::start();
/// # let compute = opencloud::OpenStack::new(sandbox.options())?.compute_v2()?;
/// # let image = compute.get_image("00000000-0000-4000-8000-000000000000");
/// match image.delete() {
///     Err(error) if error.is_not_found() => println!("already deleted"),
///     result => result?,
/// }
/// # Ok(())
/// # }
/// ```
///
/// `Display` is one line: the request, the status, the server's message, the
/// request id and the number of attempts. The underlying error, if any, is the
/// [`source`](std::error::Error::source). `Debug` prints the kind, this line and
/// the source, so that `fn main() -> opencloud::Result<()>` prints a readable
/// message. Neither contains a token, password or key, and control characters
/// that a server sent are escaped.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    hint: String,
    request: Option<(Method, String)>,
    status: Option<u16>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    attempts: u32,
    elapsed: Duration,
    never_sent: bool,
    source: Option<Arc<anyhow::Error>>,
}

impl Error {
    /// The category of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The server's message, or this crate's if there was no response. It is
    /// empty if the server sent only a status.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The method of the request, `None` if no request was attempted.
    #[must_use]
    pub fn method(&self) -> Option<&str> {
        self.0.request.as_ref().map(|(method, _)| method.as_str())
    }

    /// The URL of the request, `None` if no request was attempted.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.0.request.as_ref().map(|(_, url)| url.as_str())
    }

    /// The HTTP status of the response, `None` if there was none.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The `x-openstack-request-id` header of the response, which operators need
    /// to find the request in their logs.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The delay that the server requested before the next attempt.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The number of attempts of the last request; 0 if no request was attempted. A
    /// download that continues sends several requests.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Whether the kind is [`NotFound`](ErrorKind::NotFound): the image does not
    /// exist. It is false for a wrong endpoint and for a missing metadata item.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.0.kind == ErrorKind::NotFound
    }

    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: escape_control_chars(&message.into()),
            hint: String::new(),
            request: None,
            status: None,
            request_id: None,
            retry_after: None,
            attempts: 0,
            elapsed: Duration::ZERO,
            never_sent: false,
            source: None,
        }))
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidInput, message)
    }

    pub(crate) fn with_request(mut self, method: &Method, url: &str) -> Self {
        self.0.request = Some((method.clone(), escape_control_chars(url)));
        self.0.attempts = 1;
        self
    }

    pub(crate) fn with_response(mut self, status: u16, request_id: Option<&str>) -> Self {
        self.0.status = Some(status);
        self.0.request_id = request_id.map(escape_control_chars);
        self
    }

    pub(crate) fn with_retry_after(mut self, delay: Option<Duration>) -> Self {
        self.0.retry_after = delay;
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32, elapsed: Duration) -> Self {
        if self.0.request.is_some() {
            self.0.attempts = attempts;
            self.0.elapsed = elapsed;
        }
        self
    }

    pub(crate) fn with_source(mut self, source: impl Into<anyhow::Error>) -> Self {
        self.0.source = Some(Arc::new(source.into()));
        self
    }

    /// Marks the error as one of a request that did not reach the server.
    pub(crate) fn with_never_sent(mut self, never_sent: bool) -> Self {
        self.0.never_sent = never_sent;
        self
    }

    pub(crate) fn never_sent(&self) -> bool {
        self.0.never_sent
    }

    /// Adds a hint about the cause.
    pub(crate) fn with_hint(mut self, hint: &str) -> Self {
        self.0.hint = escape_control_chars(hint);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some((method, url)) = &inner.request {
            write!(f, "{method} {url}: ")?;
        }
        if let Some(status) = inner.status {
            write!(f, "{status}")?;
            if let Some(reason) = reason(status) {
                write!(f, " {reason}")?;
            }
            if !inner.message.is_empty() {
                f.write_str(": ")?;
            }
        }
        f.write_str(&inner.message)?;
        if !inner.hint.is_empty() {
            write!(f, " ({})", inner.hint)?;
        }
        if let Some(delay) = inner.retry_after.filter(|delay| !delay.is_zero()) {
            write!(f, " (retry after {delay:?})")?;
        }
        if let Some(id) = &inner.request_id {
            write!(f, " (request id {id})")?;
        }
        if inner.attempts > 1 {
            let seconds = inner.elapsed.as_secs_f64();
            write!(f, " ({} attempts in {seconds:.1} s)", inner.attempts)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.0.kind)?;
        match &self.0.source {
            Some(source) => {
                let source = escape_control_chars(&format!("{source:#}"));
                write!(f, ": {source}")
            }
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let source: &anyhow::Error = self.0.source.as_deref()?;
        Some(source.as_ref())
    }
}

fn reason(status: u16) -> Option<&'static str> {
    StatusCode::from_u16(status).ok()?.canonical_reason()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_is_the_request_the_response_and_the_attempts() {
        let error = Error::new(ErrorKind::NotFound, "Image not found.")
            .with_request(&Method::GET, "http://nova/images/i")
            .with_response(404, Some("req-1"));
        let line = "GET http://nova/images/i: 404 Not Found: Image not found. (request id req-1)";
        assert_eq!(error.to_string(), line);
        assert_eq!(format!("{error:?}"), format!("NotFound: {line}"));

        let error = Error::new(ErrorKind::RateLimited, "")
            .with_request(&Method::GET, "http://nova/images")
            .with_response(429, None)
            .with_retry_after(Some(Duration::from_secs(2)))
            .with_attempts(3, Duration::from_millis(4_250));
        assert_eq!(
            error.to_string(),
            "GET http://nova/images: 429 Too Many Requests (retry after 2s) (3 attempts in 4.2 s)"
        );
    }

    #[test]
    fn debug_adds_the_source() {
        let error = Error::invalid("cannot read ca.pem").with_source(anyhow::anyhow!("not there"));
        assert_eq!(error.to_string(), "cannot read ca.pem");
        assert_eq!(
            format!("{error:?}"),
            "InvalidInput: cannot read ca.pem: not there"
        );
    }
}
