//! Configuration from `clouds.yaml` and the `OS_*` variables.
//!
//! This module finds a cloud and converts its settings to [`Options`]. A program
//! that uses it works wherever the `openstack` command works. Nothing in this
//! module sends a request.
//!
//! [`Options`]: crate::Options
//!
//! # Examples
//!
//! The cloud that the environment selects: after `source openrc.sh`, after
//! `export OS_CLOUD=demo`, or with a `clouds.yaml` that has a single cloud.
//! [`OpenStack::from_env`](crate::OpenStack::from_env) does the same.
//!
//! ```no_run
//! # fn main() -> opencloud::Result<()> {
//! let options = opencloud::Options::from_env()?;
//! # Ok(())
//! # }
//! ```
//!
//! A cloud by its name in `clouds.yaml`, with an option that files do not have:
//!
//! ```no_run
//! # fn main() -> opencloud::Result<()> {
//! let options = opencloud::Options::from_cloud("demo")?.user_agent("my-tool/1.2");
//! # Ok(())
//! # }
//! ```
//!
//! Step by step, to choose the region, to let variables override the file, or to
//! show the settings and where they came from:
//!
//! ```
//! use opencloud::config::Config;
//!
//! # fn main() -> opencloud::Result<()> {
//! let config = Config::from_env().region("RegionOne").overlay_env();
//! # let config = config.with_environment([("OS_AUTH_URL", "http://cloud.example"), ("OS_TOKEN", "t")]);
//! let settings = config.resolve()?;
//! for key in settings.keys() {
//!     println!("{key}: {:?} from {:?}", settings.get(key), settings.source(key));
//! }
//! let options = settings.options()?;
//! # Ok(())
//! # }
//! ```
//!
//! # Selection of the cloud
//!
//! The first of these that exists is used:
//!
//! 1. The cloud that the program names.
//! 2. The cloud that `OS_CLOUD` names.
//! 3. The environment itself, if it has a credential: `OS_AUTH_URL`,
//!    `OS_USERNAME`, `OS_USER_ID`, `OS_PASSWORD`, `OS_TOKEN`,
//!    `OS_APPLICATION_CREDENTIAL_ID`, `_NAME` or `_SECRET`, or an `OS_AUTH_TYPE`
//!    of `none` or `admin_token`. The name of this cloud is `envvars`, unless
//!    `OS_CLOUD_NAME` sets another one. It can be selected by this name, too.
//! 4. The only cloud of the file.
//!
//! The settings of a cloud in a file are not combined with variables, unless
//! [`Config::overlay_env`] is set. Then variables override the file, and keys at the
//! top level override keys in `auth`, as in the `openstack` command. If variables are
//! ignored because the only cloud of the file is used, a warning lists them.
//!
//! # Files
//!
//! `OS_CLIENT_CONFIG_FILE` names the file. If it is unset, or if the file does not
//! exist, the file is `clouds.yaml`, `clouds.yml` or `clouds.json` in the first of
//! these directories that has one:
//!
//! 1. the working directory
//! 2. `$XDG_CONFIG_HOME/openstack` (macOS: `~/Library/Application
//!    Support/openstack`, Windows: `%LOCALAPPDATA%\OpenStack\openstack`)
//! 3. `~/.config/openstack`, where `~` is `$HOME`, or the home directory of the
//!    account (in a snap, `$SNAP_REAL_HOME`)
//! 4. `openstack` in each directory of `$XDG_CONFIG_DIRS`, by default `/etc/xdg`
//! 5. `/etc/openstack`
//!
//! Two more files are searched for in the same directories. `secure.yaml`
//! (`OS_CLIENT_SECURE_FILE`) is intended for passwords. It is merged into
//! `clouds.yaml` key by key, at every depth. `clouds-public.yaml` has the profiles
//! that clouds refer to by `profile`.
//!
//! A file that cannot be read is skipped, with a warning. If every user of the
//! machine can read a file with a password, a warning is logged.
//!
//! Files require the feature `clouds-yaml`, which is enabled by default. Without it,
//! the environment is the only cloud.
//!
//! # The keys of a cloud
//!
//! ```yaml
//! clouds:
//!   demo:
//!     auth:
//!       auth_url: https://{region_name}.example:5000/v3
//!       username: demo                  # or user_id
//!       password: "…"                   # better in secure.yaml
//!       user_domain_name: Default       # or user_domain_id
//!       project_name: demo              # or project_id; tenant_* too
//!       project_domain_name: Default
//!     regions:                          # or region_name: RegionOne
//!     - RegionOne                       # the default is the first
//!     - name: RegionTwo
//!       values: {verify: false}         # for this region only
//!     interface: internal               # default: public
//!     cacert: ~/ca.pem                  # also cert, key, verify, insecure
//!     api_timeout: 30                   # seconds, to connect and for each read
//!     compute_api_version: "2.35"       # or compute_default_microversion
//!     image_endpoint_override: https://glance.example
//!     compute_endpoint_override: https://nova.example/v2.1
//! ```
//!
//! - `auth_type` is `password`, `v3password`, `token`, `v3token`,
//!   `v3applicationcredential`, `none` or `admin_token`. The default depends on
//!   the secret that is set: a password, the secret of an application credential,
//!   or a token. `none` and `admin_token` require no `auth_url`, but an endpoint:
//!   `image_endpoint_override`, `compute_endpoint_override` or `endpoint`.
//! - `domain_id` and `domain_name` are the domain of the user and of the project.
//!   Without a project, they are the scope. Other scopes are `system_scope: all`
//!   and `trust_id`. The default domain has the id `default`, as in the
//!   `openstack` command.
//! - The priority, from lowest to highest: the defaults, the profile, the cloud,
//!   the `values` of the region, the variables with
//!   [`overlay_env`](Config::overlay_env). `auth` is merged key by key. Any other
//!   key is replaced.
//! - Project, domains and `token` at the top level of the cloud override those in
//!   `auth`. All other keys of `auth` override those at the top level.
//! - An unknown key in `auth` is an error. At the top level it causes a warning, and
//!   [`Settings::unknown_keys`] lists it.
//! - `cacert`, `cert` and `key` are paths, relative to the working directory.
//! - These keys with the prefix `compute_` are for the Compute service only:
//!   `endpoint_override`, `interface`, `region_name`, `service_name`,
//!   `api_version`, `default_microversion`. The first four also exist with the prefix
//!   `image_`, for the Image service. Keys of other services are ignored.
//! - A `compute_api_version` of `2`, `2.0`, `2.1` or `2.latest` requests no
//!   microversion. One such as `2.35` requests this microversion. Any other is an
//!   error.
//! - `%(project_id)s` in an `endpoint_override` is replaced by the project id.
//!
//! # The variables
//!
//! The variable `OS_X_Y` is the key `x_y`, for every key:
//!
//! | Variable | Meaning |
//! | --- | --- |
//! | `OS_CLOUD`, `OS_CLOUD_NAME`, `OS_CLIENT_CONFIG_FILE`, `OS_CLIENT_SECURE_FILE` | cloud and files, see above |
//! | `OS_AUTH_URL`, `OS_AUTH_TYPE` | the Identity service, and the authentication method |
//! | `OS_USERNAME` (`OS_USER_NAME`), `OS_USER_ID` (`OS_USERID`), `OS_PASSWORD` | the user |
//! | `OS_USER_DOMAIN_ID`, `OS_USER_DOMAIN_NAME` | the domain of the user |
//! | `OS_TOKEN` (`OS_AUTH_TOKEN`) | a token |
//! | `OS_APPLICATION_CREDENTIAL_ID`, `_NAME`, `_SECRET` | an application credential |
//! | `OS_PROJECT_ID`, `OS_PROJECT_NAME` (`OS_TENANT_ID`, `OS_TENANT_NAME`) | the project |
//! | `OS_PROJECT_DOMAIN_ID`, `OS_PROJECT_DOMAIN_NAME` | the domain of the project |
//! | `OS_DOMAIN_ID`, `OS_DOMAIN_NAME` | both domains, or the scope |
//! | `OS_DEFAULT_DOMAIN`, `OS_DEFAULT_DOMAIN_ID`, `OS_DEFAULT_DOMAIN_NAME` | the default domain |
//! | `OS_SYSTEM_SCOPE`, `OS_TRUST_ID` | other scopes |
//! | `OS_REGION_NAME`, `OS_INTERFACE` (`OS_ENDPOINT_TYPE`) | the region and the interface of the endpoints |
//! | `OS_CACERT`, `OS_CERT`, `OS_KEY`, `OS_VERIFY`, `OS_INSECURE` | TLS |
//! | `REQUESTS_CA_BUNDLE` | the `cacert` if it is unset, also for a cloud of a file |
//! | `OS_API_TIMEOUT` | the timeout in seconds |
//! | `OS_ENDPOINT`, `OS_IMAGE_ENDPOINT_OVERRIDE`, `OS_COMPUTE_ENDPOINT_OVERRIDE` | an endpoint to use instead of the catalog |
//! | `OS_IMAGE_INTERFACE`, `OS_IMAGE_REGION_NAME`, `OS_IMAGE_SERVICE_NAME` | for the Image service only |
//! | `OS_COMPUTE_INTERFACE`, `OS_COMPUTE_REGION_NAME`, `OS_COMPUTE_SERVICE_NAME` | for the Compute service only |
//! | `OS_COMPUTE_API_VERSION`, `OS_COMPUTE_DEFAULT_MICROVERSION` | the microversion of the Compute service |
//! | `OS_PROFILE` | a profile for the environment |
//!
//! # Proxies
//!
//! These variables apply to every cloud, unless the program sets
//! [`Options::proxy`](crate::Options::proxy) or
//! [`Options::no_proxy`](crate::Options::no_proxy):
//!
//! - `http_proxy` is the proxy for http, `https_proxy` the one for https, and
//!   `all_proxy` the one for a scheme whose own variable is unset.
//! - The name in lower case overrides the name in upper case. An empty variable is
//!   unset.
//! - `no_proxy` is a list of hosts to which requests are sent directly: a host with
//!   its subdomains, an address, a network such as `10.0.0.0/8`, a host or an
//!   address with a port, or `*` for all.
//! - A SOCKS proxy or an invalid value is an error, and nothing is sent.
//!
//! # Differences from openstacksdk
//!
//! openstacksdk is the library of the `openstack` command. The tests compare this
//! module with it. These differences are intended.
//!
//! More mistakes are errors, before anything is sent:
//!
//! - An invalid or empty file is an error with the line and the column; if the
//!   environment has a credential, it is a warning. openstacksdk continues with the
//!   next file, or finds no cloud.
//! - A value of the wrong type, an invalid interface, an unsupported
//!   `compute_api_version` and missing credentials are errors.
//! - In `auth_url`, `{region_name}` with a key that is unset is an error. Braces are
//!   replaced wherever `auth_url` is set, but never by a secret.
//!
//! Values mean the same in files and in variables:
//!
//! - `null` and empty text are unset. In openstacksdk, `project_name: null`
//!   is the project "None", and `verify: null` disables the verification.
//! - A value without quotes is the text in the file. In openstacksdk, the password
//!   `0123` is `83`, and the version `2.10` is `2.1`.
//! - `true`, `yes`, `on`, `1` and their opposites are booleans. In openstacksdk,
//!   `verify: "false"` is a path, and `OS_INSECURE=1` has no effect.
//!
//! Fewer settings are required:
//!
//! - The default of `auth_type` depends on the secret that is set. openstacksdk
//!   requires `auth_type` for a token and for an application credential.
//! - `OS_USERID`, and `userid` in a file, are aliases of `user_id`, as in
//!   gophercloud. `auth_plugin` is an alias of `auth_type`. In `auth-type` and other
//!   keys, `-` is the same as `_`.
//! - Every directory of `XDG_CONFIG_DIRS` is searched. openstacksdk searches
//!   none if there are several.
//!
//! The priority does not depend on the names of variables and keys:
//!
//! - Only the variables in *Selection of the cloud* make the environment a cloud. In
//!   openstacksdk, `OS_FOO=bar` hides the only cloud of the file.
//! - With `overlay_env`, a variable overrides the file even if the file uses an old
//!   name of the key: `OS_INTERFACE` overrides `endpoint_type`, `OS_VERIFY` overrides
//!   `insecure`, and `OS_API_TIMEOUT` overrides `compute_timeout`. In openstacksdk, the
//!   old name overrides the current one. The same is true for a key at the top level and
//!   one in `auth`.
//! - Variables that are unset do not override the profile.
//!
//! These are unsupported: the profiles that are part of openstacksdk, profiles at a URL,
//! and other ways to authenticate (TOTP, federation, Kerberos, …). Profiles come from
//! `clouds-public.yaml` only.
//!
//! # Secrets
//!
//! No error, no log record, no `Debug` and no serialized [`Settings`] contains a
//! secret. An error about a line of a file does not quote the line. If a certificate
//! or key is set instead of its path, the error does not show it.

