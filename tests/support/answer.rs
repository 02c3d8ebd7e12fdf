//! [`Answer`]: what the server says to one request, and how it goes wrong.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// One answer of a script.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    head: String,
    body: Vec<u8>,
    framing: Framing,
    end: End,
    raw: Option<Vec<u8>>,
    before: Duration,
    cut: Option<usize>,
    /// How many bytes are sent at a time, and the pause after each.
    drip: Option<(usize, Duration)>,
    /// How often the body is sent once more.
    more: u64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Framing {
    Length,
    Chunked,
    /// The body ends where the connection does.
    Connection,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Keep,
    Close,
    Reset,
    Hold,
}

impl Answer {
    /// That status and body, with its length, on a connection that stays.
    pub(crate) fn new(status: u16, body: impl AsRef<[u8]>) -> Self {
        Self {
            head: format!("HTTP/1.1 {status} Whatever\r\n"),
            body: body.as_ref().to_vec(),
            framing: Framing::Length,
            end: End::Keep,
            raw: None,
            before: Duration::ZERO,
            cut: None,
            drip: None,
            more: 0,
        }
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, body.to_string()).header("Content-Type", "application/json")
    }

    pub(crate) fn ok(body: &Value) -> Self {
        Self::json(200, body)
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self::new(status, "")
    }

    pub(crate) fn html(status: u16, page: &str) -> Self {
        Self::new(status, page).header("Content-Type", "text/html; charset=UTF-8")
    }

    /// These bytes and no others; then the connection is closed.
    pub(crate) fn raw(bytes: impl AsRef<[u8]>) -> Self {
        Self {
            raw: Some(bytes.as_ref().to_vec()),
            end: End::Close,
            ..Self::new(200, "")
        }
    }

    /// These bytes and no others, on a connection that stays.
    pub(crate) fn raw_and_keep(bytes: impl AsRef<[u8]>) -> Self {
        Self {
            end: End::Keep,
            ..Self::raw(bytes)
        }
    }

    /// Nothing: the connection is reset.
    pub(crate) fn reset() -> Self {
        Self {
            raw: Some(Vec::new()),
            end: End::Reset,
            ..Self::new(200, "")
        }
    }

    /// Nothing: the connection is closed in order.
    pub(crate) fn hang_up() -> Self {
        Self::raw("")
    }

    /// Nothing, for as long as the client waits.
    pub(crate) fn silence() -> Self {
        Self {
            raw: Some(Vec::new()),
            end: End::Hold,
            ..Self::new(200, "")
        }
    }

    /// The head, and then the body again and again, for as long as the client reads.
    pub(crate) fn endless(self) -> Self {
        self.repeated(u64::MAX)
    }

    /// The head with the length of all, and then the body that many times.
    pub(crate) fn repeated(self, times: u64) -> Self {
        let length = times.saturating_mul(self.body.len() as u64);
        let mut answer = match times {
            u64::MAX => self,
            _ => self.header("Content-Length", length.to_string()),
        };
        answer.framing = Framing::Connection;
        answer.more = times - 1;
        answer
    }

    /// The status, and then the body again and again as headers.
    pub(crate) fn endless_head(mut self) -> Self {
        self.raw = Some(self.head.clone().into_bytes());
        self.more = u64::MAX;
        self
    }

    pub(crate) fn header(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.head.extend([name, ": ", value.as_ref(), "\r\n"]);
        self
    }

    /// In chunks of 7 bytes.
    pub(crate) fn chunked(mut self) -> Self {
        self.framing = Framing::Chunked;
        self
    }

    /// Without a length: the body ends where the connection does.
    pub(crate) fn without_length(mut self) -> Self {
        self.framing = Framing::Connection;
        self.close()
    }

    /// Closes the connection after it, and says nothing about that.
    pub(crate) fn close(mut self) -> Self {
        self.end = End::Close;
        self
    }

    /// Leaves the connection open after it, and reads nothing more.
    pub(crate) fn hold(mut self) -> Self {
        self.end = End::Hold;
        self
    }

    /// Only the first bytes of it, head included; then the connection is closed.
    pub(crate) fn cut(mut self, bytes: usize) -> Self {
        self.cut = Some(bytes);
        self.close()
    }

    /// Thinks that long before it answers.
    pub(crate) fn after(mut self, pause: Duration) -> Self {
        self.before = pause;
        self
    }

    /// That many bytes at a time, with a pause after each.
    pub(crate) fn drip(mut self, bytes: usize, pause: Duration) -> Self {
        self.drip = Some((bytes, pause));
        self
    }

    /// All the bytes of it.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        if let Some(raw) = &self.raw {
            return raw.clone();
        }
        let mut bytes = self.head.clone().into_bytes();
        match self.framing {
            Framing::Length => {
                let has_body = !self.head.starts_with("HTTP/1.1 204");
                if has_body {
                    bytes.extend(format!("Content-Length: {}\r\n", self.body.len()).bytes());
                }
                bytes.extend(b"\r\n");
                bytes.extend(&self.body);
            }
            Framing::Connection => {
                bytes.extend(b"\r\n");
                bytes.extend(&self.body);
            }
            Framing::Chunked => {
                bytes.extend(b"Transfer-Encoding: chunked\r\n\r\n");
                for chunk in self.body.chunks(7) {
                    bytes.extend(format!("{:x}\r\n", chunk.len()).bytes());
                    bytes.extend(chunk);
                    bytes.extend(b"\r\n");
                }
                bytes.extend(b"0\r\n\r\n");
            }
        }
        bytes
    }

    /// Sends it, and says whether the connection goes on.
    pub(crate) fn send(&self, stream: &mut TcpStream) -> bool {
        if self.end != End::Reset && stream.read_exact(&mut [0]).is_err() {
            return false;
        }
        if !self.before.is_zero() {
            std::thread::sleep(self.before);
        }
        if self.write(stream).is_err() {
            return false;
        }
        match self.end {
            End::Keep => return true,
            // Dropped with an unread byte, it is reset.
            End::Reset => {}
            End::Close => {
                let _ = stream.shutdown(Shutdown::Write);
                drain(stream);
            }
            End::Hold => drain(stream),
        }
        false
    }

    fn write(&self, stream: &mut TcpStream) -> io::Result<()> {
        let bytes = self.bytes();
        let bytes = &bytes[..self.cut.unwrap_or(bytes.len()).min(bytes.len())];
        match self.drip {
            None => stream.write_all(bytes)?,
            Some((size, pause)) => {
                for piece in bytes.chunks(size) {
                    stream.write_all(piece)?;
                    std::thread::sleep(pause);
                }
            }
        }
        for _ in 0..self.more {
            stream.write_all(&self.body)?;
        }
        Ok(())
    }
}

/// Reads until the client closes.
fn drain(stream: &mut TcpStream) {
    let mut rest = [0; 8192];
    while stream.read(&mut rest).is_ok_and(|count| count > 0) {}
}
