//! [`NewImage`]: the fields of an image to create.

use std::sync::LazyLock;
use std::time::Duration;

use jiff::Timestamp;

use crate::data::Data;
use crate::image::{Image, Member, Properties};
use crate::text;

/// The default data of an image.
static DEFAULT_DATA: LazyLock<Data> = LazyLock::new(|| Data::repeated("data", 100));

/// An image to create with [`Sandbox::add_image`]. By default it is private,
/// active, owned by the project `demo`, without metadata, with 100 bytes of data,
/// and created now.
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
    data: Option<Data>,
    protected: bool,
    hidden: bool,
    tags: Vec<String>,
    pub(crate) shared_with: Vec<String>,
    properties: Vec<(String, Option<String>)>,
    pub(crate) age: Duration,
}

impl NewImage {
    /// An image with a name.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: Some(name.into()),
            ..Self::nameless()
        }
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
            data: Some(DEFAULT_DATA.clone()),
            protected: false,
            hidden: false,
            tags: Vec::new(),
            shared_with: Vec::new(),
            properties: Vec::new(),
            age: Duration::ZERO,
        }
    }

    /// The id. The default is random. An image with the same id is replaced.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// The name of the project that owns the image: `demo`, `other` or `admin`.
    pub fn owner(mut self, project: impl Into<String>) -> Self {
        self.owner = project.into();
        self
    }

    /// `private`, `shared`, `community` or `public`.
    pub fn visibility(mut self, visibility: impl Into<String>) -> Self {
        self.visibility = visibility.into();
        self
    }

    /// Shares the image with a project, by name, which has accepted it.
    pub fn shared_with(mut self, project: impl Into<String>) -> Self {
        "shared".clone_into(&mut self.visibility);
        self.shared_with.push(project.into());
        self
    }

    /// The status in Glance, such as `queued`, `saving`, `active`, `killed` or
    /// `deactivated`. Nova shows SAVING, ACTIVE, ERROR or UNKNOWN.
    pub fn status(mut self, status: impl Into<String>) -> Self {
        self.status = status.into();
        self
    }

    /// The disk space that a server needs, in GiB.
    pub fn min_disk(mut self, gib: u64) -> Self {
        self.min_disk = gib;
        self
    }

    /// The memory that a server needs, in MiB.
    pub fn min_ram(mut self, mib: u64) -> Self {
        self.min_ram = mib;
        self
    }

    /// The size in bytes of an image whose data is lost: a download has the status 204.
    pub fn size(mut self, bytes: u64) -> Self {
        self.size = bytes;
        self.data = None;
        self
    }

    /// The data and its size. An image that is `queued` or `saving` has no data.
    pub fn data(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stored(Data::new(bytes.into()))
    }

    /// Sets data of the size of this image: a repeated line.
    pub(crate) fn repeated(self, line: &str) -> Self {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        self.stored(Data::repeated(line, size))
    }

    fn stored(mut self, data: Data) -> Self {
        self.size = u64::try_from(data.bytes.len()).unwrap_or(u64::MAX);
        self.data = Some(data);
        self
    }

    /// Protects the image against deletion.
    pub fn protected(mut self) -> Self {
        self.protected = true;
        self
    }

    /// Hides the image from lists.
    pub fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    /// Adds a tag. Nova does not show tags.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// Adds metadata, in this order. Nova's rules do not apply: with a value of
    /// `mappings` that is not JSON, Nova cannot show the image.
    pub fn metadata<K: Into<String>, V: Into<String>>(
        mut self,
        items: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let items = items
            .into_iter()
            .map(|(key, value)| (key.into(), Some(value.into())));
        self.properties.extend(items);
        self
    }

    /// Adds a metadata item with the value null.
    pub fn null(mut self, key: impl Into<String>) -> Self {
        self.properties.push((key.into(), None));
        self
    }

    /// How long ago the image was created. Lists are sorted by this time.
    pub fn age(mut self, age: Duration) -> Self {
        self.age = age;
        self
    }

    pub(crate) fn create(self, owner: String, members: Vec<String>, created: Timestamp) -> Image {
        let status = self.status.as_str();
        let size = (status != "queued").then_some(self.size);
        let data = self
            .data
            .filter(|_| !["queued", "saving"].contains(&status));
        let member = |id: String| Member {
            id,
            status: "accepted".to_owned(),
            created,
            updated: created,
        };
        let mut image = Image {
            id: self.id.unwrap_or_else(text::uuid),
            name: self.name,
            owner,
            visibility: self.visibility,
            size,
            virtual_size: size.filter(|size| *size > 0),
            checksums: data.as_ref().map(|it| it.checksums.clone()),
            data: data.map(|it| it.bytes),
            status: self.status,
            min_disk: self.min_disk,
            min_ram: self.min_ram,
            protected: self.protected,
            hidden: self.hidden,
            disk_format: Some("raw".to_owned()),
            container_format: Some("bare".to_owned()),
            tags: self.tags,
            members: members.into_iter().map(member).collect(),
            properties: Properties::default(),
            created,
            updated: created,
        };
        for (name, value) in self.properties {
            image.set_property(&name, value);
        }
        image
    }
}
