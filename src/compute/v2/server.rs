//! [`ServerRef`]: the server that an image was made from.

use serde::Serialize;
use serde::de::DeserializeSeed;
use serde_json::Value;

use super::link::Link;
use super::loose::{As, Loose};

/// The server that an image was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ServerRef {
    /// The id of the server, which may be long gone.
    pub id: String,
    /// Where it can be found.
    pub links: Vec<Link>,
}

impl ServerRef {
    /// The server of an answer, and whether that is all that was said of it.
    pub(super) fn read(value: &Value) -> Option<(Self, bool)> {
        let id = value["id"].as_str()?.to_owned();
        match As::Links.deserialize(&value["links"]) {
            Ok(Loose::Links(links, odd)) => {
                let fields = value.as_object().map_or(0, serde_json::Map::len);
                Some((Self { id, links }, odd.is_none() && fields == 2))
            }
            _ => Some((Self { id, links: Vec::new() }, false)),
        }
    }
}
