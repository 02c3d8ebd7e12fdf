//! [`Image`], [`NewImage`], and [`Images`]: the images in their order.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::time::Duration;

use jiff::Timestamp;

use crate::text;

/// An image as Glance holds it.
#[derive(Clone, Debug)]
pub(crate) struct Image {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    /// The id of a project.
    pub(crate) owner: String,
    pub(crate) visibility: String,
    /// One of Glance's own words.
    pub(crate) status: String,
    pub(crate) min_disk: u64,
    pub(crate) min_ram: u64,
    pub(crate) size: Option<u64>,
    pub(crate) protected: bool,
    pub(crate) hidden: bool,
    pub(crate) disk_format: Option<String>,
    pub(crate) container_format: Option<String>,
    pub(crate) tags: Vec<String>,
    /// The id of a project, and whether it accepted.
    pub(crate) members: Vec<(String, bool)>,
    properties: Vec<Property>,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
}

/// A row of Glance's table: one that was removed keeps its place, and has it
/// again when a property of that name comes back.
#[derive(Clone, Debug)]
struct Property {
    name: String,
    value: Option<String>,
    removed: bool,
}

impl Image {
    /// Names and values; Glance's may be null.
    pub(crate) fn properties(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let live = self.properties.iter().filter(|it| !it.removed);
        live.map(|it| (it.name.as_str(), it.value.as_deref()))
    }

