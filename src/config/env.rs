//! [`Environment`]: the environment variables.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use super::keys::{KEYS, Role, is_known};
use super::value::{Map, Node, Source, Value};

/// The variables of this process, or those of the caller. It has no `Debug`
/// because there are passwords among them.
#[derive(Clone)]
pub(super) struct Environment(BTreeMap<String, OsString>);

impl Environment {
    pub(super) fn of_process() -> Self {
        #[allow(deprecated, reason = "no longer deprecated since Rust 1.87")]
        let home = std::env::home_dir();
        Self::new(std::env::vars_os()).with_home(home)
    }

    /// Without `HOME`, uses the home directory of the account.
    fn with_home(mut self, home: Option<PathBuf>) -> Self {
        if let Some(home) = home.filter(|home| !home.as_os_str().is_empty()) {
            self.0.entry("HOME".to_owned()).or_insert(home.into());
        }
        self
    }

    /// An empty variable counts as unset.
    pub(super) fn new<K: Into<OsString>, V: Into<OsString>>(
        variables: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let variables = variables
            .into_iter()
            .filter_map(|(name, value)| Some((name.into().into_string().ok()?, value.into())));
        Self(variables.filter(|(_, value)| !value.is_empty()).collect())
    }

    /// A path. PEM data in its place is ignored.
    pub(super) fn path(&self, name: &str) -> Option<PathBuf> {
        let is_pem = self.get(name)?.is_pem();
        self.0.get(name).filter(|_| !is_pem).map(PathBuf::from)
    }

    pub(super) fn get(&self, name: &str) -> Option<Node> {
        let text = self.0.get(name)?.to_str();
        Some(Node {
            value: text.map_or(Value::Bytes, |text| Value::Text(text.to_owned())),
            source: Source::Variable(name.to_owned()),
        })
    }

    /// The variables as keys of a cloud: `OS_X_Y` is the key `x_y`.
    pub(super) fn keys(&self) -> Map {
        let mut keys = Map::new();
        for name in self.0.keys() {
            let key = name.strip_prefix("OS_").unwrap_or_default().to_lowercase();
            // `OS_CLOUD` selects a cloud, and `OS_TEST_TIMEOUT` is for test runners.
            let is_foreign = key == "cloud" || key.starts_with("test_");
            if let (true, false, Some(node)) = (is_known(&key), is_foreign, self.get(name)) {
                keys.insert(key, node);
            }
        }
        keys
    }
}

/// The variable that makes the environment a cloud: a credential, or an
/// `OS_AUTH_TYPE` that needs none.
pub(super) fn credential(variables: &Map) -> Option<Source> {
    let needs_no_auth_url = |node: &&Node| {
        let text = node.text().unwrap_or_default();
        ["none", "None", "admin_token", "token_endpoint"].contains(&text)
    };
    KEYS.iter()
        .filter(|key| key.role == Role::Credential)
        .flat_map(|key| [key.name].into_iter().chain(key.aliases.iter().copied()))
        .find_map(|name| variables.get(name))
        .or_else(|| variables.get("auth_type").filter(needs_no_auth_url))
        .map(|node| node.source.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn home_defaults_to_the_home_of_the_account() {
        let home = |variables: &[(&str, &str)], account: &str| {
            let environment = Environment::new(variables.iter().copied());
            environment.with_home(Some(account.into())).path("HOME")
        };
        assert_eq!(home(&[], "/home/u"), Some("/home/u".into()));
        assert_eq!(home(&[("HOME", "")], "/home/u"), Some("/home/u".into()));
        assert_eq!(home(&[("HOME", "/mine")], "/home/u"), Some("/mine".into()));
        assert_eq!(home(&[], ""), None);
    }

    #[test]
    fn the_order_of_the_variables_does_not_matter() {
        let mut variables = [
            ("OS_TOKEN", "upper"),
            ("OS_token", "lower"),
            ("OS_Token", "mixed"),
        ];
        for _ in 0..3 {
            variables.rotate_left(1);
            let keys = Environment::new(variables).keys();
            assert_eq!(keys["token"].text(), Some("lower"));
        }
        let twice = Environment::new([("OS_TOKEN", "first"), ("OS_TOKEN", "last")]);
        assert_eq!(twice.keys()["token"].text(), Some("last"));
    }
}
