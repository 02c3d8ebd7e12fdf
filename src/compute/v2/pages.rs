//! [`Images`] and [`Pages`]: a list of images, one by one or page by page.

use std::collections::VecDeque;
use std::iter::FusedIterator;

use super::image::Image;
use super::list::ListImages;
use super::{api, read};
use crate::error::{Error, Result};
use crate::pages::{Came, Cursor};
use crate::service::Service;

/// The images of a list, one by one: what
/// [`Compute::list_images`](super::Compute::list_images) gives.
///
/// Sends nothing until the first `next()`. After an error it ends;
/// [`marker`](Self::marker) tells where to go on. The next page is asked for
/// before the last image of a page is given out, so the caller may delete each
/// image as it comes.
#[derive(Debug)]
#[must_use = "nothing is listed until it is iterated"]
pub struct Images {
    fetch: Fetch,
    page: std::vec::IntoIter<Image>,
    ahead: Option<Result<Vec<Image>>>,
    marker: Option<String>,
}

impl Images {
    pub(super) fn new(service: Service, list: ListImages) -> Self {
        let marker = list.marker.clone();
        Self { fetch: Fetch::new(service, list), page: Vec::new().into_iter(), ahead: None, marker }
    }

    /// The same list, page by page: what was not given out yet.
    pub fn pages(self) -> Pages {
        let Self { fetch, page, ahead, marker } = self;
        let mut queue = VecDeque::new();
        if page.len() > 0 {
            queue.push_back(Ok(page.collect()));
        }
        queue.extend(ahead);
        Pages { fetch, queue, marker }
    }

    /// The id of the last image that was given out: what to give to
    /// [`ListImages::marker`] to go on after it. Before the first, the marker
    /// that the list began with.
    #[must_use]
    pub fn marker(&self) -> Option<&str> {
        self.marker.as_deref()
    }

    fn mark(&mut self, id: &str) {
        let marker = self.marker.get_or_insert_default();
        marker.clear();
        marker.push_str(id);
    }
}

impl Iterator for Images {
    type Item = Result<Image>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.page.len() == 0 {
            match self.ahead.take().or_else(|| self.fetch.next())? {
                Ok(images) => self.page = images.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
        if self.page.len() == 1 {
            // Its id is the next page's marker, and the caller may delete it.
            self.ahead = self.fetch.next();
        }
        let image = self.page.next()?;
        self.mark(&image.id);
        Some(Ok(image))
    }
}

impl FusedIterator for Images {}

/// A list of images, page by page: what [`Images::pages`] gives.
///
/// Sends nothing until the first `next()`. After an error it ends;
/// [`marker`](Self::marker) tells where to go on. It is always one page ahead,
/// because the next page is asked for by the last image of this one, and the
/// caller may delete that.
#[derive(Debug)]
#[must_use = "nothing is listed until it is iterated"]
pub struct Pages {
    fetch: Fetch,
    queue: VecDeque<Result<Vec<Image>>>,
    marker: Option<String>,
}

impl Pages {
    /// The id of the last image that was given out: what to give to
    /// [`ListImages::marker`] to go on after it. Before the first, the marker
    /// that the list began with.
    #[must_use]
    pub fn marker(&self) -> Option<&str> {
        self.marker.as_deref()
    }
}

impl Iterator for Pages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        let images = match self.queue.pop_front().or_else(|| self.fetch.next())? {
            Ok(images) => images,
            Err(error) => return Some(Err(error)),
        };
        if self.queue.is_empty() {
            self.queue.extend(self.fetch.next());
        }
        if let Some(last) = images.last() {
            self.marker = Some(last.id.clone());
        }
        Some(Ok(Page { images }))
    }
}

impl FusedIterator for Pages {}

/// One page of a list of images.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Page {
    /// Its images, in the server's order; never none.
    pub images: Vec<Image>,
}

impl Page {
    /// Its images, in the server's order.
    pub fn iter(&self) -> std::slice::Iter<'_, Image> {
        self.images.iter()
    }
}

impl IntoIterator for Page {
    type Item = Image;
    type IntoIter = std::vec::IntoIter<Image>;

    fn into_iter(self) -> Self::IntoIter {
        self.images.into_iter()
    }
}

impl<'a> IntoIterator for &'a Page {
    type Item = &'a Image;
    type IntoIter = std::slice::Iter<'a, Image>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Fetches the pages, one after the other.
#[derive(Debug)]
struct Fetch {
    service: Service,
    /// The place in the list, or why there is none.
    cursor: Result<Cursor, Option<Error>>,
}

impl Fetch {
    fn new(service: Service, list: ListImages) -> Self {
        let operation = if list.detailed { api::get_images_detail } else { api::get_images };
        let cursor = list
            .query()
            .map(|filters| Cursor::new(operation(filters), list.page(), list.limit, list.marker));
        Self { service, cursor: cursor.map_err(Some) }
    }

    /// The next page that has any images; after an error, nothing.
    fn next(&mut self) -> Option<Result<Vec<Image>>> {
        let cursor = match &mut self.cursor {
            Ok(cursor) => cursor,
            Err(refusal) => return refusal.take().map(Err),
        };
        loop {
            match next_page(&self.service, cursor)? {
                Ok(images) if images.is_empty() => {}
                Ok(images) => return Some(Ok(images)),
                Err(error) => {
                    cursor.finish();
                    return Some(Err(error));
                }
            }
        }
    }
}

fn next_page(service: &Service, cursor: &mut Cursor) -> Option<Result<Vec<Image>>> {
    let mut request = cursor.request()?;
    let mut gone = None;
    let response = loop {
        match service.send(&request) {
            Ok(response) => break response,
            Err(error) if is_marker_gone(&error) && cursor.step_back() => {
                log::debug!("{error}; going on from {:?}", cursor.marker());
                gone.get_or_insert(error);
                request = cursor.request()?;
            }
            Err(error) => return Some(Err(gone.unwrap_or(error))),
        }
    };
    let listed = match read::list(&response, service) {
        Ok(listed) => listed,
        Err(error) => return Some(Err(error)),
    };
    let ids = listed.images.iter().map(|image| image.id.as_str()).collect();
    let wanted = match cursor.came(&Came { ids, next: listed.next.as_deref() }) {
        Ok(wanted) => wanted,
        Err(why) => return Some(Err(response.unexpected(why))),
    };
    service.reuse(response);
    let mut images = listed.images;
    if let Some(wanted) = wanted {
        let mut wanted = wanted.into_iter();
        images.retain(|_| wanted.next() == Some(true));
    }
    Some(Ok(images))
}

/// Whether a refusal may mean that the marker is not there any more: Nova says
/// 400, and 403 for one that this project may no longer see.
fn is_marker_gone(error: &Error) -> bool {
    matches!(error, Error::BadRequest(_) | Error::Forbidden(_) | Error::NotFound(_))
}
