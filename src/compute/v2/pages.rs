//! [`Images`] and [`Pages`]: a list of images, one by one or page by page.

use std::iter::FusedIterator;

use super::feed::Feed;
use super::fetch::Fetch;
use super::image::Image;
use super::list::ListImages;
use crate::error::Result;
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
    feed: Feed,
    page: std::vec::IntoIter<Image>,
    marker: Option<String>,
}

impl Images {
    pub(super) fn new(service: Service, list: ListImages) -> Self {
        let marker = list.marker.clone();
        Self {
            feed: Feed::new(Fetch::new(service, list)),
            page: Vec::new().into_iter(),
            marker,
        }
    }

    /// The same list, page by page: what was not given out yet.
    pub fn pages(self) -> Pages {
        let Self { feed, page, marker } = self;
        Pages {
            feed,
            rest: (page.len() > 0).then(|| page.collect()),
            marker,
        }
    }

    /// Fetches the next page on a thread while the caller works on this one:
    /// for a cloud that takes its time. One thread at most; the order, and the
    /// place of an error, stay the same. Dropped in the middle, a request that
    /// is under way is answered to nobody.
    pub fn prefetch(mut self) -> Self {
        self.feed.prefetch();
        self
    }

    /// The id of the last image that was given out: what to give to
    /// [`ListImages::marker`] to go on after it, as long as it is there. Before
    /// the first, the marker that the list began with.
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
            match self.feed.next()? {
                Ok(images) => self.page = images.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
        let image = self.page.next()?;
        if self.page.len() == 0 {
            // What the page took makes room for the next, which comes now: this
            // id is its marker, and the caller may delete it.
            self.page = Vec::new().into_iter();
            self.feed.look_ahead();
        }
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
    feed: Feed,
    /// What the items' iterator had not given out.
    rest: Option<Vec<Image>>,
    marker: Option<String>,
}

impl Pages {
    /// The id of the last image that was given out: what to give to
    /// [`ListImages::marker`] to go on after it, as long as it is there. Before
    /// the first, the marker that the list began with.
    #[must_use]
    pub fn marker(&self) -> Option<&str> {
        self.marker.as_deref()
    }
}

impl Iterator for Pages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        let images = match self.rest.take().map(Ok).or_else(|| self.feed.next())? {
            Ok(images) => images,
            Err(error) => return Some(Err(error)),
        };
        self.feed.look_ahead();
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
