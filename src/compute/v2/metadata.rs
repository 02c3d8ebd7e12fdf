//! [`Metadata`]: the metadata of an image, a map of strings that loses nothing.

use std::fmt;
use std::ops::Index;

use serde::de::{DeserializeSeed, MapAccess, Visitor};
use serde::ser::{Error as _, SerializeMap};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::loose::{Anything, Loose};
use super::metadata_iter::Iter;

/// The metadata of an image: a map of strings, ordered by key.
///
/// ```
/// use opencloud::compute::v2::Metadata;
///
/// let metadata = Metadata::from([("architecture", "x86_64"), ("os_distro", "debian")]);
/// assert_eq!(&metadata["architecture"], "x86_64");
/// assert_eq!(metadata.get("os_version"), None);
/// ```
///
/// Nova sends other JSON than strings for a few keys: lists for
/// `block_device_mapping` and `mappings`, null for `kernel_id` and
/// `ramdisk_id`. As a string such a value reads as its JSON text;
/// [`value`](Self::value) tells the two apart, and serde gives back what came.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Metadata {
    /// Sorted by key, with no key twice: smaller and quicker than a tree.
    items: Vec<(String, MetadataValue)>,
}

/// One value of [`Metadata`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MetadataValue {
    /// A string, as nearly every value is, and as every value is that is sent.
    Text(String),
    /// Anything else, as JSON text: null, a number, a boolean, a list, an object.
    Json(String),
}

impl MetadataValue {
    /// The text, or the JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Text(text) | Self::Json(text) => text,
        }
    }
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
    pub fn value(&self, key: &str) -> Option<&MetadataValue> {
        self.find(key).ok().map(|at| &self.items[at].1)
    }

    /// Whether there is a value of that key.
    #[must_use]
    pub fn contains_key(&self, key: &str) -> bool {
        self.find(key).is_ok()
    }

    /// How many items there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is no item at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Sets a value here, not at the server. Gives back what it was.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<String>) -> Option<String> {
        let old = self.put(key.into(), MetadataValue::Text(value.into()))?;
        Some(old.into())
    }

    /// Takes an item away here, not at the server. Gives back what it was.
    pub fn remove(&mut self, key: &str) -> Option<String> {
        self.find(key).ok().map(|at| self.items.remove(at).1.into())
    }

    /// The keys and values as text, ordered by key.
    #[must_use]
    pub fn iter(&self) -> Iter<'_> {
        Iter::new(&self.items)
    }

    /// The keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.items.iter().map(|(key, _)| key.as_str())
    }

    /// The values as text, ordered by key.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.items.iter().map(|(_, value)| value.as_str())
    }

    pub(super) fn into_items(self) -> Vec<(String, MetadataValue)> {
        self.items
    }

    pub(super) fn put(&mut self, key: String, value: MetadataValue) -> Option<MetadataValue> {
        // Nova's own order is often the right one, so look at the end first.
        let at = match self.items.last() {
            Some((last, _)) if *last >= key => self.find(&key),
            _ => Err(self.items.len()),
        };
        match at {
            Ok(at) => Some(std::mem::replace(&mut self.items[at].1, value)),
            Err(at) => {
                self.items.insert(at, (key, value));
                None
            }
        }
    }

    /// As it came.
    pub(super) fn into_json(self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// The items as a request has them: every value as text.
    pub(super) fn to_json(&self) -> Map<String, Value> {
        self.iter().map(|(key, value)| (key.to_owned(), Value::from(value))).collect()
    }

    fn find(&self, key: &str) -> Result<usize, usize> {
        self.items.binary_search_by(|(known, _)| known.as_str().cmp(key))
    }
}

impl From<MetadataValue> for String {
    fn from(value: MetadataValue) -> Self {
        match value {
            MetadataValue::Text(text) | MetadataValue::Json(text) => text,
        }
    }
}

impl Index<&str> for Metadata {
    type Output = str;

