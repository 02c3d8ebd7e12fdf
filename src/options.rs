//! [`Options`]: credentials, endpoints and the settings of the HTTP client.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use crate::credentials::{ApplicationCredential, Scope, User, secret};
use crate::endpoint::strip_userinfo;
use crate::identity::token::Token;
use crate::service_options::{Interface, ServiceOptions};

/// Credentials, endpoints and the settings of the HTTP client.
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
    pub(crate) image: ServiceOptions,
    pub(crate) http: HttpOptions,
}

#[derive(Clone, Debug)]
pub(crate) enum ProxyOption {
    Environment,
    Direct,
    Url(SecretString),
}

/// The settings of the HTTP client.
#[derive(Clone, Debug)]
pub(crate) struct HttpOptions {
    pub(crate) user_agent: Option<String>,
    pub(crate) cacert: Option<PathBuf>,
    pub(crate) client_certificate: Option<(PathBuf, PathBuf)>,
    pub(crate) insecure: bool,
    pub(crate) proxy: ProxyOption,
    pub(crate) resolve_timeout: Option<Duration>,
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) read_timeout: Option<Duration>,
    pub(crate) call_timeout: Option<Duration>,
    pub(crate) tries: u32,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            user_agent: None,
            cacert: None,
            client_certificate: None,
            insecure: false,
            proxy: ProxyOption::Environment,
            resolve_timeout: Some(Duration::from_secs(10)),
            connect_timeout: Some(Duration::from_secs(10)),
            read_timeout: Some(Duration::from_secs(60)),
            call_timeout: None,
            tries: 3,
        }
    }
}

impl Options {
    /// Options for the Identity service at this URL, with or without `/v3` at its
    /// end.
    pub fn new(auth_url: impl Into<String>) -> Self {
        Self {
            auth_url: auth_url.into(),
            ..Self::default()
        }
    }

    /// Authenticates with the password of this user.
    pub fn user(mut self, user: User) -> Self {
        self.user = Some(user);
        self
    }

    /// Authenticates with this application credential. It has its own scope, so
    /// [`scope`](Self::scope) is not sent with it.
    pub fn application_credential(mut self, credential: ApplicationCredential) -> Self {
        self.application_credential = Some(credential);
        self
    }

    /// Authenticates with an existing token. With an endpoint in
    /// [`ServiceOptions::endpoint`] and no [`scope`](Self::scope), the token is
    /// used unchanged and no request is sent to the Identity service.
    pub fn token_id(mut self, token: impl Into<String>) -> Self {
        self.token_id = Some(secret(token));
        self
    }

    /// Sends no token, for a service without Keystone. It requires an endpoint in
    /// [`ServiceOptions::endpoint`]; no request is sent to the Identity service.
    pub fn no_auth(mut self) -> Self {
        self.no_auth = true;
        self
    }

