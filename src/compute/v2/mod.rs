//! Compute v2: the images of the cloud, as Nova shows them.

mod api;
mod disk_config;
mod guard;
mod image;
mod items;
mod kept;
mod link;
mod list;
mod metadata;
mod metadata_serde;
mod metadata_value;
mod name;
mod read;
mod server;
mod service;
mod slot;
mod status;
mod verbs;
mod wait;
mod write;

pub use disk_config::DiskConfig;
pub use image::Image;
pub use items::{IntoIter as MetadataIntoIter, Iter as MetadataIter};
pub use link::Link;
pub use list::ListImages;
pub use metadata::Metadata;
pub use metadata_value::MetadataValue;
pub use server::ServerRef;
pub(crate) use service::COMPUTE;
pub use service::Compute;
pub use status::ImageStatus;

/// An iterator over the images of a list: see
/// [`Compute::list_images`](Compute::list_images).
pub type Images = crate::list::List<Image>;

/// An iterator over the pages of a list: see [`Images::pages`](crate::list::List::pages).
pub type Pages = crate::list::Pages<Image>;

/// A page of a list of images.
pub type Page = crate::list::Page<Image>;
