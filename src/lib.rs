//! A blocking OpenStack SDK.

mod credentials;
mod error;
mod identity;
mod options;

pub use credentials::{ApplicationCredential, Domain, Project, Scope, User};
pub use error::{Details, Error, Missing, Result};
pub use identity::Token;
pub use options::{Interface, Options, ServiceOptions};
