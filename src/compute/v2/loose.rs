//! [`Loose`]: a field of an answer that may be anything.

use std::fmt;

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::metadata::Metadata;

/// Any JSON, with the kinds that fields are made of at hand.
#[derive(Debug)]
pub(super) enum Loose {
    Text(String),
    Number(u64),
    Metadata(Metadata),
    Other(Value),
}

impl Loose {
    /// As it came.
    pub(super) fn into_json(self) -> Value {
        match self {
            Self::Text(text) => text.into(),
            Self::Number(number) => number.into(),
            Self::Metadata(metadata) => metadata.into_json(),
            Self::Other(value) => value,
        }
    }
}

/// Reads anything; an object as metadata, where that is what it should be.
pub(super) struct Anything {
    pub(super) as_metadata: bool,
}

impl<'de> DeserializeSeed<'de> for Anything {
    type Value = Loose;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Loose, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Anything {
    type Value = Loose;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<Loose, E> {
        Ok(Loose::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Loose, E> {
        Ok(Loose::Text(text))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Loose, E> {
        Ok(Loose::Number(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Loose, E> {
        Ok(u64::try_from(number).map_or_else(|_| Loose::Other(number.into()), Loose::Number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Loose, E> {
        Ok(Loose::Other(number.into()))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Loose, E> {
        Ok(Loose::Other(truth.into()))
    }

    fn visit_unit<E>(self) -> Result<Loose, E> {
        Ok(Loose::Other(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Loose, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(list)).map(Loose::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Loose, A::Error> {
        let map = MapAccessDeserializer::new(map);
        if self.as_metadata {
            Metadata::deserialize(map).map(Loose::Metadata)
        } else {
            Value::deserialize(map).map(Loose::Other)
        }
    }
}
