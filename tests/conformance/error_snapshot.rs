//! What an error said, made comparable.

use opencloud::Error;

use crate::secret_scan;

/// The whole message, with the request id as `ID`: no two are the same.
pub(crate) fn said(error: &Error) -> String {
    secret_scan::error(error);
    let message = error.to_string();
    match error.request_id() {
        Some(id) => {
            assert!(id.starts_with("req-"), "{message}");
            message.replace(id, "ID")
        }
        None => message,
    }
}

/// The error of an outcome that must be one.
#[track_caller]
pub(crate) fn refused<T>(outcome: opencloud::Result<T>) -> Error {
    match outcome {
        Ok(_) => panic!("it was not refused"),
        Err(error) => {
            secret_scan::error(&error);
            error
        }
    }
}

/// The kind of an error: the name of its variant.
pub(crate) fn kind(error: &Error) -> String {
    secret_scan::error(error);
    format!("{:?}", error.kind())
}
