//! Polls until a condition is met.

use std::thread;
use std::time::{Duration, Instant};

use crate::error::Result;

/// The pause after the first poll. Every further pause is twice as long.
const MIN_INTERVAL: Duration = Duration::from_millis(100);
const MAX_INTERVAL: Duration = Duration::from_secs(2);

/// Calls `is_done` until it returns true or fails. Returns false if that takes
/// longer than `timeout`.
pub(crate) fn poll(timeout: Duration, mut is_done: impl FnMut() -> Result<bool>) -> Result<bool> {
    let start = Instant::now();
    let mut interval = MIN_INTERVAL;
    while !is_done()? {
        let remaining = timeout.saturating_sub(start.elapsed());
        if remaining.is_zero() {
            return Ok(false);
        }
        thread::sleep(interval.min(remaining));
        interval = (interval * 2).min(MAX_INTERVAL);
    }
    Ok(true)
}
