//! The configuration: from `clouds.yaml` and the `OS_*` variables to
//! [`Options`](crate::Options). A program that uses it works wherever the
//! `openstack` command works.
//!
//! # Three ways to connect
//!
//! As the environment says, after `source openrc.sh`, `export OS_CLOUD=demo`, or
//! with nothing but a `clouds.yaml` that has one cloud in it; the same as
//! `OpenStack::from_env()?`:
//!
//! ```no_run
//! # fn main() -> opencloud::Result<()> {
//! let options = opencloud::Options::from_env()?;
//! # Ok(())
//! # }
//! ```
//!
//! A cloud of `clouds.yaml` by its name, and what the file leaves to the program:
//!
//! ```no_run
//! # fn main() -> opencloud::Result<()> {
//! let options = opencloud::Options::from_cloud("demo")?.user_agent("my-tool/1.2");
//! # Ok(())
//! # }
//! ```
//!
//! Or step by step, to choose the region, to let variables stand before the
//! file, or to show what was found, and where:
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
//! Nothing here sends a request.
//!
//! # Which cloud
//!
//! The first of these that there is:
//!
//! 1. the cloud that the program names;
//! 2. the cloud that `OS_CLOUD` names;
//! 3. the environment itself, when one of these is set: `OS_AUTH_URL`,
//!    `OS_USERNAME`, `OS_USER_ID`, `OS_PASSWORD`, `OS_TOKEN`,
//!    `OS_APPLICATION_CREDENTIAL_ID`, `_NAME` or `_SECRET`, or an `OS_AUTH_TYPE`
//!    of `none` or `admin_token`. As a cloud it is called `envvars`, or what
//!    `OS_CLOUD_NAME` says, and can be named too;
//! 4. the only cloud of the file.
//!
//! A cloud of a file is taken as it is there, and no other variable is mixed in.
//! With [`Config::overlay_env`] every variable stands before the key of the file,
//! and a key beside `auth` before one in it: that is the rule of the `openstack`
//! command.
//!
//! # Which files
//!
//! `clouds.yaml`, or else `clouds.yml` or `clouds.json`, in the first of these
//! folders that has one:
//!
//! 1. the file that `OS_CLIENT_CONFIG_FILE` names; if it is not there, the search
//!    goes on;
//! 2. the working directory;
//! 3. `$XDG_CONFIG_HOME/openstack` (on macOS `~/Library/Application
//!    Support/openstack`, on Windows `%LOCALAPPDATA%\OpenStack\openstack`);
//! 4. `~/.config/openstack`, where `~` is `$HOME` or the home of the account (in a
//!    snap, `$SNAP_REAL_HOME`);
//! 5. `openstack` in each of `$XDG_CONFIG_DIRS`, or in `/etc/xdg`;
//! 6. `/etc/openstack`.
//!
//! `secure.yaml` (`OS_CLIENT_SECURE_FILE`) is looked for in the same way and for
//! itself, and laid over `clouds.yaml`, key by key at every depth: the place for
//! passwords. `clouds-public.yaml` has the profiles that a cloud can build on
//! with `profile`. A file that everyone can read and that has a password in it
//! gets a warning through `log`; a file that may not be read is passed over.
//!
//! They need the feature `clouds-yaml`, which is on by default. Without it the
//! environment is the only cloud.
//!
//! # The keys of a cloud
//!
//! ```yaml
//! clouds:
//!   demo:
//!     auth:                             # who signs in, and where
//!       auth_url: https://{region_name}.example:5000/v3
//!       username: demo                  # or user_id
//!       password: "…"                   # better in secure.yaml
//!       user_domain_name: Default       # or user_domain_id
//!       project_name: demo              # or project_id; tenant_* too
//!       project_domain_name: Default
//!     regions:                          # or region_name: RegionOne
//!     - RegionOne                       # the first is taken when none is asked for
//!     - name: RegionTwo
//!       values: {verify: false}         # only there
//!     interface: internal               # public unless said
//!     cacert: ~/ca.pem                  # and cert, key, verify, insecure
//!     api_timeout: 30                   # seconds, to connect and for silence
//!     compute_api_version: "2.35"       # or compute_default_microversion
//!     compute_endpoint_override: https://nova.example/v2.1
//! ```
//!
//! - `auth_type` is `password`, `v3password`, `token`, `v3token`,
//!   `v3applicationcredential`, `none` or `admin_token`; the last two need
//!   `compute_endpoint_override` or `endpoint`, and no `auth_url`. Without it, a
//!   password, the secret of an application credential, or a token tells.
//! - `domain_id` and `domain_name` stand for the user's and the project's domain;
//!   without a project they are what the token is for. `system_scope: all` and
//!   `trust_id` are the other scopes. Where no domain is said, it is the one with
//!   the id `default`, as with the `openstack` command.
//! - Weakest first: the defaults, the profile, the cloud, the `values` of the
//!   region, the variables under [`overlay_env`](Config::overlay_env). `auth` is
//!   merged key by key, any other key is replaced.
//! - Beside `auth`, the project, every domain and `token` win over those in it;
//!   any other key gives way.
//! - `compute_*`, `image_*` and `identity_*` are for one service
//!   ([`Settings::service`]): `endpoint_override`, `interface`, `region_name`,
//!   `service_name`, `api_version`, `default_microversion`. A
//!   `compute_api_version` of `2`, `2.0` or `2.1` is the plain API, one such as
//!   `2.35` a microversion, and any other is refused. `%(project_id)s` in an
//!   `endpoint_override` is the project.
//!
//! # The variables
//!
//! `OS_X_Y` is the key `x_y`, whichever it is:
//!
//! | Variable | |
//! | --- | --- |
//! | `OS_CLOUD`, `OS_CLOUD_NAME`, `OS_CLIENT_CONFIG_FILE`, `OS_CLIENT_SECURE_FILE` | which cloud and file, see above |
//! | `OS_AUTH_URL`, `OS_AUTH_TYPE` | where and how to sign in |
//! | `OS_USERNAME` (`OS_USER_NAME`), `OS_USER_ID` (`OS_USERID`), `OS_PASSWORD` | who |
//! | `OS_USER_DOMAIN_ID`, `OS_USER_DOMAIN_NAME` | the user's domain |
//! | `OS_TOKEN` (`OS_AUTH_TOKEN`) | a token in place of a password |
//! | `OS_APPLICATION_CREDENTIAL_ID`, `_NAME`, `_SECRET` | an application credential |
//! | `OS_PROJECT_ID`, `OS_PROJECT_NAME` (`OS_TENANT_ID`, `OS_TENANT_NAME`) | the project |
//! | `OS_PROJECT_DOMAIN_ID`, `OS_PROJECT_DOMAIN_NAME` | the project's domain |
//! | `OS_DOMAIN_ID`, `OS_DOMAIN_NAME` | both domains, or the scope |
//! | `OS_DEFAULT_DOMAIN`, `OS_DEFAULT_DOMAIN_ID`, `OS_DEFAULT_DOMAIN_NAME` | the domain where none is said |
//! | `OS_SYSTEM_SCOPE`, `OS_TRUST_ID` | the other scopes |
//! | `OS_REGION_NAME`, `OS_INTERFACE` (`OS_ENDPOINT_TYPE`) | which endpoints |
//! | `OS_CACERT`, `OS_CERT`, `OS_KEY`, `OS_VERIFY`, `OS_INSECURE` | certificates |
//! | `OS_API_TIMEOUT` | seconds |
//! | `OS_ENDPOINT`, `OS_COMPUTE_ENDPOINT_OVERRIDE` | an address without the catalogue |
//! | `OS_COMPUTE_API_VERSION`, `OS_COMPUTE_DEFAULT_MICROVERSION` | the microversion |
//! | `OS_COMPUTE_INTERFACE`, `OS_COMPUTE_REGION_NAME`, `OS_IMAGE_*`, `OS_IDENTITY_*` | for one service |
//! | `OS_PROFILE` | a profile for the environment |
//!
//! # Where it differs from openstacksdk
//!
//! openstacksdk is the reference, and the tests compare with it. On purpose:
//!
//! - a broken or empty file is an error with its line and column; openstacksdk
//!   goes on to the next file, or has no clouds;
//! - `null`, or an empty text, means that nothing is said; there `project_name:
//!   null` is the project "None", and `verify: null` turns the check off;
//! - a value without quotes is the text that was typed; there the password `0123`
//!   is `83`, and the version `2.10` is `2.1`;
//! - `true`, `yes`, `on`, `1` and their opposites are understood, in files and in
//!   variables; there `verify: "false"` is a file, and `OS_INSECURE=1` is nothing;
//! - `auth_type` follows from the secrets that are there; there it has to be said
//!   for a token and for an application credential;
//! - only the variables above make the environment a cloud; there `OS_FOO=bar`
//!   hides the only cloud of the file;
//! - braces in `auth_url` are filled in from a variable and beside `auth` too, and
//!   never with a secret; a name that is not set is an error;
//! - a value of a wrong kind, an interface that there is not, a
//!   `compute_api_version` that is not used here, and a way to sign in that lacks
//!   something are errors before anything is sent;
//! - a stronger layer wins, whichever name of a key it says: `OS_INTERFACE` stands
//!   before an `endpoint_type` of the file, `OS_VERIFY` before its `insecure`,
//!   `OS_API_TIMEOUT` before its `compute_timeout`; there the old name wins;
//! - `auth_plugin` counts, and so does a `-` for a `_` in `auth-type`;
//! - the environment has no defaults that hide those of its profile;
//! - every folder of `XDG_CONFIG_DIRS` is searched, where there are several;
//! - an address is in ASCII, a host beyond that as `xn--…`, and without a user, a
//!   query, `.` and `..` in it;
//! - `OS_USERID` is read, as gophercloud does, and so is `userid` in a file;
//! - profiles come from `clouds-public.yaml` alone: those that openstacksdk
//!   brings with it, and those at a URL, are not there;
//! - other ways to sign in (TOTP, federation, Kerberos, …) are not there.
//!
//! # Safety
//!
//! A file is at most 1 MiB, 32 deep, and 16 MiB with its aliases written out;
//! what is larger is refused before it costs anything. No error, no log line, no
//! `Debug` and no serialized [`Settings`] has a secret in it, and an error about
//! a line of a file never quotes that line.

