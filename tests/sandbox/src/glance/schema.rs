//! Validates images with the JSON schema of Glance.

use std::sync::LazyLock;

use crate::json::{Json, repr};
use crate::text::is_uuid;

use super::errors::ApiError;

/// The properties that have a schema of their own.
static PROPERTIES: LazyLock<Json> =
    LazyLock::new(|| Json::parse(include_str!("schema.json")).expect("schema.json is JSON"));

/// The schema of every other property.
static ADDITIONAL: LazyLock<Json> = LazyLock::new(|| {
    let kind = Json::Text("string".to_owned());
    Json::Map(vec![("type".to_owned(), kind)])
});

/// Whether a property has a schema of its own.
pub(super) fn has(name: &str) -> bool {
    PROPERTIES.get(name).is_some()
}

/// Fails if a field of an image is invalid. If several are, the error names the
/// one with the greatest name, as the library `jsonschema` does.
pub(super) fn validate(image: &[(String, Json)]) -> Result<(), ApiError> {
    let failures = image.iter().filter_map(|(name, value)| check(name, value));
    let worst = failures.max_by(|a, b| (a.shallow, &a.name).cmp(&(b.shallow, &b.name)));
    let Some(Failure { message, .. }) = worst else {
        return Ok(());
    };
    let text = format!("Provided object does not match schema 'image': {message}");
    Err(ApiError::new(400, text))
}

/// An invalid field.
struct Failure {
    name: String,
    /// Whether the field itself is invalid, and not an item in it.
    shallow: bool,
    message: String,
}

fn check(name: &str, value: &Json) -> Option<Failure> {
    let (schema, path) = match PROPERTIES.get(name) {
        Some(schema) => (schema, format!("['properties'][{}]", repr(name))),
        None => (&*ADDITIONAL, "['additionalProperties']".to_owned()),
    };
    let failure = |shallow: bool, message: String| Failure {
        name: name.to_owned(),
        shallow,
        message,
    };
    let instance = format!("[{}]", repr(name));
    if let Some(message) = explain(schema, &path, value, &instance) {
        return Some(failure(true, message));
    }
    let (Some(items), Json::List(values)) = (schema.get("items"), value) else {
        return None;
    };
    let path = format!("{path}['items']");
    let mut messages = values
        .iter()
        .enumerate()
        .filter_map(|(n, value)| explain(items, &path, value, &format!("{instance}[{n}]")));
    messages.next_back().map(|message| failure(false, message))
}

/// The message of `jsonschema` for a value that does not match its schema.
fn explain(schema: &Json, path: &str, value: &Json, instance: &str) -> Option<String> {
    let (keyword, problem) = problem(schema, value)?;
    let indented = |value: &Json| value.pretty().replace('\n', "\n    ");
    Some(format!(
        "{} {problem}\n\nFailed validating '{keyword}' in schema{path}:\n    {}\n\nOn instance{instance}:\n    {}",
        value.repr(),
        indented(schema),
        indented(value)
    ))
}

/// The keyword that a value violates, and how.
fn problem(schema: &Json, value: &Json) -> Option<(&'static str, String)> {
    let types = match schema.get("type")? {
        Json::List(types) => types.as_slice(),
        one => std::slice::from_ref(one),
    };
    if !types
        .iter()
        .any(|kind| is_type(value, kind.text().unwrap_or_default()))
    {
        let types: Vec<String> = types.iter().map(Json::repr).collect();
        return Some(("type", format!("is not of type {}", types.join(", "))));
    }
    let text = value.text().unwrap_or_default();
    let length = text.chars().count();
    let limit = schema.get("maxLength").map(Json::repr);
    if limit.is_some_and(|it| it.parse().is_ok_and(|limit: usize| length > limit)) {
        return Some(("maxLength", "is too long".to_owned()));
    }
    // In Python, `$` also matches before a newline at the end.
    let valid = is_uuid(text.strip_suffix('\n').unwrap_or(text));
    if let Some(pattern) = schema
        .get("pattern")
        .filter(|_| *value != Json::Null && !valid)
    {
        return Some(("pattern", format!("does not match {}", pattern.repr())));
    }
    match schema.get("enum") {
        Some(values @ Json::List(all)) if !all.contains(value) => {
            Some(("enum", format!("is not one of {}", values.repr())))
        }
        _ => None,
    }
}

fn is_type(value: &Json, kind: &str) -> bool {
    match (kind, value) {
        ("integer", Json::Float(number)) => number.fract() == 0.0,
        ("null", Json::Null)
        | ("boolean", Json::Bool(_))
        | ("integer", Json::Int(_))
        | ("string", Json::Text(_))
        | ("array", Json::List(_))
        | ("object", Json::Map(_)) => true,
        _ => false,
    }
}
