//! [`Response`]: a scripted response, and the failures while it is sent.

use std::io;
use std::time::Duration;

use opencloud_sandbox::http::{self, Connection, chunked};
use serde_json::Value;

/// One response of a script.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    http: http::Response,
    framing: Framing,
    end: End,
    /// Sent in place of the response.
    raw: Option<Vec<u8>>,
    delay: Duration,
    cut: Option<usize>,
    /// The size of each piece, and the pause after it.
    drip: Option<(usize, Duration)>,
    /// How many times the body is sent again.
    repeats: u64,
}

/// How the end of the body is marked.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Framing {
    Length,
    Chunked,
    /// The body ends when the connection is closed.
    Connection,
}

/// How the connection continues afterwards.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    KeepAlive,
    Close,
    Reset,
    /// It stays open, but no further request is read.
    Stall,
}

impl Response {
    /// A status and body, with its length, on a connection that stays open.
    pub(crate) fn new(status: u16, body: impl AsRef<[u8]>) -> Self {
        let mut http = http::Response::new(status).body(body.as_ref());
        "Any".clone_into(&mut http.reason);
        Self {
            http,
            framing: Framing::Length,
            end: End::KeepAlive,
            raw: None,
            delay: Duration::ZERO,
            cut: None,
            drip: None,
            repeats: 0,
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

    /// Exactly these bytes. Then the connection is closed.
    pub(crate) fn raw(bytes: impl AsRef<[u8]>) -> Self {
        Self {
            raw: Some(bytes.as_ref().to_vec()),
            end: End::Close,
            ..Self::new(200, "")
        }
    }

    /// Exactly these bytes, on a connection that stays open.
    pub(crate) fn raw_and_keep(bytes: impl AsRef<[u8]>) -> Self {
        Self {
            end: End::KeepAlive,
            ..Self::raw(bytes)
        }
    }

    /// Resets the connection without a response.
    pub(crate) fn reset() -> Self {
        Self {
            end: End::Reset,
            ..Self::raw("")
        }
    }

    /// Closes the connection without a response.
    pub(crate) fn no_response() -> Self {
        Self::raw("")
    }

    /// Sends nothing until the client closes the connection.
    pub(crate) fn silence() -> Self {
        Self::raw("").stall()
    }

    /// Sends the body again and again until the client closes the connection.
    pub(crate) fn endless(self) -> Self {
        self.repeated(u64::MAX)
    }

    /// Sends the body this many times, after a head with the total length.
    pub(crate) fn repeated(self, times: u64) -> Self {
        let length = times.saturating_mul(self.http.body.len() as u64);
        let mut response = match times {
            u64::MAX => self,
            _ => self.header("Content-Length", length.to_string()),
        };
        response.framing = Framing::Connection;
        response.repeats = times - 1;
        response
    }

    /// Sends the body again and again as headers.
    pub(crate) fn endless_head(mut self) -> Self {
        let mut head = self.http.head(1);
        head.truncate(head.len() - "\r\n".len());
        self.raw = Some(head);
        self.repeats = u64::MAX;
        self
    }

    pub(crate) fn header(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.http = self.http.header(name, value.as_ref());
        self
    }

    /// Sends the body in chunks of 7 bytes.
    pub(crate) fn chunked(mut self) -> Self {
        self.framing = Framing::Chunked;
        self
    }

    /// Sends no length: the body ends when the connection is closed.
    pub(crate) fn without_length(mut self) -> Self {
        self.framing = Framing::Connection;
        self.close()
    }

    /// Closes the connection afterwards without announcing it.
    pub(crate) fn close(mut self) -> Self {
        self.end = End::Close;
        self
    }

    /// Resets the connection afterwards.
    pub(crate) fn then_reset(mut self) -> Self {
        self.end = End::Reset;
        self
    }

    /// Keeps the connection open afterwards, but reads no further request.
    pub(crate) fn stall(mut self) -> Self {
        self.end = End::Stall;
        self
    }

    /// Sends only the first bytes, including the head, and closes the connection.
    pub(crate) fn cut(mut self, bytes: usize) -> Self {
        self.cut = Some(bytes);
        self.close()
    }

    /// Waits before the response.
    pub(crate) fn after(mut self, pause: Duration) -> Self {
        self.delay = pause;
        self
    }

    /// Sends pieces of this many bytes, with a pause after each.
    pub(crate) fn drip(mut self, bytes: usize, pause: Duration) -> Self {
        self.drip = Some((bytes, pause));
        self
    }

    /// The bytes of the head and the body.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        if let Some(raw) = &self.raw {
            return raw.clone();
        }
        let mut response = self.http.clone();
        match self.framing {
            Framing::Length if response.status != 204 => response = response.length(),
            Framing::Chunked => {
                response = response.header("Transfer-Encoding", "chunked");
                response.body = chunked(&response.body, 7);
            }
            Framing::Length | Framing::Connection => {}
        }
        [response.head(1), response.body].concat()
    }

    /// Sends the response. Returns whether another request can follow.
    pub(crate) fn send(&self, connection: &mut Connection) -> io::Result<bool> {
        connection.pause(self.delay);
        let bytes = self.bytes();
        let bytes = &bytes[..self.cut.unwrap_or(bytes.len()).min(bytes.len())];
        match self.drip {
            None => connection.send([bytes])?,
            Some((size, pause)) => {
                for piece in bytes.chunks(size) {
                    connection.send([piece])?;
                    connection.pause(pause);
                }
            }
        }
        for _ in 0..self.repeats {
            connection.send([&self.http.body])?;
        }
        match self.end {
            End::KeepAlive => return Ok(true),
            End::Reset => connection.reset()?,
            End::Close => {
                connection.finish()?;
                connection.drain();
            }
            End::Stall => connection.drain(),
        }
        Ok(false)
    }
}
