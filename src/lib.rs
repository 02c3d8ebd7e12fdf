//! A blocking OpenStack SDK for images. It lists, creates, changes, uploads, downloads
//! and deletes the images of a cloud, and waits for them, without an async runtime. Its
//! calls are those of the PHP SDK `php-opencloud/openstack`.
//!
//! ```
//! use std::time::Duration;
//!
//! use opencloud::image::v2::ListImages;
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
//! #   sandbox.add_image(opencloud_sandbox::NewImage::named("debian-12"));
//!     let images = openstack.images_v2()?; // authenticates
//!
//!     for image in images.list_images(ListImages::new().name("debian-12")) {
//!         let mut image = image?;
//!         image.wait_until_active(Duration::from_secs(60))?;
//!         image.set_metadata_item("os_distro", "debian")?;
//!         println!("{} {}", image.id, image.metadata["os_distro"]);
//!     }
//!
//!     let old = images.get_image("{imageId}"); // sends nothing
//! #   let old = images.get_image("00000000-0000-4000-8000-000000000000");
//!     match old.delete() {
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
//! # Two services
//!
//! [`image::v2`] is the Image service, Glance. [`compute::v2`] has the image calls of
//! the Compute service, Nova, which OpenStack has deprecated: use them only in programs
//! that depend on them. The Image service has the same methods, and methods to create,
//! update, upload, download, deactivate and reactivate an image.
//!
//! To port a program, replace `compute_v2` with `images_v2`, and `compute::v2` with
//! `image::v2`. A [table](porting#from-computev2-to-imagev2) lists the differences. The
//! most important ones are the statuses, because Glance's `queued` is Nova's `SAVING`,
//! and the visibility: Nova makes a shared or community image private whenever its
//! metadata is written, and Glance does not.
//!
//! The last microversion of Nova with images is 2.35, and the last with image metadata
//! is 2.38. By default this crate sends no microversion; Nova then uses 2.1, which
//! supports both.
//!
//! # Main types
//!
//! - The cloud: [`OpenStack`], [`Options`], [`ServiceOptions`], [`User`], [`Scope`],
//!   [`ApplicationCredential`], [`Token`], and [`Config`](config::Config) for
//!   `clouds.yaml`.
//! - The Image service: [`ImageService`], [`Image`], [`ListImages`], [`NewImage`],
//!   [`ImageUpdate`], [`Upload`], [`Download`], [`ImageStatus`], [`Visibility`].
//! - Compute: [`Compute`], [`Image`](compute::v2::Image),
//!   [`ListImages`](compute::v2::ListImages), [`ImageStatus`](compute::v2::ImageStatus).
//! - For both: [`Error`], [`ErrorKind`], [`Timestamp`], [`Metadata`], and the iterators
//!   [`List`](list::List) and [`Pages`](list::Pages).
//!
//! # Operations
//!
//! Each request is a link to the method of that service. [`porting`] has the samples of
//! the PHP SDK with the same code in Rust.
//!
//! | PHP SDK | This crate | Image service | Compute service |
//! | --- | --- | --- | --- |
//! | `new OpenStack([…])` | [`OpenStack::new`] | no request | no request |
//! | `imagesV2()`, `computeV2()` | `images_v2`, `compute_v2` | [`POST /v3/auth/tokens`](OpenStack::images_v2) | [`POST /v3/auth/tokens`](OpenStack::compute_v2) |
//! | `listImages()` | `list_images` | [`GET /v2/images`](image::v2::ImageService::list_images) | [`GET /images`](compute::v2::Compute::list_images) |
//! | `listImages(true)` | `list_images(true)` | the same | [`GET /images/detail`](compute::v2::Compute::list_images) |
//! | `getImage(…)` | `get_image` | [no request](image::v2::ImageService::get_image) | [no request](compute::v2::Compute::get_image) |
//! | `retrieve()` | `retrieve` | [`GET /v2/images/{id}`](image::v2::Image::retrieve) | [`GET /images/{id}`](compute::v2::Image::retrieve) |
//! | `delete()` | `delete` | [`DELETE /v2/images/{id}`](image::v2::Image::delete) | [`DELETE /images/{id}`](compute::v2::Image::delete) |
//! | `createImage([…])` | `create_image` | [`POST /v2/images`](image::v2::ImageService::create_image) | |
//! | `update([…])` | `update` | [`PATCH /v2/images/{id}`](image::v2::Image::update) | |
//! | `uploadData($stream)` | `upload_data` | [`PUT /v2/images/{id}/file`](image::v2::Image::upload_data), `GET` | |
//! | `downloadData()` | `download_data` | [`GET /v2/images/{id}/file`](image::v2::Image::download_data) after a `GET` | |
//! | | `resume_download` | [`GET /v2/images/{id}/file`](image::v2::Image::resume_download) after a `GET` | |
//! | `deactivate()` | `deactivate` | [`POST …/actions/deactivate`](image::v2::Image::deactivate) | |
//! | `reactivate()` | `reactivate` | [`POST …/actions/reactivate`](image::v2::Image::reactivate) | |
//! | `getMetadata()` | `get_metadata` | [`GET`](image::v2::Image::get_metadata) | [`GET …/metadata`](compute::v2::Image::get_metadata) |
//! | `resetMetadata([…])` | `reset_metadata`, `clear_metadata` | [`GET`, `PATCH`](image::v2::Image::reset_metadata) | [`PUT …/metadata`](compute::v2::Image::reset_metadata) |
//! | `mergeMetadata([…])` | `merge_metadata` | [`PATCH`](image::v2::Image::merge_metadata) | [`POST …/metadata`](compute::v2::Image::merge_metadata) |
//! | `getMetadataItem($key)` | `get_metadata_item` | [`GET`](image::v2::Image::get_metadata_item) | [`GET …/metadata/{key}`](compute::v2::Image::get_metadata_item) |
//! | | `set_metadata_item` | [`PATCH`](image::v2::Image::set_metadata_item) | [`PUT …/metadata/{key}`](compute::v2::Image::set_metadata_item) |
//! | `deleteMetadataItem($key)` | `delete_metadata_item` | [`PATCH`](image::v2::Image::delete_metadata_item) | [`DELETE …/metadata/{key}`](compute::v2::Image::delete_metadata_item) |
//! | `waitUntilActive()` | `wait_until_active` | [`GET`, repeatedly](image::v2::Image::wait_until_active) | [`GET`, repeatedly](compute::v2::Image::wait_until_active) |
//! | `waitUntilDeleted()` | `wait_until_deleted` | [`GET`, repeatedly](image::v2::Image::wait_until_deleted) | [`GET`, repeatedly](compute::v2::Image::wait_until_deleted) |
//! | `waitUntil($status)` | `wait_until` | [`GET`, repeatedly](image::v2::Image::wait_until) | [`GET`, repeatedly](compute::v2::Image::wait_until) |
//! | `waitWithCallback(…)` | `wait_with` | [`GET`, repeatedly](image::v2::Image::wait_with) | [`GET`, repeatedly](compute::v2::Image::wait_with) |
//!
//! A list sends one request for each page, when the iterator needs it. A token is
//! requested only if there is no valid one.
//!
//! # How do I …
//!
//! These examples begin with the following lines, and `images` is
//! `openstack.images_v2()?`:
//!
//! ```
//! # #![allow(unused_imports)]
//! use opencloud::image::v2::{Image, ListImages};
//! use opencloud::{OpenStack, Options, Result};
//! ```
//!
//! ### … find an image by name
//!
//! Names are not unique, so the list can have several images.
//!
//! ```
//! # use opencloud::{OpenStack, image::v2::ListImages};
//! # let sandbox = opencloud_sandbox::Sandbox::start();
//! # let images = OpenStack::new(sandbox.options())?.images_v2()?;
//! let mut found = images.list_images(ListImages::new().name("twin"));
//! match found.next().transpose()? {
//!     None => println!("there is no such image"),
//!     Some(_) if found.next().is_some() => println!("there are several"),
//!     Some(image) => println!("{}", image.id),
//! }
//! # Ok::<(), opencloud::Error>(())
//! ```
//!
//! ### … find the newest image by the start of its name
//!
//! The services compare whole names only, so the program compares the start. Lists return
//! the newest image first.
//!
//! ```
//! # use opencloud::{OpenStack, image::v2::ListImages};
//! # let sandbox = opencloud_sandbox::Sandbox::start();
//! # sandbox.add_image(opencloud_sandbox::NewImage::named("debian-12-20261101"));
//! # let images = OpenStack::new(sandbox.options())?.images_v2()?;
//! let mut newest = None;
//! for image in images.list_images(ListImages::new().status("active")) {
//!     let image = image?;
//!     if image.name.as_deref().is_some_and(|name| name.starts_with("debian-12-")) {
//!         newest = Some(image);
//!         break;
//!     }
//! }
//! # assert!(newest.is_some());
//! # Ok::<(), opencloud::Error>(())
//! ```
//!
//! ### … list the images of the last 30 days
//!
//! [`Timestamp`] is the type of all times. `changes_since` filters by the time of the
//! last update; no filter compares the creation time.
//!
//! ```
//! # use opencloud::{OpenStack, image::v2::ListImages};
//! # let sandbox = opencloud_sandbox::Sandbox::start();
//! # let images = OpenStack::new(sandbox.options())?.images_v2()?;
//! use std::time::Duration;
//!
//! let start = opencloud::Timestamp::now() - Duration::from_secs(30 * 24 * 60 * 60);
//! for image in images.list_images(ListImages::new().changes_since(start)) {
//!     let image = image?;
//!     if let Some(created) = image.created.filter(|created| *created >= start) {
//!         println!("{created} {}", image.name.unwrap_or_default());
//!     }
//! }
//! # Ok::<(), opencloud::Error>(())
//! ```
//!
//! ### … show progress while waiting
//!
//! `wait_until_active` fails at once if the image cannot become active. `wait_with` waits
//! until the function returns true, so the function also returns true for a failed image;
//! check [`Image::status`] afterwards.
//!
//! ```
//! # use opencloud::{OpenStack, image::v2::ListImages};
//! # let sandbox = opencloud_sandbox::Sandbox::start();
//! # let images = OpenStack::new(sandbox.options())?.images_v2()?;
//! # let mut image = images.get_image(sandbox.image_id("plain"));
//! use opencloud::image::v2::ImageStatus;
//! use std::time::Duration;
//!
//! image.wait_with(Duration::from_secs(600), |image| {
//!     eprintln!("{:?}, {} bytes", image.status, image.size.unwrap_or(0));
//!     matches!(image.status, Some(ImageStatus::Active | ImageStatus::Killed))
//! })?;
//! # Ok::<(), opencloud::Error>(())
//! ```
//!
//! ### … upload and verify an image
//!
//! `upload_data` compares the size and the hash that the service stored with those of
//! the data. If it fails, the image still exists, so this example deletes it.
//!
//! ```
//! # use opencloud::{OpenStack, image::v2::ListImages};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let sandbox = opencloud_sandbox::Sandbox::start();
//! # let images = OpenStack::new(sandbox.options())?.images_v2()?;
//! # let (name, path) = ("debian-12", "Cargo.toml");
//! use opencloud::image::v2::{NewImage, Upload};
//!
//! let new = NewImage::named(name).disk_format("raw").container_format("bare");
//! let upload = Upload::from(std::fs::File::open(path)?);
//! let mut image = images.create_image(new)?;
//! let upload = upload.progress(|done, total| eprint!("\r{done} of {total:?} bytes"));
//! if let Err(error) = image.upload_data(upload) {
//!     image.delete().unwrap_or_else(|error| eprintln!("cannot delete the image: {error}"));
//!     return Err(error.into());
//! }
//! # assert_eq!(sandbox.image_data(&image.id), Some(std::fs::read(path)?));
//! # Ok(())
//! # }
//! ```
//!
//! ### … download an image
//!
//! The data is verified at the end, so do not use the file before the call returns. If
//! the program is stopped, `resume_download` completes the file in a later run.
//!
//! ```
//! # use opencloud::{OpenStack, image::v2::ListImages};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let sandbox = opencloud_sandbox::Sandbox::start();
//! # let images = OpenStack::new(sandbox.options())?.images_v2()?;
//! # let path = std::env::temp_dir().join(format!("opencloud-{}", std::process::id()));
//! # let mut image = images.get_image(sandbox.image_id("plain"));
//! let mut file = std::fs::File::create(&path)?;
//! let transfer = image.download_data(&mut file)?;
//! println!("{} bytes, verified: {}", transfer.bytes, transfer.verified);
//! # std::fs::remove_file(&path)?;
//! # assert!(transfer.verified);
//! # Ok(())
//! # }
//! ```
//!
//! ### … delete safely
//!
//! Filter by the owner, because a list also has public and shared images of other
//! projects. Deleting a protected image fails with the kind
//! [`ErrorKind::Forbidden`].
//!
//! ```
//! # use opencloud::{OpenStack, image::v2::ListImages};
//! # let sandbox = opencloud_sandbox::Sandbox::start();
//! # let openstack = OpenStack::new(sandbox.options())?;
//! # let images = openstack.images_v2()?;
//! let token = openstack.token()?; // no request while the token is valid
//! let project = token.project_id().expect("the scope is a project");
//! for image in images.list_images(ListImages::new().name("plain").owner(project)) {
//!     match image?.delete() {
//!         Err(error) if error.is_not_found() => {} // another program deleted it
//!         result => result?,
//!     }
//! }
//! # assert!(!sandbox.requests().iter().all(|it| it.method != "DELETE"));
//! # Ok::<(), opencloud::Error>(())
//! ```
//!
//! ### … work on 200 images with 8 threads
//!
//! Each thread changes a part of the images of this project, and stops at its first
//! error. All threads share the token and the connections.
//!
//! ```
//! # use opencloud::{OpenStack, Result, image::v2::{Image, ListImages}};
//! # let sandbox = opencloud_sandbox::Sandbox::builder().empty().start();
//! # sandbox.add_images(200);
//! # let openstack = OpenStack::new(sandbox.options())?;
//! # let images = openstack.images_v2()?;
//! let token = openstack.token()?; // no request while the token is valid
//! let mine = ListImages::new().owner(token.project_id().expect("the scope is a project"));
//! let mut all = images.list_images(mine).collect::<Result<Vec<Image>>>()?;
//! let size = all.len().div_ceil(8).max(1);
//! std::thread::scope(|scope| {
//!     let threads = all.chunks_mut(size).map(|part| {
//!         scope.spawn(move || part.iter_mut().try_for_each(|it| it.set_metadata_item("k", "v")))
//!     });
//!     let threads: Vec<_> = threads.collect(); // starts all threads
//!     threads.into_iter().try_for_each(|thread| thread.join().expect("no panic"))
//! })?;
//! # assert_eq!(sandbox.requests().iter().filter(|it| it.method == "PATCH").count(), 200);
//! # Ok::<(), opencloud::Error>(())
//! ```
//!
//! ### … test my program
//!
//! The crate `opencloud-sandbox` runs Keystone, Nova and Glance in the process of the
//! test, and injects failures. Each sandbox is a separate cloud.
//!
//! ```
//! # use opencloud::OpenStack;
//! use opencloud_sandbox::{Fault, NewImage, Sandbox};
//!
//! let sandbox = Sandbox::start();
//! let id = sandbox.add_image(NewImage::named("debian-12"));
//! sandbox.fail(Fault::status(503).on("GET", "/images").times(1));
//!
//! let images = OpenStack::new(sandbox.options())?.images_v2()?;
//! images.get_image(id).retrieve()?;
//! assert_eq!(sandbox.requests().len(), 3); // authentication, 503, retry
//! # Ok::<(), opencloud::Error>(())
//! ```
//!
//! ### … use a proxy or a private CA
//!
//! The variables `https_proxy`, `no_proxy` and `OS_CACERT`, and the key `cacert` of
//! `clouds.yaml`, have the same effect as these options.
//!
//! ```no_run
//! use opencloud::{OpenStack, Options};
//!
//! let options = Options::from_env()?
//!     .proxy("http://user:password@proxy.example:3128")
//!     .cacert("/etc/ssl/certs/company-ca.pem");
//! let openstack = OpenStack::new(options)?;
//! # Ok::<(), opencloud::Error>(())
//! ```
//!
//! ### … hand a token to another process
//!
//! The text is a secret: write it to a pipe, or to a file that only its owner can read.
//! The other process needs no password until the token expires. This example requires
//! the crate `serde_json`.
//!
//! ```
//! # use opencloud::{OpenStack, Options};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let sandbox = opencloud_sandbox::Sandbox::start();
//! # let auth_url = sandbox.auth_url();
//! # let openstack = OpenStack::new(sandbox.options())?;
//! let text = serde_json::to_string(&openstack.token()?)?;
//!
//! // In the other process:
//! let token = serde_json::from_str(&text)?;
//! let openstack = OpenStack::new(Options::new(auth_url).cached_token(token))?;
//! # let options = Options::new(sandbox.auth_url()).no_proxy();
//! # let openstack = OpenStack::new(options.cached_token(serde_json::from_str(&text)?))?;
//! let images = openstack.images_v2()?; // sends nothing
//! # assert_eq!(sandbox.authentications(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! # Errors
//!
//! Every call that can fail returns an [`Error`]. Match on its [`kind`](Error::kind):
//!
//! | [`ErrorKind`] | Meaning | What to do |
//! | --- | --- | --- |
//! | `InvalidInput` | an invalid option or argument; nothing was sent | correct the input that the message names |
//! | `NotConfigured` | no cloud is configured | set `OS_CLOUD`, or `OS_AUTH_URL` and a credential |
//! | `NoEndpoint` | the catalog has no such endpoint | check the region and the interface |
//! | `Unauthorized` | the credentials were rejected | check them; Keystone does not report which part is wrong |
//! | `Forbidden` | the user is not allowed to do this, or the image is protected or deactivated | check the roles and the image |
//! | `NotFound` | the image does not exist, or is not visible | ignore the error of a `delete` |
//! | `KeyNotFound` | the image has no such metadata item | use a default |
//! | `NoSuchApi` | the URL does not exist | check the endpoint |
//! | `BadRequest` | the server rejected the request | see its message |
//! | `Conflict` | the state of the image does not permit this | retrieve the image, and check its status |
//! | `RateLimited` | too many requests | wait for [`Error::retry_after`], then repeat the call |
//! | `UnexpectedStatus` | another status, such as 413 for a quota, 500, or 503 after all attempts | see the message; repeat the call later, or report it with [`Error::request_id`] to the operator |
//! | `Timeout` | a time limit passed | repeat the call, or set a longer limit |
//! | `WaitFailed` | the image cannot reach the status | delete the image |
//! | `Connection` | the connection failed | repeat the call later |
//! | `Proxy`, `Tls` | the proxy or the certificate is invalid | correct the setting that the message names |
//! | `InvalidResponse` | the response is malformed, or the stored data is wrong | report it to the operator; transfer the data again |
//! | `Io` | the source of an upload or the output of a download failed | correct the file; [`Image::resume_download`] continues a download |
//! | `NoData` | the image has no data to download | upload the data, or report it to the operator if the image is active |
//!
//! The text of an error is one line with the request, the status, the server's message,
//! the request id and the number of attempts. It never contains a secret.
//!
//! # Retries
//!
//! A request is sent up to three times; [`Options::tries`] changes that. The delay
//! doubles with each attempt, unless the response has a `Retry-After` header. If this delay
//! is longer than a minute, the error is returned at once.
//!
//! | Failure | `POST` that creates or merges, `PATCH` that removes | all other requests |
//! | --- | --- | --- |
//! | 429, 503 | only with `Retry-After` | retried |
//! | 413 with `Retry-After` | retried | retried |
//! | 502, 504 | not retried | retried |
//! | host not found, connection refused | retried | retried |
//! | other connection failures | not retried | retried |
//! | timeouts, proxy failures, other statuses | not retried | not retried |
//!
//! A request of the second column is not sent again if the server may have processed it.
//! The third column also applies to authentication, `deactivate` and `reactivate`.
//!
//! An upload is not retried after this crate read the first byte of the data. Data of more
//! than 1 MiB is read only after the server had a second to reject the request. A
//! download whose body is interrupted, also by a timeout, continues where it stopped; it
//! fails if [`Options::tries`] attempts in a row receive nothing.
//!
//! If the service rejects the token, the crate authenticates again and repeats the
//! request once.
//!
//! # Timeouts and limits
//!
//! | Option | Default | Limits |
//! | --- | --- | --- |
//! | [`Options::resolve_timeout`] | 10 s | the time to resolve the host name |
//! | [`Options::connect_timeout`] | 10 s | the time to connect, including TLS |
//! | [`Options::read_timeout`] | 60 s | the time without a byte from the server, also in a download |
//! | [`Options::call_timeout`] | none | one request with its attempts and delays; not uploads and downloads |
//! | [`Upload::response_timeout`] | 30 min | the time from the end of the data to the response |
//! | the argument of `wait_until…` | | the time until the image has the status |
//! | [`ListImages::page_size`] | 1000 | the number of images per request |
//! | [`ListImages::limit`] | none | the number of images of a list |
//!
//! The body of a response has at most 256 MiB, except a download, which has no limit and
//! is not kept in memory.
//!
//! # Threads
//!
//! Every call blocks its thread. Clones of an [`OpenStack`], and the services, lists and
//! images from it, can be used by different threads. They share up to 64 idle
//! connections and one token, which one thread renews while the others wait.
//!
//! # Logging
//!
//! The crate logs through [`log`](https://docs.rs/log): at debug level each response; at
//! warn level each retry, plain http, and unsafe, ignored or unknown settings.
//! These lines contain no password, token or body. ureq logs raw bytes, including credentials, at
//! trace level under the target `ureq_proto`: do not enable it in production.
//!
//! # Features
//!
//! `clouds-yaml`, on by default, reads `clouds.yaml` and the other files. Without it the
//! configuration comes from variables and options only.
//!
//! # Limitations
//!
//! The crate is blocking. It supports images, their data and their metadata, but no
//! servers, volumes or networks. It does not support the members, imports, tasks and
//! stores of the Image service. It sends no discovery requests, follows no redirects, and
//! creates no files.
//!
//! [`Compute`]: compute::v2::Compute
//! [`Download`]: image::v2::Download
//! [`Image`]: image::v2::Image
//! [`ImageService`]: image::v2::ImageService
//! [`ImageStatus`]: image::v2::ImageStatus
//! [`ImageUpdate`]: image::v2::ImageUpdate
//! [`ListImages`]: image::v2::ListImages
//! [`Metadata`]: compute::v2::Metadata
//! [`NewImage`]: image::v2::NewImage
//! [`Timestamp`]: https://docs.rs/jiff/1/jiff/struct.Timestamp.html
//! [`Upload`]: image::v2::Upload
//! [`Visibility`]: image::v2::Visibility
//! [`Image::resume_download`]: image::v2::Image::resume_download
//! [`Image::status`]: image::v2::Image::status
//! [`ListImages::limit`]: image::v2::ListImages::limit
//! [`ListImages::page_size`]: image::v2::ListImages::page_size
//! [`Upload::response_timeout`]: image::v2::Upload::response_timeout

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
