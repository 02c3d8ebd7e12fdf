//! [`Environment`]: the environment variables.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use super::keys::find_key;
use super::value::{Map, Node, NodeValue, Source};

/// The variables of this process, or those of the caller.
#[derive(Clone)]
pub(super) struct Environment(BTreeMap<String, OsString>);

impl fmt::Debug for Environment {
    /// Shows no variables, because they can contain passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment")
    }
}

impl Environment {
    /// Without `HOME`, uses the home directory of the account.
    pub(super) fn of_process() -> Self {
        let mut environment = Self::new(std::env::vars_os());
        #[allow(deprecated, reason = "no longer deprecated since Rust 1.87")]
        if let Some(home) = std::env::home_dir() {
            environment.0.entry("HOME".into()).or_insert(home.into());
        }
        environment
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

    pub(super) fn path(&self, name: &str) -> Option<PathBuf> {
        self.0.get(name).map(PathBuf::from)
    }

    pub(super) fn get(&self, name: &str) -> Option<Node> {
        let text = self.0.get(name)?.to_str();
        Some(Node {
            value: text.map_or(NodeValue::Bytes, |text| NodeValue::Text(text.to_owned())),
            source: Source::Variable(name.to_owned()),
        })
    }

    /// The variables as keys of a cloud: `OS_X_Y` is the key `x_y`.
    pub(super) fn keys(&self) -> Map {
        let mut keys = Map::new();
        for name in self.0.keys() {
            let key = name.strip_prefix("OS_").unwrap_or_default().to_lowercase();
            // `OS_CLOUD` selects a cloud, and `OS_TEST_TIMEOUT` is for test runners.
            let is_ignored = key == "cloud" || key.starts_with("test_");
            let is_known = find_key(&key).is_some() || key.ends_with("_timeout");
            if let (true, false, Some(node)) = (is_known, is_ignored, self.get(name)) {
                keys.insert(key, node);
            }
        }
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
