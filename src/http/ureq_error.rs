//! Converts errors of ureq, which occur without a complete response, to [`Error`]s.

use std::io;

use rustls::CertificateError;
use ureq::{Error as Ureq, Timeout};

use super::proxy::Proxy;
use super::response::Response;
use super::tls::{failure_message, rustls_error};
use crate::error::{Error, ErrorKind};
use crate::options::HttpOptions;

/// `response` contains the part that was received.
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
        _ if response.status != 0 => false,
        Ureq::HostNotFound | Ureq::ConnectProxyFailed(_) => true,
        Ureq::Io(cause) => is_refused(cause) || is_lookup_failure(cause),
        _ => false,
    };
    if let Some(proxy) = proxy {
        if never_sent || matches!(error, Ureq::Timeout(Timeout::Resolve | Timeout::Connect)) {
            kind = ErrorKind::Proxy;
        }
        message = format!("{message} (through the proxy {})", proxy.name);
    }
    let described = Error::new(kind, message)
        .with_request(&response.method, &response.url)
        .with_never_sent(never_sent);
    match rustls_error(&error) {
        // Its message is the name of a Rust type.
        Some(rustls::Error::InvalidCertificate(CertificateError::Other(_))) => described,
        // Its message quotes the file.
        _ if matches!(error, Ureq::Pem(_)) => described,
        _ => described.with_source(error),
    }
}

fn describe(error: &Ureq, response: &Response, options: &HttpOptions) -> (ErrorKind, String) {
    let is_incomplete = response.status != 0;
    let is_http = response.url.starts_with("http:");
    if let Some(error) = rustls_error(error) {
        return (ErrorKind::Tls, failure_message(error).to_owned());
    }
    let (kind, message) = match error {
        // Only an upload has this timeout.
        Ureq::Timeout(Timeout::RecvResponse) => {
            let message =
                "the data was sent, but no response was received in time (response_timeout)";
            (ErrorKind::Timeout, message)
        }
        Ureq::Timeout(limit) => {
            return (
                ErrorKind::Timeout,
                timeout_message(*limit, options, is_incomplete),
            );
        }
        Ureq::ConnectProxyFailed(reason) => {
            let mut message = format!("CONNECT failed ({reason})");
            if reason.contains(" 407/") {
                message += "; set the user and the password in the URL of the proxy";
            } else if is_http {
                message += "; http URLs also require CONNECT: allow it in the proxy, use https, or add \
                     the host to no_proxy";
            }
            return (ErrorKind::Proxy, message);
        }
        Ureq::Io(cause) if cause.kind() == io::ErrorKind::TimedOut => {
            (ErrorKind::Timeout, "timed out")
        }
        Ureq::Io(cause) if is_refused(cause) => (ErrorKind::Connection, "connection refused"),
        Ureq::Io(cause) if is_lookup_failure(cause) => (ErrorKind::Connection, "host not found"),
        Ureq::HostNotFound => (ErrorKind::Connection, "host not found"),
        Ureq::Io(_) | Ureq::BodyStalled if is_incomplete => {
            let message = "connection lost before the response was complete";
            (ErrorKind::Connection, message)
        }
        Ureq::Io(_) | Ureq::ConnectionFailed => (ErrorKind::Connection, "connection failed"),
        Ureq::Tls(_) | Ureq::Pem(_) | Ureq::TlsRequired => (ErrorKind::Tls, "TLS failed"),
        Ureq::BodyExceedsLimit(_) => {
            let message = "the body is larger than 256 MiB";
            (ErrorKind::InvalidResponse, message)
        }
        Ureq::Http(_) | Ureq::BadUri(_) => {
            let message = "the URL is too long, or a header is invalid; nothing was sent";
            (ErrorKind::InvalidInput, message)
        }
        _ => (ErrorKind::InvalidResponse, "invalid HTTP response"),
    };
    let hint = match error {
        // The alert of the server can be lost if it closes the connection.
        Ureq::Io(cause)
            if !is_http
                && !is_incomplete
                && options.client_certificate.is_none()
                && matches!(
                    cause.kind(),
                    io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset
                ) =>
        {
            "; the server may require a client certificate (cert and key)"
        }
        Ureq::Io(cause) if cause.kind() != io::ErrorKind::UnexpectedEof => "",
        Ureq::Io(_) | Ureq::Protocol(_) if is_http && !is_incomplete => {
            "; if this port expects TLS, use https:// in auth_url or the endpoint"
        }
        Ureq::Io(_) if !is_incomplete => "; the port may not use TLS",
        _ => "",
    };
    (kind, format!("{message}{hint}"))
}

fn timeout_message(limit: Timeout, options: &HttpOptions, is_incomplete: bool) -> String {
    let (event, option, limit) = match limit {
        Timeout::Resolve => ("host not resolved", "resolve", options.resolve_timeout),
        Timeout::Connect => ("not connected", "connect", options.connect_timeout),
        Timeout::Global => ("no complete response", "call", options.call_timeout),
        Timeout::PerWrite => ("no data sent", "read", options.read_timeout),
        _ if is_incomplete => ("no data received", "read", options.read_timeout),
        _ => ("no response", "read", options.read_timeout),
    };
    let limit = limit.unwrap_or_default();
    format!("{event} within {limit:?} ({option}_timeout)")
}

fn is_refused(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::ConnectionRefused
}

/// Whether the host name could not be resolved. The standard library has no kind
/// for it. Every other error without an OS error code has its own kind.
fn is_lookup_failure(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, TimedOut, UnexpectedEof, WriteZero};
    let other = matches!(
        error.kind(),
        InvalidData | TimedOut | UnexpectedEof | WriteZero
    );
    error.raw_os_error().is_none() && !other
}
