//! [`Fault`]: an error response of Nova.

/// The body of a 200, `None` for a 204, or a fault.
pub(super) type Outcome = Result<Option<String>, Fault>;

/// The status and message of an error response.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) code: u16,
    pub(super) message: String,
}

impl Fault {
    pub(super) fn new(code: u16, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// A Python exception that Nova does not handle.
    pub(super) fn unexpected(class: &str) -> Self {
        let text = "Unexpected API Error. Please contact the administrator";
        Self::new(500, format!("{text}\n<class '{class}'>"))
    }

    pub(super) fn image_not_found() -> Self {
        Self::new(404, "Image not found.")
    }

    /// An unknown path or metadata key.
    pub(super) fn not_found() -> Self {
        Self::new(404, "The resource could not be found.")
    }
}
