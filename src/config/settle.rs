//! From the layers of a cloud to its [`Settings`]: which of two keys wins.

use super::cloud::Cloud;
use super::env::Environment;
use super::keys::Keys;
use super::names::{INNER_FIRST, OF_A_SERVICE, OUTER_FIRST, PREFIXES, is_of_auth};
use super::node::{Map, Node, Source};
use super::settings::Settings;
use super::values;
use crate::error::{Error, Result};

/// The settings of that cloud. With the command line's rule, what is beside
/// `auth` always wins.
pub(super) fn settle(cloud: Cloud, overlay: bool, environment: &Environment) -> Result<Settings> {
    let (mut outer, mut inner) = merge(cloud.layers)?;
    if let Some(region) = cloud.region {
        outer.insert("region_name".to_owned(), region);
    }
    let mut keys = Keys {
        outer,
        environment,
        settings: cloud.settings,
    };
    for key in OUTER_FIRST.into_iter().chain(INNER_FIRST) {
        let (beside, within) = (keys.outer.remove(key), inner.remove(key));
        let outer_first = overlay || OUTER_FIRST.contains(&key);
        let node = if outer_first {
            beside.or(within)
        } else {
            within.or(beside)
        };
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
            if key.ends_with("interface") {
                keys.interface(&key)?
            } else {
                keys.plain(&key)?
            }
        }
        keys.versions(prefix)?;
    }
    Ok(keys.settings)
}

/// The layers, weakest first, as the keys beside `auth` and those in it: `auth`
/// is merged key by key, all else is replaced.
fn merge(layers: Vec<Map>) -> Result<(Map, Map)> {
    let (mut outer, mut inner) = (Map::new(), Map::new());
    for (key, text) in [("interface", "public"), ("verify", "true")] {
        outer.insert(key.to_owned(), Node::text(text, Source::Default));
    }
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
    let Some((key, node)) = auth.iter().find(|(key, _)| !is_of_auth(key)) else {
        return Ok(());
    };
    Err(Error::invalid(format!(
        "{}: `auth` has no key {key:?}; it can have {}",
        node.source,
        [&OUTER_FIRST[..], &INNER_FIRST].concat().join(", ")
    )))
}
