//! Lists that a service sends page by page.
//!
//! The types here are generic over the item; a service names its own, such as
//! [`compute::v2::Images`](crate::compute::v2::Images).

mod cursor;
mod fetch;
mod pages;
mod recent;

pub(crate) use self::cursor::Cursor;
pub(crate) use self::fetch::{PageFetcher, RawPage};
pub use self::pages::{List, Page, Pages};
