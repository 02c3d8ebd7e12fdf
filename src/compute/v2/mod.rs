//! Compute v2: images, through Nova's proxy API.

pub(crate) mod api;
pub(crate) mod decode;
mod image;
mod list_images;
mod metadata;
pub(crate) mod metadata_rules;
mod service;
mod types;

pub use image::Image;
pub use list_images::ListImages;
pub use metadata::{Metadata, MetadataValue};
pub(crate) use service::COMPUTE;
pub use service::Compute;
pub use types::{DiskConfig, ImageStatus, Link, ServerRef};

/// An iterator over the images of a list: see
/// [`Compute::list_images`](Compute::list_images).
pub type Images = crate::list::List<Image>;

/// An iterator over the pages of a list: see [`Images::pages`](crate::list::List::pages).
pub type Pages = crate::list::Pages<Image>;

/// A page of a list of images.
pub type Page = crate::list::Page<Image>;
