//! [`List`], [`Pages`] and [`Page`]: a list, item by item or page by page.

use std::fmt;
use std::iter::FusedIterator;
use std::{mem, slice, vec};

use super::fetch::{PageFetcher, Prefetcher};
use crate::error::Result;

/// An iterator over the images of a list.
///
/// Nothing is sent until the first call of `next`. The next page is requested
/// before the last image of a page is returned, so the caller can delete each
/// image. After an error the iterator ends, and [`marker`](Self::marker) is the
/// position to resume from.
#[must_use = "nothing is sent until the list is iterated"]
pub struct List<T> {
    prefetcher: Prefetcher<T>,
    page: vec::IntoIter<T>,
    id: fn(&T) -> &str,
    marker: Option<String>,
}

impl<T: Send + 'static> List<T> {
    pub(crate) fn new(fetcher: PageFetcher<T>, marker: Option<String>) -> Self {
        Self {
            id: fetcher.id,
            prefetcher: Prefetcher::new(fetcher),
            page: vec::IntoIter::default(),
            marker,
        }
    }

    /// Iterates over the pages of this list, without the images that were already
    /// returned.
    pub fn pages(self) -> Pages<T> {
        Pages(self)
    }

    /// Requests the next page on another thread while the caller processes this
    /// one. Useful with slow clouds. At most one thread is used. If the iterator
    /// is dropped, the result of a request in flight is discarded.
    pub fn prefetch(mut self) -> Self {
        self.prefetcher.prefetch = true;
        self
    }

    /// The id of the last image that was returned, which is the marker to continue
    /// the list with. Before the first image it is the marker of the options.
    #[must_use]
    pub fn marker(&self) -> Option<&str> {
        self.marker.as_deref()
    }
}

impl<T: Send + 'static> Iterator for List<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.page.len() == 0 {
            match self.prefetcher.next()? {
                Ok(items) => self.page = items.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
        let item = self.page.next()?;
        if self.page.len() == 0 {
            // Frees the page before the next one is received.
            self.page = vec::IntoIter::default();
            self.prefetcher.buffer_next();
        }
        self.marker = Some((self.id)(&item).to_owned());
        Some(Ok(item))
    }
}

impl<T: Send + 'static> FusedIterator for List<T> {}

impl<T> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List")
            .field("marker", &self.marker)
            .finish_non_exhaustive()
    }
}

/// An iterator over the pages of a list; see [`List::pages`].
///
/// Nothing is sent until the first call of `next`. The next page is requested
/// before a page is returned, because its marker is the last image of that page,
/// which the caller can delete. After an error the iterator ends, and
/// [`marker`](Self::marker) is the position to resume from.
#[must_use = "nothing is sent until the list is iterated"]
pub struct Pages<T>(List<T>);

impl<T: Send + 'static> Pages<T> {
    /// The id of the last image that was returned, which is the marker to continue
    /// the list with. Before the first image it is the marker of the options.
    #[must_use]
    pub fn marker(&self) -> Option<&str> {
        self.0.marker()
    }
}

impl<T: Send + 'static> Iterator for Pages<T> {
    type Item = Result<Page<T>>;

    fn next(&mut self) -> Option<Self::Item> {
        let list = &mut self.0;
        let mut images: Vec<T> = mem::take(&mut list.page).collect();
        if images.is_empty() {
            match list.prefetcher.next()? {
                Ok(page) => images = page,
                Err(error) => return Some(Err(error)),
            }
        }
        list.prefetcher.buffer_next();
        list.marker = images.last().map(|last| (list.id)(last).to_owned());
        Some(Ok(Page { images }))
    }
}

impl<T: Send + 'static> FusedIterator for Pages<T> {}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pages").field(&self.0).finish()
    }
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The images, in the order of the server; at least one.
    pub images: Vec<T>,
}

impl<T> Page<T> {
    /// Iterates over the images, in the order of the server.
    pub fn iter(&self) -> slice::Iter<'_, T> {
        self.images.iter()
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.images.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Page<T> {
    type Item = &'a T;
    type IntoIter = slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
