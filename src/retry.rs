//! What is sent again, when, and how often.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::thread;
use std::time::{Duration, Instant};

use crate::details::Missing;
use crate::error::{Error, Result};
use crate::fault::{self, LONGEST_WAIT};
use crate::printable::printable;
use crate::request::{Method, Request};
use crate::response::Response;
use crate::transport::{NO_HOST, REFUSED, Transport};

/// The wait before the second try, where the server asks for none; it doubles.
const FIRST_WAIT: Duration = Duration::from_millis(400);

/// Sends the request, and again where that is safe and promises something, up
/// to `tries` times. A status that is no success is an error.
pub(crate) fn send(
    transport: &Transport,
    tries: u32,
    request: &Request,
    url: &str,
    headers: &[(&'static str, &str)],
) -> Result<Response> {
    let began = Instant::now();
    let deadline = transport.deadline();
    let (mut done, mut may_be_done) = (0, false);
    loop {
        done += 1;
        let fresh = done > 1 || !request.is_repeatable();
        let error = match once(transport, request, url, headers, deadline, fresh) {
            Err(error) if may_be_done && is_gone(request, &error) => {
                return Ok(Response::default());
            }
            Err(error) => error,
            answer => return answer,
        };
        may_be_done |= may_have_arrived(&error);
        let wait = error
            .details()
            .retry_after()
            .unwrap_or_else(|| backoff(done));
        let in_time = deadline.is_none_or(|deadline| wait < left(deadline));
        if done >= tries || !in_time || !is_promising(request, &error) {
            return Err(error.map(|details| details.tried(done, began.elapsed())));
        }
        log::warn!("{error}; trying again in {wait:?} ({done} of {tries} tries done)");
        thread::sleep(wait);
    }
}

fn once(
    transport: &Transport,
    request: &Request,
    url: &str,
    headers: &[(&'static str, &str)],
    deadline: Option<Instant>,
    fresh: bool,
) -> Result<Response> {
    let began = Instant::now();
    let response = transport.exchange(request, url, headers, deadline, fresh)?;
    let Response {
        method,
        status,
        request_id,
        body,
        ..
    } = &response;
    let took = began.elapsed();
    log::debug!(
        "{method} {url}: {status}, {} bytes in {}.{:03} s ({})",
        body.len(),
        took.as_secs(),
        took.subsec_millis(),
        printable(request_id.as_deref().unwrap_or("no request id"))
    );
    match status {
        200..=299 => Ok(response),
        _ => Err(fault::refusal(request, &response)),
    }
}

fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

/// Whether to try again after that.
fn is_promising(request: &Request, error: &Error) -> bool {
    let wait = error.details().retry_after();
    if wait.is_some_and(|wait| wait > LONGEST_WAIT) {
        return false;
    }
    match (error, error.status()) {
        (Error::OverLimit(_), Some(413)) => wait.is_some(),
        (_, Some(429 | 503)) => request.is_repeatable() || wait.is_some(),
        (_, Some(502 | 504)) => request.is_repeatable(),
        (Error::Connection(_), None) => request.is_repeatable() || did_not_arrive(error),
        _ => false,
    }
}

/// Whether the request certainly did not reach the server.
fn did_not_arrive(error: &Error) -> bool {
    [REFUSED, NO_HOST].contains(&error.details().message())
}

/// Whether the request may have been carried out before it failed: not one that
/// did not reach the server, nor one that was turned away.
fn may_have_arrived(error: &Error) -> bool {
    !did_not_arrive(error) && !matches!(error.status(), Some(413 | 429))
}

/// A thing that was to be deleted and is not there at the second try has been
/// deleted by the first, if that may have arrived.
pub(crate) fn is_gone(request: &Request, error: &Error) -> bool {
    request.method == Method::Delete
        && request.seeks != Missing::Call
        && error.details().missing() == Some(request.seeks)
}

/// Twice as long each time, and never the same for two programs.
fn backoff(done: u32) -> Duration {
    let longest = FIRST_WAIT.saturating_mul(1 << (done - 1).min(6));
    let random = RandomState::new().build_hasher().finish() % 1000;
    let part = u32::try_from(random).unwrap_or_default();
    longest / 2 + longest / 2000 * part
}

impl Request {
    /// Whether sending it twice does what sending it once does.
    fn is_repeatable(&self) -> bool {
        self.method != Method::Post || self.repeatable
    }
}
