//! [`Metadata`] from JSON and back.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, SerializeMap};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::item::Item;
use super::loose::As;
use super::metadata::{Metadata, MetadataValue};

impl Serialize for Metadata {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (key, value) in self.entries() {
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
                let mut start = 0;
                while map.next_key_seed(Key(&mut metadata.text))?.is_some() {
                    if start == 0 {
                        // As most images have it: not a dozen steps to get there.
                        metadata.text.reserve(256);
                        metadata.items.reserve(8);
                    }
                    let middle = metadata.text.len();
                    let is_json = map.next_value_seed(Text(&mut metadata.text))?;
                    let end = metadata.text.len();
                    metadata.add(Item { start, middle, end, is_json });
                    start = end;
                }
                metadata.text.shrink_to_fit();
                metadata.items.shrink_to_fit();
                Ok(metadata)
            }
        }

        deserializer.deserialize_map(Items)
    }
}

/// Puts a key behind the text.
struct Key<'a>(&'a mut String);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<(), E> {
        self.0.push_str(key);
        Ok(())
    }
}

/// Puts a value behind the text: itself, or its JSON, and then says so.
struct Text<'a>(&'a mut String);

impl Text<'_> {
    fn json(self, value: &Value) -> bool {
        self.0.push_str(&value.to_string());
        true
    }
}

impl<'de> DeserializeSeed<'de> for Text<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Text<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<bool, E> {
        self.0.push_str(text);
        Ok(false)
    }

    fn visit_u64<E>(self, number: u64) -> Result<bool, E> {
        Ok(self.json(&number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<bool, E> {
        Ok(self.json(&number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<bool, E> {
        Ok(self.json(&number.into()))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<bool, E> {
        Ok(self.json(&truth.into()))
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(self.json(&Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<bool, A::Error> {
        As::Plain.visit_seq(list).map(|value| self.json(&value.into_json()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<bool, A::Error> {
        As::Plain.visit_map(map).map(|value| self.json(&value.into_json()))
    }
}
