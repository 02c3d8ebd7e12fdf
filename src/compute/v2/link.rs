//! [`Link`]: where else an image can be found.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::loose::{As, Loose};

/// An address of an image, or of a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Link {
    /// What it is: `self`, with the version in it; `bookmark`, without; or
    /// `alternate`, at the Image service.
    pub rel: Cow<'static, str>,
    /// The address, as the server sees itself; from outside it may be another.
    pub href: String,
    /// The media type of what is there, for `alternate`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<Cow<'static, str>>,
}

/// The words that every image repeats, so that they are not copied for each.
const KNOWN: [&str; 4] = ["self", "bookmark", "alternate", "application/vnd.openstack.image"];

/// Reads the links of a list, and gives the list as it came, too, where there
/// is more in it than links.
pub(super) fn read_list<'de, A: SeqAccess<'de>>(
    mut list: A,
) -> Result<(Vec<Link>, Option<Value>), A::Error> {
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
    Ok((links, all.map(Value::Array)))
}

/// Reads one link; what is more than a link, or less, is given as it came.
pub(super) fn read_one<'de, A: MapAccess<'de>>(mut map: A) -> Result<Loose, A::Error> {
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

/// A word that is not copied where it is one that every image repeats.
pub(super) fn shared(word: &str) -> Cow<'static, str> {
    match KNOWN.into_iter().find(|known| *known == word) {
        Some(known) => Cow::Borrowed(known),
        None => Cow::Owned(word.to_owned()),
    }
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
