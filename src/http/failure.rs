//! Maps errors of ureq, of which there is no complete response, to [`Error`]s.

use std::borrow::Cow;
use std::io;

use http::StatusCode;
use ureq::{Error as Ureq, Timeout};

use super::proxy::Proxy;
use super::response::Response;
use super::tls::{failure_message, is_unreadable, rustls_error};
use crate::error::{Error, ErrorKind};
use crate::options::HttpOptions;

/// `response` is what was received of it.
pub(super) fn error_from_ureq(
    error: Ureq,
    response: &Response,
    options: &HttpOptions,
    proxy: Option<&Proxy>,
) -> Error {
    let (mut kind, mut message) = describe(&error, response, options);
    if kind == ErrorKind::InvalidInput {
        // The URL can be megabytes long.
        return Error::new(kind, message).with_source(error);
    }
    let never_sent = match &error {
        Ureq::HostNotFound | Ureq::ConnectProxyFailed(_) => true,
        Ureq::Io(cause) => is_refused(cause),
        _ => false,
    };
    if let Some(proxy) = proxy {
        if never_sent || matches!(error, Ureq::Timeout(Timeout::Resolve | Timeout::Connect)) {
            kind = ErrorKind::Proxy;
        }
        message = format!("{message} (through the proxy {})", proxy.name).into();
    }
    let is_described = matches!(error, Ureq::ConnectProxyFailed(_))
        || rustls_error(&error).is_some_and(is_unreadable);
    let described = Error::new(kind, message)
        .with_request(response.method, &response.url)
        .with_never_sent(never_sent);
    match is_described {
        true => described,
        false => described.with_source(error),
    }
}

fn describe(
    error: &Ureq,
    response: &Response,
    options: &HttpOptions,
) -> (ErrorKind, Cow<'static, str>) {
    let is_http = response.url.starts_with("http:");
    let is_before_response = response.status == 0;
    if let Some(error) = rustls_error(error) {
        return (ErrorKind::Tls, failure_message(error).into());
    }
    let (kind, message) = match error {
        Ureq::Timeout(limit) => return (ErrorKind::Timeout, timeout_message(*limit, options)),
        Ureq::ConnectProxyFailed(reason) => {
            return (ErrorKind::Proxy, tunnel_message(reason, is_http).into());
        }
        Ureq::Io(cause) => match cause.kind() {
            io::ErrorKind::TimedOut => (ErrorKind::Timeout, "timed out"),
            _ if is_refused(cause) => (ErrorKind::Connection, "connection refused"),
            io::ErrorKind::UnexpectedEof if is_http && is_before_response => (
                ErrorKind::Connection,
                "connection closed without a response; if this port expects TLS, use https:// in \
                 auth_url or the endpoint",
            ),
            _ if is_before_response => (ErrorKind::Connection, "connection failed"),
            _ => (
                ErrorKind::Connection,
                "connection lost before the response was complete",
            ),
        },
        Ureq::Tls(_) | Ureq::Pem(_) | Ureq::TlsRequired => (ErrorKind::Tls, "TLS failed"),
        Ureq::HostNotFound => (ErrorKind::Connection, "host not found"),
        Ureq::ConnectionFailed => (ErrorKind::Connection, "connection failed"),
        Ureq::BodyStalled => (
            ErrorKind::Connection,
            "connection lost before the response was complete",
        ),
        Ureq::BodyExceedsLimit(_) => (
            ErrorKind::InvalidResponse,
            "the body is larger than 256 MiB",
        ),
        Ureq::Http(_) | Ureq::BadUri(_) => (
            ErrorKind::InvalidInput,
            "the URL is too long, or a header is invalid; nothing was sent",
        ),
        Ureq::Protocol(_) if is_http && is_before_response => (
            ErrorKind::InvalidResponse,
            "invalid HTTP response; if this port expects TLS, use https:// in auth_url or the \
             endpoint",
        ),
        _ => (ErrorKind::InvalidResponse, "invalid HTTP response"),
    };
    (kind, message.into())
}

fn timeout_message(limit: Timeout, options: &HttpOptions) -> Cow<'static, str> {
    let (event, option, duration) = match limit {
        Timeout::Resolve => (
            "host not resolved",
            "resolve_timeout",
            options.resolve_timeout,
        ),
        Timeout::Connect => ("not connected", "connect_timeout", options.connect_timeout),
        Timeout::Global => ("no complete response", "call_timeout", options.call_timeout),
        _ => ("no response", "read_timeout", options.read_timeout),
    };
    let duration = duration.unwrap_or_default();
    format!("{event} within {duration:?} ({option})").into()
}

fn is_refused(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::ConnectionRefused
}

/// The message for a proxy that rejected a tunnel. ureq states the status twice,
/// as `407/407`.
fn tunnel_message(reason: &str, is_http: bool) -> String {
    let status = reason.rsplit('/').next().unwrap_or_default();
    let status: Option<StatusCode> = status.parse().ok();
    let reason = status.map_or_else(|| reason.to_owned(), |status| status.to_string());
    let hint = match status {
        Some(StatusCode::PROXY_AUTHENTICATION_REQUIRED) => {
            "; set its user and password in the URL of the proxy"
        }
        Some(_) if is_http => {
            "; plain http is sent through CONNECT, too: allow it in the proxy, use https, or add \
             the host to no_proxy"
        }
        _ => "",
    };
    format!("the proxy rejected CONNECT: {reason}{hint}")
}
