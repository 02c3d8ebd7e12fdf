//! [`Cursor`]: selects the next page of a list, so that no item is missed or
//! repeated.

use std::collections::HashSet;

use url::form_urlencoded;

use super::recent::RecentIds;
use crate::http::request::Request;

/// The maximum number of steps back to an earlier marker without a new item.
const MAX_STEP_BACKS: u32 = 8;

/// A position in a list.
///
/// Only the query of a next link is used: its host can be wrong, and the token is
/// sent only to the endpoint. Without a next link the list continues after the
/// last item if the page was full, because a service may send no link for a page
/// larger than its own maximum.
pub(crate) struct Cursor {
    /// The request without limit and marker.
    request: Request,
    page_size: u32,
    /// The number of items that are still requested, `None` for all.
    remaining: Option<u64>,
    start: Option<String>,
    marker: Option<String>,
    /// Parameters of the next link that the request does not have.
    extra_query: Vec<(String, String)>,
    finished: bool,
    recent: RecentIds,
    used_markers: HashSet<String>,
    deleted_markers: HashSet<Option<String>>,
    /// The markers to use instead of a deleted one, the best one last.
    fallback_markers: Option<Vec<Option<String>>>,
    /// Whether the list went back, so that items are received again.
    replaying: bool,
    /// The number of step-backs and of repeated items since the last new item.
    step_backs: u32,
    repeated: usize,
}

impl Cursor {
    pub(crate) fn new(
        request: Request,
        page_size: u32,
        limit: Option<u64>,
        marker: Option<String>,
    ) -> Self {
        Self {
            request,
            page_size,
            remaining: limit,
            start: marker.clone(),
            marker,
            extra_query: Vec::new(),
            finished: limit == Some(0),
            recent: RecentIds::default(),
            used_markers: HashSet::new(),
            deleted_markers: HashSet::new(),
            fallback_markers: None,
            replaying: false,
            step_backs: 0,
            repeated: 0,
        }
    }

    /// The request for the next page, `None` at the end.
    pub(crate) fn request(&self) -> Option<Request> {
        if self.finished {
            return None;
        }
        let mut request = self.request.clone();
        let query = &mut request.query;
        query.extend(self.extra_query.iter().cloned());
        query.push(("limit".into(), self.limit().to_string()));
        query.extend(self.marker.clone().map(|marker| ("marker".into(), marker)));
        Some(request)
    }

    /// The marker of the next request.
    pub(crate) fn marker(&self) -> Option<&str> {
        self.marker.as_deref()
    }

    /// Removes the items of a page that are repeated or were not requested, and moves
    /// on to the next page. The error is a message about a pagination loop.
    pub(crate) fn advance<T>(
        &mut self,
        items: &mut Vec<T>,
        id: fn(&T) -> &str,
        next_link: Option<&str>,
    ) -> Result<(), String> {
        let is_full = items.len() as u64 >= self.limit();
        let last = items.last().map(|item| id(item).to_owned());
        self.fallback_markers = None;
        let mut repeated = Vec::new();
        items.retain(|item| {
            let is_new = self.recent.insert(id(item));
            if !is_new {
                repeated.push(id(item).to_owned());
            }
            is_new
        });
        if !self.replaying && !repeated.is_empty() {
            let page: HashSet<&str> = items.iter().map(id).collect();
            if let Some(id) = repeated.iter().find(|id| !page.contains(id.as_str())) {
                return Err(format!(
                    "pagination loop: the page after marker {:?} repeats {id:?}",
                    self.marker.as_deref().unwrap_or_default()
                ));
            }
        }
        if items.is_empty() {
            self.repeated += repeated.len();
            if self.repeated > self.recent.total() {
                return Err(
                    "pagination loop: the server repeats items and sends no new ones".into(),
                );
            }
        } else {
            self.step_backs = 0;
            self.repeated = 0;
        }
        if let Some(remaining) = &mut self.remaining {
            items.truncate(usize::try_from(*remaining).unwrap_or(usize::MAX));
            *remaining -= items.len() as u64;
        }
        match last {
            Some(last) if is_full || next_link.is_some() => {
                let marker = next_link.and_then(|link| self.follow(link)).unwrap_or(last);
                if !self.used_markers.insert(marker.clone()) {
                    return Err(format!(
                        "pagination loop: two pages have the marker {marker:?}"
                    ));
                }
                self.marker = Some(marker);
            }
            _ => self.finished = true,
        }
        self.finished |= self.remaining == Some(0);
        Ok(())
    }

