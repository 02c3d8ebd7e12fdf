//! [`Layer`]: one source of keys, and the rules by which layers are merged.

use super::keys::{KEYS, Kind, Place, find, flag};
use super::value::{Map, Node, Source, Value, join};
use crate::error::Result;

/// The keys of a profile, of a cloud, of a region or of the environment, under
/// their current names.
#[derive(Default)]
pub(super) struct Layer {
    /// The keys beside `auth`.
    pub(super) top: Map,
    pub(super) auth: Map,
}

impl Layer {
    /// Normalizes the names. Each layer is normalized on its own, so that an
    /// alias in a stronger layer overrides the current name in a weaker one.
    pub(super) fn new(map: Map) -> Result<Self> {
        let mut top = set_keys(map);
        let mut auth = match top.remove("auth") {
            Some(node) => set_keys(node.into_map("auth")?),
            None => Map::new(),
        };
        rename_aliases(&mut auth);
        // An alias beside `auth` does not override the current name in it.
        for key in KEYS.iter().filter(|key| auth.contains_key(key.name)) {
            top.retain(|name, _| !key.aliases.contains(&name.as_str()));
        }
        rename_aliases(&mut top);
        reject_unknown(&auth)?;
        normalize_timeout(&mut top);
        normalize_tls(&mut top)?;
        Ok(Self { top, auth })
    }

    /// The defaults, then the layers from weakest to strongest.
    pub(super) fn merge(layers: impl IntoIterator<Item = Self>) -> Self {
        let mut merged = Self::default();
        for (key, text) in [("interface", "public"), ("verify", "true")] {
            let node = Node::new(text, Source::Default);
            merged.top.insert(key.to_owned(), node);
        }
        for layer in layers {
            merged.top.extend(layer.top);
            merged.auth.extend(layer.auth);
        }
        merged
    }
}

/// The keys that are set, with `_` in place of `-`.
fn set_keys(map: Map) -> Map {
    map.into_iter()
        .filter(|(_, node)| !node.is_unset())
        .map(|(key, node)| (key.replace('-', "_"), node))
        .collect()
}

/// The current name wins over its aliases, except that `endpoint_type` wins over
/// `interface`.
fn rename_aliases(map: &mut Map) {
    for key in KEYS {
        for alias in key.aliases {
            if let Some(node) = map.remove(*alias) {
                if key.kind == Kind::Interface || !map.contains_key(key.name) {
                    map.insert(key.name.to_owned(), node);
                }
            }
        }
    }
}

/// A misspelled key of `auth` is an error: without its `project_name`, the token
/// would be for another project.
fn reject_unknown(auth: &Map) -> Result<()> {
    let is_valid = |name: &str| find(name).is_some_and(|key| key.place != Place::TopLevel);
    let Some((name, node)) = auth.iter().find(|(name, _)| !is_valid(name)) else {
        return Ok(());
    };
    let valid = join(
        KEYS.iter()
            .map(|key| key.name)
            .filter(|name| is_valid(name)),
    );
    let message = format!("`auth` has no key {name:?}; its keys are {valid}");
    Err(node.source.error(message))
}

/// There is a single timeout. The last `*_timeout` of a service overrides it.
fn normalize_timeout(top: &mut Map) {
    let last = top
        .iter()
        .filter(|(key, _)| key.ends_with("_timeout") && *key != "api_timeout")
        .map(|(_, node)| node)
        .max_by_key(|node| node.source.position())
        .cloned();
    if let Some(node) = last {
        top.insert("api_timeout".to_owned(), node);
    }
}

/// Expresses `insecure`, and a `verify` that is a path, by `verify` and `cacert`.
fn normalize_tls(top: &mut Map) -> Result<()> {
    if let Some(node) = top.remove("insecure") {
        let message = "invalid insecure: expected true or false";
        let insecure = flag(node.as_text("insecure")?);
        let insecure = insecure.ok_or_else(|| node.source.error(message))?;
        if insecure || !top.contains_key("verify") {
            let verify = Node::new((!insecure).to_string(), node.source);
            top.insert("verify".to_owned(), verify);
        }
    }
    let verify = top.get("verify").cloned();
    let is_path =
        |node: &Node| matches!(&node.value, Value::Text(text) if text.contains(['/', '\\', '.']));
    if let Some(path) = verify.filter(is_path) {
        let verify = Node::new("true", path.source.clone());
        top.insert("verify".to_owned(), verify);
        top.entry("cacert".to_owned()).or_insert(path);
    }
    Ok(())
}

/// Merges `stronger` into `map`: mappings key by key, anything else is replaced.
pub(super) fn merge_maps(map: &mut Map, stronger: Map) {
    for (key, mut node) in stronger {
        if let (Some(Value::Map(old)), Value::Map(new)) =
            (map.get_mut(&key).map(|old| &mut old.value), &mut node.value)
        {
            merge_maps(old, std::mem::take(new));
        } else {
            map.insert(key, node);
        }
    }
}
