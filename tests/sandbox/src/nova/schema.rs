//! Validates request bodies as Nova's schema does.

use crate::json::{Json, repr};

use super::fault::Fault;

const PATTERN: &str = "'^[a-zA-Z0-9-_:. ]{1,255}$'";

/// Returns the object in a body `{"metadata": {…}}`, or, for a single item,
/// `{"meta": {…}}`.
///
/// The legacy API allows additional properties.
pub(super) fn check<'a>(
    body: &'a Json,
    field: &str,
    legacy: bool,
) -> Result<&'a [(String, Json)], Fault> {
    let invalid = |message: String| Err(Fault::new(400, message));
    let Some(entries) = body.map() else {
        return invalid(format!("{} is not of type 'object'", body.repr()));
    };
    let map = body
        .get(field)
        .map(|value| check_map(value, field, legacy))
        .transpose()?;
    let Some(map) = map else {
        return invalid(format!("'{field}' is a required property"));
    };
    let mut others: Vec<&str> = entries
        .iter()
        .map(|(key, _)| key.as_str())
        .filter(|key| *key != field)
        .collect();
    others.sort_unstable();
    if others.is_empty() || legacy {
        return Ok(map);
    }
    invalid(format!(
        "Additional properties are not allowed ({})",
        unexpected(&others)
    ))
}

fn check_map<'a>(
    value: &'a Json,
    field: &str,
    legacy: bool,
) -> Result<&'a [(String, Json)], Fault> {
    let invalid = |field: &str, value: &Json, message: String| {
        let shown = value.display();
        let text = format!("Invalid input for field/attribute {field}. Value: {shown}. {message}");
        Err(Fault::new(400, text))
    };
    let Some(entries) = value.map() else {
        return invalid(
            field,
            value,
            format!("{} is not of type 'object'", value.repr()),
        );
    };
    for (key, item) in entries.iter().filter(|(key, _)| is_key(key)) {
        match item {
            Json::Text(text) if text.chars().count() <= 255 => {}
            Json::Text(text) => return invalid(key, item, format!("{} is too long", repr(text))),
            item => {
                return invalid(
                    key,
                    item,
                    format!("{} is not of type 'string'", item.repr()),
                );
            }
        }
    }
    let mut invalid_keys: Vec<&str> = entries
        .iter()
        .map(|(key, _)| key.as_str())
        .filter(|key| !is_key(key))
        .collect();
    invalid_keys.sort_unstable();
    if legacy && !invalid_keys.is_empty() && invalid_keys.len() < entries.len() {
        let text = format!(
            "Additional properties are not allowed ({})",
            unexpected(&invalid_keys)
        );
        return invalid(field, value, text);
    }
    if !invalid_keys.is_empty() && !legacy {
        let verb = if invalid_keys.len() == 1 {
            "does"
        } else {
            "do"
        };
        return invalid(
            field,
            value,
            format!(
                "{} {verb} not match any of the regexes: {PATTERN}",
                list(&invalid_keys)
            ),
        );
    }
    match entries.len() {
        0 if field == "meta" => invalid(
            field,
            value,
            format!("{} should be non-empty", value.repr()),
        ),
        2.. if field == "meta" => invalid(
            field,
            value,
            format!("{} has too many properties", value.repr()),
        ),
        _ => Ok(entries),
    }
}

fn list(names: &[&str]) -> String {
    names
        .iter()
        .map(|it| repr(it))
        .collect::<Vec<_>>()
        .join(", ")
}

fn unexpected(names: &[&str]) -> String {
    format!(
        "{} {} unexpected",
        list(names),
        if names.len() == 1 { "was" } else { "were" }
    )
}

/// Whether a key matches the pattern. In Python, `$` also matches before a
/// newline at the end.
fn is_key(key: &str) -> bool {
    let key = key.strip_suffix('\n').unwrap_or(key);
    (1..=255).contains(&key.len())
        && key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_:. ".contains(&b))
}
