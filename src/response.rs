//! [`Response`]: an answer, as far as anything above the transport reads it.

use secrecy::SecretString;

use crate::details::Details;
use crate::error::{Error, Result};

/// An answer, whole.
#[derive(Debug, Default)]
pub(crate) struct Response {
    pub(crate) method: &'static str,
    pub(crate) url: String,
    pub(crate) status: u16,
    pub(crate) request_id: Option<String>,
    pub(crate) subject_token: Option<SecretString>,
    pub(crate) retry_after: Option<String>,
    pub(crate) location: Option<String>,
    /// How the body is coded, where it is: none was asked for.
    pub(crate) encoding: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    /// What is known about this answer, for an error.
    pub(crate) fn details(&self, message: impl Into<String>) -> Details {
        Details::new(message)
            .of(self.method, &self.url)
            .answered(self.status, self.request_id.as_deref())
    }

    /// An answer that is not what it should be.
    pub(crate) fn unexpected(&self, message: impl Into<String>) -> Error {
        Error::Answer(self.details(message))
    }

    /// The body as text.
    pub(crate) fn text(&self) -> Result<&str> {
        if let Some(coding) = &self.encoding {
            return Err(self.unexpected(format!(
                "the body is coded as {coding:?}, which was not asked for"
            )));
        }
        std::str::from_utf8(&self.body)
            .map_err(|error| Error::Answer(self.details("the body is not UTF-8").caused(error)))
    }
}
