//! [`Case`]: one case of `table.json`, and [`Root`]: a directory with its files.
//! Two tests include this file.
#![allow(dead_code, reason = "each test uses a part")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use opencloud::config::Config;
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) name: String,
    files: BTreeMap<String, String>,
    env: BTreeMap<String, String>,
    cloud: Option<String>,
    region: Option<String>,
    overlay: bool,
    pub(crate) differs: Option<String>,
    pub(crate) reference: Value,
    pub(crate) expected: Expected,
}

#[derive(Deserialize)]
pub(crate) struct Expected {
    pub(crate) settings: Option<Map<String, Value>>,
    pub(crate) error: Option<String>,
    #[serde(default)]
    pub(crate) more: Map<String, Value>,
    #[serde(default)]
    pub(crate) secrets: BTreeMap<String, String>,
}

/// Every case of the table.
pub(crate) fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("table.json")).unwrap()
}

/// A new directory, which is removed on drop.
pub(crate) struct Root(PathBuf);

impl Root {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("opencloud-config-{}-{number}", std::process::id());
        let path = std::env::temp_dir().canonicalize().unwrap().join(name);
        for directory in ["work", "home", "etc/openstack"] {
            std::fs::create_dir_all(path.join(directory)).unwrap();
        }
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// A configuration that reads files of this directory only.
    pub(crate) fn config(&self, variables: &[(&str, &str)]) -> Config {
        let variables = variables
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        self.isolated(Config::from_env(), variables)
    }

    fn isolated(
        &self,
        config: Config,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Config {
        let home = self.0.join("home").display().to_string();
        let all = [("HOME".to_owned(), home)].into_iter().chain(variables);
        config
            .with_environment(all)
            .with_working_directory(self.0.join("work"))
            .with_system_directories([
                self.0.join("etc/xdg/openstack"),
                self.0.join("etc/openstack"),
            ])
    }

    /// The text with `$ROOT` in place of the path of this directory.
    pub(crate) fn strip_root(&self, text: &str) -> String {
        text.replace(&self.0.display().to_string(), "$ROOT")
    }

    fn insert_root(&self, text: &str) -> String {
        text.replace("$ROOT", &self.0.display().to_string())
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Case {
    /// Writes the files of the case to `root`, and returns its configuration.
    pub(crate) fn set_up(&self, root: &Root) -> Config {
        for (name, text) in &self.files {
            root.write(name, root.insert_root(text));
        }
        let mut config = match &self.cloud {
            Some(name) => Config::from_cloud(name),
            None => Config::from_env(),
        };
        if let Some(region) = &self.region {
            config = config.region(region);
        }
        if self.overlay {
            config = config.overlay_env();
        }
        let variables = self
            .env
            .iter()
            .map(|(name, text)| (name.clone(), root.insert_root(text)));
        if self.env.contains_key("XDG_CONFIG_DIRS") {
            // This variable is tested, so there are no system directories.
            let work = root.path().join("work");
            return config
                .with_environment(variables)
                .with_working_directory(work);
        }
        root.isolated(config, variables)
    }
}
