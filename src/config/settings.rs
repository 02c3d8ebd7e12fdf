//! [`Settings`]: what is known of the chosen cloud, and where each came from.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use secrecy::SecretString;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::names::{SHOWN, is_secret};
use super::node::Source;
use crate::endpoint::strip_userinfo;
use crate::error::Error;

/// What shows in place of a secret.
const HIDDEN: &str = "***";

/// One value.
#[derive(Clone)]
pub(super) enum Setting {
    Text(String),
    Secret(SecretString),
    Flag(bool),
    /// With the text that was typed.
    Seconds(f64, String),
}

/// The settings of one cloud, under openstacksdk's names.
///
/// Serialized, it is one object: what is not set is absent, and a secret is
/// `"***"`. `Debug` shows the same.
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
    /// A few dozen at most, each key once.
    values: Vec<(String, Setting, Source)>,
    file: Option<Arc<Path>>,
    /// What may be why a key is missing.
    hints: Vec<String>,
}

impl Settings {
    pub(super) fn new(file: Option<Arc<Path>>, hints: Vec<String>) -> Self {
        Self {
            values: Vec::new(),
            file,
            hints,
        }
    }

    pub(super) fn set(&mut self, key: &str, setting: Setting, source: Source) {
        self.take(key);
        self.values.push((key.to_owned(), setting, source));
    }

    pub(super) fn set_text(&mut self, key: &str, text: String, source: Source) {
        let is_secret = is_secret(key);
        let setting = if is_secret {
            Setting::Secret(text.into())
        } else {
            Setting::Text(text)
        };
        self.set(key, setting, source);
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    pub(super) fn take(&mut self, key: &str) -> Option<(Setting, Source)> {
        let at = self.values.iter().position(|(known, ..)| known == key)?;
        let (_, setting, source) = self.values.remove(at);
        Some((setting, source))
    }

    fn value(&self, key: &str) -> Option<&(String, Setting, Source)> {
        self.values.iter().find(|(known, ..)| known == key)
    }

    /// The text of that key, unless it is a secret.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        match self.setting(key) {
            Some(Setting::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub(super) fn secret(&self, key: &str) -> Option<&SecretString> {
        match self.setting(key) {
            Some(Setting::Secret(secret)) => Some(secret),
            _ => None,
        }
    }

    pub(super) fn setting(&self, key: &str) -> Option<&Setting> {
        self.value(key).map(|(_, setting, _)| setting)
    }

    /// The error for that key, of which the value is wrong.
    pub(super) fn refused(&self, key: &str, why: &str) -> Error {
        self.source(key).unwrap_or(&Source::Default).refused(why)
    }

    /// The file that the cloud is in; `None` is the environment.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    pub(super) fn hints(&self) -> &[String] {
        &self.hints
    }

    /// The value of that key, as it is shown: a secret is `***`. `None` when it
    /// is not set.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<String> {
        self.setting(key).map(|setting| match setting {
            Setting::Text(text) => shown(key, text).into_owned(),
            Setting::Secret(_) => HIDDEN.to_owned(),
            Setting::Flag(flag) => flag.to_string(),
            Setting::Seconds(_, text) => text.clone(),
        })
    }

    /// Where the value of that key came from: `None` when it is not set. That
    /// of `cloud` is who chose the cloud.
    #[must_use]
    pub fn source(&self, key: &str) -> Option<&Source> {
        self.value(key).map(|(.., source)| source)
    }

    /// Every key that is set, those of the serialized object first and in its
    /// order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let shown = SHOWN.into_iter().filter(|key| self.has(key));
        let rest = self.values.iter().map(|(key, ..)| key.as_str());
        let rest = rest.filter(|key| !SHOWN.contains(key));
        shown.chain(rest)
    }
}

/// The text of that key, but of an address nothing that could be a user or a
/// password.
fn shown<'a>(key: &str, text: &'a str) -> Cow<'a, str> {
    let is_address = key == "auth_url" || key.contains("endpoint");
    let begin = text
        .find("://")
        .map(|at| at + 3)
        .or(is_address.then_some(0));
    match begin.map(|at| text.split_at(at)) {
        Some((scheme, rest)) if rest.contains('@') => {
            Cow::Owned(format!("{scheme}{HIDDEN}@{}", strip_userinfo(rest)))
        }
        _ => Cow::Borrowed(text),
    }
}

impl Serialize for Settings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for key in SHOWN {
            match self.setting(key) {
                None => {}
                Some(Setting::Text(text)) => map.serialize_entry(key, &shown(key, text))?,
                Some(Setting::Secret(_)) => map.serialize_entry(key, HIDDEN)?,
                Some(Setting::Flag(flag)) => map.serialize_entry(key, flag)?,
                // 30 and not 30.0.
                Some(Setting::Seconds(seconds, text)) => match text.parse::<u64>() {
                    Ok(whole) => map.serialize_entry(key, &whole)?,
                    Err(_) => map.serialize_entry(key, seconds)?,
                },
            }
        }
        map.end()
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(
                self.keys()
                    .map(|key| (key, self.get(key).unwrap_or_default())),
            )
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn a_password_in_an_address_is_not_shown() {
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
        let expected = r#"{"cloud":"envvars","auth_type":"token","auth_url":"https://***@cloud.example:5000/v3","token":"***","interface":"public","verify":true,"compute_endpoint_override":"https://***@nova.example/v2.1"}"#;
        assert_eq!(json, expected);
        assert_eq!(
            settings.get("auth_url").as_deref(),
            Some("https://***@cloud.example:5000/v3")
        );
        let debug = format!("{settings:?}");
        assert!(!debug.contains("pa55") && !debug.contains("s3c"), "{debug}");
    }

    #[test]
    fn a_password_in_an_address_without_its_scheme_is_not_shown_either() {
        for key in ["auth_url", "endpoint", "compute_endpoint_override"] {
            assert_eq!(
                shown(key, "me:pa55@cloud.example:5000/v3"),
                "***@cloud.example:5000/v3"
            );
        }
    }

    #[test]
    fn other_text_is_shown_as_it_is() {
        for text in [
            "",
            "demo@cloud.example",
            "https://cloud.example/a",
            "://",
            "a@b://c",
        ] {
            assert_eq!(shown("username", text), text);
        }
    }
}
