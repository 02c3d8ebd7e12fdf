//! [`Metadata`] from JSON and back.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::items::Gathered;
use super::kept::{Kept, json};
use super::metadata::Metadata;
use super::metadata_value::MetadataValue;
use super::slot::Slot;

impl Serialize for Metadata {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (key, value) in self.entries() {
            match value {
                MetadataValue::Text(text) => map.serialize_entry(key, text)?,
                MetadataValue::Json(text) => map.serialize_entry(key, &json(text))?,
            }
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut items = Gathered::default();
        deserializer.deserialize_map(Read {
            items: &mut items,
            is_raw: false,
        })?;
        Ok(items.sorted().into())
    }
}

/// Reads metadata of an answer on their own.
#[derive(Clone, Copy)]
pub(super) struct MetadataSeed;

impl<'de> DeserializeSeed<'de> for MetadataSeed {
    type Value = Metadata;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Metadata, D::Error> {
        let mut items = Gathered::default();
        deserializer.deserialize_map(Read {
            items: &mut items,
            is_raw: true,
        })?;
        Ok(items.sorted().into())
    }
}

/// Metadata within an answer: the second is where those of one image after the
/// other are read to, before they are kept in no more memory than they need.
pub(super) struct Within<'a>(pub(super) &'a mut Metadata, pub(super) &'a mut Gathered);

impl Slot for Within<'_> {
    fn object<'de, A: MapAccess<'de>>(&mut self, map: A) -> Result<Option<Kept>, A::Error> {
        self.1.clear();
        Read {
            items: self.1,
            is_raw: true,
        }
        .visit_map(map)?;
        *self.0 = self.1.sorted().into();
        Ok(None)
    }
}

/// Reads the items of an object.
struct Read<'a> {
    items: &'a mut Gathered,
    /// Whether this is JSON text, so that what is no string is kept as it came.
    is_raw: bool,
}

impl<'de> Visitor<'de> for Read<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of metadata")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { items, is_raw } = self;
        let mut start = items.text.len();
        while map.next_key_seed(Key(&mut items.text))?.is_some() {
            let middle = items.text.len();
            let is_json = map.next_value_seed(Text {
                text: &mut items.text,
                is_raw,
            })?;
            items.add(start, middle, is_json);
            start = items.text.len();
        }
        Ok(())
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
struct Text<'a> {
    text: &'a mut String,
    is_raw: bool,
}

impl Text<'_> {
    fn json(self, value: impl Into<Value>) -> bool {
        self.text.push_str(&value.into().to_string());
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
        self.text.push_str(text);
        Ok(false)
    }

    fn visit_u64<E>(self, number: u64) -> Result<bool, E> {
        Ok(self.json(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<bool, E> {
        Ok(self.json(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<bool, E> {
        Ok(self.json(number))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<bool, E> {
        Ok(self.json(truth))
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(self.json(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<bool, A::Error> {
        if self.is_raw {
            self.text.push_str(&Kept::list(list)?.in_order());
            return Ok(true);
        }
        Ok(self.json(Value::deserialize(SeqAccessDeserializer::new(list))?))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<bool, A::Error> {
        if self.is_raw {
            self.text.push_str(&Kept::object(map)?.in_order());
            return Ok(true);
        }
        Ok(self.json(Value::deserialize(MapAccessDeserializer::new(map))?))
    }
}
