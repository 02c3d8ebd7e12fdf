//! [`OpenStack`]: the entry point, from options to services.

use std::sync::Arc;

use crate::compute::v2::{COMPUTE, Compute};
use crate::error::{Error, Result};
use crate::identity::session::Session;
use crate::identity::token::Token;
use crate::image::v2::{IMAGE, ImageService};
use crate::options::Options;
use crate::service::Service;
use crate::service_options::ServiceOptions;

/// A cloud and the credentials to use it.
///
/// Clones, and the services created from them, share the token and the
/// connections, also between threads.
#[derive(Clone, Debug)]
pub struct OpenStack(Arc<Session>);

impl OpenStack {
    /// Creates a client for the cloud. Sends nothing; reads the certificate files
    /// that the options name.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an invalid `auth_url`
    /// and [`Tls`](crate::ErrorKind::Tls) for an unusable certificate or key.
    /// Credentials are checked when they are needed.
    pub fn new(options: Options) -> Result<Self> {
        Session::new(options).map(|session| Self(Arc::new(session)))
    }

    /// Creates a client for the cloud that the environment and `clouds.yaml`
    /// configure: see [`config`](crate::config).
    /// Sends nothing.
    ///
    /// # Errors
    ///
    /// [`NotConfigured`](crate::ErrorKind::NotConfigured) if no cloud is
    /// configured, [`InvalidInput`](crate::ErrorKind::InvalidInput) for an invalid
    /// file or setting, and the errors of [`new`](Self::new).
    pub fn from_env() -> Result<Self> {
        Self::new(Options::from_env()?)
    }

    /// Creates a client for the cloud with this name in `clouds.yaml`: see
    /// [`config`](crate::config). Sends nothing.
    ///
    /// # Errors
    ///
    /// The errors of [`from_env`](Self::from_env).
    pub fn from_cloud(name: impl Into<String>) -> Result<Self> {
        Self::new(Options::from_cloud(name)?)
    }

    /// The Compute service, version 2. Sends `POST /v3/auth/tokens` if there is no
    /// valid token; the endpoint is in the catalog that comes with the token.
    ///
    /// # Errors
    ///
    /// [`Unauthorized`](crate::ErrorKind::Unauthorized) if the credentials are
    /// rejected, [`NoEndpoint`](crate::ErrorKind::NoEndpoint) if the catalog has
    /// no such service, and [`InvalidInput`](crate::ErrorKind::InvalidInput)
    /// without credentials or `auth_url`.
    pub fn compute_v2(&self) -> Result<Compute> {
        self.compute_v2_with(ServiceOptions::new())
    }

    /// The Compute service with options that override those in [`Options`]. Sends
    /// `POST /v3/auth/tokens` as [`compute_v2`](Self::compute_v2) does. With an
    /// endpoint it sends nothing if [`Options::no_auth`] is set, or
    /// [`Options::token_id`] without a scope.
    ///
    /// # Errors
    ///
    /// The errors of [`compute_v2`](Self::compute_v2), and
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an invalid endpoint or
    /// microversion.
    pub fn compute_v2_with(&self, options: ServiceOptions) -> Result<Compute> {
        let defaults = self.0.options();
        let options = options.or(&defaults.compute).or(&defaults.service);
        Service::find(Arc::clone(&self.0), &COMPUTE, &options).map(Compute::new)
    }

    /// The Image service, version 2. Sends `POST /v3/auth/tokens` if there is no valid
    /// token; the endpoint is in the catalog that comes with the token.
    ///
    /// # Errors
    ///
    /// The errors of [`compute_v2`](Self::compute_v2).
    pub fn images_v2(&self) -> Result<ImageService> {
        self.images_v2_with(ServiceOptions::new())
    }

    /// The Image service with options that override those in [`Options`]. Sends
    /// the requests of [`compute_v2_with`](Self::compute_v2_with).
    ///
    /// # Errors
    ///
    /// The errors of [`compute_v2`](Self::compute_v2), and
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an invalid endpoint and
    /// for a microversion, because the Image service has none.
    pub fn images_v2_with(&self, options: ServiceOptions) -> Result<ImageService> {
        let defaults = self.0.options();
        let options = options.or(&defaults.image).or(&defaults.service);
        if let Some(version) = &options.microversion {
            return Err(Error::invalid(format!(
                "invalid microversion {version:?}: the Image service has no microversions; unset \
                 it; nothing was sent"
            )));
        }
        Service::find(Arc::clone(&self.0), &IMAGE, &options).map(ImageService::new)
    }

    /// The current token, which another program or a later run can use: see
    /// [`Options::cached_token`]. Sends `POST /v3/auth/tokens` if there is no valid
    /// token.
    ///
    /// # Errors
    ///
    /// [`Unauthorized`](crate::ErrorKind::Unauthorized) if the credentials are
    /// rejected, and [`InvalidInput`](crate::ErrorKind::InvalidInput) without
    /// credentials or `auth_url`.
    pub fn token(&self) -> Result<Token> {
        self.0.token(None)
    }
}