mod cloud;
mod env;
#[cfg(feature = "clouds-yaml")]
mod files;
#[cfg(all(test, feature = "clouds-yaml"))]
mod hostile;
mod keys;
mod names;
mod node;
mod options;
mod region;
mod settings;
mod settle;
#[cfg(test)]
mod tests;
mod values;
#[cfg(feature = "clouds-yaml")]
mod yaml;

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use self::env::Environment;
pub use self::node::Source;
pub use self::settings::Settings;
use crate::Result;

/// Which cloud to look for, and where.
///
/// `Debug` shows no variable: there can be a password among them.
#[derive(Clone)]
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
    /// The cloud that the environment of this process means: `OS_CLOUD`, or its
    /// own credentials, or the only cloud of the file. Sends nothing.
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

    /// The cloud of that name. Sends nothing.
    pub fn from_cloud(name: impl Into<String>) -> Self {
        Self {
            cloud: Some(name.into()),
            ..Self::from_env()
        }
    }

    /// This region of the cloud, which has to be one that its file lists.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Let the variables stand before the keys of the file, as the `openstack`
    /// command does. Without this a cloud of a file is taken as it is there.
    pub fn overlay_env(mut self) -> Self {
        self.overlay = true;
        self
    }

    /// These variables, in place of those of the process.
    pub fn with_environment<K: Into<OsString>, V: Into<OsString>>(
        mut self,
        variables: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        self.environment = Environment::of(variables);
        self
    }

    /// This folder, in place of the working directory of the process.
    pub fn with_working_directory(mut self, folder: impl Into<PathBuf>) -> Self {
        self.working_directory = Some(folder.into());
        self
    }

    /// These folders, in place of those of the system, such as `/etc/openstack`.
    pub fn with_system_directories<P: Into<PathBuf>>(
        mut self,
        folders: impl IntoIterator<Item = P>,
    ) -> Self {
        self.system_directories = Some(folders.into_iter().map(Into::into).collect());
        self
    }

    /// Finds the cloud and reads its settings. Sends nothing.
    ///
    /// # Errors
    ///
    /// [`Error::NotConfigured`](crate::Error::NotConfigured) when neither the
    /// program, nor the environment, nor a file names a cloud: there is nothing
    /// to connect to. [`Error::Invalid`](crate::Error::Invalid) when there is no
    /// such cloud, or no such region; when a file is broken, empty or too large;
    /// and when a key has a value that it cannot have. The message says where.
    pub fn resolve(&self) -> Result<Settings> {
        let cloud = cloud::choose(self)?;
        settle::settle(cloud, self.overlay, &self.environment)
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("cloud", &self.cloud)
            .field("region", &self.region)
            .field("overlay_env", &self.overlay)
            .finish_non_exhaustive()
    }
}
