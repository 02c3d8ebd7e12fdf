//! A blocking OpenStack SDK.

mod address;
pub mod compute;
mod credentials;
mod details;
mod error;
mod fault;
mod identity;
mod openstack;
mod options;
mod pages;
mod printable;
mod request;
mod response;
mod retry;
mod service;
mod service_options;
mod session;
mod transport;

pub use credentials::{ApplicationCredential, Domain, Project, Scope, User};
pub use details::{Details, Missing};
pub use error::{Error, Result};
pub use identity::Token;
pub use openstack::OpenStack;
pub use options::Options;
pub use service_options::{Interface, ServiceOptions};
