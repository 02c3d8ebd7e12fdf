//! [`Image`]: one image, as far as the server told.

use std::fmt;

use jiff::Timestamp;

use super::disk_config::DiskConfig;
use super::kept::Rest;
use super::link::Link;
use super::metadata::Metadata;
use super::server::ServerRef;
use super::status::ImageStatus;
use crate::service::Service;

/// One image, as far as the server told: every field but the id is empty until
/// a listing or [`retrieve`](Self::retrieve) filled it.
///
/// It is yours: changing a field changes nothing at the server. `Serialize`
/// gives back what Nova sent, under Nova's names, with what no field holds.
#[derive(Clone)]
#[non_exhaustive]
pub struct Image {
    /// The id, a UUID in every cloud that is known.
    pub id: String,
    /// The name, which need not be set, nor be the only one of its kind.
    pub name: Option<String>,
    /// Where else it can be found.
    pub links: Vec<Link>,
    /// What is known about it beside these fields.
    pub metadata: Metadata,
    /// The least disk of a server made from it, in GiB.
    pub min_disk: Option<u64>,
    /// The least memory of a server made from it, in MiB.
    pub min_ram: Option<u64>,
    /// How much of it is there, in %.
    pub progress: Option<u64>,
    /// Its size, in bytes.
    pub size: Option<u64>,
    /// Its state.
    pub status: Option<ImageStatus>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it last changed.
    pub updated: Option<Timestamp>,
    /// The server that it was made from: for snapshots.
    pub server: Option<Box<ServerRef>>,
    /// How the disk of a server made from it is partitioned.
    pub disk_config: Option<Box<DiskConfig>>,
    /// What no field can hold, as it came.
    pub(super) rest: Option<Box<Rest>>,
    pub(super) service: Service,
}

impl Image {
    /// An image of which only the id is known.
    pub(super) fn unknown(id: String, service: Service) -> Self {
        Self {
            id,
            name: None,
            links: Vec::new(),
            metadata: Metadata::new(),
            min_disk: None,
            min_ram: None,
            progress: None,
            size: None,
            status: None,
            created: None,
            updated: None,
            server: None,
            disk_config: None,
            rest: None,
            service,
        }
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Image")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("links", &self.links)
            .field("metadata", &self.metadata)
            .field("min_disk", &self.min_disk)
            .field("min_ram", &self.min_ram)
            .field("progress", &self.progress)
            .field("size", &self.size)
            .field("status", &self.status)
            .field("created", &self.created)
            .field("updated", &self.updated)
            .field("server", &self.server)
            .field("disk_config", &self.disk_config)
            .finish_non_exhaustive()
    }
}
