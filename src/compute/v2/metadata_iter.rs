//! The items of [`Metadata`], one by one.

use super::metadata::{Metadata, MetadataValue};

/// The items of [`Metadata`] as text, ordered by key.
#[derive(Clone, Debug)]
pub struct Iter<'a>(std::slice::Iter<'a, (String, MetadataValue)>);

impl<'a> Iter<'a> {
    pub(super) fn new(items: &'a [(String, MetadataValue)]) -> Self {
        Self(items.iter())
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
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
#[derive(Debug)]
pub struct IntoIter(std::vec::IntoIter<(String, MetadataValue)>);

impl Iterator for IntoIter {
    type Item = (String, String);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(key, value)| (key, value.into()))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for IntoIter {}

impl IntoIterator for Metadata {
    type Item = (String, String);
    type IntoIter = IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        IntoIter(self.into_items().into_iter())
    }
}
