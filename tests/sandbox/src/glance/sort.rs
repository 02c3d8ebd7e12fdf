//! The order of a list.

use std::cmp::Ordering;

use jiff::Timestamp;

use crate::image::Image;
use crate::text::strip;

use super::errors::ApiError;
use super::parameters::{last, take, take_all};

const SORT_KEYS: [&str; 8] = [
    "name",
    "status",
    "container_format",
    "disk_format",
    "size",
    "id",
    "created_at",
    "updated_at",
];

/// The keys of the order, from `sort`, or from `sort_key` and `sort_dir`.
pub(super) fn take_sort(
    parameters: &mut Vec<(String, String)>,
) -> Result<Vec<(String, bool)>, ApiError> {
    let (mut keys, mut directions) = (Vec::new(), Vec::new());
    if let Some(sort) = take(parameters, "sort") {
        if last(parameters, "sort_key").is_some() || last(parameters, "sort_dir").is_some() {
            let text = "Old and new sorting syntax cannot be combined";
            return Err(ApiError::new(400, text));
        }
        for part in strip(&sort).split(',') {
            let (key, direction) = part.split_once(':').unwrap_or((part, ""));
            keys.push(check_key(strip(key))?);
            let direction = if direction.is_empty() {
                "desc"
            } else {
                strip(direction)
            };
            directions.push(is_descending(direction)?);
        }
    } else {
        for key in take_all(parameters, "sort_key") {
            keys.push(check_key(&key)?);
        }
        for direction in take_all(parameters, "sort_dir") {
            directions.push(is_descending(&direction)?);
        }
        if directions.len() > 1 && directions.len() != keys.len() {
            let text = "Number of sort dirs does not match the number of sort keys";
            return Err(ApiError::new(400, text));
        }
    }
    if keys.is_empty() {
        keys.push("created_at".to_owned());
    }
    let default = match directions[..] {
        [one] => one,
        _ => true,
    };
    directions.resize(keys.len(), default);
    let mut sort: Vec<(String, bool)> = keys.into_iter().zip(directions).collect();
    for key in ["created_at", "id"] {
        if !sort.iter().any(|(it, _)| it == key) {
            sort.push((key.to_owned(), default));
        }
    }
    Ok(sort)
}

fn check_key(key: &str) -> Result<String, ApiError> {
    if SORT_KEYS.contains(&key) {
        return Ok(key.to_owned());
    }
    let keys = SORT_KEYS.join(", ");
    let text = format!("Invalid sort key: {key}. It must be one of the following: {keys}.");
    Err(ApiError::new(400, text))
}

fn is_descending(direction: &str) -> Result<bool, ApiError> {
    match direction {
        "asc" => Ok(false),
        "desc" => Ok(true),
        _ => Err(ApiError::new(
            400,
            format!("Invalid sort direction: {direction}"),
        )),
    }
}

/// The value of a sort key. In `SQLite`, null is less than every number, and every
/// number is less than every text.
#[derive(PartialEq, PartialOrd, Eq, Ord)]
enum Value<'a> {
    Null,
    Number(u64),
    Time(Timestamp),
    Text(&'a str),
}

impl Value<'_> {
    /// The value, or another one for null.
    fn or(self, other: Self) -> Self {
        if self == Self::Null { other } else { self }
    }
}

fn value<'a>(image: &'a Image, key: &str) -> Value<'a> {
    let text = |it: &'a Option<String>| it.as_deref().map_or(Value::Null, Value::Text);
    match key {
        "name" => text(&image.name),
        "status" => Value::Text(&image.status),
        "container_format" => text(&image.container_format),
        "disk_format" => text(&image.disk_format),
        "size" => image.size.map_or(Value::Null, Value::Number),
        "id" => Value::Text(&image.id),
        "updated_at" => Value::Time(image.updated),
        _ => Value::Time(image.created),
    }
}

pub(super) fn order(a: &Image, b: &Image, sort: &[(String, bool)]) -> Ordering {
    let by = |(key, descending): &(String, bool)| {
        let ordering = value(a, key).cmp(&value(b, key));
        if *descending {
            ordering.reverse()
        } else {
            ordering
        }
    };
    sort.iter()
        .map(by)
        .find(|it| it.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// Whether an image is after the marker. Glance compares null as 0 or an empty
/// text, but null in the marker always as an empty text.
pub(super) fn is_after(image: &Image, marker: &Image, sort: &[(String, bool)]) -> bool {
    for (key, descending) in sort {
        let null = if key == "size" {
            Value::Number(0)
        } else {
            Value::Text("")
        };
        let marker = value(marker, key).or(Value::Text(""));
        match value(image, key).or(null).cmp(&marker) {
            Ordering::Equal => {}
            ordering => return ordering.is_lt() == *descending,
        }
    }
    false
}
