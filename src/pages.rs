//! [`Cursor`]: which page of a list is next, so that none is missed and none
//! comes twice.

use url::form_urlencoded;

use crate::ids::Ids;
use crate::request::Request;
use crate::seen::{Marks, Seen};

/// How often a list goes back without anything new to show for it. Others may
/// delete while it does; a server that takes no marker ends here.
const MOST_RETURNS: u32 = 8;

/// The longest query of a next link that is followed.
const LONGEST_QUERY: usize = 8 * 1024;

/// A place in a list that is read page by page.
///
/// The server's next link is followed when there is one, but only its query:
/// its host may be the wrong one, and the token stays with ours. Without one
/// the list goes on after the last id when the page was full, because Nova
/// gives no link for a page larger than its own maximum. A short page without a
/// link, and an empty page, are the end.
#[derive(Debug)]
pub(crate) struct Cursor {
    /// The request without limit and marker: the filters.
    request: Request,
    page_size: u32,
    /// How many are still wanted, if not all.
    left: Option<u64>,
    /// The marker that the list began with.
    start: Option<String>,
    marker: Option<String>,
    /// What a next link had in its query that is not ours.
    extra: Vec<(String, String)>,
    done: bool,
    /// The ids of the page before, to step back over.
    page: Ids,
    /// The last id of each page before that, with how many had come by then.
    crumbs: Vec<(String, usize)>,
    /// The markers that were asked with: none may come again.
    asked: Marks,
    /// What was given out.
    seen: Seen,
    /// The places still to try for a marker that is gone, the best one last.
    detours: Option<Vec<Option<String>>>,
    /// Whether the list went on from an earlier place once, so that what was
    /// given out comes again.
    went_back: bool,
    /// How often it went back since anything new came.
    returns: u32,
    /// How many came again since then, or since it went back.
    again: usize,
    /// The markers that are gone.
    gone: Marks,
}

