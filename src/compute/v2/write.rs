//! From an [`Image`] back to what Nova sent.

use jiff::Timestamp;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::image::Image;

impl Serialize for Image {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let none = Map::new();
        let more = self.more.as_deref().unwrap_or(&none);
        let time = |time: Option<Timestamp>| time.map(|time| time.to_string());
        let metadata = self.told.0 || !self.metadata.is_empty();
        let links = self.told.1 || !self.links.is_empty();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        entry(&mut map, more, "name", self.name.as_ref())?;
        entry(&mut map, more, "minRam", self.min_ram)?;
        entry(&mut map, more, "minDisk", self.min_disk)?;
        entry(&mut map, more, "metadata", metadata.then_some(&self.metadata))?;
        entry(&mut map, more, "created", time(self.created))?;
        entry(&mut map, more, "updated", time(self.updated))?;
        entry(&mut map, more, "status", self.status.as_ref())?;
        entry(&mut map, more, "progress", self.progress)?;
        entry(&mut map, more, "OS-EXT-IMG-SIZE:size", self.size)?;
        entry(&mut map, more, "OS-DCF:diskConfig", self.disk_config.as_ref())?;
        entry(&mut map, more, "server", self.server.as_ref())?;
        entry(&mut map, more, "links", links.then_some(&self.links))?;
        for (key, value) in more {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// One field, unless it is empty, or what came stands in its place.
fn entry<M: SerializeMap>(
    map: &mut M,
    more: &Map<String, Value>,
    name: &str,
    value: Option<impl Serialize>,
) -> Result<(), M::Error> {
    match value {
        Some(value) if !more.contains_key(name) => map.serialize_entry(name, &value),
        _ => Ok(()),
    }
}
