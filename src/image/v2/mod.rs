//! Image v2: images and their data, through Glance.

pub(crate) mod api;
pub(crate) mod decode;
mod download;
mod image;
mod image_update;
mod list_images;
mod new_image;
mod rules;
mod service;
mod transfer;
mod types;
mod upload;

pub use crate::compute::v2::{Metadata, MetadataValue};
pub use download::Download;
pub use image::Image;
pub use image_update::ImageUpdate;
pub use list_images::ListImages;
pub use new_image::NewImage;
pub(crate) use service::IMAGE;
pub use service::ImageService;
pub use transfer::Transfer;
pub use types::{ImageStatus, Visibility};
pub use upload::Upload;

/// An iterator over the images of a list: see
/// [`ImageService::list_images`](ImageService::list_images).
pub type Images = crate::list::List<Image>;

/// An iterator over the pages of a list: see [`Images::pages`](crate::list::List::pages).
pub type Pages = crate::list::Pages<Image>;

/// A page of a list of images.
pub type Page = crate::list::Page<Image>;
