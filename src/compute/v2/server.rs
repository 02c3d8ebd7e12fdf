//! [`ServerRef`]: the server that an image was made from.

use serde::Serialize;
use serde::de::MapAccess;
use serde_json::value::RawValue;

use super::kept::{Kept, Rest};
use super::link::Link;
use super::name::Name;
use super::slot::{Fill, FillOne, Slot};

/// The server that an image was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ServerRef {
    /// The id of the server, which may be long gone.
    pub id: String,
    /// Where it can be found.
    pub links: Vec<Link>,
}

impl Slot for Option<Box<ServerRef>> {
    fn object<'de, A: MapAccess<'de>>(&mut self, mut map: A) -> Result<Option<Kept>, A::Error> {
        let (mut id, mut links) = (None::<String>, Vec::new());
        let mut rest = Rest::default();
        while let Some(Name(name)) = map.next_key()? {
            let kept = match &*name {
                "id" => map.next_value_seed(FillOne(&mut id))?,
                "links" => map.next_value_seed(Fill(&mut links))?,
                _ => Some(Kept::from(map.next_value::<&RawValue>()?)),
            };
            if let Some(kept) = kept {
                rest.keep(name, kept);
            }
        }
        // Links that are kept, or are not there, are none.
        let is_whole = rest.is_empty() && id.is_some() && !links.is_empty();
        if !is_whole {
            if let Some(id) = &id {
                rest.keep("id", Kept::of(id.as_str()));
            }
            if !links.is_empty() && !rest.has("links") {
                let links: Vec<_> = links.iter().map(Link::as_kept).collect();
                rest.keep("links", Kept::of_all(&links));
            }
        }
        *self = id.map(|id| Box::new(ServerRef { id, links }));
        Ok((!is_whole).then(|| rest.as_object()))
    }
}