mod cloud;
mod env;
#[cfg_attr(not(feature = "clouds-yaml"), path = "no_files.rs")]
mod files;
mod keys;
mod merge;
mod options;
mod region;
mod resolve;
mod settings;
#[cfg(test)]
mod tests;
mod value;
#[cfg(feature = "clouds-yaml")]
mod yaml;

use std::ffi::OsString;
use std::path::PathBuf;

use self::env::Environment;
pub use self::settings::Settings;
pub use self::value::Source;
use crate::error::Result;

/// Finds a cloud in files and variables.
///
/// `Debug` shows no variables, because they can contain passwords.
#[derive(Clone, Debug)]
#[must_use]
pub struct Config {
    environment: Environment,
    working_directory: Option<PathBuf>,
    system_directories: Option<Vec<PathBuf>>,
    cloud: Option<String>,
    region: Option<String>,
    overlay: bool,
}

impl Config {
    /// Selects the cloud by the environment of this process: `OS_CLOUD`, its own
    /// credentials, or the only cloud of the file. Sends nothing.
    pub fn from_env() -> Self {
        Self {
            environment: Environment::of_process(),
            working_directory: None,
            system_directories: None,
            cloud: None,
            region: None,
            overlay: false,
        }
    }

    /// Selects the cloud with this name. Sends nothing.
    pub fn from_cloud(name: impl Into<String>) -> Self {
        Self {
            cloud: Some(name.into()),
            ..Self::from_env()
        }
    }

