//! [`Metadata`]: the metadata of an image, a map of strings sorted by key.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::ops::Index;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// The metadata of an image: a map of strings, sorted by key.
///
/// ```
/// use opencloud::compute::v2::Metadata;
///
/// let metadata = Metadata::from([("architecture", "x86_64"), ("os_distro", "debian")]);
/// assert_eq!(metadata["architecture"], "x86_64");
/// assert_eq!(metadata.get("os_version"), None);
/// ```
///
/// Nova sends JSON other than strings for a few keys: lists for
/// `block_device_mapping` and `mappings`, null for `kernel_id` and
/// `ramdisk_id`. [`get`](Self::get) returns such a value as JSON text;
/// [`value`](Self::value) distinguishes strings from other JSON. The metadata is
/// serialized to the JSON that was received.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Metadata(Vec<Item>);

#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Item {
    pub(super) key: String,
    /// The string, or JSON text.
    pub(super) text: String,
    is_json: bool,
}

/// A value of [`Metadata`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MetadataValue<'a> {
    /// A string. Every value that can be set is a string.
    Text(&'a str),
    /// Any other value, as JSON text: null, a number, a boolean, a list or an object.
    Json(&'a str),
}

impl<'a> MetadataValue<'a> {
    /// The string, or the JSON text.
    #[must_use]
    pub fn as_str(self) -> &'a str {
        match self {
            Self::Text(text) | Self::Json(text) => text,
        }
    }
}

impl Serialize for MetadataValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => text.serialize(serializer),
            // JSON that `Value` cannot represent is serialized as a string.
            Self::Json(text) => serde_json::from_str(text)
                .unwrap_or_else(|_| Value::from(*text))
                .serialize(serializer),
        }
    }
}

impl Item {
    fn from_text(key: &str, text: &str) -> Self {
        Self::new(key.to_owned(), text.into())
    }

    pub(super) fn new(key: String, value: Value) -> Self {
        let (text, is_json) = match value {
            Value::String(text) => (text, false),
            other => (other.to_string(), true),
        };
        Self { key, text, is_json }
    }

    /// An item with a value that `Value` may not be able to represent.
    pub(super) fn from_raw(key: String, raw: &RawValue) -> Self {
        match serde_json::from_str(raw.get()) {
            Ok(value) => Self::new(key, value),
            Err(_) => Self {
                key,
                text: raw.get().to_owned(),
                is_json: true,
            },
        }
    }

    fn value(&self) -> MetadataValue<'_> {
        if self.is_json {
            MetadataValue::Json(&self.text)
        } else {
            MetadataValue::Text(&self.text)
        }
    }
}

impl Metadata {
    /// Returns empty metadata.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sorts the items. If a key is repeated, the last item is kept.
    pub(super) fn from_items(mut items: Vec<Item>) -> Self {
        if !items.is_sorted_by(|a, b| a.key < b.key) {
            // The sort is stable, so the last item of a key is now the first.
            items.reverse();
            items.sort_by(|a, b| a.key.cmp(&b.key));
            items.dedup_by(|a, b| a.key == b.key);
        }
        Self(items)
    }

    /// The value of a key as a string; JSON text if the value is not a string.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.value(key).map(MetadataValue::as_str)
    }

    /// The value of a key: a string or other JSON.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<MetadataValue<'_>> {
        self.find(key).ok().map(|index| self.0[index].value())
    }

    /// Whether there is a value for the key.
    #[must_use]
    pub fn contains_key(&self, key: &str) -> bool {
        self.find(key).is_ok()
    }

    /// The number of items.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no items.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sets a value and returns the previous one. Changes this copy only, not
    /// the image on the server.
    pub fn insert(&mut self, key: impl AsRef<str>, value: impl AsRef<str>) -> Option<String> {
        self.insert_item(Item::from_text(key.as_ref(), value.as_ref()))
    }

    /// Removes an item and returns its value. Changes this copy only, not the
    /// image on the server.
    pub fn remove(&mut self, key: &str) -> Option<String> {
        self.take(key).map(|item| item.text)
    }

    /// The keys and the values as strings, in key order.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + Clone {
        self.0.iter().map(|item| (&*item.key, &*item.text))
    }

    /// The keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(key, _)| key)
    }

    /// The values as strings, in key order.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(_, value)| value)
    }

    /// Removes an item.
    pub(super) fn take(&mut self, key: &str) -> Option<Item> {
        let index = self.find(key).ok()?;
        Some(self.0.remove(index))
    }

    pub(super) fn insert_item(&mut self, item: Item) -> Option<String> {
        match self.find(&item.key) {
            Ok(index) => Some(std::mem::replace(&mut self.0[index], item).text),
            Err(index) => {
                self.0.insert(index, item);
                None
            }
        }
    }

    /// The index of a key, or the index at which to insert it.
    fn find(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|item| item.key.as_str().cmp(key))
    }

    fn entries(&self) -> impl Iterator<Item = (&str, MetadataValue<'_>)> {
        self.0.iter().map(|item| (item.key.as_str(), item.value()))
    }
}

