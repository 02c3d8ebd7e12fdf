//! Chooses the region of a cloud.

use super::value::{Map, Node, NodeValue, join_quoted, remove_map};
use crate::error::Result;

/// The name of a region, and the keys that are set for it only.
pub(super) type Region = (Node, Map);

/// Returns the requested region, or the first one. If the cloud lists its regions,
/// the requested one must be among them.
pub(super) fn choose_region(layers: [&Map; 2], requested: Option<Node>) -> Result<Option<Region>> {
    let listed = layers
        .into_iter()
        .find_map(|keys| keys.get("regions").or(keys.get("region_name")));
    let regions = listed.map(parse_list).transpose()?.unwrap_or_default();
    let Some(requested) = requested.filter(|node| !node.is_unset()) else {
        return Ok(regions.into_iter().next());
    };
    let name = requested.as_text("region_name")?;
    let found = regions.iter().find(|(node, _)| node.text() == Some(name));
    match (found, listed) {
        (Some((_, values)), _) => Ok(Some((requested, values.clone()))),
        (None, Some(listed)) if !regions.is_empty() => {
            let names = join_quoted(regions.iter().filter_map(|(node, _)| node.text()));
            let message = format!("the cloud has no region {name:?}; its regions are {names}");
            Err(listed.source.error(message))
        }
        _ => Ok(Some((requested, Map::new()))),
    }
}

/// The regions of a list, or of text with commas.
fn parse_list(node: &Node) -> Result<Vec<Region>> {
    let named = |name: &str| Node::new(name.trim(), node.source.clone());
    let entries: Vec<_> = match &node.value {
        NodeValue::List(list) => list.clone(),
        NodeValue::Map(_) => return Err(node.type_error("regions", "a list")),
        _ => node.as_text("region_name")?.split(',').map(named).collect(),
    };
    let entries = entries.into_iter().filter(|entry| !entry.is_unset());
    entries.map(parse_region).collect()
}

/// A name, or a mapping with `name` and `values`.
fn parse_region(entry: Node) -> Result<Region> {
    let NodeValue::Map(mut map) = entry.value else {
        entry.as_text("regions")?;
        return Ok((entry, Map::new()));
    };
    let (name, values) = (map.remove("name"), remove_map(&mut map, "values")?);
    let Some(name) = name.filter(|name| !name.is_unset() && map.is_empty()) else {
        let message = "a region must be a name, or a mapping with `name` and `values`";
        return Err(entry.source.error(message));
    };
    name.as_text("name")?;
    Ok((name, values))
}