    /// Selects a region of the cloud. If its file lists regions, it must be one of
    /// them.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Makes variables override the file, as in the `openstack` command. By
    /// default, the settings of a file are not combined with variables.
    pub fn overlay_env(mut self) -> Self {
        self.overlay = true;
        self
    }

    /// Uses these variables instead of those of the process.
    pub fn with_environment<K: Into<OsString>, V: Into<OsString>>(
        mut self,
        variables: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        self.environment = Environment::new(variables);
        self
    }

    /// Searches this directory instead of the working directory of the process.
    pub fn with_working_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.working_directory = Some(directory.into());
        self
    }

    /// Searches these directories instead of those of the system, such as
    /// `/etc/openstack`.
    pub fn with_system_directories<P: Into<PathBuf>>(
        mut self,
        directories: impl IntoIterator<Item = P>,
    ) -> Self {
        self.system_directories = Some(directories.into_iter().map(Into::into).collect());
        self
    }

    /// Finds the cloud and resolves its settings. Sends nothing.
    ///
    /// # Errors
    ///
    /// - [`NotConfigured`](crate::ErrorKind::NotConfigured) if neither the program, nor the environment, nor
    ///   a file selects a cloud.
    /// - [`InvalidInput`](crate::ErrorKind::InvalidInput) if the cloud or the region does not exist, if a file is
    ///   invalid, empty or too large, or if the value of a key is invalid. The
    ///   message names the variable, or the file with the line.
    pub fn resolve(&self) -> Result<Settings> {
        resolve::resolve(self)
    }
}
