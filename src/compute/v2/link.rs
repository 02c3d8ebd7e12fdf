//! [`Link`]: where else an image can be found.

use std::borrow::Cow;

use serde::Serialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess};
use serde_json::value::RawValue;

use super::kept::{Kept, Rest};
use super::name::Name;
use super::slot::{Fill, Slot};

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

/// A word that is not copied where it is one that every image repeats.
impl Slot for Option<Cow<'static, str>> {
    fn text(&mut self, word: &str) -> bool {
        *self = Some(match KNOWN.into_iter().find(|known| *known == word) {
            Some(known) => Cow::Borrowed(known),
            None => Cow::Owned(word.to_owned()),
        });
        true
    }
}

/// The links of a list; the list is kept, too, where there is more in it, and
/// where there is nothing in it.
impl Slot for Vec<Link> {
    fn list<'de, A: SeqAccess<'de>>(&mut self, mut list: A) -> Result<Option<Kept>, A::Error> {
        self.clear();
        // As every image of Nova has.
        self.reserve_exact(3);
        let mut all: Option<Vec<Kept>> = None;
        while let Some((link, kept)) = list.next_element_seed(LinkSeed)? {
            if kept.is_some() && all.is_none() {
                all = Some(self.iter().map(Kept::of).collect());
            }
            if let Some(all) = &mut all {
                all.extend(kept.or_else(|| link.as_ref().map(Kept::of)));
            }
            self.extend(link);
        }
        if self.is_empty() {
            *self = Vec::new();
            all.get_or_insert_default();
        }
        Ok(all.map(|all| Kept::of_all(&all)))
    }
}

/// Reads any value: the link in it, and the value where it is not just that.
struct LinkSeed;

impl<'de> DeserializeSeed<'de> for LinkSeed {
    type Value = (Option<Link>, Option<Kept>);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let mut link = None;
        let kept = Fill(&mut link).deserialize(deserializer)?;
        Ok((link, kept))
    }
}

impl Slot for Option<Link> {
    fn object<'de, A: MapAccess<'de>>(&mut self, mut map: A) -> Result<Option<Kept>, A::Error> {
        let (mut rel, mut href, mut kind) = (None, None::<String>, None);
        let mut rest = Rest::default();
        while let Some(Name(name)) = map.next_key()? {
            let kept = match &*name {
                "rel" => map.next_value_seed(Fill(&mut rel))?,
                "href" => map.next_value_seed(Fill(&mut href))?,
                "type" => map.next_value_seed(Fill(&mut kind))?,
                _ => Some(Kept::from(map.next_value::<&RawValue>()?)),
            };
            if let Some(kept) = kept {
                rest.keep(name, kept);
            }
        }
        let is_whole = rest.is_empty() && rel.is_some() && href.is_some();
        if !is_whole {
            let texts =
                [("rel", rel.as_deref()), ("href", href.as_deref()), ("type", kind.as_deref())];
            for (name, text) in texts {
                if let Some(text) = text {
                    rest.keep(name, Kept::of(&text));
                }
            }
        }
        *self = rel.zip(href).map(|(rel, href)| Link { rel, href, kind });
        Ok((!is_whole).then(|| rest.as_object()))
    }
}
