//! The items of [`Metadata`], one by one.

use super::metadata::{Item, Metadata};

/// The items of [`Metadata`] as text, ordered by key.
#[derive(Clone, Debug)]
pub struct Iter<'a> {
    text: &'a str,
    items: std::slice::Iter<'a, Item>,
}

impl<'a> Iter<'a> {
    pub(super) fn new(metadata: &'a Metadata) -> Self {
        Self { text: &metadata.text, items: metadata.items.iter() }
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

impl<'a> IntoIterator for &'a Metadata {
    type Item = (&'a str, &'a str);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The items of [`Metadata`] as owned text, ordered by key.
#[derive(Clone, Debug)]
pub struct IntoIter {
    text: String,
    items: std::vec::IntoIter<Item>,
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

impl IntoIterator for Metadata {
    type Item = (String, String);
    type IntoIter = IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        IntoIter { text: self.text, items: self.items.into_iter() }
    }
}
