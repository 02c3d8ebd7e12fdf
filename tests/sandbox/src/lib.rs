//! Keystone and Nova's images in one process, for tests.
//!
//! ```
//! use opencloud_sandbox::Sandbox;
//!
//! let sandbox = Sandbox::start();
//! let options = sandbox.options();
//! let plain = sandbox.image_id("plain");
//! # let _ = (options, plain);
//! ```
//!
//! It answers as Keystone 30 and Nova 34 do, to the byte, ids and times aside:
//! statuses, headers and their order, bodies, refusals and oddities. Beside
//! them is as much of Glance as a test needs to make an image. What is not
//! here: servers, other services, checksums, and the schema that Keystone
//! quotes in a refusal.
//!
//! There are the users `demo`, `demo-reader`, `other` and `admin`, with the
//! name and `-password` as password, each with a project, and one image of
//! every sort: public, private, shared, queued, with odd names and metadata.
//! `cargo run -p opencloud-sandbox` serves the same to any other client.

mod cloud;
mod fault;
mod glance;
#[doc(hidden)]
pub mod http;
mod image;
mod json;
mod keystone;
mod new_image;
mod nova;
mod sandbox;
mod seed;
mod server;
mod services;
mod sign_in;
mod state;
mod text;
mod webob;
mod wire;
mod wsgi;

pub use fault::Fault;
pub use http::Request;
pub use new_image::NewImage;
pub use sandbox::{Builder, Sandbox};
pub use wire::Wire;

/// Lines for a shell, with which the user `demo` signs in to a sandbox.
#[must_use]
pub fn exports(sandbox: &Sandbox) -> String {
    state::exports(&sandbox.auth_url())
}
