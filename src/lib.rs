//! A blocking OpenStack SDK for images. It implements the calls of the PHP SDK's page
//! on Compute v2 images with ureq and serde, without an async runtime.
//!
//! ```
//! use std::time::Duration;
//!
//! use opencloud::compute::v2::ListImages;
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
//!     for image in compute.list_images(ListImages::detailed().status("ACTIVE")) {
//!         let image = image?;
//!         println!("{} {}", image.id, image.name.as_deref().unwrap_or("-"));
//!     }
//!
//!     let mut image = compute.get_image("{imageId}"); // sends nothing
//! #   let mut image = compute.get_image(sandbox.image_id("plain"));
//!     image.wait_until_active(Duration::from_secs(60))?;
//!     image.merge_metadata([("os_distro", "debian")])?;
//!     println!("{}", image.metadata["os_distro"]);
//!
//!     match image.delete() {
//!         Err(error) if error.is_not_found() => println!("already deleted"),
//!         result => result?,
//!     }
//!     Ok(())
//! }
//! ```
//!
//! [`OpenStack::from_env`] reads the options from a cloud of `clouds.yaml`, or else from
//! the `OS_*` variables: see [`config`].
//!
//! # Operations
//!
//! | PHP SDK | This crate | Request |
//! | --- | --- | --- |
//! | `new OpenStack([…])` | [`OpenStack::new`] | none |
//! | `computeV2()` | [`OpenStack::compute_v2`] | `POST /v3/auth/tokens` if there is no valid token |
//! | `listImages()` | [`Compute::list_images`] with [`ListImages::new`] | `GET /images` for each page |
//! | `listImages(true)` | the same with `true` or [`ListImages::detailed`] | `GET /images/detail` for each page |
//! | `getImage(['id' => …])` | [`Compute::get_image`] | none |
//! | `retrieve()` | [`Image::retrieve`] | `GET /images/{id}` |
//! | `delete()` | [`Image::delete`] | `DELETE /images/{id}` |
//! | `getMetadata()` | [`Image::get_metadata`] | `GET /images/{id}/metadata` |
//! | `resetMetadata([…])` | [`Image::reset_metadata`], [`Image::clear_metadata`] | `PUT /images/{id}/metadata` |
//! | `mergeMetadata([…])` | [`Image::merge_metadata`] | `POST /images/{id}/metadata` |
//! | `getMetadataItem($key)` | [`Image::get_metadata_item`] | `GET /images/{id}/metadata/{key}` |
//! | | [`Image::set_metadata_item`] | `PUT /images/{id}/metadata/{key}` |
//! | `deleteMetadataItem($key)` | [`Image::delete_metadata_item`] | `DELETE /images/{id}/metadata/{key}` |
//! | `waitUntil(…)` and others | [`Image::wait_until`], [`Image::wait_until_active`], [`Image::wait_until_deleted`], [`Image::wait_with`] | `GET /images/{id}`, repeatedly |
//!
//! [`porting`] shows each sample of the PHP SDK's page with the same code in Rust.
//!
//! # These calls are deprecated
//!
//! OpenStack has deprecated the image calls of Compute v2 in favor of the Image
//! service, to which Nova forwards them. The last microversion with images is 2.35,
//! and the last with image metadata is 2.38. By default this crate sends no
//! microversion; Nova then uses 2.1, which supports both. Use these calls for programs
//! that depend on them; new programs should use the Image service.
//!
//! Every write of metadata through Nova makes a shared or community image private.
//!
//! # Errors
//!
//! Every fallible call returns an [`Error`]. Match on its [`kind`](Error::kind):
//!
//! | [`ErrorKind`] | Meaning | What to do |
//! | --- | --- | --- |
//! | `InvalidInput`, `NotConfigured`, `NoEndpoint` | wrong options or arguments | correct them; the message names them |
//! | `Unauthorized`, `Forbidden` | wrong credentials, or missing rights | check the credentials and roles |
//! | `NotFound` | the image does not exist | nothing, if it was to be deleted |
//! | `KeyNotFound` | the image has no such metadata item | |
//! | `NoSuchApi` | the URL does not exist | check the endpoint |
//! | `BadRequest`, `Conflict`, `UnexpectedStatus` | the server rejected the request | see the message |
//! | `RateLimited` | too many requests | wait for [`Error::retry_after`] |
//! | `Timeout`, `WaitFailed` | a time limit passed, or an image cannot reach the status | |
//! | `Connection`, `Proxy`, `Tls` | the cloud cannot be reached | check the network and certificates |
//! | `InvalidResponse` | the response cannot be parsed | report it to the operator |
//! | `Io`, `NoData` | not returned yet; for later services | |
//!
//! # Retries
//!
//! A request is sent up to three times; [`Options::tries`] changes that. The delay
//! doubles with each attempt, unless the response has a `Retry-After` header. If that
//! is more than a minute, the error is returned at once.
//!
//! | Failure | `GET`, `PUT`, `DELETE`, authentication | `POST` |
//! | --- | --- | --- |
//! | 429, 503 | retried | only with `Retry-After` |
//! | 413 with `Retry-After`, from Nova | retried | retried |
//! | 502, 504 | retried | not retried |
//! | host not found, connection refused | retried | retried |
//! | other connection failures | retried | not retried |
//! | timeouts, proxy failures, other statuses | not retried | not retried |
//!
//! If the service rejects the token, the crate authenticates again and repeats the
//! request once.
//!
//! # Logging
//!
//! The crate logs through [`log`](https://docs.rs/log): each response at debug level; each retry, plain
//! http, and settings that are unsafe, ignored or unknown at warn level. These lines
//! contain no password, token or body. ureq logs raw bytes, including credentials, at
//! trace level under the target `ureq_proto`: do not enable it in production.
//!
//! # Limitations
//!
//! The crate is blocking. It supports images and their metadata, but no servers,
//! volumes or networks. It sends no discovery requests, follows no redirects, and
//! writes no files.
//!
//! [`Compute::list_images`]: compute::v2::Compute::list_images
//! [`Compute::get_image`]: compute::v2::Compute::get_image
//! [`ListImages::new`]: compute::v2::ListImages::new
//! [`ListImages::detailed`]: compute::v2::ListImages::detailed
//! [`Image::retrieve`]: compute::v2::Image::retrieve
//! [`Image::delete`]: compute::v2::Image::delete
//! [`Image::get_metadata`]: compute::v2::Image::get_metadata
//! [`Image::reset_metadata`]: compute::v2::Image::reset_metadata
//! [`Image::clear_metadata`]: compute::v2::Image::clear_metadata
//! [`Image::merge_metadata`]: compute::v2::Image::merge_metadata
//! [`Image::get_metadata_item`]: compute::v2::Image::get_metadata_item
//! [`Image::set_metadata_item`]: compute::v2::Image::set_metadata_item
//! [`Image::delete_metadata_item`]: compute::v2::Image::delete_metadata_item
//! [`Image::wait_until`]: compute::v2::Image::wait_until
//! [`Image::wait_until_active`]: compute::v2::Image::wait_until_active
//! [`Image::wait_until_deleted`]: compute::v2::Image::wait_until_deleted
//! [`Image::wait_with`]: compute::v2::Image::wait_with

/// Runs the programs of the README as doc tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

// Unit tests and the tests in `tests/` share helpers, which import `opencloud`.
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
pub mod image;
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
// Its documentation is on docs.rs, with working links.
#[doc(no_inline)]
pub use jiff::Timestamp;
pub use openstack::OpenStack;
pub use options::Options;
pub use service_options::{Interface, ServiceOptions};
