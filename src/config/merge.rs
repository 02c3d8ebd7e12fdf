//! [`normalize`]: the keys of one layer under their current names.

use super::keys::{Key, Kind, Location, find_key, keys};
use super::value::{Map, Node, NodeValue, Source, remove_map};
use crate::error::Result;

/// Normalizes the keys of a profile, of a cloud, of a region or of the environment,
/// and moves those of `auth` to the top level. With `top_first`, every key at the top
/// level overrides the one in `auth`.
///
/// Each layer is normalized separately, so that an alias in a layer with a
/// higher priority overrides the current name in one with a lower priority.
pub(super) fn normalize(map: Map, top_first: bool) -> Result<Map> {
    let mut top = set_keys(map);
    let mut auth = set_keys(remove_map(&mut top, "auth")?);
    for key in keys() {
        let Some(alias) = key.alias else { continue };
        rename(&mut auth, alias, key);
        if auth.contains_key(key.name) {
            top.remove(alias);
        }
        rename(&mut top, alias, key);
    }
    for (name, node) in auth {
        let location = find_key(&name).map_or(Location::TopOnly, |key| key.location);
        if location == Location::TopOnly {
            // If a misspelled `project_name` were ignored, the token would be for another
            // project.
            let message = format!(
                "unknown key {name:?} in `auth`; check the spelling, or move it out of `auth`"
            );
            return Err(node.source.error(message));
        }
        if !(top_first || location == Location::TopFirst) || !top.contains_key(&name) {
            top.insert(name, node);
        }
    }
    normalize_timeout(&mut top);
    normalize_tls(&mut top)?;
    Ok(top)
}

/// The keys that are set, with `-` replaced by `_`.
fn set_keys(map: Map) -> Map {
    map.into_iter()
        .filter(|(_, node)| !node.is_unset())
        .map(|(key, node)| (key.replace('-', "_"), node))
        .collect()
}

/// The current name overrides its alias, except that `endpoint_type` overrides
/// `interface`.
fn rename(map: &mut Map, alias: &str, key: &Key) {
    if let Some(node) = map.remove(alias) {
        if key.kind == Kind::Interface || !map.contains_key(key.name) {
            map.insert(key.name.to_owned(), node);
        }
    }
}

/// There is a single timeout. The last `*_timeout` of a service overrides it.
fn normalize_timeout(top: &mut Map) {
    let services = top
        .iter()
        .filter(|(key, _)| key.ends_with("_timeout") && *key != "api_timeout");
    let last = services.max_by_key(|(_, node)| match node.source {
        Source::File { line, column, .. } => (line, column),
        _ => (0, 0),
    });
    if let Some((_, node)) = last {
        top.insert("api_timeout".to_owned(), node.clone());
    }
}

/// Converts `insecure`, and a path in `verify`, to `verify` and `cacert`.
fn normalize_tls(top: &mut Map) -> Result<()> {
    if let Some(node) = top.remove("insecure") {
        let insecure = Kind::Flag.parse("insecure", node.as_text("insecure")?, &node.source)?;
        if insecure == "true" || !top.contains_key("verify") {
            let verify = if insecure == "true" { "false" } else { "true" };
            top.insert("verify".to_owned(), Node::new(verify, node.source));
        }
    }
    let is_path = |node: &Node| matches!(&node.value, NodeValue::Text(text) if text.contains(['/', '\\', '.']));
    if let Some(path) = top.get("verify").filter(|node| is_path(node)).cloned() {
        let verify = Node::new("true", path.source.clone());
        top.insert("verify".to_owned(), verify);
        top.entry("cacert".to_owned()).or_insert(path);
    }
    Ok(())
}

/// Merges `overrides` into `map`: mappings key by key, anything else is replaced.
pub(super) fn merge_maps(map: &mut Map, overrides: Map) {
    for (key, mut node) in overrides {
        if let (Some(NodeValue::Map(old)), NodeValue::Map(new)) =
            (map.get_mut(&key).map(|old| &mut old.value), &mut node.value)
        {
            merge_maps(old, std::mem::take(new));
        } else {
            map.insert(key, node);
        }
    }
}
