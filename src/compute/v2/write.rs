//! From an [`Image`] back to what Nova sent.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::de::DeserializeSeed;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::image::Image;
use super::kept::Kept;
use super::slot::{Fill, Slot};

impl Serialize for Image {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rest = self.rest.iter().flat_map(|rest| rest.iter()).collect();
        let time = |time: Option<Timestamp>| time.map(|time| time.to_string());
        let metadata = self.metadata.is_told().then_some(&self.metadata);
        let links = (!self.links.is_empty()).then_some(&self.links);
        let mut image = Fields { map: serializer.serialize_map(None)?, rest };
        image.overtake("created", &self.created);
        image.overtake("updated", &self.updated);
        image.overtake("links", &self.links);
        image.overtake("server", &self.server);
        image.field("id", Some(&self.id))?;
        image.field("name", self.name.as_ref())?;
        image.field("minRam", self.min_ram)?;
        image.field("minDisk", self.min_disk)?;
        image.field("metadata", metadata)?;
        image.field("created", time(self.created))?;
        image.field("updated", time(self.updated))?;
        image.field("status", self.status.as_ref())?;
        image.field("progress", self.progress)?;
        image.field("OS-EXT-IMG-SIZE:size", self.size)?;
        image.field("OS-DCF:diskConfig", self.disk_config.as_ref())?;
        image.field("server", self.server.as_ref())?;
        image.field("links", links)?;
        image.end()
    }
}

/// The fields that may hold a part of what came: the whole stands for them.
const PARTS: [&str; 4] = ["created", "updated", "links", "server"];

struct Fields<'a, M> {
    map: M,
    /// What came that no field holds, and was not overtaken since.
    rest: BTreeMap<&'a str, &'a Kept>,
}

impl<M: SerializeMap> Fields<'_, M> {
    /// Forgets what came where the field no longer holds what was read of it.
    fn overtake<S: Slot + Default + PartialEq>(&mut self, name: &str, now: &S) {
        if self.rest.get(name).is_some_and(|kept| read::<S>(kept) != *now) {
            self.rest.remove(name);
        }
    }

    /// One field, unless it is empty, or what came stands in its place.
    fn field(&mut self, name: &str, value: Option<impl Serialize>) -> Result<(), M::Error> {
        let Some(value) = value else { return Ok(()) };
        if PARTS.contains(&name) && self.rest.contains_key(name) {
            return Ok(());
        }
        self.rest.remove(name);
        self.map.serialize_entry(name, &value)
    }

    fn end(mut self) -> Result<M::Ok, M::Error> {
        for (name, value) in self.rest {
            self.map.serialize_entry(name, value)?;
        }
        self.map.end()
    }
}

/// What a field makes of it.
fn read<S: Slot + Default>(kept: &Kept) -> S {
    let mut field = S::default();
    // Whatever it is, it was read before.
    let _ = Fill(&mut field).deserialize(&mut kept.reader());
    field
}