/// What is known about a page that came.
pub(crate) struct Came<'a> {
    pub(crate) ids: Vec<&'a str>,
    pub(crate) next: Option<&'a str>,
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
            left: limit,
            start: marker.clone(),
            marker,
            extra: Vec::new(),
            done: limit == Some(0),
            page: Ids::default(),
            crumbs: Vec::new(),
            asked: Marks::default(),
            seen: Seen::default(),
            detours: None,
            went_back: false,
            returns: 0,
            again: 0,
            gone: Marks::default(),
        }
    }

    /// The request for the next page, `None` at the end.
    pub(crate) fn request(&self) -> Option<Request> {
        if self.done {
            return None;
        }
        let mut request = self.request.clone();
        request.query.extend(self.extra.iter().cloned());
        request
            .query
            .push(("limit".into(), self.limit().to_string()));
        if let Some(marker) = &self.marker {
            request.query.push(("marker".into(), marker.clone()));
        }
        Some(request)
    }

    pub(crate) fn finish(&mut self) {
        self.done = true;
    }

    /// Takes note of a page: which of its items to give out, `None` for all, and
    /// where the list goes on. An error says in what way the list goes round in circles.
    pub(crate) fn came(&mut self, came: &Came) -> Result<Option<Vec<bool>>, String> {
        let marks: Vec<_> = came.ids.iter().map(|id| self.seen.mark(id)).collect();
        let again = marks.iter().position(|mark| self.seen.has(*mark));
        if let (Some(again), false) = (again.map(|at| came.ids[at]), self.went_back) {
            return Err(format!(
                "the list does not go on: asked for what comes after {:?}, the server gave \
                 {again:?} again",
                self.marker.as_deref().unwrap_or_default()
            ));
        }
        let full = came.ids.len() as u64 >= self.limit();
        let wanted = self.take(&came.ids, &marks);
        if self.went_back && self.again > self.seen.count() && self.left != Some(0) {
            return Err("the list goes round in circles: nothing new comes".to_owned());
        }
        let next = came.next.map(|link| self.follow(link)).transpose()?;
        let last = came.ids.last();
        match (next, last) {
            (_, None) => self.done = true,
            (None, Some(_)) if !full => self.done = true,
            (marker, Some(last)) => {
                let marker = marker.flatten().unwrap_or_else(|| (*last).to_owned());
                if !self.asked.insert(self.seen.mark(&marker)) {
                    return Err(format!(
                        "the list goes round in circles: {marker:?} marks two pages"
                    ));
                }
                self.marker = Some(marker);
            }
        }
        if self.left == Some(0) {
            self.done = true;
        }
        Ok(wanted)
    }

    /// The marker of the last request is gone: somebody deleted that image.
    /// Goes back to an earlier place; `false` when there is none, or when the
    /// marker was the caller's own.
    pub(crate) fn step_back(&mut self) -> bool {
        if self.seen.count() == 0 {
            return false;
        }
        self.gone
            .extend(self.marker.as_deref().map(|marker| self.seen.mark(marker)));
        if self.detours.is_none() {
            self.returns += 1;
            self.again = 0;
            if self.returns > MOST_RETURNS {
                return false;
            }
            self.detours = Some(self.places());
            self.went_back = true;
            self.extra.clear();
            self.asked.clear();
        }
        match self.detours.as_mut().and_then(Vec::pop) {
            Some(place) => {
                self.marker = place;
                true
            }
            None => false,
        }
    }

    /// The marker of the next request.
    pub(crate) fn marker(&self) -> Option<&str> {
        self.marker.as_deref()
    }

    fn limit(&self) -> u64 {
        let page_size = u64::from(self.page_size);
        match self.left {
            // On the way back to where it was, what comes is not what is wanted.
            Some(left) if self.returns == 0 => left.min(page_size),
            _ => page_size,
        }
    }

    /// Which of these to give out: those that are wanted still, and new. `None`
    /// is all of them.
    fn take(&mut self, ids: &[&str], marks: &[u64]) -> Option<Vec<bool>> {
        if let (Some(last), true) = (self.page.last(), !ids.is_empty()) {
            self.crumbs.push((last.to_owned(), self.seen.count()));
        }
        self.detours = None;
        self.page.clear();
        let mut wanted = Vec::new();
        for (at, (id, mark)) in ids.iter().zip(marks).enumerate() {
            let take = self.left != Some(0) && self.seen.add(*mark);
            if take {
                self.left = self.left.map(|left| left - 1);
                self.returns = 0;
                self.again = 0;
                self.page.push(id);
            }
            self.again += usize::from(!take);
            if !take && wanted.is_empty() {
                wanted.resize(at, true);
            }
            if !take || !wanted.is_empty() {
                wanted.push(take);
            }
        }
        (!wanted.is_empty()).then_some(wanted)
    }

    /// The marker of a next link, and what else in its query is not ours.
    fn follow(&mut self, link: &str) -> Result<Option<String>, String> {
        let query = link.split_once('?').map_or("", |(_, query)| query);
        let query = query.split_once('#').map_or(query, |(query, _)| query);
        if query.len() > LONGEST_QUERY {
            return Err(format!(
                "the next link is {} bytes long, which no server would take",
                link.len()
            ));
        }
        let mut marker = None;
        self.extra.clear();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "marker" if !value.is_empty() => marker = Some(value.into_owned()),
                "marker" | "limit" => {}
                _ if self.request.query.iter().any(|(ours, _)| *ours == name) => {}
                _ => self.extra.push((name.into_owned(), value.into_owned())),
            }
        }
        Ok(marker)
    }

    /// Where to go on when a marker is gone, the best place last: an id of the
    /// page before, the end of an earlier page, where it began. From each the
    /// distance doubles, so that a few requests are enough.
    fn places(&self) -> Vec<Option<String>> {
        let forgotten = self.seen.count() - self.seen.remembered();
        let near = distances(
            self.page
                .len()
                .min(self.seen.remembered())
                .saturating_sub(1),
        )
        .filter_map(|back| self.page.get(self.page.len() - 1 - back).map(str::to_owned));
        let far = [0]
            .into_iter()
            .chain(distances(self.crumbs.len().saturating_sub(1)));
        let far = far.filter_map(|back| self.crumbs.len().checked_sub(1 + back));
        let far = far.filter_map(|at| self.crumbs.get(at));
        let far = far
            .filter(|(_, count)| *count >= forgotten)
            .map(|(id, _)| id.clone());
        let mut places: Vec<_> = near.chain(far).map(Some).collect();
        if forgotten == 0 {
            places.push(self.start.clone());
        }
        places.retain(|place| {
            place
                .as_ref()
                .is_none_or(|id| !self.gone.contains(&self.seen.mark(id)))
        });
        places.reverse();
        places
    }
}

/// 1, 2, 4, … and the longest.
fn distances(longest: usize) -> impl Iterator<Item = usize> {
    let doubling = std::iter::successors(Some(1usize), |distance| distance.checked_mul(2));
    let last = (longest > 0 && !longest.is_power_of_two()).then_some(longest);
    doubling
        .take_while(move |distance| *distance <= longest)
        .chain(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Method;

    #[test]
    fn a_server_that_repeats_itself_under_ever_new_markers_is_left() {
        let mut cursor = Cursor::new(Request::new(Method::Get, ["images"]), 2, None, None);
        let came = |marker| {
            let next = Some(marker);
            Came {
                ids: vec!["a", "b"],
                next,
            }
        };
        assert_eq!(cursor.came(&came("?marker=b")), Ok(None));
        assert!(cursor.step_back());
        assert_eq!(
            cursor.came(&came("?marker=x")),
            Ok(Some(vec![false, false]))
        );
        let refused = cursor.came(&came("?marker=y")).expect_err("nothing new");
        assert_eq!(refused, "the list goes round in circles: nothing new comes");
    }
}
