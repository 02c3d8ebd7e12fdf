//! [`Details`]: what is known about a failure.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::printable::printable;

/// Which of the three things a 404 of Nova can mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Missing {
    /// There is no such image, or none that this project may see.
    Image,
    /// The image is there, but has no metadata item of that key.
    MetadataItem,
    /// There is no such call at that address: a wrong endpoint, a cloud
    /// without this API, an id or key that the server cannot route.
    Call,
}

/// What is known about a failure.
#[derive(Clone)]
pub struct Details(Box<Inner>);

#[derive(Clone, Default)]
struct Inner {
    message: String,
    method: Option<&'static str>,
    url: Option<String>,
    status: Option<u16>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    missing: Option<Missing>,
    is_named: bool,
    tries: Option<(u32, Duration)>,
    cause: Option<Arc<anyhow::Error>>,
}

impl Details {
    /// The server's own words, or ours where nothing was answered. May be
    /// empty: some proxies answer with a status alone.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The method of the request that failed, `None` when nothing was sent.
    #[must_use]
    pub fn method(&self) -> Option<&str> {
        self.0.method
    }

    /// The URL of the request that failed, `None` when nothing was sent.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.0.url.as_deref()
    }

    /// The HTTP status of the answer, where there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The `x-openstack-request-id` of the answer: what the operators of the
    /// cloud ask for.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// How long the server asked to wait before the next try.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// What a 404 means, `None` for anything else.
    #[must_use]
    pub fn missing(&self) -> Option<Missing> {
        self.0.missing
    }

    /// How often the request was tried, where that was more than once.
    #[must_use]
    pub fn tries(&self) -> Option<u32> {
        self.0.tries.map(|(count, _)| count)
    }

    pub(crate) fn new(message: impl Into<String>) -> Self {
        #[cold]
        #[inline(never)]
        fn new(message: &str) -> Details {
            Details(Box::new(Inner {
                message: printable(message),
                ..Inner::default()
            }))
        }
        new(&message.into())
    }

    pub(crate) fn of(mut self, method: &'static str, url: &str) -> Self {
        self.0.method = Some(method);
        self.0.url = Some(printable(url));
        self
    }

    pub(crate) fn answered(mut self, status: u16, request_id: Option<&str>) -> Self {
        self.0.status = Some(status);
        self.0.request_id = request_id.map(printable);
        self
    }

    pub(crate) fn wait(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
        self
    }

    /// Whether a service said it in a fault of its own, and no proxy before it.
    pub(crate) fn is_named(&self) -> bool {
        self.0.is_named
    }

    pub(crate) fn named(mut self, is_named: bool) -> Self {
        self.0.is_named = is_named;
        self
    }

    /// Without a secret that a server said back to us.
    pub(crate) fn without(mut self, secret: &str) -> Self {
        // What is as short as a word stands in messages for other reasons.
        if secret.len() > 4 && self.0.message.contains(secret) {
            self.0.message = self.0.message.replace(secret, "***");
        }
        self
    }

    pub(crate) fn lacks(mut self, missing: impl Into<Option<Missing>>) -> Self {
        self.0.missing = missing.into();
        self
    }

    pub(crate) fn tried(mut self, tries: u32, took: Duration) -> Self {
        self.0.tries = (tries > 1).then_some((tries, took));
        self
    }

    pub(crate) fn cause(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let cause: &anyhow::Error = self.0.cause.as_deref()?;
        Some(cause.as_ref())
    }

    pub(crate) fn caused(mut self, cause: impl Into<anyhow::Error>) -> Self {
        self.0.cause = Some(Arc::new(cause.into()));
        self
    }
}

impl fmt::Display for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let (Some(method), Some(url)) = (inner.method, &inner.url) {
            write!(f, "{method} {url}: ")?;
        }
        match inner.status {
            None => f.write_str(&inner.message)?,
            Some(status) => {
                write!(f, "{status}{}", reason(status))?;
                if !inner.message.is_empty() {
                    write!(f, ": {}", inner.message)?;
                }
            }
        }
        if let Some(wait) = inner.retry_after {
            write!(f, " (asked to wait {wait:?})")?;
        }
        if let Some(id) = &inner.request_id {
            write!(f, " (request id {id})")?;
        }
        if let Some((tries, took)) = inner.tries {
            let tenths = (took.as_millis() + 50) / 100;
            write!(f, " ({tries} tries in {}.{} s)", tenths / 10, tenths % 10)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            message,
            method,
            url,
            status,
            request_id,
            retry_after,
            missing,
            is_named: _,
            tries,
            cause,
        } = &*self.0;
        f.debug_struct("Details")
            .field("message", message)
            .field("method", method)
            .field("url", url)
            .field("status", status)
            .field("request_id", request_id)
            .field("retry_after", retry_after)
            .field("missing", missing)
            .field("tries", tries)
            .field("cause", &cause.as_ref().map(|cause| format!("{cause:#}")))
            .finish()
    }
}

/// The words that belong to a status, with a space before them.
fn reason(status: u16) -> &'static str {
    match status {
        300 => " Multiple Choices",
        301 => " Moved Permanently",
        302 => " Found",
        303 => " See Other",
        307 => " Temporary Redirect",
        308 => " Permanent Redirect",
        400 => " Bad Request",
        401 => " Unauthorized",
        403 => " Forbidden",
        404 => " Not Found",
        405 => " Method Not Allowed",
        406 => " Not Acceptable",
        408 => " Request Timeout",
        409 => " Conflict",
        413 => " Request Entity Too Large",
        429 => " Too Many Requests",
        500 => " Internal Server Error",
        501 => " Not Implemented",
        502 => " Bad Gateway",
        503 => " Service Unavailable",
        504 => " Gateway Timeout",
        _ => "",
    }
}
