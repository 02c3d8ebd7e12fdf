//! [`Environment`]: the variables that matter, of this process or as given.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use super::node::{Map, Node, Source, Value};
use crate::error::{Error, Result};

/// The variables of which the names begin with `OS_`, and those that say where
/// the configuration folders are. It has no `Debug`: passwords are in it.
#[derive(Clone, Default)]
pub(super) struct Environment(Vec<(String, OsString)>);

/// The variables that choose a cloud or a file, and are no part of a cloud.
const SELECTORS: [&str; 4] = [
    "OS_CLOUD",
    "OS_CLOUD_NAME",
    "OS_CLIENT_CONFIG_FILE",
    "OS_CLIENT_SECURE_FILE",
];

/// What is a mapping or a list in a file, and so nothing in a variable.
const STRUCTURE: [&str; 2] = ["OS_AUTH", "OS_REGIONS"];

/// What openstacksdk leaves out too: variables of test runners.
const FOREIGN: [&str; 3] = ["OS_TEST", "OS_STD", "OS_LOG"];

const FOLDERS: [&str; 6] = [
    "HOME",
    "XDG_CONFIG_HOME",
    "XDG_CONFIG_DIRS",
    "SNAP_REAL_HOME",
    "LOCALAPPDATA",
    "PROGRAMDATA",
];

/// The keys that say where to sign in, as whom, or with what. One of them alone
/// makes the environment a cloud.
pub(super) const CREDENTIALS: [&str; 8] = [
    "auth_url",
    "username",
    "user_id",
    "password",
    "token",
    "application_credential_id",
    "application_credential_name",
    "application_credential_secret",
];

impl Environment {
    pub(super) fn of_process() -> Self {
        #[allow(deprecated, reason = "it is no longer, from Rust 1.87 on")]
        let home = std::env::home_dir();
        Self::of(std::env::vars_os()).with_home(home)
    }

    /// The home of the user's account counts where `HOME` is not set.
    fn with_home(mut self, home: Option<PathBuf>) -> Self {
        let home = home.filter(|home| !home.as_os_str().is_empty());
        if let (Some(home), None) = (home, self.value("HOME")) {
            self.0.push(("HOME".to_owned(), home.into()));
        }
        self
    }

    pub(super) fn of<K: Into<OsString>, V: Into<OsString>>(
        variables: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let ours = |name: &String| name.starts_with("OS_") || FOLDERS.contains(&name.as_str());
        let named = variables.into_iter().filter_map(|(name, value)| {
            let name = name.into().into_string().ok().filter(ours)?;
            Some((name, value.into()))
        });
        // An empty variable is one that is not set.
        Self(named.filter(|(_, value)| !value.is_empty()).collect())
    }

    fn value(&self, name: &str) -> Option<&OsStr> {
        self.0
            .iter()
            .rfind(|(known, _)| known == name)
            .map(|(_, value)| value.as_os_str())
    }

    pub(super) fn get(&self, name: &str) -> Result<Option<&str>> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        match value.to_str() {
            Some(value) => Ok(Some(value)),
            None => Err(Error::invalid(format!("the variable {name} is not UTF-8"))),
        }
    }

    pub(super) fn path(&self, name: &str) -> Option<PathBuf> {
        self.value(name).map(PathBuf::from)
    }

    /// The name of the cloud that the environment itself is.
    pub(super) fn own_name(&self) -> Result<&str> {
        Ok(self.get("OS_CLOUD_NAME")?.unwrap_or("envvars"))
    }

    /// Every `OS_X_Y` as the key `x_y`. One that is not UTF-8 is refused by
    /// whoever reads it.
    pub(super) fn keys(&self) -> Map {
        let mut keys = Map::new();
        for (name, value) in &self.0 {
            let Some(key) = name.strip_prefix("OS_") else {
                continue;
            };
            let is_foreign = FOREIGN.iter().any(|prefix| name.starts_with(prefix));
            let name = name.as_str();
            if is_foreign || SELECTORS.contains(&name) || STRUCTURE.contains(&name) {
                continue;
            }
            let key = key.to_lowercase();
            // Of `OS_TOKEN` and `OS_token` the same one counts, in whatever order they are.
            let earlier = keys.get(&key).map(|node| &node.source);
            if matches!(earlier, Some(Source::Variable(other)) if other.as_str() > name) {
                continue;
            }
            let value = value
                .to_str()
                .map_or(Value::Bytes, |text| Value::Text(text.to_owned()));
            let source = Source::Variable(name.to_owned());
            keys.insert(key, Node { value, source });
        }
        keys
    }
}

/// The variable that makes the environment a cloud: it says where to sign in, or
/// as whom, or that nobody has to.
pub(super) fn credentials(keys: &Map) -> Option<&Node> {
    let without = |node: &&Node| {
        let text = node.as_text("auth_type").unwrap_or_default();
        ["none", "None", "admin_token", "token_endpoint"].contains(&text)
    };
    let named = CREDENTIALS.into_iter().find_map(|key| keys.get(key));
    named.or_else(|| keys.get("auth_type").filter(without))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_home_of_the_account_counts_where_none_is_set() {
        let home = |variables: &[(&str, &str)], account: &str| {
            let variables = variables.iter().copied();
            Environment::of(variables)
                .with_home(Some(account.into()))
                .path("HOME")
        };
        assert_eq!(home(&[], "/home/u"), Some("/home/u".into()));
        assert_eq!(home(&[("HOME", "")], "/home/u"), Some("/home/u".into()));
        assert_eq!(home(&[("HOME", "/mine")], "/home/u"), Some("/mine".into()));
        assert_eq!(home(&[], ""), None);
    }

    #[test]
    fn the_order_of_the_variables_says_nothing() {
        let mut variables = [
            ("OS_TOKEN", "upper"),
            ("OS_token", "lower"),
            ("OS_Token", "mixed"),
        ];
        for _ in 0..3 {
            variables.rotate_left(1);
            let keys = Environment::of(variables).keys();
            assert_eq!(keys["token"].as_text("token").expect("text"), "lower");
        }
        let twice = Environment::of([("OS_TOKEN", "first"), ("OS_TOKEN", "last")]);
        assert_eq!(twice.get("OS_TOKEN").expect("text"), Some("last"));
        assert_eq!(
            twice.keys()["token"].as_text("token").expect("text"),
            "last"
        );
    }
}
