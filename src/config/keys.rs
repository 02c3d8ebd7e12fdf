//! [`Keys`]: what the keys of a cloud mean: which of two wins, their other
//! names, what their values are.

use super::cloud::Cloud;
use super::env::Environment;
use super::node::{Map, Node, Source, Value};
use super::settings::{Setting, Settings};
use crate::error::{Error, Result};

/// The keys of `auth` where one beside `auth` wins, with their other names:
/// of those that are there the last one counts.
const OUTER_FIRST: [(&str, &[&str]); 9] = [
    ("domain_id", &[]),
    ("domain_name", &[]),
    ("user_domain_id", &[]),
    ("user_domain_name", &[]),
    ("project_domain_id", &[]),
    ("project_domain_name", &[]),
    ("token", &["auth_token"]),
    ("project_id", &["tenant_id"]),
    ("project_name", &["tenant_name"]),
];

/// The keys of `auth` where the one in `auth` wins.
const INNER_FIRST: [(&str, &[&str]); 13] = [
    ("auth_url", &[]),
    ("user_id", &[]),
    ("username", &["user_name"]),
    ("password", &[]),
    ("system_scope", &[]),
    ("trust_id", &[]),
    ("application_credential_id", &[]),
    ("application_credential_name", &[]),
    ("application_credential_secret", &[]),
    ("default_domain_id", &[]),
    ("default_domain_name", &[]),
    ("default_domain", &[]),
    ("endpoint", &["url"]),
];

/// The services that have keys of their own.
pub(super) const SERVICES: [&str; 3] = ["compute", "image", "identity"];

/// What a service's own keys end with, each with its other name.
const OF_A_SERVICE: [(&str, Option<&str>); 6] = [
    ("endpoint_override", Some("endpoint")),
    ("interface", None),
    ("region_name", None),
    ("service_name", None),
    ("api_version", None),
    ("default_microversion", None),
];

/// How long a text may become when its braces are filled in. A value can be as
/// long as the file, and stand in braces a hundred thousand times.
const FILLED: usize = 2 * 1024 * 1024;

/// Whether the value of that key must never be shown.
pub(super) fn is_secret(key: &str) -> bool {
    matches!(
        key,
        "password" | "token" | "auth_token" | "application_credential_secret" | "passcode"
    )
}

/// Whether that key means something here.
pub(super) fn is_known(key: &str) -> bool {
    let of_service = |service: &str| {
        let rest = key.strip_prefix(service).and_then(|rest| rest.strip_prefix('_'));
        rest.is_some_and(|rest| OF_A_SERVICE.iter().any(|(name, _)| *name == rest))
    };
    OUTER_FIRST.iter().chain(&INNER_FIRST).any(|(name, _)| *name == key)
        || SERVICES.into_iter().any(of_service)
        || matches!(
            key,
            "region_name"
                | "interface"
                | "endpoint_type"
                | "auth_type"
                | "verify"
                | "insecure"
                | "cacert"
                | "cert"
                | "key"
                | "api_timeout"
        )
}

/// The merged keys of a cloud on their way to become [`Settings`].
pub(super) struct Keys<'a> {
    pub(super) outer: Map,
    inner: Map,
    /// The command line's rule: what is beside `auth` always wins.
    outer_first: bool,
    pub(super) environment: &'a Environment,
    pub(super) settings: Settings,
}

/// The settings of that cloud.
pub(super) fn settle(cloud: Cloud, overlay: bool, environment: &Environment) -> Result<Settings> {
    let (outer, inner) = merge(cloud.layers)?;
    let settings = Settings::new(cloud.name, cloud.chosen_by, cloud.file, cloud.lost_profile);
    let mut keys = Keys { outer, inner, outer_first: overlay, environment, settings };
    if let Some(region) = cloud.region {
        keys.outer.insert("region_name", region);
    }
    keys.rename_timeouts();
    keys.rename_interfaces();
    for (key, others) in OUTER_FIRST {
        keys.take_outer_first(key, others)?;
    }
    keys.spread_domain();
    for (key, others) in INNER_FIRST {
        keys.take_inner_first(key, others)?;
    }
    keys.refuse_unknown()?;
    keys.fill_auth_url()?;
    keys.auth_type()?;
    keys.tls()?;
    keys.timeout()?;
    keys.plain("region_name", None)?;
    keys.interface("interface")?;
    for service in SERVICES {
        for (key, other) in OF_A_SERVICE {
            let other = other.map(|other| format!("{service}_{other}"));
            let key = format!("{service}_{key}");
            if key.ends_with("_interface") {
                keys.interface(&key)?;
            } else {
                keys.plain(&key, other.as_deref())?;
            }
        }
    }
    Ok(keys.settings)
}

/// The layers, weakest first, as the keys beside `auth` and those in it: `auth`
/// is merged key by key, all else is replaced.
fn merge(layers: Vec<Map>) -> Result<(Map, Map)> {
    let (mut outer, mut inner) = (Map::default(), Map::default());
    outer.insert("interface", Node::text("public", Source::Default));
    for (key, node) in layers.into_iter().flat_map(Map::into_entries) {
        if key == "auth" {
            for (key, node) in node.into_map("auth")?.normalised().into_entries() {
                inner.insert(key, node);
            }
        } else {
            outer.insert(key, node);
        }
    }
    Ok((outer, inner))
}

