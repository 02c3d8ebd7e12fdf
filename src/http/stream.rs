//! [`RequestBody`]: the body of a request, read while it is sent.

use std::io::{Read, Result};
use std::time::Duration;

/// The body of a request, read while it is sent.
pub(crate) struct RequestBody<'a> {
    reader: &'a mut dyn Read,
    /// If it is unknown, the body is sent in chunks.
    pub(super) length: Option<u64>,
    /// Limits the time from the end of the body to the response.
    pub(super) response_timeout: Duration,
    /// Whether the reader was read. Then the request cannot be sent again.
    pub(super) started: bool,
}

impl<'a> RequestBody<'a> {
    pub(crate) fn new(
        reader: &'a mut dyn Read,
        length: Option<u64>,
        response_timeout: Duration,
    ) -> Self {
        Self {
            reader,
            length,
            response_timeout,
            started: false,
        }
    }
}

impl Read for RequestBody<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.started = true;
        self.reader.read(buffer)
    }
}
