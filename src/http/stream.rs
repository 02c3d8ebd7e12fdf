//! [`RequestBody`] and [`ResponseStream`]: bodies that are never in memory as a whole.

use std::io::{Read, Result};
use std::time::Duration;

/// The body of a request, read while it is sent.
pub(crate) struct RequestBody<'a> {
    pub(crate) reader: &'a mut dyn Read,
    /// Without a length, the body is sent in chunks.
    pub(crate) length: Option<u64>,
    /// Limits the time from the end of the body to the response.
    pub(crate) response_timeout: Duration,
    /// Whether the reader was read; if so, the request cannot be sent again.
    pub(crate) started: bool,
}

impl Read for RequestBody<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.started = true;
        self.reader.read(buffer)
    }
}

/// The body of a response, read while it is received.
pub(crate) type ResponseStream = Box<dyn Read + Send>;