impl Keys<'_> {
    /// Any `…timeout` is the one time-out that there is.
    fn rename_timeouts(&mut self) {
        let of_service =
            |key: &&str| key.ends_with("timeout") && !["timeout", "api_timeout"].contains(key);
        let last = self.outer.keys().filter(of_service).last().map(str::to_owned);
        if let Some(node) = last.and_then(|key| self.outer.remove(&key)) {
            self.outer.insert("api_timeout", node);
        }
    }

    /// `endpoint_type` is the old name of `interface`, and wins over it.
    fn rename_interfaces(&mut self) {
        let entries = std::mem::take(&mut self.outer).into_entries();
        self.outer =
            entries.map(|(key, node)| (key.replace("endpoint_type", "interface"), node)).collect();
    }

    fn take_outer_first(&mut self, key: &str, others: &[&str]) -> Result<()> {
        let mut found = None;
        for name in others.iter().chain([&key]) {
            found = self.inner.remove(name).or(found);
            found = self.outer.remove(name).or(found);
        }
        self.set(key, found)
    }

    fn take_inner_first(&mut self, key: &str, others: &[&str]) -> Result<()> {
        let (first, second) = if self.outer_first {
            (&mut self.outer, &mut self.inner)
        } else {
            (&mut self.inner, &mut self.outer)
        };
        let mut found = None;
        for map in [first, second] {
            for name in [&key].into_iter().chain(others) {
                let node = map.remove(name).filter(|node| !is_empty(node));
                found = found.or(node);
            }
        }
        self.set(key, found)
    }

    /// Keeps the text of that key; an empty text is none.
    pub(super) fn set(&mut self, key: &str, node: Option<Node>) -> Result<()> {
        let Some(node) = node.filter(|node| !is_empty(node)) else { return Ok(()) };
        let text = node.as_text(key)?;
        let setting = if is_secret(key) {
            Setting::Secret(text.into())
        } else {
            Setting::Text(text.to_owned())
        };
        self.settings.set(key, setting, node.source);
        Ok(())
    }

    /// Keeps a key beside `auth`, with the names in its braces filled in.
    pub(super) fn plain(&mut self, key: &str, other: Option<&str>) -> Result<()> {
        let empty = |node: &&Node| !is_empty(node);
        let node = self.outer.said(key).filter(empty);
        let node = node.or_else(|| self.outer.said(other?).filter(empty)).cloned();
        let Some(mut node) = node else { return Ok(()) };
        let text = self.filled(key, node.as_text(key)?, &node.source)?;
        node.value = Value::Text(text);
        self.set(key, Some(node))
    }

    /// A domain that is named once is the user's and the project's, when there
    /// is a project; else it is what the token is for.
    fn spread_domain(&mut self) {
        let has = |key| self.settings.source(key).is_some();
        if !has("project_id") && !has("project_name") {
            return;
        }
        for end in ["id", "name"] {
            let Some((setting, source)) = self.settings.take(&format!("domain_{end}")) else {
                continue;
            };
            for who in ["user", "project"] {
                let key = format!("{who}_domain_{end}");
                if self.settings.source(&key).is_none() {
                    self.settings.set(&key, setting.clone(), source.clone());
                }
            }
        }
    }

    /// A key of `auth` that nobody reads is a mistake: with `projcet_name` the
    /// token would be for another project.
    fn refuse_unknown(&self) -> Result<()> {
        let said = |key: &&str| self.inner.said(key).is_some_and(|node| !is_empty(node));
        let Some(key) = self.inner.keys().find(said) else { return Ok(()) };
        let place = self.inner.said(key).map(|node| node.source.to_string()).unwrap_or_default();
        let known: Vec<_> = OUTER_FIRST.iter().chain(&INNER_FIRST).map(|(name, _)| *name).collect();
        Err(Error::invalid(format!(
            "{place}: `auth` has no key {key:?}; it can have {}",
            known.join(", ")
        )))
    }

    fn fill_auth_url(&mut self) -> Result<()> {
        if let Some((Setting::Text(text), source)) = self.settings.take("auth_url") {
            let text = self.filled("auth_url", &text, &source)?;
            self.settings.set("auth_url", Setting::Text(text), source);
        }
        Ok(())
    }

    /// The text with every `{key}` replaced by the value of that key. `{{` is a
    /// brace.
    fn filled(&self, key: &str, text: &str, source: &Source) -> Result<String> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            out.push_str(before);
            if let Some(after) = from.strip_prefix("{{").or(from.strip_prefix("}}")) {
                out.push_str(&from[..1]);
                rest = after;
                continue;
            }
            let Some((name, after)) = from.strip_prefix('{').and_then(|f| f.split_once('}')) else {
                let place = source.place();
                return Err(Error::invalid(format!(
                    "{place}: a brace in `{key}` has no other; write it twice to mean a brace"
                )));
            };
            out.push_str(self.value_for_brace(name).ok_or_else(|| {
                let place = source.place();
                Error::invalid(format!(
                    "{place}: `{key}` has {{{name}}} in it, and the cloud has no such key"
                ))
            })?);
            if out.len() > FILLED {
                let place = source.place();
                return Err(Error::invalid(format!(
                    "{place}: `{key}` is longer than any is, with its braces filled in"
                )));
            }
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }

    /// A key beside `auth` that is text, and no secret.
    fn value_for_brace(&self, name: &str) -> Option<&str> {
        if is_secret(name) {
            return None;
        }
        match &self.outer.get(name)?.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

pub(super) fn is_empty(node: &Node) -> bool {
    matches!(&node.value, Value::Text(text) if text.is_empty())
}
