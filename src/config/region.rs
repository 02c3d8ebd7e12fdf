//! The region of a cloud, and what its file says of that region alone.

use super::names::layer;
use super::node::{Map, Node, Value};
use crate::error::{Error, Result};

/// The region that was asked for, which has to be one of the cloud's, or else
/// its first; with the keys that are for this region.
pub(super) fn choose(
    cloud: &str,
    own: &Map,
    profile: &Map,
    asked: Option<Node>,
) -> Result<(Option<Node>, Map)> {
    let said = [own, profile].map(|keys| keys.get("regions").or(keys.get("region_name")));
    let known = said
        .into_iter()
        .flatten()
        .next()
        .map(regions)
        .transpose()?
        .unwrap_or_default();
    let asked = asked.filter(|node| !node.is_empty());
    let Some(asked) = asked else {
        let first = known.into_iter().next();
        return Ok(first.map_or_else(Default::default, |(name, values)| (Some(name), values)));
    };
    if known.is_empty() {
        return Ok((Some(asked), Map::new()));
    }
    let wanted = asked.as_text("region_name")?;
    let mut names = Vec::new();
    for (region, values) in known {
        let name = region.as_text("name")?;
        if name == wanted {
            return Ok((Some(asked), values));
        }
        names.push(name.to_owned());
    }
    Err(Error::invalid(format!(
        "cloud {cloud:?} has no region {wanted:?} (asked for by {}): choose {}",
        asked.source,
        listed(names.iter().map(String::as_str))
    )))
}

/// The regions of a list, or of text with commas.
fn regions(node: &Node) -> Result<Vec<(Node, Map)>> {
    let entries = match &node.value {
        Value::List(list) => list.clone(),
        Value::Map(_) => return Err(node.wrong("regions", "a list")),
        _ => {
            let names = node.as_text("region_name")?.split(',');
            names
                .map(|name| Node::text(name, node.source.clone()))
                .collect()
        }
    };
    let is_blank = |node: &Node| matches!(&node.value, Value::Text(text) if text.trim().is_empty());
    entries
        .into_iter()
        .filter(|entry| !is_blank(entry))
        .map(region)
        .collect()
}

fn region(entry: Node) -> Result<(Node, Map)> {
    let source = entry.source.clone();
    if let Value::Text(name) = &entry.value {
        return Ok((Node::text(name.trim(), source), Map::new()));
    }
    let mut map = entry.into_map("regions")?;
    let name = map.remove("name").filter(|node| !node.is_empty());
    let values = map.remove("values");
    let (Some(name), true) = (name, map.is_empty()) else {
        let why = "a region has to be a name, or a mapping of `name` and `values`";
        return Err(source.refused(why));
    };
    name.as_text("name")?;
    let values = values.map(|node| node.into_map("values")).transpose()?;
    Ok((name, layer(values.unwrap_or_default())))
}

/// The names, quoted; of very many only the first.
pub(super) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const MOST: usize = 20;
    let names: Vec<_> = names.collect();
    let mut text: Vec<_> = names
        .iter()
        .take(MOST)
        .map(|name| format!("{name:?}"))
        .collect();
    if names.is_empty() {
        return "none".to_owned();
    }
    if names.len() > MOST {
        text.push(format!("{} more", names.len() - MOST));
    }
    text.join(", ")
}
