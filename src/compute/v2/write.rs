//! From an [`Image`] back to what Nova sent.

use jiff::Timestamp;
use serde::de::DeserializeSeed;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::image::Image;
use super::kept::{Kept, Rest, json};
use super::slot::{Fill, FillOne, Slot};

impl Serialize for Image {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let time = |time: Option<Timestamp>| time.map(|time| time.to_string());
        let metadata = self.metadata.is_told().then_some(&self.metadata);
        let links = (!self.links.is_empty()).then_some(&self.links);
        let mut image = Fields {
            map: serializer.serialize_map(None)?,
            rest: self.unheld(),
        };
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

impl Image {
    /// What came that no field holds, but for what the program changed since.
    fn unheld(&self) -> Rest {
        let mut rest = self.rest.as_deref().cloned().unwrap_or_default();
        for (name, now) in [("created", self.created), ("updated", self.updated)] {
            if rest.get(name).is_some_and(|kept| time(&kept) != now) {
                rest.forget(name);
            }
        }
        if rest
            .get("links")
            .is_some_and(|kept| read::<Vec<_>>(&kept) != self.links)
        {
            rest.forget("links");
        }
        if rest
            .get("server")
            .is_some_and(|kept| read::<Option<_>>(&kept) != self.server)
        {
            rest.forget("server");
        }
        rest
    }
}

/// The fields that may hold a part of what came: the whole stands for them.
const PARTS: [&str; 4] = ["created", "updated", "links", "server"];

struct Fields<M> {
    map: M,
    rest: Rest,
}

impl<M: SerializeMap> Fields<M> {
    /// One field, unless it is empty, or what came stands in its place.
    fn field(&mut self, name: &str, value: Option<impl Serialize>) -> Result<(), M::Error> {
        let Some(value) = value else { return Ok(()) };
        if PARTS.contains(&name) && self.rest.has(name) {
            return Ok(());
        }
        self.rest.forget(name);
        self.map.serialize_entry(name, &value)
    }

    fn end(mut self) -> Result<M::Ok, M::Error> {
        for (name, text) in self.rest.iter() {
            self.map.serialize_entry(name, &json(text))?;
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

fn time(kept: &Kept) -> Option<Timestamp> {
    let mut time = None;
    let _ = FillOne(&mut time).deserialize(&mut kept.reader());
    time
}
