//! [`Feed`]: the pages of a list, each fetched when its time has come.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use super::fetch::Fetch;
use super::image::Image;
use crate::error::Result;

/// A page, or why there is none; `None` is the end of the list.
pub(super) type Fetched = Option<Result<Vec<Image>>>;

/// The pages of a list, with at most one fetched before it is wanted, and one
/// under way on a thread, if that was asked for.
#[derive(Debug)]
pub(super) struct Feed {
    /// Shared with the thread, while there is one.
    fetch: Arc<Mutex<Fetch>>,
    on_its_way: Option<JoinHandle<Fetched>>,
    ahead: Option<Fetched>,
    prefetch: bool,
}

impl Feed {
    pub(super) fn new(fetch: Fetch) -> Self {
        let fetch = Arc::new(Mutex::new(fetch));
        Self {
            fetch,
            on_its_way: None,
            ahead: None,
            prefetch: false,
        }
    }

    /// From now on, fetches on a thread while the caller works.
    pub(super) fn prefetch(&mut self) {
        self.prefetch = true;
    }

    /// The next page.
    pub(super) fn next(&mut self) -> Fetched {
        let page = self.ahead.take().unwrap_or_else(|| self.fetch());
        if matches!((&page, self.prefetch), (Some(Ok(_)), true)) {
            self.send_off();
        }
        page
    }

    /// Sees to it that the next page has come, before its marker is given away.
    pub(super) fn look_ahead(&mut self) {
        if self.ahead.is_none() {
            self.ahead = Some(self.fetch());
        }
    }

    fn fetch(&mut self) -> Fetched {
        match self.on_its_way.take().map(JoinHandle::join) {
            None => fetch(&self.fetch),
            Some(Ok(page)) => page,
            // A panic stays a panic, as it were without the thread.
            Some(Err(panic)) => std::panic::resume_unwind(panic),
        }
    }

    /// Starts to fetch on a thread of its own. Where none can be had, the page
    /// is fetched when it is wanted.
    fn send_off(&mut self) {
        let source = Arc::clone(&self.fetch);
        let name = "opencloud-prefetch".to_owned();
        self.on_its_way = thread::Builder::new()
            .name(name)
            .spawn(move || fetch(&source))
            .ok();
    }
}

fn fetch(source: &Mutex<Fetch>) -> Fetched {
    source.lock().unwrap_or_else(PoisonError::into_inner).next()
}
