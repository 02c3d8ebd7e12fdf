//! [`Veil`]: keeps secrets out of the bytes that `ureq_proto` logs.
//!
//! At trace it prints every byte of a request's head and body and of an
//! answer's head. Under a logger that takes those lines, ureq is given
//! stand-ins; the secrets take their places below it, on the last step to the
//! socket, and a token in an answer is taken out on the first step from there.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};

use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use ureq::Error;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport,
};

use crate::credentials::secret;

/// The longest line of an answer's head that is held back for its end.
const LONGEST_LINE: usize = 64 * 1024;

/// The header whose value is taken out of an answer.
const SUBJECT_TOKEN: &[u8] = b"x-subject-token:";

thread_local! {
    /// The secrets of the request that this thread is sending.
    static SECRETS: RefCell<Vec<Hidden>> = const { RefCell::new(Vec::new()) };
    /// The token of the answer that this thread is reading.
    static RECEIVED: RefCell<Option<SecretString>> = const { RefCell::new(None) };
}

/// Whether somebody would see the bytes.
pub(super) fn is_needed() -> bool {
    log::log_enabled!(target: "ureq_proto::util", log::Level::Trace)
}

/// Forgets the secrets of the request before.
pub(super) fn begin() {
    SECRETS.take();
    RECEIVED.take();
}

/// What to give ureq in the place of a header's value.
pub(super) fn hide(real: &str) -> String {
    let mark = mark();
    remember(&mark, real, false);
    mark
}

/// What to give ureq in the place of a body, as long as it.
pub(super) fn hide_body(real: &str) -> Cow<'_, str> {
    let mark = mark();
    remember(&mark, real, true);
    let stars = "*".repeat(real.len().saturating_sub(mark.len()));
    Cow::Owned(mark + &stars)
}

/// Text that stands nowhere else.
fn mark() -> String {
    format!("veiled-{:016x}", RandomState::new().build_hasher().finish())
}

fn remember(mark: &str, real: &str, is_body: bool) {
    let hidden = Hidden {
        mark: mark.to_owned(),
        is_body,
        real: secret(real),
    };
    SECRETS.with_borrow_mut(|secrets| secrets.push(hidden));
}

/// The token that was in the answer's head.
pub(super) fn received() -> Option<SecretString> {
    RECEIVED.take()
}

/// A secret, and what stands for it.
struct Hidden {
    mark: String,
    is_body: bool,
    real: SecretString,
}

impl Hidden {
    /// Puts the secret where its mark is, and gives what of it did not fit; or
    /// `None` where there is no mark.
    fn put_into(&self, bytes: &mut Vec<u8>) -> Option<Zeroizing<Vec<u8>>> {
        let (mark, real) = (self.mark.as_bytes(), self.real.expose_secret().as_bytes());
        let at = bytes
            .windows(mark.len())
            .position(|window| window == mark)?;
        if self.is_body {
            return Some(overwrite(&mut bytes[at..], real));
        }
        bytes.splice(at..at + mark.len(), real.iter().copied());
        Some(Zeroizing::default())
    }
}

/// Writes over the bytes as much as there is room for, and gives the rest.
fn overwrite(bytes: &mut [u8], with: &[u8]) -> Zeroizing<Vec<u8>> {
    let count = with.len().min(bytes.len());
    bytes[..count].copy_from_slice(&with[..count]);
    Zeroizing::new(with[count..].to_vec())
}

/// Puts a [`Veil`] over every connection.
#[derive(Debug)]
pub(super) struct VeilConnector;

impl<In: Transport> Connector<In> for VeilConnector {
    type Out = Veil<In>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Veil<In>>, Error> {
        let config = details.config;
        Ok(chained.map(|inner| Veil {
            inner,
            buffers: LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size()),
            rest: Zeroizing::default(),
            line: Vec::new(),
            in_head: false,
            is_interim: false,
        }))
    }
}

/// A connection with the secrets on the far side of it.
pub(super) struct Veil<In> {
    inner: In,
    buffers: LazyBuffers,
    /// What is still to be sent of a body.
    rest: Zeroizing<Vec<u8>>,
    /// A line of the head that has not come to its end.
    line: Vec<u8>,
    /// Whether an answer's head is read: only that to a request with a secret
    /// in it. What else passes, such as the inside of a tunnel, stays as it is.
    in_head: bool,
    /// Whether the head is that of a `100 Continue`, which another follows.
    is_interim: bool,
}

impl<In: Transport> fmt::Debug for Veil<In> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Veil").field(&self.inner).finish()
    }
}

impl<In: Transport> Transport for Veil<In> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let mut bytes = Zeroizing::new(self.buffers.output()[..amount].to_vec());
        if self.rest.is_empty() {
            SECRETS.with_borrow(|secrets| {
                for hidden in secrets {
                    if let Some(rest) = hidden.put_into(&mut bytes) {
                        (self.in_head, self.is_interim) = (true, false);
                        self.rest = rest;
                    }
                }
            });
        } else {
            self.rest = overwrite(&mut bytes, &self.rest);
        }
        let room = self.inner.buffers().output().len();
        for part in bytes.chunks(room.max(1)) {
            self.inner.buffers().output()[..part.len()].copy_from_slice(part);
            self.inner.transmit_output(part.len(), timeout)?;
        }
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        loop {
            let is_left = !self.inner.buffers().input().is_empty();
            let more = is_left || self.inner.await_input(timeout)?;
            let room = self.buffers.input_append_buf().len();
            let input = self.inner.buffers().input();
            let taken = input.len().min(room.saturating_sub(self.line.len()));
            let input = input[..taken].to_vec();
            self.inner.buffers().input_consume(taken);
            let shown = self.veiled(&input, more);
            self.buffers.input_append_buf()[..shown.len()].copy_from_slice(&shown);
            self.buffers.input_appended(shown.len());
            if !shown.is_empty() || !more || taken == 0 {
                return Ok(!shown.is_empty());
            }
        }
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

impl<In> Veil<In> {
    /// What ureq may see of these bytes: the head line by line, the token in it
    /// replaced by stars, and the body as it is.
    fn veiled(&mut self, input: &[u8], more: bool) -> Vec<u8> {
        let mut shown = Vec::with_capacity(input.len() + self.line.len());
        for (at, byte) in input.iter().enumerate() {
            if !self.in_head {
                shown.extend_from_slice(&input[at..]);
                break;
            }
            self.line.push(*byte);
            if *byte == b'\n' || self.line.len() > LONGEST_LINE {
                self.end_line(&mut shown);
            }
        }
        if !more {
            self.end_line(&mut shown);
        }
        shown
    }

    fn end_line(&mut self, shown: &mut Vec<u8>) {
        let mut line = std::mem::take(&mut self.line);
        let is_token = line
            .get(..SUBJECT_TOKEN.len())
            .is_some_and(|name| name.eq_ignore_ascii_case(SUBJECT_TOKEN));
        if is_token {
            let value = &mut line[SUBJECT_TOKEN.len()..];
            let text = String::from_utf8_lossy(value).trim().to_owned();
            value
                .iter_mut()
                .filter(|byte| byte.is_ascii_graphic())
                .for_each(|byte| *byte = b'*');
            RECEIVED.set(Some(secret(text)));
        }
        if line.starts_with(b"HTTP/1") {
            self.is_interim = line.get(8..10) == Some(b" 1");
        }
        if line == b"\r\n" || line == b"\n" {
            self.in_head = self.is_interim;
        }
        shown.append(&mut line);
    }
}
