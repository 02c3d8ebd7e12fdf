//! [`Attempts`]: which requests are retried, when, and how often.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::thread;
use std::time::{Duration, Instant};

use http::Method;
use url::Url;

use super::client::Client;
use super::fault::{MAX_RETRY_DELAY, error_from_response};
use super::request::Request;
use super::response::Response;
use super::stream::RequestBody;
use crate::error::{Error, ErrorKind, Result};
use crate::escape::escape_control_chars;

/// The delay before the second attempt; it doubles with each further one.
const INITIAL_DELAY: Duration = Duration::from_millis(400);

/// The attempts to send one request.
pub(crate) struct Attempts<'a, 'b> {
    client: &'a Client,
    request: &'a Request,
    url: &'a Url,
    body: Option<&'a mut RequestBody<'b>>,
    started: Instant,
    deadline: Option<Instant>,
    count: u32,
    max_count: u32,
    may_have_been_processed: bool,
}

impl<'a, 'b> Attempts<'a, 'b> {
    pub(crate) fn new(
        client: &'a Client,
        request: &'a Request,
        url: &'a Url,
        max_count: u32,
        body: Option<&'a mut RequestBody<'b>>,
    ) -> Self {
        let is_transfer = body.is_some() || request.stream_response;
        Self {
            client,
            request,
            url,
            body,
            started: Instant::now(),
            deadline: client.deadline().filter(|_| !is_transfer),
            count: 0,
            max_count,
            may_have_been_processed: false,
        }
    }

    /// Makes one attempt. A status that is not a success is an error; its message
    /// does not contain `secret`.
    pub(crate) fn attempt(
        &mut self,
        headers: &[(&'static str, &str)],
        secret: &str,
    ) -> Result<Response> {
        self.count += 1;
        // A pooled connection may already be closed by the server; then it is
        // unknown whether a request on it was processed.
        let new_connection = self.count > 1 || !self.request.idempotent || self.body.is_some();
        let started = Instant::now();
        let result = self
            .client
            .send_once(
                self.request,
                self.url,
                headers,
                self.deadline,
                new_connection,
                self.body.as_deref_mut(),
            )
            .and_then(|response| {
                log_response(&response, started);
                match response.status {
                    200..=299 => Ok(response),
                    _ => Err(error_from_response(&response, self.request, secret)),
                }
            });
        match result {
            // An earlier attempt may have succeeded although it failed here, so
            // this 404 means that the delete took effect.
            Err(error) if self.may_have_been_processed && self.is_deleted(&error) => {
                Ok(Response::default())
            }
            Err(error) => {
                let rejected = matches!(error.status(), Some(401 | 403 | 413 | 429));
                self.may_have_been_processed |= !rejected && !error.never_sent();
                Err(error)
            }
            response => response,
        }
    }

    /// Whether the request can be sent again: its body was not read.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.body.as_ref().is_none_or(|body| !body.started)
    }

    /// Does not count the last attempt, which the service rejected because of its
    /// token.
    pub(crate) fn allow_another(&mut self) {
        self.max_count += 1;
    }

    /// Waits until the next attempt, or returns the error if no attempt is left.
    pub(crate) fn wait(&self, error: Error) -> Result<()> {
        let requested = error.retry_after().filter(|delay| !delay.is_zero());
        let delay = requested.unwrap_or_else(|| backoff(self.count));
        let in_time = self
            .deadline
            .is_none_or(|deadline| delay < deadline.saturating_duration_since(Instant::now()));
        let max_count = self.max_count;
        if self.count >= max_count || !in_time || !self.should_retry(&error) {
            return Err(error.with_attempts(self.count, self.started.elapsed()));
        }
        log::warn!(
            "{error}; retrying in {delay:?} (attempt {} of {max_count} failed)",
            self.count
        );
        thread::sleep(delay);
        Ok(())
    }

    fn should_retry(&self, error: &Error) -> bool {
        let requested = error.retry_after();
        if requested.is_some_and(|delay| delay > MAX_RETRY_DELAY) || !self.is_repeatable() {
            return false;
        }
        let idempotent = self.request.idempotent;
        match error.status() {
            Some(413) => error.kind() == ErrorKind::RateLimited && requested.is_some(),
            Some(429 | 503) => idempotent || requested.is_some(),
            Some(502 | 504) => idempotent,
            Some(_) => false,
            None => error.kind() == ErrorKind::Connection && (idempotent || error.never_sent()),
        }
    }

    fn is_deleted(&self, error: &Error) -> bool {
        self.request.method == Method::DELETE
            && matches!(error.kind(), ErrorKind::NotFound | ErrorKind::KeyNotFound)
    }
}

fn log_response(response: &Response, started: Instant) {
    let size = match &response.stream {
        Some(_) => "headers".to_owned(),
        None => format!("{} bytes", response.body.len()),
    };
    log::debug!(
        "{} {}: {}, {size} in {:.3} s ({})",
        response.method,
        response.url,
        response.status,
        started.elapsed().as_secs_f64(),
        escape_control_chars(response.request_id().unwrap_or("no request id"))
    );
}

/// A random delay between half of the maximum and the maximum, which doubles with
/// each attempt.
pub(crate) fn backoff(count: u32) -> Duration {
    let max = INITIAL_DELAY * (1 << (count - 1).min(6));
    let random = RandomState::new().build_hasher().finish() % 1000;
    max / 2 + max / 2000 * u32::try_from(random).unwrap_or_default()
}
