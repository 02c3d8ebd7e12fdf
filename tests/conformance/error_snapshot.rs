//! Comparable messages and kinds of errors.

use opencloud::{Error, ErrorKind};

use crate::secret_scan;

/// The message, with the request id replaced by `ID`.
pub(crate) fn snapshot(error: &Error) -> String {
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

/// The error of a result that must be one.
#[track_caller]
pub(crate) fn expect_error<T>(outcome: opencloud::Result<T>) -> Error {
    match outcome {
        Ok(_) => panic!("no error"),
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

/// Checks that Glance sent the list of its versions.
#[track_caller]
pub(crate) fn check_versions(error: &Error) {
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::UnexpectedStatus, Some(300))
    );
    let message = error.message();
    assert!(
        message.starts_with("the server offers the versions v2.")
            && message.ends_with("; check the endpoint URL"),
        "{message}"
    );
}
