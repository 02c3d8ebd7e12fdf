//! [`Body`]: reads the body of a request, with a length or in chunks.

use std::io::{self, BufRead, Read};

/// The body of a request, from [`Connection::body`](super::Connection::body).
#[derive(Debug)]
pub struct Body<'a, R> {
    input: &'a mut R,
    /// How many bytes of the body, or of the current chunk, are left.
    left: u64,
    chunks: Chunks,
}

#[derive(Debug, PartialEq)]
enum Chunks {
    /// The body has a length.
    None,
    /// No chunk has been read yet.
    First,
    Next,
    /// The last chunk has been read.
    Done,
}

impl<'a, R: BufRead> Body<'a, R> {
    pub(super) fn with_length(input: &'a mut R, length: u64) -> Self {
        let (left, chunks) = (length, Chunks::None);
        Self {
            input,
            left,
            chunks,
        }
    }

    pub(super) fn chunked(input: &'a mut R) -> Self {
        let (left, chunks) = (0, Chunks::First);
        Self {
            input,
            left,
            chunks,
        }
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.input.by_ref().take(1024).read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim().to_owned())
    }

    fn next_chunk(&mut self) -> io::Result<()> {
        if self.chunks == Chunks::Next {
            self.line()?;
        }
        let line = self.line()?;
        let size = line.split(';').next().unwrap_or_default();
        self.left = u64::from_str_radix(size, 16)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        self.chunks = Chunks::Next;
        if self.left == 0 {
            // After the last chunk come trailers and an empty line.
            while !self.line()?.is_empty() {}
            self.chunks = Chunks::Done;
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Body<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 && matches!(self.chunks, Chunks::First | Chunks::Next) {
            self.next_chunk()?;
        }
        if self.left == 0 {
            return Ok(0);
        }
        let count = self.input.by_ref().take(self.left).read(buffer)?;
        if count == 0 && !buffer.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(mut body: Body<'_, &[u8]>) -> io::Result<String> {
        let mut text = String::new();
        body.read_to_string(&mut text).map(|_| text)
    }

    #[test]
    fn a_body_ends_after_its_length_or_its_last_chunk() {
        let mut input = &b"abcrest"[..];
        assert_eq!(read(Body::with_length(&mut input, 3)).unwrap(), "abc");
        assert_eq!(input, b"rest");
        let mut input = &b"3;x=y\r\nabc\r\na\r\n0123456789\r\n0\r\nA: b\r\n\r\nrest"[..];
        assert_eq!(read(Body::chunked(&mut input)).unwrap(), "abc0123456789");
        assert_eq!(input, b"rest");
    }

    #[test]
    fn an_incomplete_body_is_an_error() {
        assert!(read(Body::with_length(&mut &b"ab"[..], 3)).is_err());
        for input in ["", "3\r\nab", "3\r\nabc\r\n", "x\r\n", "0\r\n"] {
            assert!(
                read(Body::chunked(&mut input.as_bytes())).is_err(),
                "{input:?}"
            );
        }
    }
}
