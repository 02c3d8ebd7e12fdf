//! Compute v2: the images of the cloud, as Nova shows them.

mod api;
mod disk_config;
mod feed;
mod fetch;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
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
mod pages;
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
pub use pages::{Images, Page, Pages};
pub use server::ServerRef;
pub use service::Compute;
pub use status::ImageStatus;