    /// The value of a property, which may be null.
    pub(crate) fn property(&self, name: &str) -> Option<Option<&str>> {
        self.properties().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    pub(crate) fn set_property(&mut self, name: &str, value: Option<String>) {
        match self.properties.iter_mut().find(|it| it.name == name) {
            Some(old) => (old.value, old.removed) = (value, false),
            None => self.properties.push(Property { name: name.to_owned(), value, removed: false }),
        }
    }

    pub(crate) fn remove_property(&mut self, name: &str) {
        for property in self.properties.iter_mut().filter(|it| it.name == name) {
            property.removed = true;
        }
    }

    fn place(&self) -> Place {
        (Reverse(self.created), Reverse(self.id.clone()))
    }
}

/// Newest first; of two of one moment, the greater id first.
type Place = (Reverse<Timestamp>, Reverse<String>);

/// Every image, in the order of Glance's lists.
#[derive(Debug, Default)]
pub(crate) struct Images {
    by_place: BTreeMap<Place, Image>,
    places: HashMap<String, Place>,
}

impl Images {
    pub(crate) fn insert(&mut self, image: Image) {
        self.places.insert(image.id.clone(), image.place());
        self.by_place.insert(image.place(), image);
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Image> {
        self.by_place.get(self.places.get(id)?)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Image> {
        self.by_place.get_mut(self.places.get(id)?)
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<Image> {
        self.by_place.remove(&self.places.remove(id)?)
    }

    pub(crate) fn len(&self) -> usize {
        self.by_place.len()
    }

    /// The images after that one, or all of them.
    pub(crate) fn after(&self, marker: Option<&Image>) -> impl Iterator<Item = &Image> {
        let from = marker.map_or(Bound::Unbounded, |it| Bound::Excluded(it.place()));
        self.by_place.range((from, Bound::Unbounded)).map(|(_, image)| image)
    }
}

/// An image to be made with [`Sandbox::add_image`]: a private one of the
/// project `demo`, active, with no metadata, made now.
///
/// ```
/// use opencloud_sandbox::{NewImage, Sandbox};
///
/// let sandbox = Sandbox::start();
/// let id = sandbox.add_image(
///     NewImage::named("web").metadata([("os_distro", "debian")]).min_disk(20).status("queued"),
/// );
/// assert!(sandbox.has_image(&id));
/// ```
///
/// [`Sandbox::add_image`]: crate::Sandbox::add_image
#[derive(Clone, Debug)]
#[must_use]
pub struct NewImage {
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) owner: String,
    visibility: String,
    status: String,
    min_disk: u64,
    min_ram: u64,
    size: u64,
    protected: bool,
    hidden: bool,
    tags: Vec<String>,
    pub(crate) shared_with: Vec<String>,
    properties: Vec<(String, Option<String>)>,
    pub(crate) age: Duration,
}

impl NewImage {
    /// An image of that name.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..Self::nameless() }
    }

    /// An image whose name is null.
    pub fn nameless() -> Self {
        Self {
            id: None,
            name: None,
            owner: "demo".to_owned(),
            visibility: "private".to_owned(),
            status: "active".to_owned(),
            min_disk: 0,
            min_ram: 0,
            size: 100,
            protected: false,
            hidden: false,
            tags: Vec::new(),
            shared_with: Vec::new(),
            properties: Vec::new(),
            age: Duration::ZERO,
        }
    }

    /// With that id instead of a random one; an image of that id is replaced.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Owned by that project, by name: `demo`, `other`, `admin`.
    pub fn owner(mut self, project: impl Into<String>) -> Self {
        self.owner = project.into();
        self
    }

    /// `private`, `shared`, `community` or `public`.
    pub fn visibility(mut self, visibility: impl Into<String>) -> Self {
        self.visibility = visibility.into();
        self
    }

    /// Shared with that project, by name, which has accepted it.
    pub fn shared_with(mut self, project: impl Into<String>) -> Self {
        "shared".clone_into(&mut self.visibility);
        self.shared_with.push(project.into());
        self
    }

    /// One of Glance's words: `queued`, `saving`, `active`, `killed`,
    /// `deactivated` and the like. Nova shows SAVING, ACTIVE, ERROR or UNKNOWN.
    pub fn status(mut self, status: impl Into<String>) -> Self {
        self.status = status.into();
        self
    }

    /// GiB of disk that a server needs.
    pub fn min_disk(mut self, gib: u64) -> Self {
        self.min_disk = gib;
        self
    }

    /// MiB of memory that a server needs.
    pub fn min_ram(mut self, mib: u64) -> Self {
        self.min_ram = mib;
        self
    }

    /// Bytes; 100 unless set.
    pub fn size(mut self, bytes: u64) -> Self {
        self.size = bytes;
        self
    }

    /// Protected against deletion.
    pub fn protected(mut self) -> Self {
        self.protected = true;
        self
    }

    /// Left out of lists.
    pub fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    /// A tag, which Nova does not show.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// Metadata, in this order; none of Nova's rules is applied, so a value of
    /// `mappings` that is not JSON makes an image that Nova cannot show.
    pub fn metadata<K: Into<String>, V: Into<String>>(
        mut self,
        items: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let items = items.into_iter().map(|(key, value)| (key.into(), Some(value.into())));
        self.properties.extend(items);
        self
    }

    /// A metadata item whose value is null.
    pub fn null(mut self, key: impl Into<String>) -> Self {
        self.properties.push((key.into(), None));
        self
    }

    /// Made that long ago, which decides its place in lists.
    pub fn age(mut self, age: Duration) -> Self {
        self.age = age;
        self
    }

    pub(crate) fn make(self, owner: String, members: Vec<String>, created: Timestamp) -> Image {
        let mut image = Image {
            id: self.id.unwrap_or_else(text::uuid),
            name: self.name,
            owner,
            visibility: self.visibility,
            size: (self.status != "queued").then_some(self.size),
            status: self.status,
            min_disk: self.min_disk,
            min_ram: self.min_ram,
            protected: self.protected,
            hidden: self.hidden,
            disk_format: Some("raw".to_owned()),
            container_format: Some("bare".to_owned()),
            tags: self.tags,
            members: members.into_iter().map(|member| (member, true)).collect(),
            properties: Vec::new(),
            created,
            updated: created,
        };
        for (name, value) in self.properties {
            image.set_property(&name, value);
        }
        image
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(id: &str, second: i64) -> Image {
        let made = Timestamp::from_second(second).unwrap();
        NewImage::named("x").id(id).make("p".to_owned(), Vec::new(), made)
    }

    #[test]
    fn images_stand_newest_first_and_then_by_id() {
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
    fn a_property_that_comes_back_has_its_old_place() {
        let mut image = image("a", 1);
        for name in ["z", "y", "x"] {
            image.set_property(name, Some("1".to_owned()));
        }
        image.remove_property("y");
        image.set_property("w", None);
        image.set_property("y", Some("2".to_owned()));
        let found: Vec<_> = image.properties().collect();
        assert_eq!(found, [("z", Some("1")), ("y", Some("2")), ("x", Some("1")), ("w", None)]);
    }
}
