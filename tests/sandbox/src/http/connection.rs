//! [`Connection`]: reads requests and writes bytes.

use std::io::{self, BufRead, BufReader, IoSlice, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use super::server::Stop;
use super::{Body, Request};

/// The longest head that is accepted. uWSGI has the same limit.
const MAX_HEAD: usize = 65_535;

/// A connection from a client. It is closed when dropped.
#[derive(Debug)]
pub struct Connection {
    input: BufReader<TcpStream>,
    number: usize,
    stop: Arc<Stop>,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, number: usize, stop: Arc<Stop>) -> Self {
        let _ = stream.set_nodelay(true);
        let input = BufReader::with_capacity(16 * 1024, stream);
        Self {
            input,
            number,
            stop,
        }
    }

    /// The number of this connection of the server, from 1.
    #[must_use]
    pub fn number(&self) -> usize {
        self.number
    }

    /// Reads the head of the next request. `None` if the client closed the
    /// connection. A head that is too long resets the connection.
    ///
    /// # Errors
    ///
    /// If the head is invalid or the connection fails.
    pub fn read_head(&mut self) -> io::Result<Option<Request>> {
        let mut head = Vec::new();
        loop {
            let chunk = self.input.fill_buf()?;
            let (before, count) = (head.len(), chunk.len());
            if count == 0 {
                return Ok(None);
            }
            head.extend(chunk);
            match Request::parse(&head)? {
                Some((request, length)) if length <= MAX_HEAD => {
                    self.input.consume(length - before);
                    return Ok(Some(request));
                }
                None if head.len() <= MAX_HEAD => self.input.consume(count),
                _ => return self.reset().map(|()| None),
            }
        }
    }

    /// The body of the request whose head was read last.
    pub fn body(&mut self, request: &Request) -> Body<'_, BufReader<TcpStream>> {
        if request.is_chunked() {
            Body::chunked(&mut self.input)
        } else {
            Body::with_length(&mut self.input, request.content_length())
        }
    }

    /// Reads the next request with its body. `None` if the client closed the
    /// connection.
    ///
    /// # Errors
    ///
    /// If the request is invalid or the connection fails.
    pub fn read_request(&mut self) -> io::Result<Option<Request>> {
        let Some(mut request) = self.read_head()? else {
            return Ok(None);
        };
        let mut body = Vec::new();
        self.body(&request).read_to_end(&mut body)?;
        request.body = body;
        Ok(Some(request))
    }

    /// Sets how long reading waits for the client.
    ///
    /// # Errors
    ///
    /// If the operating system does not support it.
    pub fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.stream().set_read_timeout(timeout)
    }

    /// Writes the parts one after the other, in as few packets as possible.
    ///
    /// # Errors
    ///
    /// If the connection fails.
    pub fn send<const N: usize>(&mut self, parts: [&[u8]; N]) -> io::Result<()> {
        let mut slices = parts.map(IoSlice::new);
        let mut left = &mut slices[..];
        IoSlice::advance_slices(&mut left, 0);
        while !left.is_empty() {
            match self.input.get_mut().write_vectored(left)? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                count => IoSlice::advance_slices(&mut left, count),
            }
        }
        Ok(())
    }

    /// Waits, or returns early when the server stops.
    pub fn pause(&self, time: Duration) {
        self.stop.pause(time);
    }

    /// Ends the output. The client can still send.
    ///
    /// # Errors
    ///
    /// If the connection is already closed.
    pub fn finish(&self) -> io::Result<()> {
        self.stream().shutdown(Shutdown::Write)
    }

    /// Closes the connection in both directions.
    ///
    /// # Errors
    ///
    /// If the connection is already closed.
    pub fn close(&self) -> io::Result<()> {
        self.stream().shutdown(Shutdown::Both)
    }

    /// Makes dropping the connection reset it.
    ///
    /// # Errors
    ///
    /// If the operating system does not support it.
    pub fn reset(&self) -> io::Result<()> {
        socket2::SockRef::from(self.stream()).set_linger(Some(Duration::ZERO))
    }

    /// Discards everything that the client sends until it closes.
    pub fn drain(&mut self) {
        let _ = io::copy(&mut self.input, &mut io::sink());
    }

    fn stream(&self) -> &TcpStream {
        self.input.get_ref()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.stop.closed(self.number);
    }
}
