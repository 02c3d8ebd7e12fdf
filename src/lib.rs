//! A blocking OpenStack SDK for the images of Compute v2: the calls of the PHP
//! SDK's page, complete, on ureq and serde, with no async runtime anywhere.
//!
//! ```
//! use opencloud::compute::v2::{ImageStatus, ListImages};
//! use opencloud::{OpenStack, Options, Project, Scope, User};
//!
//! fn main() -> opencloud::Result<()> {
//!     let openstack = OpenStack::new(
//!         Options::new("https://cloud.example:5000/v3")
//!             .region("RegionOne")
//!             .user(User::by_id("{userId}", "{password}"))
//!             .scope(Scope::Project(Project::by_id("{projectId}"))),
//!     )?;
//! #   let sandbox = opencloud_sandbox::Sandbox::start();
//! #   let openstack = OpenStack::new(sandbox.options())?;
//!     let compute = openstack.compute_v2()?;
//!
//!     for image in compute.list_images(ListImages::detailed().status(ImageStatus::Active)) {
//!         let image = image?;
//!         println!("{} {}", image.id, image.name.as_deref().unwrap_or("without a name"));
//!     }
//!
//!     let mut image = compute.get_image("{imageId}"); // sends nothing
//! #   let mut image = compute.get_image(sandbox.image_id("plain"));
//!     image.retrieve()?;
//!     image.merge_metadata([("os_distro", "debian")])?;
//!     println!("{}", image.metadata["os_distro"]);
//!     Ok(())
//! }
//! ```
//!
//! [`OpenStack::from_env`] takes the options from `clouds.yaml` and the `OS_*`
//! variables, as the `openstack` command does: see [`config`].
//!
//! # The operations
//!
//! | PHP SDK | here | request |
//! | --- | --- | --- |
//! | `new OpenStack([…])` | [`OpenStack::new`] | none |
//! | `computeV2()` | [`OpenStack::compute_v2`] | `POST /v3/auth/tokens`, when there is no valid token |
//! | `listImages()` | [`Compute::list_images`] with [`ListImages::new`] | `GET /images`, once a page |
//! | `listImages(true)` | … with `true`, or [`ListImages::detailed`] | `GET /images/detail`, once a page |
//! | `getImage(['id' => …])` | [`Compute::get_image`] | none |
//! | `retrieve()` | [`Image::retrieve`] | `GET /images/{id}` |
//! | `delete()` | [`Image::delete`] | `DELETE /images/{id}` |
//! | `getMetadata()` | [`Image::get_metadata`] | `GET /images/{id}/metadata` |
//! | `resetMetadata([…])` | [`Image::reset_metadata`] | `PUT /images/{id}/metadata` |
//! | `mergeMetadata([…])` | [`Image::merge_metadata`] | `POST /images/{id}/metadata` |
//! | `getMetadataItem($key)` | [`Image::get_metadata_item`] | `GET /images/{id}/metadata/{key}` |
//! | | [`Image::set_metadata_item`] | `PUT /images/{id}/metadata/{key}` |
//! | `deleteMetadataItem($key)` | [`Image::delete_metadata_item`] | `DELETE /images/{id}/metadata/{key}` |
//! | `waitUntilActive()` and its like | [`Image::wait_until_active`], [`wait_until`](compute::v2::Image::wait_until), [`wait_until_deleted`](compute::v2::Image::wait_until_deleted), [`wait_with`](compute::v2::Image::wait_with) | `GET /images/{id}`, until it is so |
//!
//! [`porting`] shows each sample of the PHP SDK's page and the same in Rust.
//!
//! # These calls are deprecated
//!
//! Nova only hands them on to the Image service, and has them up to
//! microversion 2.35, the metadata up to 2.38. Without a microversion, as this
//! crate asks, today's releases still answer them. What can choose should talk
//! to the Image service instead; what was written for these calls works here.
//!
//! # Errors
//!
//! Every call returns [`Error`], whose kinds say what a program can do about
//! it. These can come from any call that sends something:
//! [`Error::Unauthorized`] when the credentials are refused,
//! [`Error::Connection`], [`Error::Timeout`] and [`Error::Tls`] when the cloud
//! cannot be reached, [`Error::OverLimit`] when it wants to be left alone,
//! [`Error::Status`] when it fails, and [`Error::Answer`] when what comes is no
//! answer. What broke on the way, and 429, 502, 503 and 504, were tried again
//! where that is safe, up to [`Options::tries`] times, before they are returned.
//! The docs of each call name what is its own.
//!
//! # What goes into logs
//!
//! One line for each request, at debug, through the [`log`] crate, and at warn
//! one for each retry, for an address in plain http, and for a setting that is
//! not used or a file that everyone can read; never a password, a token or a body. Below this crate,
//! `ureq_proto` prints every byte of a request at trace; where a logger takes
//! that, it is given stand-ins for the secrets. What counts is the logger at the
//! time of [`OpenStack::new`].
//!
//! # What this crate does not do
//!
//! It is blocking, and stays so. It knows images and their metadata, and no
//! servers, volumes or networks. It sends no discovery requests, follows no
//! redirects, and writes nothing to disk.
//!
//! [`Compute::list_images`]: compute::v2::Compute::list_images
//! [`Compute::get_image`]: compute::v2::Compute::get_image
//! [`ListImages::new`]: compute::v2::ListImages::new
//! [`ListImages::detailed`]: compute::v2::ListImages::detailed
//! [`Image::retrieve`]: compute::v2::Image::retrieve
//! [`Image::delete`]: compute::v2::Image::delete
//! [`Image::get_metadata`]: compute::v2::Image::get_metadata
//! [`Image::reset_metadata`]: compute::v2::Image::reset_metadata
//! [`Image::merge_metadata`]: compute::v2::Image::merge_metadata
//! [`Image::get_metadata_item`]: compute::v2::Image::get_metadata_item
//! [`Image::set_metadata_item`]: compute::v2::Image::set_metadata_item
//! [`Image::delete_metadata_item`]: compute::v2::Image::delete_metadata_item
//! [`Image::wait_until_active`]: compute::v2::Image::wait_until_active

/// The programs of the README, as tests of the docs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

// The tests in here share helpers with those in `tests/`.
#[cfg(test)]
extern crate self as opencloud;

pub mod compute;
pub mod config;
mod credentials;
mod endpoint;
mod error;
mod escape;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod http;
mod identity;
pub mod list;
mod microversion;
mod openstack;
mod options;
pub mod porting;
mod service;
mod service_options;
mod wait;

pub use credentials::{ApplicationCredential, Domain, Project, Scope, User, UserRef};
pub use error::{Error, ErrorKind, Result};
pub use identity::token::Token;
pub use jiff::Timestamp;
pub use openstack::OpenStack;
pub use options::Options;
pub use service_options::{Interface, ServiceOptions};
