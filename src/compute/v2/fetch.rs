//! [`Fetch`]: from a place in a list to the next page of images.

use super::image::Image;
use super::list::ListImages;
use super::{api, read};
use crate::error::{Error, Result};
use crate::pages::{Came, Cursor};
use crate::service::Service;

/// Fetches the pages, one after the other.
#[derive(Debug)]
pub(super) struct Fetch {
    service: Service,
    /// The place in the list, or why there is none.
    cursor: Result<Cursor, Option<Error>>,
}

impl Fetch {
    pub(super) fn new(service: Service, list: ListImages) -> Self {
        let operation = if list.detailed {
            api::get_images_detail
        } else {
            api::get_images
        };
        let cursor = list
            .query()
            .map(|filters| Cursor::new(operation(filters), list.page(), list.limit, list.marker));
        Self {
            service,
            cursor: cursor.map_err(Some),
        }
    }

    /// The next page that has any images; after an error, nothing.
    pub(super) fn next(&mut self) -> Option<Result<Vec<Image>>> {
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
            Err(error) if is_marker_gone(service, &error) && cursor.step_back() => {
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
    let ids = listed
        .images
        .iter()
        .map(|image| image.id.as_str())
        .collect();
    let wanted = match cursor.came(&Came {
        ids,
        next: listed.next.as_deref(),
    }) {
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
fn is_marker_gone(service: &Service, error: &Error) -> bool {
    // What refuses to sign in again on the way is not about the list.
    let is_ours = error
        .details()
        .url()
        .is_some_and(|url| url.starts_with(service.endpoint()));
    is_ours
        && matches!(
            error,
            Error::BadRequest(_) | Error::Forbidden(_) | Error::NotFound(_)
        )
}
