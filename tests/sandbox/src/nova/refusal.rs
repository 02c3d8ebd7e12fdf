//! [`Fault`]: what Nova refuses with.

/// A body of 200, nothing for 204, or a fault.
pub(super) type Answer = Result<Option<String>, Fault>;

/// What Nova refuses with.
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

    /// A Python exception that nobody caught.
    pub(super) fn unexpected(class: &str) -> Self {
        let text = "Unexpected API Error. Please contact the administrator";
        Self::new(500, format!("{text}\n<class '{class}'>"))
    }

    pub(super) fn image_not_found() -> Self {
        Self::new(404, "Image not found.")
    }

    /// A call or a key that is not there.
    pub(super) fn gone() -> Self {
        Self::new(404, "The resource could not be found.")
    }
}
