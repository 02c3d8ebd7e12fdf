//! [`Settings`]: the settings of a cloud, and where each came from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use super::keys::{Kind, SERIALIZED, find_key, keys};
use super::value::Source;

/// The settings of one cloud, under the names of openstacksdk.
///
/// They serialize to one object. Keys that are not set are absent, and secrets
/// are `"***"`. `Debug` shows the same.
///
/// # Example
///
/// ```
/// # fn main() -> opencloud::Result<()> {
/// use opencloud::config::Config;
///
/// let settings = Config::from_env()
///     .with_environment([("OS_AUTH_URL", "https://cloud.example/v3"), ("OS_TOKEN", "abc")])
///     .resolve()?;
/// assert_eq!(settings.get("auth_type").as_deref(), Some("token"));
/// assert_eq!(settings.get("token").as_deref(), Some("***"));
/// assert_eq!(settings.source("token").map(ToString::to_string).as_deref(), Some("OS_TOKEN"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Settings {
    /// The values as text, with the secrets.
    pub(super) values: BTreeMap<&'static str, (String, Source)>,
    pub(super) file: Option<Arc<Path>>,
    /// Possible reasons for a missing key.
    pub(super) hints: Vec<String>,
    pub(super) unknown: BTreeMap<String, Source>,
}

impl Settings {
    pub(super) fn new(cloud: String, chosen_by: Source) -> Self {
        Self {
            values: BTreeMap::from([("cloud", (cloud, chosen_by))]),
            file: None,
            hints: Vec::new(),
            unknown: BTreeMap::new(),
        }
    }

    /// The value itself, even if it is a secret.
    pub(super) fn value(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(|(value, _)| value.as_str())
    }

    /// Returns the file that defines the cloud, or `None` if the environment
    /// defines it.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Returns the value of a key, or `None` if it is not set.
    ///
    /// A secret is `***`, and so is a URL with a user or a password.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<String> {
        let text = self.value(key)?;
        let shown = match find_key(key)?.kind {
            Kind::Secret => "***",
            Kind::Url if text.contains('@') => "***",
            _ => text,
        };
        Some(shown.to_owned())
    }

    /// Returns where the value of a key came from, or `None` if it is not set.
    ///
    /// For the key `cloud`, that is where the cloud was selected.
    #[must_use]
    pub fn source(&self, key: &str) -> Option<&Source> {
        self.values.get(key).map(|(_, source)| source)
    }

    /// Returns an iterator over the keys that are set.
    ///
    /// Those that are serialized come first, in the same order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let names = keys().map(|key| key.name);
        names.filter(|name| self.values.contains_key(name))
    }

    /// Returns an iterator over the keys at the top level of the cloud that neither this
    /// crate nor openstacksdk reads, with their location. They may be misspelled.
    pub fn unknown_keys(&self) -> impl Iterator<Item = (&str, &Source)> {
        self.unknown
            .iter()
            .map(|(key, source)| (key.as_str(), source))
    }
}

impl Serialize for Settings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(SERIALIZED.iter().filter_map(|key| {
            let text = self.get(key.name)?;
            let value = match key.kind {
                Kind::Flag | Kind::Seconds => serde_json::from_str(&text).ok()?,
                _ => Value::String(text),
            };
            Some((key.name, value))
        }))
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = |key| (key, self.get(key).unwrap_or_default());
        f.debug_map().entries(self.keys().map(values)).finish()
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    #[test]
    fn a_password_in_a_url_is_redacted() {
        let settings = Config::from_env()
            .with_environment([
                (
                    "OS_AUTH_URL",
                    "https://demo:pa55@wo@rd@cloud.example:5000/v3",
                ),
                (
                    "OS_COMPUTE_ENDPOINT_OVERRIDE",
                    "https://me:s3c#r/e?t@nova.example/v2.1",
                ),
                ("OS_TOKEN", "t0ken"),
            ])
            .resolve()
            .expect("settings");
        let json = serde_json::to_string(&settings).expect("JSON");
        let expected = r#"{"cloud":"envvars","auth_type":"token","auth_url":"***","token":"***","interface":"public","verify":true,"compute_endpoint_override":"***"}"#;
        assert_eq!(json, expected);
        assert_eq!(settings.get("auth_url").as_deref(), Some("***"));
        let debug = format!("{settings:?}");
        assert!(!debug.contains("pa55") && !debug.contains("s3c"), "{debug}");
    }
}
