//! [`OpenStack`]: options in, services out.

use std::sync::Arc;

use crate::compute::v2::Compute;
use crate::error::Result;
use crate::options::Options;
use crate::service::Service;
use crate::service_options::ServiceOptions;
use crate::session::Session;
use crate::token::Token;

/// A cloud, as seen by one user: the way to its services.
///
/// A clone shares the token, the connections and everything else, as does
/// every service made from it, on any thread.
#[derive(Clone, Debug)]
pub struct OpenStack(Arc<Session>);

impl OpenStack {
    /// A cloud that nobody has signed in to yet. Sends nothing; reads the
    /// certificates that the options name.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) for an `auth_url` that is no
    /// address, [`Error::Tls`](crate::Error::Tls) for a certificate or key that
    /// cannot be used. That there are credentials is seen when they are needed.
    pub fn new(options: Options) -> Result<Self> {
        Ok(Self(Arc::new(Session::new(options)?)))
    }

    /// The cloud that the environment and `clouds.yaml` name, as for the
    /// `openstack` command: see [`config`](crate::config). Sends nothing.
    ///
    /// # Errors
    ///
    /// [`Error::NotConfigured`](crate::Error::NotConfigured) when nothing is
    /// configured, with where it was looked for;
    /// [`Error::Invalid`](crate::Error::Invalid) when a file or a setting is
    /// wrong, with where that is; and as [`new`](Self::new).
    pub fn from_env() -> Result<Self> {
        Self::new(Options::from_env()?)
    }

    /// The cloud of that name in `clouds.yaml`: see [`config`](crate::config).
    /// Sends nothing.
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env); for a name that is in no file, with
    /// those that are.
    pub fn from_cloud(name: impl Into<String>) -> Result<Self> {
        Self::new(Options::from_cloud(name)?)
    }

    /// The Compute service, version 2. Sends `POST /v3/auth/tokens` when no
    /// valid token is held, and nothing else: the endpoint is in the catalogue
    /// that comes with the token.
    ///
    /// # Errors
    ///
    /// [`Error::Unauthorized`](crate::Error::Unauthorized) when the credentials
    /// are refused; [`Error::NoEndpoint`](crate::Error::NoEndpoint) when the
    /// catalogue has no such service, with a list of what it has.
    pub fn compute_v2(&self) -> Result<Compute> {
        self.compute_v2_with(ServiceOptions::new())
    }

    /// The Compute service at another region, interface or address than the
    /// [`Options`] say. Sends what [`compute_v2`](Self::compute_v2) does; with
    /// an endpoint, [`Options::token_id`] and no scope, nothing.
    ///
    /// # Errors
    ///
    /// As [`compute_v2`](Self::compute_v2), and
    /// [`Error::Invalid`](crate::Error::Invalid) for an endpoint or a
    /// microversion that is none.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "reads as the sample: compute_v2_with(options)"
    )]
    pub fn compute_v2_with(&self, options: ServiceOptions) -> Result<Compute> {
        let ours = self.0.options();
        let options = options.or(&ours.compute).or(&ours.service);
        Service::find(Arc::clone(&self.0), "compute", &options).map(Compute::new)
    }

    /// The token in use, to keep and to give to another program or a later run:
    /// see [`Options::cached_token`]. Sends `POST /v3/auth/tokens` when no valid
    /// one is held.
    ///
    /// # Errors
    ///
    /// [`Error::Unauthorized`](crate::Error::Unauthorized) when the credentials
    /// are refused.
    pub fn token(&self) -> Result<Token> {
        self.0.token(None)
    }
}
