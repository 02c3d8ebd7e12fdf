//! [`Keys`]: what the keys of a cloud mean: their other names, which of two
//! wins, what stands in their braces.

use std::collections::BTreeSet;

use super::cloud::Cloud;
use super::env::Environment;
use super::node::{Map, Node, Source, Value, normalised};
use super::settings::{SHOWN, Settings};
use super::values;
use crate::error::{Error, Result};

/// The keys of `auth` where one beside `auth` wins.
const OUTER_FIRST: [&str; 9] = [
    "domain_id",
    "domain_name",
    "user_domain_id",
    "user_domain_name",
    "project_domain_id",
    "project_domain_name",
    "token",
    "project_id",
    "project_name",
];

/// The keys of `auth` where the one in `auth` wins.
const INNER_FIRST: [&str; 13] = [
    "auth_url",
    "user_id",
    "username",
    "password",
    "system_scope",
    "trust_id",
    "application_credential_id",
    "application_credential_name",
    "application_credential_secret",
    "default_domain_id",
    "default_domain_name",
    "default_domain",
    "endpoint",
];

/// Other names of the keys of `auth`. `userid` is gophercloud's.
const AUTH_ALIASES: [(&str, &str); 6] = [
    ("tenant_id", "project_id"),
    ("tenant_name", "project_name"),
    ("auth_token", "token"),
    ("user_name", "username"),
    ("userid", "user_id"),
    ("url", "endpoint"),
];

/// Other names of keys that are beside `auth` only.
const ALIASES: [(&str, &str); 5] = [
    ("auth_plugin", "auth_type"),
    ("cloud", "profile"),
    ("compute_endpoint", "compute_endpoint_override"),
    ("image_endpoint", "image_endpoint_override"),
    ("identity_endpoint", "identity_endpoint_override"),
];

/// What the keys of a service begin with, and of all of them.
const PREFIXES: [&str; 4] = ["", "compute_", "image_", "identity_"];

/// What a service's own keys end with.
const OF_A_SERVICE: [&str; 6] = [
    "endpoint_override",
    "interface",
    "region_name",
    "service_name",
    "api_version",
    "default_microversion",
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

/// Whether that key, under its name of today, means something here.
pub(super) fn is_known(key: &str) -> bool {
    let of_service =
        |prefix| key.strip_prefix(prefix).is_some_and(|key| OF_A_SERVICE.contains(&key));
    let others = [&SHOWN[..], &["insecure"]].concat();
    is_of_auth(key) || PREFIXES[1..].iter().any(of_service) || others.contains(&key)
}

fn is_of_auth(key: &str) -> bool {
    OUTER_FIRST.contains(&key) || INNER_FIRST.contains(&key)
}

/// A layer of a cloud with its keys under their names of today. It is done for
/// each layer by itself, so that an old name says as much as the new one, and
/// gives way to the layers above.
pub(super) fn layer(map: Map) -> Map {
    let mut map = normalised(map);
    let auth = match map.get_mut("auth").map(|node| &mut node.value) {
        Some(Value::Map(auth)) => {
            *auth = renamed(normalised(std::mem::take(auth)), &AUTH_ALIASES);
            auth.keys().cloned().collect()
        }
        _ => BTreeSet::new(),
    };
    // Beside `auth`, another name gives way to that of today in it.
    map.retain(|key, _| {
        !AUTH_ALIASES.iter().any(|(other, name)| key == other && auth.contains(*name))
    });
    let mut map = renamed(renamed(map, &AUTH_ALIASES), &ALIASES);
    // These two win over the names of today.
    for prefix in PREFIXES {
        if let Some(node) = map.remove(&format!("{prefix}endpoint_type")) {
            map.insert(format!("{prefix}interface"), node);
        }
    }
    // There is one time-out only: the last one that is for a service.
    let of_service =
        |key: &str| key.ends_with("timeout") && !["timeout", "api_timeout"].contains(&key);
    let timeouts = map.iter().filter(|(key, _)| of_service(key)).map(|(_, node)| node);
    if let Some(node) = timeouts.max_by_key(|node| node.source.position()).cloned() {
        map.insert("api_timeout".to_owned(), node);
    }
    map
}

/// The name of today wins over the other one.
fn renamed(mut map: Map, aliases: &[(&str, &str)]) -> Map {
    for (other, name) in aliases {
        if let Some(node) = map.remove(*other) {
            map.entry((*name).to_owned()).or_insert(node);
        }
    }
    map
}

/// The merged keys of a cloud on their way to become [`Settings`].
pub(super) struct Keys<'a> {
    /// Those beside `auth`.
    pub(super) outer: Map,
    pub(super) environment: &'a Environment,
    pub(super) settings: Settings,
}

