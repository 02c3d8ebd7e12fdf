//! [`KeystoneError`]: the status and message of an error response.

/// A request that failed.
#[derive(Debug)]
pub(super) struct KeystoneError {
    pub(super) status: u16,
    pub(super) message: String,
    /// A part of the response body that clients ignore.
    pub(super) identity: &'static str,
}

impl KeystoneError {
    pub(super) fn new(status: u16, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            identity: "",
        }
    }

    pub(super) fn unauthorized() -> Self {
        Self::new(401, "The request you have made requires authentication.")
    }

    pub(super) fn missing(field: &str, parent: &str) -> Self {
        Self::new(
            400,
            format!(
                "Expecting to find {field} in {parent}. The server could not comply with the request \
                 since it is either malformed or otherwise incorrect. The client is assumed to be in error."
            ),
        )
    }

    /// A schema violation. Keystone also quotes the schema, which is omitted here.
    pub(super) fn schema(field: &str, message: &str) -> Self {
        let field = if field.is_empty() {
            String::new()
        } else {
            format!("Invalid input for field '{field}': ")
        };
        Self::new(400, format!("{field}{message}"))
    }
}
