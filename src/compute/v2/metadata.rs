//! [`Metadata`]: the metadata of an image, a map of strings that loses nothing.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Index;
use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::items::{Gathered, IntoIter, Items, Iter};
use super::metadata_value::MetadataValue;

/// The metadata of an image: a map of strings, ordered by key.
///
/// ```
/// use opencloud::compute::v2::Metadata;
///
/// let metadata = Metadata::from([("architecture", "x86_64"), ("os_distro", "debian")]);
/// assert_eq!(metadata["architecture"], "x86_64");
/// assert_eq!(metadata.get("os_version"), None);
/// ```
///
/// Nova sends other JSON than strings for a few keys: lists for
/// `block_device_mapping` and `mappings`, null for `kernel_id` and
/// `ramdisk_id`. As a string such a value reads as its JSON text;
/// [`value`](Self::value) tells the two apart, and serde gives back what came.
///
/// It is made for the few hundred items that an image can have: each change
/// writes all of it anew, and more than 2 GiB is a panic.
#[derive(Clone, Default)]
pub struct Metadata(Option<Box<Told>>);

/// Metadata that somebody told of, were there none.
#[derive(Clone, Debug, Default)]
struct Told {
    items: Items,
    /// The values as strings of their own, once somebody has indexed: what is
    /// indexed then prints and compares as in a map of the standard library.
    strings: OnceLock<Box<[String]>>,
}

impl Metadata {
    /// No metadata at all.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of that key as text; JSON text where it is not a string.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.value(key).map(MetadataValue::as_str)
    }

    /// The value of that key, with whether it is a string.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<MetadataValue<'_>> {
        let items = self.items()?;
        items.find(key).map(|at| items.value(at))
    }

    /// Whether there is a value of that key.
    #[must_use]
    pub fn contains_key(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// How many items there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items().map_or(0, Items::len)
    }

    /// Whether there is no item at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Sets a value here, not at the server. Gives back what it was.
    pub fn insert(&mut self, key: impl AsRef<str>, value: impl AsRef<str>) -> Option<String> {
        self.put(key.as_ref(), MetadataValue::Text(value.as_ref()))
    }

    /// Takes an item away here, not at the server. Gives back what it was.
    pub fn remove(&mut self, key: &str) -> Option<String> {
        let old = self.get(key)?.to_owned();
        self.gather(|others| others != key, |_| ());
        Some(old)
    }

    /// The keys and values as text, ordered by key.
    #[must_use]
    pub fn iter(&self) -> Iter<'_> {
        Iter::new(self.items())
    }

    /// The keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(key, _)| key)
    }

    /// The values as text, ordered by key.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(_, value)| value)
    }

    /// The items with whether each value is a string, ordered by key.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, MetadataValue<'_>)> {
        self.items().into_iter().flat_map(Items::entries)
    }

    pub(super) fn put(&mut self, key: &str, value: MetadataValue) -> Option<String> {
        let old = self.get(key).map(str::to_owned);
        self.gather(|_| true, |items| items.push(key, value));
        old
    }

    /// Whether somebody told of them, were there none.
    pub(super) fn is_told(&self) -> bool {
        self.0.is_some()
    }

    /// The items as a request has them: every value as text.
    pub(super) fn to_json(&self) -> Map<String, Value> {
        self.iter()
            .map(|(key, value)| (key.to_owned(), Value::from(value)))
            .collect()
    }

    fn items(&self) -> Option<&Items> {
        self.0.as_ref().map(|told| &told.items)
    }

    /// Makes it anew, of those that stay and what comes to them.
    fn gather(&mut self, stays: impl Fn(&str) -> bool, add: impl FnOnce(&mut Gathered)) {
        let mut gathered = Gathered::default();
        for (key, value) in self.entries().filter(|(key, _)| stays(key)) {
            gathered.push(key, value);
        }
        add(&mut gathered);
        *self = gathered.sorted().into();
    }
}

impl From<Items> for Metadata {
    fn from(items: Items) -> Self {
        Self(Some(Box::new(Told {
            items,
            strings: OnceLock::new(),
        })))
    }
}

impl<'a> IntoIterator for &'a Metadata {
    type Item = (&'a str, &'a str);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Metadata {
    type Item = (String, String);
    type IntoIter = IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        IntoIter::new(self.0.map_or_else(Items::default, |told| told.items))
    }
}

impl PartialEq for Metadata {
    fn eq(&self, other: &Self) -> bool {
        self.entries().eq(other.entries())
    }
}

impl Eq for Metadata {}

impl Hash for Metadata {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.len().hash(state);
        self.entries().for_each(|entry| entry.hash(state));
    }
}

impl Index<&str> for Metadata {
    type Output = String;

