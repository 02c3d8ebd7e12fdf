//! [`Image`], and [`Images`]: all images in the order of lists.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Bound;
use std::sync::Arc;

use jiff::Timestamp;

use crate::data::Checksums;

/// An image as Glance stores it.
#[derive(Clone, Debug)]
pub(crate) struct Image {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    /// The id of the owning project. Empty if the owner is null.
    pub(crate) owner: String,
    pub(crate) visibility: String,
    /// The status in Glance.
    pub(crate) status: String,
    pub(crate) min_disk: u64,
    pub(crate) min_ram: u64,
    pub(crate) size: Option<u64>,
    pub(crate) virtual_size: Option<u64>,
    /// The checksums of the uploaded data.
    pub(crate) checksums: Option<Arc<Checksums>>,
    /// The bytes in the store, which can differ from the uploaded data.
    pub(crate) data: Option<Arc<Vec<u8>>>,
    pub(crate) protected: bool,
    pub(crate) hidden: bool,
    pub(crate) disk_format: Option<String>,
    pub(crate) container_format: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) members: Vec<Member>,
    pub(crate) properties: Properties,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
}

/// A project that an image is shared with.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    /// The id of the project.
    pub(crate) id: String,
    /// `pending`, `accepted` or `rejected`.
    pub(crate) status: String,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
}

/// The properties of an image, in the order of Glance's table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Properties(Vec<Property>);

/// A row of Glance's table. A removed property keeps its position, and gets it
/// back when a property with the same name is added.
#[derive(Clone, Debug)]
struct Property {
    name: String,
    value: Option<String>,
    removed: bool,
}

impl Image {
    /// The names and values. A value can be null.
    pub(crate) fn properties(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let live = self.properties.0.iter().filter(|it| !it.removed);
        live.map(|it| (it.name.as_str(), it.value.as_deref()))
    }

    /// The value of a property, which can be null.
    pub(crate) fn property(&self, name: &str) -> Option<Option<&str>> {
        self.properties()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    pub(crate) fn set_property(&mut self, name: &str, value: Option<String>) {
        match self.properties.0.iter_mut().find(|it| it.name == name) {
            Some(old) => (old.value, old.removed) = (value, false),
            None => {
                self.properties.0.push(Property {
                    name: name.to_owned(),
                    value,
                    removed: false,
                });
            }
        }
    }

    pub(crate) fn remove_property(&mut self, name: &str) {
        for property in self.properties.0.iter_mut().filter(|it| it.name == name) {
            property.removed = true;
        }
    }

    fn position(&self) -> Position {
        (Reverse(self.created), Reverse(self.id.clone()))
    }
}

/// Newest first; with the same time, the greater id first.
type Position = (Reverse<Timestamp>, Reverse<String>);

/// All images, in the order of Glance's lists.
#[derive(Debug, Default)]
pub(crate) struct Images {
    by_position: BTreeMap<Position, Image>,
    positions: HashMap<String, Position>,
    /// The ids of deleted images, which cannot be used again.
    deleted: HashSet<String>,
}

impl Images {
    pub(crate) fn insert(&mut self, image: Image) {
        self.positions.insert(image.id.clone(), image.position());
        self.by_position.insert(image.position(), image);
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Image> {
        self.by_position.get(self.positions.get(id)?)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Image> {
        self.by_position.get_mut(self.positions.get(id)?)
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<Image> {
        let position = self.positions.remove(id)?;
        self.deleted.insert(id.to_owned());
        self.by_position.remove(&position)
    }

    /// Whether an image has this id, or had it before it was deleted.
    pub(crate) fn is_used(&self, id: &str) -> bool {
        self.positions.contains_key(id) || self.deleted.contains(id)
    }

    pub(crate) fn len(&self) -> usize {
        self.by_position.len()
    }

    /// The images after the marker, or all of them.
    pub(crate) fn after(&self, marker: Option<&Image>) -> impl Iterator<Item = &Image> {
        let from = marker.map_or(Bound::Unbounded, |it| Bound::Excluded(it.position()));
        self.by_position
            .range((from, Bound::Unbounded))
            .map(|(_, image)| image)
    }
}

#[cfg(test)]
mod tests {
    use crate::new_image::NewImage;

    use super::*;

    fn image(id: &str, second: i64) -> Image {
        let created = Timestamp::from_second(second).unwrap();
        NewImage::named("x")
            .id(id)
            .create("p".to_owned(), Vec::new(), created)
    }

    #[test]
    fn images_are_sorted_by_time_and_id() {
        let mut images = Images::default();
        for (id, second) in [("a", 1), ("b", 2), ("d", 2), ("c", 2)] {
            images.insert(image(id, second));
        }
        let ids = |marker: Option<&str>| -> Vec<String> {
            let marker = marker.and_then(|it| images.get(it));
            images.after(marker).map(|it| it.id.clone()).collect()
        };
        assert_eq!(ids(None), ["d", "c", "b", "a"]);
        assert_eq!(ids(Some("c")), ["b", "a"]);
        assert_eq!(ids(Some("a")), [""; 0]);
    }

    #[test]
    fn a_property_that_is_added_again_has_its_previous_position() {
        let mut image = image("a", 1);
        for name in ["z", "y", "x"] {
            image.set_property(name, Some("1".to_owned()));
        }
        image.remove_property("y");
        image.set_property("w", None);
        image.set_property("y", Some("2".to_owned()));
        let found: Vec<_> = image.properties().collect();
        assert_eq!(
            found,
            [
                ("z", Some("1")),
                ("y", Some("2")),
                ("x", Some("1")),
                ("w", None)
            ]
        );
    }
}