impl<'a> IntoIterator for &'a Metadata {
    type Item = (&'a str, &'a str);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter().collect::<Vec<_>>().into_iter()
    }
}

impl IntoIterator for Metadata {
    type Item = (String, String);
    type IntoIter = std::vec::IntoIter<(String, String)>;

    fn into_iter(self) -> Self::IntoIter {
        let items = self.0.into_iter().map(|item| (item.key, item.text));
        items.collect::<Vec<_>>().into_iter()
    }
}

impl Index<&str> for Metadata {
    type Output = String;

    /// The value of a key as a string.
    ///
    /// # Panics
    ///
    /// If the key is missing. Use [`get`](Metadata::get) for keys that may be missing.
    fn index(&self, key: &str) -> &String {
        let Ok(index) = self.find(key) else {
            panic!("no metadata item {key:?}");
        };
        &self.0[index].text
    }
}

impl<K: AsRef<str>, V: AsRef<str>> FromIterator<(K, V)> for Metadata {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(items: I) -> Self {
        let items = items.into_iter();
        let items = items.map(|(key, value)| Item::from_text(key.as_ref(), value.as_ref()));
        Self::from_items(items.collect())
    }
}

impl<K: AsRef<str>, V: AsRef<str>, const N: usize> From<[(K, V); N]> for Metadata {
    fn from(items: [(K, V); N]) -> Self {
        items.into_iter().collect()
    }
}

impl<K: AsRef<str>, V: AsRef<str>, S> From<HashMap<K, V, S>> for Metadata {
    fn from(items: HashMap<K, V, S>) -> Self {
        items.into_iter().collect()
    }
}

impl<K: AsRef<str>, V: AsRef<str>> From<BTreeMap<K, V>> for Metadata {
    fn from(items: BTreeMap<K, V>) -> Self {
        items.into_iter().collect()
    }
}

impl fmt::Debug for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.entries()).finish()
    }
}

impl Serialize for Metadata {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.entries())
    }
}

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MetadataVisitor)
    }
}

struct MetadataVisitor;

impl<'de> Visitor<'de> for MetadataVisitor {
    type Value = Metadata;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Metadata, A::Error> {
        let mut items = Vec::with_capacity(8);
        while let Some((key, value)) = map.next_entry()? {
            items.push(Item::new(key, value));
        }
        Ok(Metadata::from_items(items))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_map_of_strings_sorted_by_key() {
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
        let debug = r#"{"0": Text("z"), "a": Text("9")}"#;
        assert_eq!(format!("{metadata:?}"), debug);
        assert_eq!(metadata.iter().len(), 2);
        let pairs: Vec<(String, String)> = metadata.into_iter().collect();
        assert_eq!(pairs[1], ("a".to_owned(), "9".to_owned()));
    }

    #[test]
    fn it_converts_from_the_maps_of_std() {
        let expected = Metadata::from([("a", "1"), ("b", "2")]);
        let pairs = || [("b".to_owned(), "2"), ("a".to_owned(), "1")];
        assert_eq!(Metadata::from(HashMap::from(pairs())), expected);
        assert_eq!(Metadata::from(BTreeMap::from(pairs())), expected);
    }

    #[test]
    fn every_json_value_is_kept() {
        let text = r#"{"bdm":[{"a":null,"size":1}],"big":18446744073709551615,"flag":true,"half":0.5,"kernel_id":null,"os":"x\u0000\n"}"#;
        let metadata: Metadata = serde_json::from_str(text).expect("metadata");
        assert_eq!(serde_json::to_string(&metadata).expect("JSON"), text);
        let null = MetadataValue::Json("null");
        assert_eq!(metadata.value("kernel_id"), Some(null));
        assert_eq!(metadata["kernel_id"], "null");
        assert_eq!(metadata.get("bdm"), Some(r#"[{"a":null,"size":1}]"#));
        assert_eq!(metadata.get("os"), Some("x\0\n"));
        assert_ne!(metadata, metadata.iter().collect());
    }

    #[test]
    #[should_panic(expected = "no metadata item \"b\"")]
    fn indexing_a_missing_key_panics() {
        let _ = &Metadata::from([("a", "1")])["b"];
    }
}
