//! Image v2: images and their data, through Glance.
#![allow(missing_docs, dead_code, clippy::pedantic)]

mod api;
mod download;
mod image;
mod transfer;
mod types;
mod upload;

pub use download::Download;
pub(crate) use image::IMAGE;
pub use image::{Image, ImageService};
pub use transfer::Transfer;
pub use types::ImageStatus;
pub use upload::Upload;
