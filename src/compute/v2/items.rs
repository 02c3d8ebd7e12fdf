//! [`Items`]: keys and values in one piece of memory, and the iterators over them.

use std::ops::Range;

use super::metadata::MetadataValue;

/// What metadata are made of.
#[derive(Clone, Debug, Default)]
pub(super) struct Items {
    /// Every key and value, one after the other: one piece of memory for all of
    /// them, because a listing is mostly metadata.
    pub(super) text: String,
    /// Where each is, sorted by key, with no key twice.
    places: Vec<Place>,
}

/// Where in the text one item is: from `start` its key, then its value. Small,
/// because there is one for each item of each image that a program keeps.
#[derive(Clone, Copy, Debug)]
struct Place {
    start: u32,
    middle: u32,
    /// Twice where the value ends, and one more where it is not a string.
    end: u32,
}

impl Place {
    /// # Panics
    ///
    /// When the text is longer than 2 GiB, which is eight times the longest
    /// answer that is read.
    fn new(key: Range<usize>, end: usize, is_json: bool) -> Self {
        assert!(end < 1 << 31, "metadata of more than 2 GiB");
        let small = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
        Self {
            start: small(key.start),
            middle: small(key.end),
            end: small(end) << 1 | u32::from(is_json),
        }
    }

    fn key(self) -> Range<usize> {
        self.start as usize..self.middle as usize
    }

    fn value(self) -> Range<usize> {
        self.middle as usize..self.end()
    }

    fn end(self) -> usize {
        (self.end >> 1) as usize
    }

    fn is_json(self) -> bool {
        self.end & 1 == 1
    }
}

impl Items {
    pub(super) const fn new() -> Self {
        Self { text: String::new(), places: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// Forgets them, and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.places.clear();
    }

    /// The place of that key, or where it would be.
    pub(super) fn find(&self, key: &str) -> Result<usize, usize> {
        self.places.binary_search_by(|place| self.text[place.key()].cmp(key))
    }

    pub(super) fn value(&self, at: usize) -> MetadataValue<'_> {
        let place = self.places[at];
        let text = &self.text[place.value()];
        if place.is_json() { MetadataValue::Json(text) } else { MetadataValue::Text(text) }
    }

    /// Keys and values, ordered by key.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, MetadataValue<'_>)> {
        let entry = |(at, place): (usize, &Place)| (&self.text[place.key()], self.value(at));
        self.places.iter().enumerate().map(entry)
    }

    pub(super) fn put(&mut self, key: &str, value: MetadataValue) {
        let start = self.text.len();
        self.text.push_str(key);
        self.text.push_str(value.as_str());
        self.add(start..start + key.len(), matches!(value, MetadataValue::Json(_)));
        self.tidy();
    }

    /// Takes up an item whose key and value stand at the end of the text
    /// already; the last one of a key counts.
    pub(super) fn add(&mut self, key: Range<usize>, is_json: bool) {
        let place = Place::new(key.clone(), self.text.len(), is_json);
        let key = &self.text[key];
        // What comes in order goes to the end without a search.
        let at = match self.places.last() {
            Some(last) if self.text[last.key()] >= *key => self.find(key),
            _ => Err(self.places.len()),
        };
        match at {
            Ok(at) => self.places[at] = place,
            Err(at) => self.places.insert(at, place),
        }
    }

    pub(super) fn remove(&mut self, at: usize) {
        self.places.remove(at);
        self.tidy();
    }

    /// Drops the text of items that are gone, once it is most of it.
    fn tidy(&mut self) {
        let used: usize = self.places.iter().map(|place| place.end() - place.key().start).sum();
        if self.text.len() > 2 * used + 1024 {
            let old = std::mem::take(&mut self.text);
            for place in &mut self.places {
                let start = self.text.len();
                self.text.push_str(&old[place.key().start..place.end()]);
                let key = start..start + place.key().len();
                *place = Place::new(key, self.text.len(), place.is_json());
            }
        }
    }
}

/// The items of [`Metadata`](super::Metadata) as text, ordered by key.
#[derive(Clone, Debug)]
pub struct Iter<'a> {
    text: &'a str,
    places: std::slice::Iter<'a, Place>,
}

impl<'a> Iter<'a> {
    pub(super) fn new(items: &'a Items) -> Self {
        Self { text: &items.text, places: items.places.iter() }
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let place = self.places.next()?;
        Some((&self.text[place.key()], &self.text[place.value()]))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.places.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_> {}

/// The items of [`Metadata`](super::Metadata) as owned text, ordered by key.
#[derive(Clone, Debug)]
pub struct IntoIter {
    text: String,
    places: std::vec::IntoIter<Place>,
}

impl IntoIter {
    pub(super) fn new(items: Items) -> Self {
        Self { text: items.text, places: items.places.into_iter() }
    }
}

impl Iterator for IntoIter {
    type Item = (String, String);

    fn next(&mut self) -> Option<Self::Item> {
        let place = self.places.next()?;
        Some((self.text[place.key()].to_owned(), self.text[place.value()].to_owned()))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.places.size_hint()
    }
}

impl ExactSizeIterator for IntoIter {}