    /// Goes back to an earlier marker, because the image of the current one was
    /// deleted. Returns `false` if there is no earlier one: the caller set the
    /// marker, or the images of all earlier markers were deleted, too.
    pub(crate) fn step_back(&mut self) -> bool {
        self.deleted_markers.insert(self.marker.take());
        if self.fallback_markers.is_none() {
            self.step_backs += 1;
            if self.recent.total() == 0 || self.step_backs > MAX_STEP_BACKS {
                return false;
            }
            let ids = self.recent.step_back_candidates();
            let mut markers: Vec<_> = ids.into_iter().map(Some).collect();
            if self.recent.is_complete() {
                markers.push(self.start.clone());
            }
            markers.retain(|marker| !self.deleted_markers.contains(marker));
            markers.reverse();
            self.fallback_markers = Some(markers);
            self.replaying = true;
            self.repeated = 0;
            self.extra_query.clear();
            self.used_markers.clear();
        }
        let marker = self.fallback_markers.as_mut().and_then(Vec::pop);
        let found = marker.is_some();
        self.marker = marker.flatten();
        found
    }

    fn limit(&self) -> u64 {
        let page_size = u64::from(self.page_size);
        match self.remaining {
            // After a step back, items that were already returned come first.
            Some(remaining) if self.step_backs == 0 => remaining.min(page_size),
            _ => page_size,
        }
    }

    /// Stores the parameters of a next link, and returns its marker.
    fn follow(&mut self, link: &str) -> Option<String> {
        let query = link.split_once('?').map_or("", |(_, query)| query);
        let query = query.split('#').next().unwrap_or_default();
        let mut marker = None;
        self.extra_query.clear();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "marker" if !value.is_empty() => marker = Some(value.into_owned()),
                "marker" | "limit" => {}
                _ if self.request.query.iter().any(|(known, _)| *known == name) => {}
                _ => self
                    .extra_query
                    .push((name.into_owned(), value.into_owned())),
            }
        }
        marker
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Method;

    #[test]
    fn an_id_that_is_repeated_in_its_page_is_returned_once() {
        let mut cursor = Cursor::new(Request::new(Method::GET, ["images"]), 9, None, None);
        let mut items: Vec<_> = (0..1000).map(|number| number.to_string()).collect();
        items.extend(items.clone());
        cursor
            .advance(&mut items, |id| id, None)
            .expect("no pagination loop");
        assert_eq!(items.len(), 1000);
    }

    #[test]
    fn a_pagination_loop_with_changing_markers_is_an_error() {
        let mut cursor = Cursor::new(Request::new(Method::GET, ["images"]), 2, None, None);
        let advance = |cursor: &mut Cursor, next: &str| {
            let mut items = vec!["a", "b"];
            let result = cursor.advance(&mut items, |id| id, Some(next));
            result.map(|()| items)
        };
        assert_eq!(advance(&mut cursor, "?marker=b"), Ok(vec!["a", "b"]));
        assert!(cursor.step_back());
        assert_eq!(advance(&mut cursor, "?marker=x"), Ok(vec![]));
        assert_eq!(
            advance(&mut cursor, "?marker=y").expect_err("loop"),
            "pagination loop: the server repeats items and sends no new ones"
        );
    }
}