    /// The value of that key as text.
    ///
    /// # Panics
    ///
    /// When there is none, as the maps of the standard library do:
    /// [`get`](Metadata::get) is for keys that may be missing.
    fn index(&self, key: &str) -> &String {
        match self
            .0
            .as_ref()
            .and_then(|told| Some((told, told.items.find(key)?)))
        {
            Some((told, at)) => &told
                .strings
                .get_or_init(|| self.values().map(str::to_owned).collect())[at],
            None => panic!("there is no metadata item {key:?}"),
        }
    }
}

impl<K: AsRef<str>, V: AsRef<str>> FromIterator<(K, V)> for Metadata {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(items: I) -> Self {
        let mut metadata = Self::new();
        metadata.extend(items);
        metadata
    }
}

impl<K: AsRef<str>, V: AsRef<str>> Extend<(K, V)> for Metadata {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, items: I) {
        self.gather(
            |_| true,
            |gathered| {
                for (key, value) in items {
                    gathered.push(key.as_ref(), MetadataValue::Text(value.as_ref()));
                }
            },
        );
    }
}

impl<K: AsRef<str>, V: AsRef<str>, const N: usize> From<[(K, V); N]> for Metadata {
    fn from(items: [(K, V); N]) -> Self {
        items.into_iter().collect()
    }
}

impl fmt::Debug for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.entries()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_like_a_map_of_strings() {
        let mut metadata: Metadata = [("b", "2"), ("a", "1"), ("b", "3")].into_iter().collect();
        assert_eq!(
            metadata.iter().collect::<Vec<_>>(),
            [("a", "1"), ("b", "3")]
        );
        assert_eq!(metadata.keys().collect::<String>(), "ab");
        assert_eq!(metadata.values().collect::<String>(), "13");
        assert_eq!(metadata.insert("a", "9").as_deref(), Some("1"));
        assert_eq!(metadata.insert("0", "z"), None);
        assert_eq!(metadata.remove("b").as_deref(), Some("3"));
        assert_eq!(metadata.remove("b"), None);
        assert_eq!(metadata["0"], "z");
        assert_eq!((metadata.len(), metadata.contains_key("b")), (2, false));
        metadata.insert("0", "y");
        assert_eq!(metadata["0"], "y");
        metadata.insert("0", "z");
        assert_eq!(
            format!("{metadata:?}"),
            r#"{"0": Text("z"), "a": Text("9")}"#
        );
    }

    #[test]
    fn of_a_key_that_comes_again_the_last_one_counts_wherever_they_are() {
        let numbers: Vec<_> = (0..200)
            .map(|number: u32| (number % 7, number.to_string()))
            .collect();
        let items = numbers.iter().map(|(key, value)| (key.to_string(), value));
        let metadata: Metadata = items.collect();
        let last = ["196", "197", "198", "199", "193", "194", "195"];
        assert_eq!(metadata.values().collect::<Vec<_>>(), last);
        assert_eq!(Metadata::from([("", ""), ("", "x")]).get(""), Some("x"));
        assert_eq!(Metadata::from([("", "x"), ("", "")]).get(""), Some(""));
    }

    #[test]
    fn what_is_set_again_and_again_takes_no_more_room() {
        let mut metadata = Metadata::from([("z", "last"), ("a", "first")]);
        for number in 0..10_000 {
            metadata.insert("k", format!("{number:0>255}"));
        }
        let expected = [
            ("a", "first"),
            ("k", &*format!("{:0>255}", 9_999)),
            ("z", "last"),
        ];
        assert_eq!(metadata, Metadata::from(expected));
        assert_eq!(
            metadata
                .keys()
                .chain(metadata.values())
                .map(str::len)
                .sum::<usize>(),
            267
        );
    }

    #[test]
    fn nothing_that_nova_sends_is_lost() {
        let text = r#"{"bdm":[{"a":null,"size":1}],"big":18446744073709551615,"flag":true,"half":0.5,"kernel_id":null,"os":"x\u0000\n"}"#;
        let metadata: Metadata = serde_json::from_str(text).expect("metadata");
        assert_eq!(serde_json::to_string(&metadata).expect("JSON"), text);
        assert_eq!(metadata.get("kernel_id"), Some("null"));
        assert_eq!(
            metadata.value("kernel_id"),
            Some(MetadataValue::Json("null"))
        );
        assert_eq!(metadata.get("bdm"), Some(r#"[{"a":null,"size":1}]"#));
        assert_eq!(metadata.get("os"), Some("x\0\n"));
    }

    #[test]
    #[should_panic(expected = "there is no metadata item \"b\"")]
    fn indexing_a_missing_key_panics_as_a_map_does() {
        let _ = &Metadata::from([("a", "1")])["b"];
    }
}
