//! [`Shared`]: what the threads of a server share.

use std::fmt;
use std::net::TcpStream;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::fault::Fault;
use crate::http::{Request, Response, Wire};

/// What answers the requests.
pub(crate) trait Service: Send + Sync + 'static {
    fn answer(&self, request: &Request) -> Response;
    fn revoke_tokens(&self);
}

/// A request as it came, from [`Sandbox::requests`]. `Debug` hides tokens, and
/// the body of a sign-in.
///
/// [`Sandbox::requests`]: crate::Sandbox::requests
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SeenRequest {
    /// `GET` and the like.
    pub method: String,
    /// Path and query, as sent.
    pub target: String,
    /// In the order they came, names as sent.
    pub headers: Vec<(String, String)>,
    /// Empty if there was none.
    pub body: Vec<u8>,
}

impl fmt::Debug for SeenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secret = |name: &str| name.to_ascii_lowercase().ends_with("-token");
        let shown = |(name, value): &(String, String)| {
            format!("{name}: {}", if secret(name) { "***" } else { value })
        };
        let headers: Vec<String> = self.headers.iter().map(shown).collect();
        let sign_in = self.target.contains("/auth/tokens") && !self.body.is_empty();
        let body = String::from_utf8_lossy(&self.body);
        f.debug_struct("SeenRequest")
            .field("method", &self.method)
            .field("target", &self.target)
            .field("headers", &headers)
            .field("body", if sign_in { &"***" } else { &body })
            .finish()
    }
}

impl SeenRequest {
    /// The value of a header, whatever the case of its name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// What the threads share.
pub(crate) struct Shared {
    pub(crate) service: Box<dyn Service>,
    pub(crate) wire: Mutex<Wire>,
    pub(crate) faults: Mutex<Vec<Fault>>,
    pub(crate) seen: Mutex<Vec<SeenRequest>>,
    pub(crate) connections: Mutex<usize>,
    pub(crate) stopped: Mutex<bool>,
    pub(crate) wake: Condvar,
    /// The connections that are open, to be cut off at the end.
    pub(crate) open: Mutex<Vec<(usize, TcpStream)>>,
}

/// A lock that a panic elsewhere does not spoil.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(crate) fn stopped(&self) -> bool {
        *lock(&self.stopped)
    }

    /// Sleeps that long, or until the end.
    pub(crate) fn pause(&self, time: Duration) {
        let end = Instant::now() + time;
        let mut stopped = lock(&self.stopped);
        while !*stopped && Instant::now() < end {
            let left = end.saturating_duration_since(Instant::now());
            stopped = self
                .wake
                .wait_timeout(stopped, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}
