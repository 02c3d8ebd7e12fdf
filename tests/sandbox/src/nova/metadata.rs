//! The calls that read and change metadata.

use crate::cloud::Cloud;
use crate::json::{Json, quote};

use super::call::Call;
use super::fault::{Fault, Outcome};
use super::images::find;
use super::query::Query;
use super::schema;
use super::update::update;
use super::view;

type Items = Vec<(String, Json)>;

pub(super) fn show(cloud: &Cloud, call: &Call<'_>, id: &str) -> Outcome {
    check_query(call)?;
    let items = view::metadata(find(cloud, call, id)?)?;
    Ok(Some(wrap("metadata", &items)))
}

pub(super) fn show_item(cloud: &Cloud, call: &Call<'_>, id: &str, key: &str) -> Outcome {
    check_query(call)?;
    let items = view::metadata(find(cloud, call, id)?)?;
    let item = items
        .into_iter()
        .find(|(name, _)| name == key)
        .ok_or_else(Fault::not_found)?;
    Ok(Some(wrap("meta", &[item])))
}

pub(super) fn merge(cloud: &mut Cloud, call: &Call<'_>, id: &str, body: &Json) -> Outcome {
    let sent = schema::check(body, "metadata", call.legacy)?;
    let mut items = view::metadata(find(cloud, call, id)?)?;
    for (key, value) in sent {
        insert(&mut items, key, value.clone());
    }
    update(cloud, call, id, &items)?;
    let items = view::metadata(find(cloud, call, id)?)?;
    Ok(Some(wrap("metadata", &items)))
}

pub(super) fn replace(cloud: &mut Cloud, call: &Call<'_>, id: &str, body: &Json) -> Outcome {
    let sent = schema::check(body, "metadata", call.legacy)?;
    view::metadata(find(cloud, call, id)?)?;
    update(cloud, call, id, sent)?;
    Ok(Some(wrap("metadata", sent)))
}

pub(super) fn set(cloud: &mut Cloud, call: &Call<'_>, id: &str, key: &str, body: &Json) -> Outcome {
    let sent = schema::check(body, "meta", call.legacy)?;
    let Some((_, value)) = sent.iter().find(|(name, _)| name == key) else {
        return Err(Fault::new(400, "Request body and URI mismatch"));
    };
    let mut items = view::metadata(find(cloud, call, id)?)?;
    insert(&mut items, key, value.clone());
    update(cloud, call, id, &items)?;
    Ok(Some(wrap("meta", sent)))
}

pub(super) fn unset(cloud: &mut Cloud, call: &Call<'_>, id: &str, key: &str) -> Outcome {
    let mut items = view::metadata(find(cloud, call, id)?)?;
    let count = items.len();
    items.retain(|(name, _)| name != key);
    if items.len() == count {
        return Err(Fault::new(404, "Invalid metadata key"));
    }
    update(cloud, call, id, &items)?;
    Ok(None)
}

/// These two calls fail if the query has any parameter.
fn check_query(call: &Call<'_>) -> Result<(), Fault> {
    Query::parse(call.query())?;
    if call.query().split(['&', ';']).all(str::is_empty) {
        return Ok(());
    }
    Err(Fault::unexpected("KeyError"))
}

fn wrap(field: &str, items: &[(String, Json)]) -> String {
    format!(
        "{{{}: {}}}",
        quote(field),
        Json::Map(items.to_vec()).dumps()
    )
}

fn insert(items: &mut Items, key: &str, value: Json) {
    match items.iter_mut().find(|(name, _)| name == key) {
        Some(item) => item.1 = value,
        None => items.push((key.to_owned(), value)),
    }
}
