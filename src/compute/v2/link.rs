//! [`Link`]: where else an image can be found.

use std::borrow::Cow;

use serde::Serialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess};
use serde_json::value::RawValue;

use super::kept::{Kept, Rest};
use super::name::Name;
use super::slot::{Fill, FillOne, Scalar, Slot};

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

impl Link {
    /// The link as it came.
    pub(super) fn as_kept(&self) -> Kept {
        object(
            Rest::default(),
            [Some(&self.rel), Some(&self.href), self.kind.as_deref()],
        )
    }
}

/// A link with these texts, and what else is in it.
fn object(mut rest: Rest, texts: [Option<&str>; 3]) -> Kept {
    for (name, text) in ["rel", "href", "type"].into_iter().zip(texts) {
        if let Some(text) = text {
            rest.keep(name, Kept::of(text));
        }
    }
    rest.as_object()
}

/// The words that every image repeats, so that they are not copied for each.
const KNOWN: [&str; 4] = [
    "self",
    "bookmark",
    "alternate",
    "application/vnd.openstack.image",
];

/// A word that is not copied where it is one that every image repeats.
impl Scalar for Option<Cow<'static, str>> {
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
                all = Some(self.iter().map(Link::as_kept).collect());
            }
            if let Some(all) = &mut all {
                all.extend(kept.or_else(|| link.as_ref().map(Link::as_kept)));
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
                "rel" => map.next_value_seed(FillOne(&mut rel))?,
                "href" => map.next_value_seed(FillOne(&mut href))?,
                "type" => map.next_value_seed(FillOne(&mut kind))?,
                _ => Some(Kept::from(map.next_value::<&RawValue>()?)),
            };
            if let Some(kept) = kept {
                rest.keep(name, kept);
            }
        }
        let is_whole = rest.is_empty() && rel.is_some() && href.is_some();
        let kept =
            (!is_whole).then(|| object(rest, [rel.as_deref(), href.as_deref(), kind.as_deref()]));
        *self = rel.zip(href).map(|(rel, href)| Link { rel, href, kind });
        Ok(kept)
    }
}