    /// The value of that key as text.
    ///
    /// # Panics
    ///
    /// When there is none, as the maps of the standard library do:
    /// [`get`](Metadata::get) is for keys that may be missing.
    fn index(&self, key: &str) -> &str {
        match self.get(key) {
            Some(value) => value,
            None => panic!("there is no metadata item {key:?}"),
        }
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Metadata {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(items: I) -> Self {
        let mut metadata = Self::new();
        metadata.extend(items);
        metadata
    }
}

impl<K: Into<String>, V: Into<String>> Extend<(K, V)> for Metadata {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, items: I) {
        for (key, value) in items {
            self.insert(key, value);
        }
    }
}

impl<K: Into<String>, V: Into<String>, const N: usize> From<[(K, V); N]> for Metadata {
    fn from(items: [(K, V); N]) -> Self {
        items.into_iter().collect()
    }
}

impl fmt::Debug for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.items.iter().map(|(key, value)| (key, value))).finish()
    }
}

impl Serialize for Metadata {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.items.len()))?;
        for (key, value) in &self.items {
            match value {
                MetadataValue::Text(text) => map.serialize_entry(key, text)?,
                MetadataValue::Json(text) => {
                    let value: Value = serde_json::from_str(text).map_err(S::Error::custom)?;
                    map.serialize_entry(key, &value)?;
                }
            }
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items;

        impl<'de> Visitor<'de> for Items {
            type Value = Metadata;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of metadata")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Metadata, A::Error> {
                let mut metadata = Metadata::new();
                while let Some((key, value)) = map.next_entry::<String, MetadataValue>()? {
                    metadata.put(key, value);
                }
                Ok(metadata)
            }
        }

        deserializer.deserialize_map(Items)
    }
}

impl<'de> Deserialize<'de> for MetadataValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match (Anything { as_metadata: false }).deserialize(deserializer)? {
            Loose::Text(text) => Self::Text(text),
            other => Self::Json(other.into_json().to_string()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_like_a_map_of_strings() {
        let mut metadata: Metadata = [("b", "2"), ("a", "1"), ("b", "3")].into_iter().collect();
        assert_eq!(metadata.iter().collect::<Vec<_>>(), [("a", "1"), ("b", "3")]);
        assert_eq!(metadata.keys().collect::<String>(), "ab");
        assert_eq!(metadata.values().collect::<String>(), "13");
        assert_eq!(metadata.insert("a", "9").as_deref(), Some("1"));
        assert_eq!(metadata.insert("0", "z"), None);
        assert_eq!(metadata.remove("b").as_deref(), Some("3"));
        assert_eq!(metadata.remove("b"), None);
        assert_eq!((&metadata["0"], metadata.len(), metadata.contains_key("b")), ("z", 2, false));
        assert_eq!(format!("{metadata:?}"), r#"{"0": Text("z"), "a": Text("9")}"#);
    }

    #[test]
    fn nothing_that_nova_sends_is_lost() {
        let text = r#"{"bdm":[{"a":null,"size":1}],"big":18446744073709551615,"flag":true,"half":0.5,"kernel_id":null,"os":"x\u0000\n"}"#;
        let metadata: Metadata = serde_json::from_str(text).expect("metadata");
        assert_eq!(serde_json::to_string(&metadata).expect("JSON"), text);
        assert_eq!(metadata.get("kernel_id"), Some("null"));
        assert_eq!(metadata.value("kernel_id"), Some(&MetadataValue::Json("null".into())));
        assert_eq!(metadata.get("bdm"), Some(r#"[{"a":null,"size":1}]"#));
        assert_eq!(metadata.get("os"), Some("x\0\n"));
    }

    #[test]
    #[should_panic(expected = "there is no metadata item \"b\"")]
    fn indexing_a_missing_key_panics_as_a_map_does() {
        let _ = &Metadata::from([("a", "1")])["b"];
    }
}
