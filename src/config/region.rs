//! Chooses the region of a cloud.

use super::value::{Map, Node, Value, join_quoted};
use crate::error::Result;

/// The name of a region, and the keys that are set for it only.
pub(super) type Region = (Node, Map);

/// Returns the requested region, or the first one. If the cloud lists its regions,
/// the requested one must be among them.
pub(super) fn choose(
    cloud: &str,
    [own, profile]: [&Map; 2],
    requested: Option<Node>,
) -> Result<Option<Region>> {
    let listed = [own, profile]
        .into_iter()
        .find_map(|keys| keys.get("regions").or(keys.get("region_name")));
    let mut regions = listed.map(parse_list).transpose()?.unwrap_or_default();
    let Some(requested) = requested.filter(|node| !node.is_unset()) else {
        return Ok(regions.into_iter().next());
    };
    if regions.is_empty() {
        return Ok(Some((requested, Map::new())));
    }
    let name = requested.as_text("region_name")?;
    let names = regions.iter().filter_map(|(region, _)| region.text());
    let names = join_quoted(names);
    let message = format!("the cloud {cloud:?} has no region {name:?}: choose {names}");
    regions.retain(|(region, _)| region.text() == Some(name));
    match regions.pop() {
        Some((_, values)) => Ok(Some((requested, values))),
        None => Err(requested.source.error(message)),
    }
}

/// The regions of a list, or of text with commas.
fn parse_list(node: &Node) -> Result<Vec<Region>> {
    let named = |name: &str| Node::new(name.trim(), node.source.clone());
    let entries: Vec<_> = match &node.value {
        Value::List(list) => list.clone(),
        Value::Map(_) => return Err(node.type_error("regions", "a list")),
        _ => node.as_text("region_name")?.split(',').map(named).collect(),
    };
    let entries = entries.into_iter().filter(|entry| !entry.is_unset());
    entries.map(parse).collect()
}

fn parse(entry: Node) -> Result<Region> {
    let Value::Map(map) = &entry.value else {
        entry.as_text("regions")?;
        return Ok((entry, Map::new()));
    };
    let name = map.get("name").filter(|name| !name.is_unset());
    let values = map.get("values").cloned();
    match name {
        Some(name) if map.keys().all(|key| key == "name" || key == "values") => {
            name.as_text("name")?;
            let values = values.map_or(Ok(Map::new()), |node| node.into_map("values"));
            Ok((name.clone(), values?))
        }
        _ => {
            let message = "a region must be a name, or a mapping with `name` and `values`";
            Err(entry.source.error(message))
        }
    }
}
