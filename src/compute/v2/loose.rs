//! [`Loose`]: a value of an answer, which may be anything.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::link::{Link, shared};
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
            Self::Word => Loose::Word(shared(text)),
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
            return read_links(list);
        }
        Value::deserialize(SeqAccessDeserializer::new(list)).map(Loose::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Loose, A::Error> {
        if self == Self::Link {
            return read_link(map);
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

/// Reads the links of a list, and gives the list as it came, too, where there
/// is more in it than links.
fn read_links<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Loose, A::Error> {
    let mut links = Vec::with_capacity(3);
    let mut all: Option<Vec<Value>> = None;
    while let Some(value) = list.next_element_seed(As::Link)? {
        let (link, odd) = match value {
            Loose::Link(link, odd) => (Some(link), odd),
            other => (None, Some(other.into_json())),
        };
        if odd.is_some() && all.is_none() {
            all = Some(links.iter().map(as_json).collect());
        }
        if let Some(all) = &mut all {
            all.extend(odd.or_else(|| link.as_ref().map(as_json)));
        }
        links.extend(link);
    }
    Ok(Loose::Links(links, all.map(Value::Array)))
}

/// Reads one link; what is more than a link, or less, is given as it came.
fn read_link<'de, A: MapAccess<'de>>(mut map: A) -> Result<Loose, A::Error> {
    let (mut rel, mut href, mut kind) = (None, None, None);
    let mut more = Map::new();
    while let Some(key) = map.next_key::<Key>()? {
        match (key, map.next_value_seed(As::Word)?) {
            (Key::Rel, Loose::Word(word)) => rel = Some(word),
            (Key::Href, Loose::Word(word)) => href = Some(word.into_owned()),
            (Key::Kind, Loose::Word(word)) => kind = Some(word),
            (key, value) => {
                more.insert(key.into_name(), value.into_json());
            }
        }
    }
    let is_whole = more.is_empty();
    let (rel, href) = match (rel, href) {
        (Some(rel), Some(href)) => (rel, href),
        (rel, href) => {
            let texts = [("rel", rel), ("href", href.map(Cow::Owned)), ("type", kind)];
            let texts = texts.into_iter().filter_map(|(name, text)| Some((name, text?)));
            more.extend(texts.map(|(name, text)| (name.to_owned(), text.into_owned().into())));
            return Ok(Loose::Other(Value::Object(more)));
        }
    };
    let link = Link { rel, href, kind };
    if is_whole {
        return Ok(Loose::Link(link, None));
    }
    if let Value::Object(named) = as_json(&link) {
        more.extend(named);
    }
    Ok(Loose::Link(link, Some(Value::Object(more))))
}

fn as_json(link: &Link) -> Value {
    serde_json::to_value(link).unwrap_or_default()
}

/// The name of a field, without a copy of those that are known.
enum Key {
    Rel,
    Href,
    Kind,
    Other(String),
}

impl Key {
    fn into_name(self) -> String {
        match self {
            Self::Rel => "rel".to_owned(),
            Self::Href => "href".to_owned(),
            Self::Kind => "type".to_owned(),
            Self::Other(name) => name,
        }
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;

        impl Visitor<'_> for Name {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field of a link")
            }

            fn visit_str<E>(self, name: &str) -> Result<Key, E> {
                Ok(match name {
                    "rel" => Key::Rel,
                    "href" => Key::Href,
                    "type" => Key::Kind,
                    other => Key::Other(other.to_owned()),
                })
            }
        }

        deserializer.deserialize_identifier(Name)
    }
}
