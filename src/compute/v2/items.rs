//! [`Items`]: keys and values in one piece of memory, and the iterators over them.

use std::ops::Range;

use super::metadata_value::MetadataValue;

/// What metadata are made of, sorted by key, with no key twice: small, because a
/// listing is mostly metadata, and a program may keep all of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Items {
    /// Every key and its value, one after the other.
    text: Box<str>,
    ends: Box<[Ends]>,
}

/// Where in the text a key and its value end. The key begins where the value
/// before it ends.
#[derive(Clone, Copy, Debug)]
struct Ends {
    key: u32,
    /// Twice that, and one more where the value is not a string.
    value: u32,
}

impl Items {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The place of that key.
    pub(super) fn find(&self, key: &str) -> Option<usize> {
        let (mut from, mut to) = (0, self.len());
        while from < to {
            let middle = from.midpoint(to);
            if self.key(middle) < key {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        (from < self.len() && self.key(from) == key).then_some(from)
    }

    fn key(&self, at: usize) -> &str {
        let start = at
            .checked_sub(1)
            .map_or(0, |before| self.ends[before].value());
        &self.text[start..self.ends[at].key()]
    }

    pub(super) fn value(&self, at: usize) -> MetadataValue<'_> {
        let ends = self.ends[at];
        let text = &self.text[ends.key()..ends.value()];
        if ends.is_json() {
            MetadataValue::Json(text)
        } else {
            MetadataValue::Text(text)
        }
    }

    fn entry(&self, at: usize) -> (&str, MetadataValue<'_>) {
        (self.key(at), self.value(at))
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, MetadataValue<'_>)> {
        (0..self.len()).map(|at| self.entry(at))
    }
}

impl Ends {
    fn key(self) -> usize {
        self.key as usize
    }

    fn value(self) -> usize {
        (self.value >> 1) as usize
    }

    fn is_json(self) -> bool {
        self.value & 1 == 1
    }
}

/// Items as they come, in any order; the last one of a key counts.
#[derive(Debug)]
pub(super) struct Gathered {
    pub(super) text: String,
    /// As they came.
    places: Vec<Place>,
    is_sorted: bool,
}

#[derive(Debug)]
struct Place {
    start: usize,
    middle: usize,
    end: usize,
    is_json: bool,
}

impl Place {
    fn key(&self) -> Range<usize> {
        self.start..self.middle
    }
}

impl Default for Gathered {
    fn default() -> Self {
        Self {
            text: String::new(),
            places: Vec::new(),
            is_sorted: true,
        }
    }
}

impl Gathered {
    /// Forgets them, and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.places.clear();
        self.is_sorted = true;
    }

    pub(super) fn push(&mut self, key: &str, value: MetadataValue<'_>) {
        let start = self.text.len();
        self.text.push_str(key);
        let middle = self.text.len();
        self.text.push_str(value.as_str());
        self.add(start, middle, matches!(value, MetadataValue::Json(_)));
    }

    /// Takes up an item whose key and value stand at the end of the text
    /// already.
    pub(super) fn add(&mut self, start: usize, middle: usize, is_json: bool) {
        let place = Place {
            start,
            middle,
            end: self.text.len(),
            is_json,
        };
        let key = &self.text[place.key()];
        self.is_sorted &= self
            .places
            .last()
            .is_none_or(|last| self.text[last.key()] < *key);
        self.places.push(place);
    }

    /// The items in order, in no more memory than they need.
    ///
    /// # Panics
    ///
    /// When they take more than 2 GiB: eight times the longest answer that is
    /// read.
    pub(super) fn sorted(&mut self) -> Items {
        assert!(self.text.len() < 1 << 31, "metadata of more than 2 GiB");
        if !self.is_sorted {
            let text = &self.text;
            // The last one of a key comes first, and is the one that stays.
            self.places.sort_unstable_by(|a, b| {
                let by_key = text[a.key()].cmp(&text[b.key()]);
                by_key.then_with(|| (b.start, b.end).cmp(&(a.start, a.end)))
            });
            self.places.dedup_by(|a, b| text[a.key()] == text[b.key()]);
            self.is_sorted = true;
        }
        let mut text = String::with_capacity(self.text.len());
        let mut ends = Vec::with_capacity(self.places.len());
        for place in &self.places {
            let small = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
            let key = small(text.len() + place.key().len());
            text.push_str(&self.text[place.start..place.end]);
            ends.push(Ends {
                key,
                value: small(text.len()) << 1 | u32::from(place.is_json),
            });
        }
        Items {
            text: text.into(),
            ends: ends.into(),
        }
    }
}

/// The items of [`Metadata`](super::Metadata) as text, ordered by key.
#[derive(Clone, Debug)]
pub struct Iter<'a> {
    items: Option<&'a Items>,
    left: Range<usize>,
}

impl<'a> Iter<'a> {
    pub(super) fn new(items: Option<&'a Items>) -> Self {
        Self {
            items,
            left: 0..items.map_or(0, Items::len),
        }
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let (key, value) = self.items?.entry(self.left.next()?);
        Some((key, value.as_str()))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.left.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_> {}

/// The items of [`Metadata`](super::Metadata) as owned text, ordered by key.
#[derive(Clone, Debug)]
pub struct IntoIter {
    items: Items,
    left: Range<usize>,
}

impl IntoIter {
    pub(super) fn new(items: Items) -> Self {
        Self {
            left: 0..items.len(),
            items,
        }
    }
}

impl Iterator for IntoIter {
    type Item = (String, String);

    fn next(&mut self) -> Option<Self::Item> {
        let (key, value) = self.items.entry(self.left.next()?);
        Some((key.to_owned(), value.as_str().to_owned()))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.left.size_hint()
    }
}

impl ExactSizeIterator for IntoIter {}
