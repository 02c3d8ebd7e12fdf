//! [`Link`]: where else an image can be found.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;

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

impl Link {
    /// The links of a list, and whether that is all there was in it.
    pub(super) fn read_all(list: &Value) -> (Vec<Self>, bool) {
        let Some(list) = list.as_array() else { return (Vec::new(), false) };
        let links: Vec<_> = list.iter().filter_map(Self::read).collect();
        let whole = links.len() == list.len()
            && list.iter().zip(&links).all(|(value, link)| {
                value
                    .as_object()
                    .is_some_and(|map| map.len() == 2 + usize::from(link.kind.is_some()))
            });
        (links, whole)
    }

    fn read(value: &Value) -> Option<Self> {
        let text = |key| value.get(key).and_then(Value::as_str);
        Some(Self {
            rel: shared(text("rel")?),
            href: text("href")?.to_owned(),
            kind: text("type").map(shared),
        })
    }
}

fn shared(word: &str) -> Cow<'static, str> {
    match KNOWN.into_iter().find(|known| *known == word) {
        Some(known) => Cow::Borrowed(known),
        None => Cow::Owned(word.to_owned()),
    }
}
