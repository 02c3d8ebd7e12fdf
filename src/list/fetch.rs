//! [`PageFetcher`]: requests the pages of a list, one after the other.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use super::cursor::Cursor;
use crate::error::{Error, Result};
use crate::http::response::Response;
use crate::service::Service;

/// The items of the next page, or an error; `None` at the end of the list.
type NextPage<T> = Option<Result<Vec<T>>>;

/// A decoded page.
pub(crate) struct RawPage<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next_link: Option<String>,
}

/// Requests the pages of a list, one after the other.
pub(crate) struct PageFetcher<T> {
    pub(crate) service: Service,
    /// The position, or the error of invalid options, which is returned once.
    pub(crate) cursor: Result<Cursor, Option<Error>>,
    pub(crate) decode: fn(&Response, &Service) -> Result<RawPage<T>>,
    /// Whether an error of the service can mean that the item of the marker was
    /// deleted.
    pub(crate) is_marker_deleted: fn(&Error) -> bool,
    pub(crate) id: fn(&T) -> &str,
}

impl<T> PageFetcher<T> {
    /// The next page that has items. After an error the list ends.
    fn next(&mut self) -> NextPage<T> {
        let cursor = match &mut self.cursor {
            Ok(cursor) => cursor,
            Err(error) => return error.take().map(Err),
        };
        let mut first_error = None;
        loop {
            let request = cursor.request()?;
            let items = self.service.send(&request).and_then(|response| {
                let mut page = (self.decode)(&response, &self.service)?;
                cursor
                    .advance(&mut page.items, self.id, page.next_link.as_deref())
                    .map_err(|message| response.invalid(message))?;
                Ok(page.items)
            });
            match items {
                Ok(items) if items.is_empty() => first_error = None,
                Ok(items) => return Some(Ok(items)),
                Err(error)
                    if is_from_service(&self.service, &error)
                        && (self.is_marker_deleted)(&error)
                        && cursor.step_back() =>
                {
                    log::debug!("{error}; continuing after {:?}", cursor.marker());
                    first_error.get_or_insert(error);
                }
                Err(error) => {
                    self.cursor = Err(None);
                    return Some(Err(first_error.unwrap_or(error)));
                }
            }
        }
    }
}

/// Whether the service sent the error. An error of the Identity service is not about
/// the marker.
fn is_from_service(service: &Service, error: &Error) -> bool {
    error
        .url()
        .is_some_and(|url| url.starts_with(service.endpoint()))
}

/// Fetches pages. If `prefetch` is set, a thread fetches the next page while the
/// caller processes the current one. At most one page is buffered and one is in flight.
pub(super) struct Prefetcher<T> {
    fetcher: Arc<Mutex<PageFetcher<T>>>,
    in_flight: Option<JoinHandle<NextPage<T>>>,
    buffered: Option<NextPage<T>>,
    pub(super) prefetch: bool,
}

impl<T: Send + 'static> Prefetcher<T> {
    pub(super) fn new(fetcher: PageFetcher<T>) -> Self {
        Self {
            fetcher: Arc::new(Mutex::new(fetcher)),
            in_flight: None,
            buffered: None,
            prefetch: false,
        }
    }

    pub(super) fn next(&mut self) -> NextPage<T> {
        match self.buffered.take() {
            Some(page) => page,
            None => self.fetch(),
        }
    }

    /// Fetches the next page before the caller can delete the image that is its
    /// marker.
    pub(super) fn buffer_next(&mut self) {
        if self.buffered.is_none() {
            self.buffered = Some(self.fetch());
        }
    }

    fn fetch(&mut self) -> NextPage<T> {
        let page = match self.in_flight.take().map(JoinHandle::join) {
            None => fetch(&self.fetcher),
            Some(Ok(page)) => page,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
        };
        if let (Some(Ok(_)), true) = (&page, self.prefetch) {
            let fetcher = Arc::clone(&self.fetcher);
            // Without a thread the page is fetched when it is needed.
            self.in_flight = thread::Builder::new()
                .name("opencloud-prefetch".to_owned())
                .spawn(move || fetch(&fetcher))
                .ok();
        }
        page
    }
}

fn fetch<T>(fetcher: &Mutex<PageFetcher<T>>) -> NextPage<T> {
    let mut fetcher = fetcher.lock().unwrap_or_else(PoisonError::into_inner);
    fetcher.next()
}