/// The settings of that cloud. With the command line's rule, what is beside
/// `auth` always wins.
pub(super) fn settle(cloud: Cloud, overlay: bool, environment: &Environment) -> Result<Settings> {
    let (mut outer, mut inner) = merge(cloud.layers)?;
    if let Some(region) = cloud.region {
        outer.insert("region_name".to_owned(), region);
    }
    let mut keys = Keys { outer, environment, settings: cloud.settings };
    for key in OUTER_FIRST.into_iter().chain(INNER_FIRST) {
        let (beside, within) = (keys.outer.remove(key), inner.remove(key));
        let outer_first = overlay || OUTER_FIRST.contains(&key);
        let node = if outer_first { beside.or(within) } else { within.or(beside) };
        if let Some(node) = node {
            let text = if key == "auth_url" {
                keys.filled(key, &node)?
            } else {
                node.as_text(key)?.to_owned()
            };
            keys.settings.set_text(key, text, node.source);
        }
    }
    keys.spread_domain();
    keys.auth_type()?;
    keys.tls()?;
    keys.timeout()?;
    keys.plain("region_name")?;
    keys.interface("interface")?;
    for prefix in &PREFIXES[1..] {
        for key in OF_A_SERVICE.map(|key| format!("{prefix}{key}")) {
            if key.ends_with("interface") { keys.interface(&key)? } else { keys.plain(&key)? }
        }
        keys.versions(prefix)?;
    }
    Ok(keys.settings)
}

/// The layers, weakest first, as the keys beside `auth` and those in it: `auth`
/// is merged key by key, all else is replaced.
fn merge(layers: Vec<Map>) -> Result<(Map, Map)> {
    let defaults = [("interface", "public"), ("verify", "true")];
    let defaults = defaults.map(|(key, text)| (key.to_owned(), Node::text(text, Source::Default)));
    let (mut outer, mut inner) = (Map::from(defaults), Map::new());
    for mut layer in layers {
        if let Some(auth) = layer.remove("auth") {
            let auth = auth.into_map("auth")?;
            refuse_unknown(&auth)?;
            inner.extend(auth);
        }
        values::trust(&mut layer)?;
        outer.extend(layer);
    }
    Ok((outer, inner))
}

/// A key of `auth` that nobody reads is a mistake: with `projcet_name` the
/// token would be for another project.
fn refuse_unknown(auth: &Map) -> Result<()> {
    let Some((key, node)) = auth.iter().find(|(key, _)| !is_of_auth(key)) else { return Ok(()) };
    Err(Error::invalid(format!(
        "{}: `auth` has no key {key:?}; it can have {}",
        node.source,
        [&OUTER_FIRST[..], &INNER_FIRST].concat().join(", ")
    )))
}

impl Keys<'_> {
    /// Keeps a key beside `auth`, with the names in its braces filled in.
    pub(super) fn plain(&mut self, key: &str) -> Result<()> {
        let Some(node) = self.outer.get(key) else { return Ok(()) };
        let text = self.filled(key, node)?;
        let source = node.source.clone();
        self.settings.set_text(key, text, source);
        Ok(())
    }

    /// A domain that is named once is the user's and the project's, when there
    /// is a project; else it is what the token is for.
    fn spread_domain(&mut self) {
        if !self.settings.has("project_id") && !self.settings.has("project_name") {
            return;
        }
        for end in ["id", "name"] {
            let Some((setting, source)) = self.settings.take(&format!("domain_{end}")) else {
                continue;
            };
            for who in ["user", "project"] {
                let key = format!("{who}_domain_{end}");
                if !self.settings.has(&key) {
                    self.settings.set(&key, setting.clone(), source.clone());
                }
            }
        }
    }

    /// The text with every `{key}` replaced by the value of that key. `{{` is a
    /// brace.
    fn filled(&self, key: &str, node: &Node) -> Result<String> {
        let refused = |why: String| node.source.refused(why);
        let mut rest = node.as_text(key)?;
        let mut out = String::with_capacity(rest.len());
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            out.push_str(before);
            if let Some(after) = from.strip_prefix("{{").or(from.strip_prefix("}}")) {
                out.push_str(&from[..1]);
                rest = after;
                continue;
            }
            let name = from.strip_prefix('{').and_then(|from| from.split_once('}'));
            let (name, after) = name.ok_or_else(|| {
                refused(format!("a brace in `{key}` has no other; write it twice to mean a brace"))
            })?;
            out.push_str(self.in_brace(name).map_err(|why| {
                refused(format!(
                    "`{key}` has {{{name}}} in it, and {why}, or write {{{{{name}}}}} to mean the \
                     braces"
                ))
            })?);
            if out.len() > FILLED {
                let why = format!("`{key}` is longer than any is, with its braces filled in");
                return Err(refused(why));
            }
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }

    /// The text of a key beside `auth`, or why there is none.
    fn in_brace(&self, name: &str) -> Result<&str, &'static str> {
        match self.outer.get(name).map(|node| &node.value) {
            _ if is_secret(name) => Err("a secret is never filled in; take it out"),
            Some(Value::Text(text)) => Ok(text),
            _ => Err("the cloud has no text under that key; set it"),
        }
    }
}
