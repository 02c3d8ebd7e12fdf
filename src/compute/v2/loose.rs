//! [`Loose`]: a value of an answer, which may be anything.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::link::{self, Link};
use super::metadata::Metadata;
use super::status::ImageStatus;

/// What a value is read as, where it can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum As {
    Plain,
    /// Text, of which most is known beforehand.
    Word,
    Status,
    Time,
    Link,
    Links,
    Metadata,
}

/// Any JSON, with the kinds that fields are made of at hand.
#[derive(Debug)]
pub(super) enum Loose {
    Text(String),
    Word(Cow<'static, str>),
    Number(u64),
    Status(ImageStatus),
    /// A time, and the text where that is not Nova's usual form.
    Time(Timestamp, Option<String>),
    /// A link, and the object as it came where it is more than that.
    Link(Link, Option<Value>),
    /// Links, and the list as it came where they are not the whole of it.
    Links(Vec<Link>, Option<Value>),
    Metadata(Metadata),
    Other(Value),
}

impl Loose {
    /// As it came.
    pub(super) fn into_json(self) -> Value {
        match self {
            Self::Text(text) => text.into(),
            Self::Word(word) => word.into_owned().into(),
            Self::Number(number) => number.into(),
            Self::Other(value) | Self::Link(_, Some(value)) | Self::Links(_, Some(value)) => value,
            Self::Status(status) => status.as_str().into(),
            Self::Time(time, text) => text.unwrap_or_else(|| time.to_string()).into(),
            Self::Link(link, None) => serde_json::to_value(link).unwrap_or_default(),
            Self::Links(links, None) => serde_json::to_value(links).unwrap_or_default(),
            Self::Metadata(metadata) => serde_json::to_value(metadata).unwrap_or_default(),
        }
    }
}

impl<'de> DeserializeSeed<'de> for As {
    type Value = Loose;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Loose, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for As {
    type Value = Loose;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<Loose, E> {
        Ok(match self {
            Self::Word => Loose::Word(link::shared(text)),
            Self::Status => Loose::Status(text.into()),
            Self::Time => time(text),
            _ => Loose::Text(text.to_owned()),
        })
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
        if self == Self::Links {
            return link::read_list(list).map(|(links, odd)| Loose::Links(links, odd));
        }
        Value::deserialize(SeqAccessDeserializer::new(list)).map(Loose::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Loose, A::Error> {
        if self == Self::Link {
            return link::read_one(map);
        }
        let map = MapAccessDeserializer::new(map);
        if self == Self::Metadata {
            return Metadata::deserialize(map).map(Loose::Metadata);
        }
        Value::deserialize(map).map(Loose::Other)
    }
}

/// Nova writes `2026-11-23T12:00:00Z`; another form is read if it can be, and
/// kept as it came.
fn time(text: &str) -> Loose {
    let without_zone = || TimeZone::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok();
    match text.parse().ok().or_else(without_zone) {
        None => Loose::Text(text.to_owned()),
        Some(time) => {
            let usual = text.len() == "2026-11-23T12:00:00Z".len() && text.ends_with('Z');
            Loose::Time(time, (!usual).then(|| text.to_owned()))
        }
    }
}
