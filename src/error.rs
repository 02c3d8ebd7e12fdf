//! [`Error`]: everything that can go wrong, by kind, with what the server said.

use std::fmt;

use crate::details::Details;

/// What every fallible call of this crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed, by kind; the [`Details`] in it say the rest.
///
/// Match the kind to decide, print the error to tell a person:
///
/// ```
/// # fn main() -> opencloud::Result<()> {
/// # let sandbox = opencloud_sandbox::Sandbox::start();
/// # let compute = opencloud::OpenStack::new(sandbox.options())?.compute_v2()?;
/// # let image = compute.get_image("00000000-0000-4000-8000-000000000000");
/// match image.delete() {
///     Err(opencloud::Error::NotFound(_)) => println!("it was gone already"),
///     other => other?,
/// }
/// # Ok(())
/// # }
/// ```
///
/// `Display` is one line: the request, the status, the server's own words and
/// the request id. The cause, when there is one, is the
/// [`source`](std::error::Error::source); in a program that uses `anyhow`,
/// `{:#}` prints both. No token, password or secret is ever in either, and
/// control characters that a server sent are escaped.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Error {
    /// What was asked cannot be sent as it is: a missing or contradictory
    /// option, an empty id, a value that would break the cloud. Nothing was sent.
    Invalid(Details),
    /// Neither the environment nor a file names a cloud: what
    /// [`OpenStack::from_env`](crate::OpenStack::from_env) says where there is
    /// nothing to connect to. The message lists where it was looked for.
    NotConfigured(Details),
    /// The catalogue has no endpoint of that type, region and interface. The
    /// message lists those that there are.
    NoEndpoint(Details),
    /// 401: the credentials or the token were refused.
    ///
    /// Keystone answers the same for a wrong password and for an unknown user,
    /// project or domain. A token that expired is renewed before this is returned.
    Unauthorized(Details),
    /// 403: known, but not allowed; also Nova's "Image metadata limit exceeded".
    Forbidden(Details),
    /// 404. [`Details::missing`] tells which of three things was not found.
    NotFound(Details),
    /// 400: the server could not take the request; its words say why.
    BadRequest(Details),
    /// 409.
    Conflict(Details),
    /// 429, or 413 from Nova: too many requests; and any refusal that asks for a
    /// wait of more than a minute, which is left to the caller. [`Details::retry_after`] is
    /// the wait that the server asked for.
    OverLimit(Details),
    /// Any other status that is not a success, a redirect included.
    Status(Details),
    /// No answer in time, or an image that did not come to be as waited for.
    Timeout(Details),
    /// No connection, or one that broke before the answer was whole.
    Connection(Details),
    /// The server's certificate, our client certificate, or a file with one.
    Tls(Details),
    /// An answer that is not what it should be: not JSON, a field missing, a
    /// list that goes round in circles, a body that is too large.
    Answer(Details),
}

impl Error {
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        #[cold]
        #[inline(never)]
        fn invalid(message: String) -> Error {
            Error::Invalid(Details::new(message))
        }
        invalid(message.into())
    }

    /// What is known about the failure, whatever its kind.
    #[must_use]
    pub fn details(&self) -> &Details {
        match self {
            Self::Invalid(details)
            | Self::NotConfigured(details)
            | Self::NoEndpoint(details)
            | Self::Unauthorized(details)
            | Self::Forbidden(details)
            | Self::NotFound(details)
            | Self::BadRequest(details)
            | Self::Conflict(details)
            | Self::OverLimit(details)
            | Self::Status(details)
            | Self::Timeout(details)
            | Self::Connection(details)
            | Self::Tls(details)
            | Self::Answer(details) => details,
        }
    }

    /// The HTTP status of the answer, where there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.details().status()
    }

    /// The `x-openstack-request-id` of the answer, where there was one.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.details().request_id()
    }

    /// The same error, with more known about it.
    pub(crate) fn map(mut self, change: impl FnOnce(Details) -> Details) -> Self {
        let (Self::Invalid(details)
        | Self::NotConfigured(details)
        | Self::NoEndpoint(details)
        | Self::Unauthorized(details)
        | Self::Forbidden(details)
        | Self::NotFound(details)
        | Self::BadRequest(details)
        | Self::Conflict(details)
        | Self::OverLimit(details)
        | Self::Status(details)
        | Self::Timeout(details)
        | Self::Connection(details)
        | Self::Tls(details)
        | Self::Answer(details)) = &mut self;
        *details = change(details.clone());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.details().fmt(f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.details().cause()
    }
}
