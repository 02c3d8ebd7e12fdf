//! [`Item`]: one item of metadata within their text, and the iterators over it.

use std::ops::Range;

/// Where in the text one item is: from `start` its key, up to `end` its value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub(super) start: usize,
    pub(super) middle: usize,
    pub(super) end: usize,
    pub(super) is_json: bool,
}

impl Item {
    pub(super) fn key(self) -> Range<usize> {
        self.start..self.middle
    }

    pub(super) fn value(self) -> Range<usize> {
        self.middle..self.end
    }
}

/// The items of [`Metadata`](super::Metadata) as text, ordered by key.
#[derive(Clone, Debug)]
pub struct Iter<'a> {
    text: &'a str,
    items: std::slice::Iter<'a, Item>,
}

impl<'a> Iter<'a> {
    pub(super) fn new(text: &'a str, items: &'a [Item]) -> Self {
        Self { text, items: items.iter() }
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let item = self.items.next()?;
        Some((&self.text[item.key()], &self.text[item.value()]))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.items.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_> {}

/// The items of [`Metadata`](super::Metadata) as owned text, ordered by key.
#[derive(Clone, Debug)]
pub struct IntoIter {
    text: String,
    items: std::vec::IntoIter<Item>,
}

impl IntoIter {
    pub(super) fn new(text: String, items: Vec<Item>) -> Self {
        Self { text, items: items.into_iter() }
    }
}

impl Iterator for IntoIter {
    type Item = (String, String);

    fn next(&mut self) -> Option<Self::Item> {
        let item = self.items.next()?;
        Some((self.text[item.key()].to_owned(), self.text[item.value()].to_owned()))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.items.size_hint()
    }
}

impl ExactSizeIterator for IntoIter {}
