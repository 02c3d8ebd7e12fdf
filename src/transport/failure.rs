//! What can go wrong between a request and its answer.

use std::io;

use crate::details::Details;
use crate::error::Error;
use crate::response::Response;

/// The messages of errors that mean that nothing arrived.
pub(crate) const REFUSED: &str = "connection refused";
pub(crate) const NO_HOST: &str = "the name of the host could not be looked up";

/// What ureq reports, by what a caller can do about it.
pub(super) fn failure(error: ureq::Error, response: &Response) -> Error {
    use ureq::Error as Cause;
    let (message, kind): (_, fn(Details) -> Error) = match &error {
        Cause::Timeout(_) => ("no answer in time", Error::Timeout),
        Cause::Io(cause) if cause.kind() == io::ErrorKind::TimedOut => {
            ("no answer in time", Error::Timeout)
        }
        Cause::Io(cause) if is_tls(cause) => ("no trusted connection", Error::Tls),
        Cause::Tls(_) | Cause::Rustls(_) | Cause::Pem(_) | Cause::TlsRequired => {
            ("no trusted connection", Error::Tls)
        }
        Cause::Io(cause) if cause.kind() == io::ErrorKind::ConnectionRefused => {
            (REFUSED, Error::Connection)
        }
        Cause::HostNotFound => (NO_HOST, Error::Connection),
        Cause::Io(cause) if is_look_up(cause) => (NO_HOST, Error::Connection),
        Cause::InvalidProxyUrl | Cause::ConnectProxyFailed(_) => {
            ("no connection through the proxy", Error::Connection)
        }
        Cause::Io(_) | Cause::ConnectionFailed if response.status == 0 => {
            ("the connection broke", Error::Connection)
        }
        Cause::Io(_) | Cause::ConnectionFailed | Cause::BodyStalled => (
            "the connection broke before the answer was whole",
            Error::Connection,
        ),
        Cause::BodyExceedsLimit(_) => ("the body is larger than 256 MiB", Error::Answer),
        Cause::Http(_) | Cause::BadUri(_) => (
            "cannot be sent: the URL or a header has characters that HTTP does not allow",
            Error::Invalid,
        ),
        _ => ("the answer is not HTTP as it should be", Error::Answer),
    };
    let details = Details::new(message).of(response.method, &response.url);
    kind(details.caused(error))
}

/// Whether the look-up of a name said it: the standard library has no kind for
/// that, only these words.
fn is_look_up(error: &io::Error) -> bool {
    error.raw_os_error().is_none() && error.to_string().starts_with("failed to lookup address")
}

/// Whether TLS said it: ureq hands its errors on inside I/O errors.
fn is_tls(error: &io::Error) -> bool {
    error
        .get_ref()
        .is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>)
}
