//! [`Options`]: where to sign in, as whom, and how to talk to the cloud.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use crate::address::without_user;
use crate::credentials::{ApplicationCredential, Scope, User, secret};
use crate::service_options::{Interface, ServiceOptions};
use crate::token::Token;

/// Where to sign in, as whom, and how to talk to the cloud.
///
/// ```
/// use opencloud::{Options, Project, Scope, User};
///
/// let options = Options::new("https://cloud.example:5000/v3")
///     .region("RegionOne")
///     .user(User::by_id("{userId}", "{password}"))
///     .scope(Scope::Project(Project::by_id("{projectId}")));
/// ```
///
/// `Debug` hides every secret.
#[derive(Clone, Default)]
#[must_use]
pub struct Options {
    pub(crate) auth_url: String,
    pub(crate) user: Option<User>,
    pub(crate) application_credential: Option<ApplicationCredential>,
    pub(crate) token_id: Option<SecretString>,
    pub(crate) no_auth: bool,
    pub(crate) cached_token: Option<Token>,
    pub(crate) scope: Option<Scope>,
    pub(crate) service: ServiceOptions,
    pub(crate) compute: ServiceOptions,
    pub(crate) transport: TransportOptions,
}

/// How the bytes travel: what only the transport reads.
#[derive(Clone, Debug)]
pub(crate) struct TransportOptions {
    pub(crate) user_agent: Option<String>,
    pub(crate) cacert: Option<PathBuf>,
    pub(crate) client_certificate: Option<(PathBuf, PathBuf)>,
    pub(crate) insecure: bool,
    pub(crate) environment_proxy: bool,
    pub(crate) resolve_timeout: Option<Duration>,
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) read_timeout: Option<Duration>,
    pub(crate) call_timeout: Option<Duration>,
    pub(crate) tries: u32,
}

impl Default for TransportOptions {
    fn default() -> Self {
        Self {
            user_agent: None,
            cacert: None,
            client_certificate: None,
            insecure: false,
            environment_proxy: true,
            resolve_timeout: Some(Duration::from_secs(10)),
            connect_timeout: Some(Duration::from_secs(10)),
            read_timeout: Some(Duration::from_secs(60)),
            call_timeout: None,
            tries: 3,
        }
    }
}

impl Options {
    /// Options to sign in at that Identity service: its address, with or without
    /// `/v3` at the end, in ASCII (a host beyond it as `xn--…`). Sends nothing.
    pub fn new(auth_url: impl Into<String>) -> Self {
        Self {
            auth_url: auth_url.into(),
            ..Self::default()
        }
    }

    /// Sign in as this user.
    pub fn user(mut self, user: User) -> Self {
        self.user = Some(user);
        self
    }

    /// Sign in with this application credential. It has a scope of its own, so
    /// none is sent with it.
    pub fn application_credential(mut self, credential: ApplicationCredential) -> Self {
        self.application_credential = Some(credential);
        self
    }

    /// Sign in with a token that is there already. With an endpoint in
    /// [`ServiceOptions::endpoint`] and no [`scope`](Self::scope), the token is
    /// used as it is and the Identity service is never asked.
    pub fn token_id(mut self, token: impl Into<String>) -> Self {
        self.token_id = Some(secret(token));
        self
    }

    /// Send no token at all, for a service without Keystone. It needs an
    /// endpoint in [`ServiceOptions::endpoint`], and the Identity service is
    /// never asked.
    pub fn no_auth(mut self) -> Self {
        self.no_auth = true;
        self
    }

    /// Start with a token that an earlier [`OpenStack::token`] gave. No sign-in
    /// is sent while it is valid; after that the credentials are used, if there
    /// are any.
    ///
    /// [`OpenStack::token`]: crate::OpenStack::token
    pub fn cached_token(mut self, token: Token) -> Self {
        self.cached_token = Some(token);
        self
    }

    /// What the token is to be valid for.
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = Some(scope);
        self
    }

    /// The region of every service. Without one, the first of the catalogue.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.service.region = Some(region.into());
        self
    }

    /// The interface of every service. Without one, [`Interface::Public`].
    pub fn interface(mut self, interface: Interface) -> Self {
        self.service.interface = Some(interface);
        self
    }

    /// What [`OpenStack::compute_v2`] uses beside these options; what is set
    /// there stands before what is set here for every service.
    ///
    /// [`OpenStack::compute_v2`]: crate::OpenStack::compute_v2
    pub fn compute(mut self, options: ServiceOptions) -> Self {
        self.compute = options;
        self
    }

    /// Put before this crate's own name in the `User-Agent` header, such as
    /// `my-tool/1.2`.
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.transport.user_agent = Some(name.into());
        self
    }

    /// Trust the certificates of this PEM file, instead of the system's.
    pub fn cacert(mut self, file: impl Into<PathBuf>) -> Self {
        self.transport.cacert = Some(file.into());
        self
    }

    /// Show this certificate (PEM) to the server; `key` may be the same file.
    pub fn client_certificate(
        mut self,
        certificate: impl Into<PathBuf>,
        key: impl Into<PathBuf>,
    ) -> Self {
        self.transport.client_certificate = Some((certificate.into(), key.into()));
        self
    }

    /// Accept any certificate. Whoever is between you and the cloud can then
    /// read the password.
    pub fn insecure(mut self, insecure: bool) -> Self {
        self.transport.insecure = insecure;
        self
    }

    /// Go straight to the cloud, whatever `HTTPS_PROXY` and its like say.
    pub fn no_proxy(mut self) -> Self {
        self.transport.environment_proxy = false;
        self
    }

    /// How long the look-up of a name may take; 10 s unless set. `None` is for ever.
    pub fn resolve_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.transport.resolve_timeout = limit.into();
        self
    }

    /// How long a connection may take to be made, its TLS included; 10 s unless
    /// set. `None` is for ever.
    pub fn connect_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.transport.connect_timeout = limit.into();
        self
    }

    /// How long the server may be silent; 60 s unless set. It begins anew with
    /// every byte that comes. `None` is for ever.
    pub fn read_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.transport.read_timeout = limit.into();
        self
    }

    /// How long one request may take in all, its tries and the waits between
    /// them included; no limit unless set.
    pub fn call_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.transport.call_timeout = limit.into();
        self
    }

    /// How often a request that may be sent again is tried; 3 unless set. 1 is
    /// never again, and 0 is taken for 1.
    pub fn tries(mut self, tries: u32) -> Self {
        self.transport.tries = tries.max(1);
        self
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("auth_url", &without_user(&self.auth_url))
            .field("user", &self.user)
            .field("application_credential", &self.application_credential)
            .field("token_id", &self.token_id.as_ref().map(|_| "***"))
            .field("no_auth", &self.no_auth)
            .field("cached_token", &self.cached_token)
            .field("scope", &self.scope)
            .field("service", &self.service)
            .field("compute", &self.compute)
            .field("transport", &self.transport)
            .finish()
    }
}
