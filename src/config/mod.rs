//! [`Config`]: from `clouds.yaml` and the `OS_*` variables to [`Options`].

mod cloud;
mod env;
#[cfg(feature = "clouds-yaml")]
mod files;
#[cfg(all(test, feature = "clouds-yaml"))]
mod hostile;
mod keys;
mod options;
mod settings;
#[cfg(test)]
mod tests;
mod value;
#[cfg(feature = "clouds-yaml")]
mod yaml;

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use self::env::Environment;
use self::keys::is_known;
#[cfg(feature = "clouds-yaml")]
use self::keys::is_secret;
pub use self::settings::Settings;
pub use self::value::Source;
#[cfg(feature = "clouds-yaml")]
use self::yaml::parse;
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
        Self { cloud: Some(name.into()), ..Self::from_env() }
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
    /// [`Error::Invalid`](crate::Error::Invalid) when there is no such cloud
    /// (the message lists what was looked for, and where), when a file is
    /// broken, empty or too large, and when a key has a value that it cannot
    /// have.
    pub fn resolve(&self) -> Result<Settings> {
        let cloud = cloud::choose(self)?;
        keys::settle(cloud, self.overlay, &self.environment)
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