    /// Starts with a token that an earlier [`OpenStack::token`] returned. While it
    /// is valid, no request for a token is sent. After that the credentials are
    /// used. Without credentials, an expired token causes the error
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), and a rejected one causes
    /// [`Unauthorized`](crate::ErrorKind::Unauthorized).
    ///
    /// [`OpenStack::token`]: crate::OpenStack::token
    pub fn cached_token(mut self, token: Token) -> Self {
        self.cached_token = Some(token);
        self
    }

    /// Sets the scope of the token.
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = Some(scope);
        self
    }

    /// Sets the region of every service. If it is unset, the first endpoint of the
    /// catalog is used.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.service.region = Some(region.into());
        self
    }

    /// Sets the interface of every service, [`Interface::Public`] by default.
    pub fn interface(mut self, interface: Interface) -> Self {
        self.service.interface = Some(interface);
        self
    }

    /// Sets options for [`OpenStack::compute_v2`] only. They override the options for
    /// every service.
    ///
    /// [`OpenStack::compute_v2`]: crate::OpenStack::compute_v2
    pub fn compute(mut self, options: ServiceOptions) -> Self {
        self.compute = options;
        self
    }

    /// Sets options for [`OpenStack::images_v2`] only. They override the options for
    /// every service.
    ///
    /// [`OpenStack::images_v2`]: crate::OpenStack::images_v2
    pub fn image(mut self, options: ServiceOptions) -> Self {
        self.image = options;
        self
    }

    /// Sets the name of the program, such as `my-tool/1.2`. It precedes the name
    /// of this crate in the `User-Agent` header.
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.http.user_agent = Some(name.into());
        self
    }

    /// Trusts the certificates in this PEM file instead of those of the system.
    pub fn cacert(mut self, file: impl Into<PathBuf>) -> Self {
        self.http.cacert = Some(without_pem("cacert", file.into()));
        self
    }

    /// Sets a client certificate and its private key, both PEM files; they can be
    /// the same file.
    pub fn client_certificate(
        mut self,
        certificate: impl Into<PathBuf>,
        key: impl Into<PathBuf>,
    ) -> Self {
        self.http.client_certificate = Some((
            without_pem("cert", certificate.into()),
            without_pem("key", key.into()),
        ));
        self
    }

    /// Accepts any server certificate if `true`; [`cacert`](Self::cacert) then has no
    /// effect. An attacker in the network can read the password.
    pub fn insecure(mut self, insecure: bool) -> Self {
        self.http.insecure = insecure;
        self
    }

    /// Sends every request through this HTTP proxy, such as
    /// `http://user:password@proxy.example:3128`, and ignores the variables of the
    /// environment. Characters like `@` and `/` in the password must be
    /// percent-encoded.
    ///
    /// If this is unset, the variable `http_proxy` is used for http, `https_proxy`
    /// for https, and `all_proxy` for both if the other variable is unset. Lower
    /// case overrides upper case, an empty variable is unset, and a scheme of
    /// `http://` can be omitted.
    ///
    /// Requests to the hosts in `no_proxy` are sent directly. It is a list of hosts,
    /// which include their subdomains, of addresses, and of networks such as
    /// `10.0.0.0/8`. A host or an address can have a port. `*` is every host.
    ///
    /// Plain http is also sent through a tunnel (`CONNECT`), which some proxies
    /// reject. Failures of the proxy are
    /// [`ErrorKind::Proxy`](crate::ErrorKind::Proxy) and are not retried. SOCKS is
    /// unsupported.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.http.proxy = ProxyOption::Url(secret(url));
        self
    }

    /// Sends every request directly, and ignores the proxy variables of the
    /// environment; see [`proxy`](Self::proxy).
    pub fn no_proxy(mut self) -> Self {
        self.http.proxy = ProxyOption::Direct;
        self
    }

    /// Limits the time to resolve the host name: 10 s by default, `None` for no
    /// limit.
    pub fn resolve_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.http.resolve_timeout = limit.into();
        self
    }

    /// Limits the time to connect, including TLS: 10 s by default, `None` for no
    /// limit.
    pub fn connect_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.http.connect_timeout = limit.into();
        self
    }

    /// Limits the time without any byte from the server, and the time of each write:
    /// 60 s by default, `None` for no limit.
    pub fn read_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.http.read_timeout = limit.into();
        self
    }

    /// Limits one request with its attempts and delays: no limit by default. The same
    /// limit applies separately to an authentication. Uploads and downloads of image
    /// data are not limited.
    pub fn call_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.http.call_timeout = limit.into();
        self
    }

    /// Sets the maximum number of attempts for a request that can be retried, 3 by
    /// default. `1` disables retries; `0` is treated as `1`.
    pub fn tries(mut self, tries: u32) -> Self {
        self.http.tries = tries.max(1);
        self
    }
}

/// The path, or a placeholder if it is PEM text, which must not be printed.
fn without_pem(option: &str, path: PathBuf) -> PathBuf {
    if path.to_string_lossy().contains("-----BEGIN") {
        return format!("(PEM text in {option}, expected a path)").into();
    }
    path
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("auth_url", &strip_userinfo(&self.auth_url))
            .field("user", &self.user)
            .field("application_credential", &self.application_credential)
            .field("token_id", &self.token_id.as_ref().map(|_| "***"))
            .field("no_auth", &self.no_auth)
            .field("cached_token", &self.cached_token)
            .field("scope", &self.scope)
            .field("service", &self.service)
            .field("compute", &self.compute)
            .field("image", &self.image)
            .field("http", &self.http)
            .finish()
    }
}
