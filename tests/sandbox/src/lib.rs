//! A cloud for tests: Keystone, Glance, and the image calls of Nova in one process.
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
//! The responses are byte for byte those of Keystone 30, Glance 33 and Nova 34, also
//! their errors and bugs; only ids and times differ. Image data is stored in memory.
//! Not implemented are imports of images, servers, other services, and the schema that
//! Keystone quotes in an error message.
//!
//! There are the users `demo`, `demo-reader`, `other` and `admin`, each with a
//! project and the password `NAME-password`. The seed images cover every kind of
//! image: public, private, shared, queued, with unusual names and metadata.
//! `cargo run -p opencloud-sandbox` serves the same to any other client.
//!
//! The checksums of image data are slow in a debug build, 13 seconds for 50 MB. To
//! optimize them, add this to the `Cargo.toml` of your project:
//!
//! ```toml
//! [profile.dev.package.md-5]
//! opt-level = 3
//!
//! [profile.dev.package.sha2]
//! opt-level = 3
//! ```

mod builder;
mod cloud;
mod data;
mod fault;
mod glance;
#[doc(hidden)]
pub mod http;
mod image;
mod iso8601;
mod json;
mod keystone;
mod new_image;
mod nova;
mod sandbox;
mod seed;
mod server;
mod services;
mod state;
mod text;
mod webob;
mod wire;
mod wsgi;

pub use builder::Builder;
pub use fault::Fault;
pub use http::Request;
pub use new_image::NewImage;
pub use sandbox::Sandbox;
pub use wire::Wire;

/// Shell commands that set the variables of the user `demo`.
#[must_use]
pub fn exports(sandbox: &Sandbox) -> String {
    state::exports(&sandbox.auth_url())
}
