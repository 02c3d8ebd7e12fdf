//! [`ResponseBody`]: the body of a response, in a buffer that is reused.

use std::io::{ErrorKind, Read, Result};
use std::mem;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

/// The smallest buffer, and the unit of its size.
const MIN_BUFFER: usize = 16 * 1024;

/// The largest buffer that is kept, or allocated because of a `Content-Length`.
const MAX_BUFFER: usize = 4 * 1024 * 1024;

/// The buffer for the next body. It is initialized up to its length, so that it
/// is not zeroed for each response.
pub(crate) type SpareBuffer = Arc<Mutex<Vec<u8>>>;

/// The body of a response. Its buffer is reused when it is dropped.
#[derive(Default)]
pub(crate) struct ResponseBody {
    buffer: Vec<u8>,
    length: usize,
    spare: SpareBuffer,
}

impl ResponseBody {
    pub(crate) fn read(
        mut reader: impl Read,
        expected: Option<u64>,
        spare: &SpareBuffer,
    ) -> Result<Self> {
        let mut body = Self {
            buffer: mem::take(&mut *spare.lock().unwrap_or_else(PoisonError::into_inner)),
            length: 0,
            spare: Arc::clone(spare),
        };
        // The last read, which returns 0, also requires space.
        let expected = expected.unwrap_or(0).saturating_add(1);
        let mut size = usize::try_from(expected).unwrap_or(usize::MAX);
        size = size.min(MAX_BUFFER).next_multiple_of(MIN_BUFFER);
        loop {
            if body.length == body.buffer.len() {
                if size <= body.length {
                    size = 2 * body.length;
                }
                body.buffer.resize(size, 0);
            }
            match reader.read(&mut body.buffer[body.length..]) {
                Ok(0) => return Ok(body),
                Ok(count) => body.length += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Deref for ResponseBody {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.buffer[..self.length]
    }
}

impl Drop for ResponseBody {
    fn drop(&mut self) {
        if self.buffer.len() <= MAX_BUFFER {
            let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
            *spare = mem::take(&mut self.buffer);
        }
    }
}
