//! [`Change`]: an operation of a patch.

use crate::http::Request;
use crate::json::Json;
use crate::text::strip;

use super::body::json_body;
use super::errors::ApiError;
use super::{rules, schema};

const MEDIA_TYPE: &str = "application/openstack-images-v2.1-json-patch";

const READ_ONLY: [&str; 13] = [
    "created_at",
    "updated_at",
    "status",
    "checksum",
    "size",
    "virtual_size",
    "direct_url",
    "self",
    "file",
    "schema",
    "id",
    "os_hash_algo",
    "os_hash_value",
];

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Operation {
    Add,
    Replace,
    Remove,
}

/// An operation of a patch.
pub(super) struct Change {
    pub(super) operation: Operation,
    pub(super) path: Vec<String>,
    /// Null for `remove`.
    pub(super) value: Json,
}

/// The changes in the body of a request.
pub(super) fn parse(request: &Request) -> Result<Vec<Change>, ApiError> {
    let kind = request.header_list("Content-Type");
    // Glance does not replace the name of the variable if it is unset.
    let kind = kind.unwrap_or_else(|| "${CONTENT_TYPE}".to_owned());
    if kind.split(';').next().map(str::trim) != Some(MEDIA_TYPE) {
        return Err(ApiError::media_type(&kind));
    }
    let Json::List(operations) = json_body(request)? else {
        let text = "Request body must be a JSON array of operation objects.";
        return Err(ApiError::new(400, text));
    };
    operations.iter().map(parse_change).collect()
}

fn parse_change(raw: &Json) -> Result<Change, ApiError> {
    let invalid = |text: String| ApiError::new(400, text);
    if raw.map().is_none() {
        return Err(invalid("Operations must be JSON objects.".to_owned()));
    }
    let one_of = "It must be one of the following: add, remove, replace.";
    let name = raw.get("op").filter(|it| **it != Json::Null);
    let name = name.ok_or_else(|| {
        invalid(format!(
            "Unable to find `op` in JSON Schema change. {one_of}"
        ))
    })?;
    let operation = match name.text() {
        Some("add") => Operation::Add,
        Some("replace") => Operation::Replace,
        Some("remove") => Operation::Remove,
        _ => {
            let name = name.display();
            return Err(invalid(format!("Invalid operation: `{name}`. {one_of}")));
        }
    };
    let path = raw
        .get("path")
        .ok_or_else(|| invalid("Unable to find 'path' in JSON Schema change".to_owned()))?;
    let path = parse_pointer(path.text().ok_or_else(ApiError::unexpected)?).map_err(invalid)?;
    let depth = match (path[0].as_str(), operation) {
        ("locations", Operation::Add | Operation::Remove) => 2,
        _ => 1,
    };
    if path.len() != depth {
        let path = path.join("/");
        return Err(invalid(format!(
            "Invalid JSON pointer for this resource: '/{path}'"
        )));
    }
    let value = match raw.get("value") {
        _ if operation == Operation::Remove => Json::Null,
        Some(value) => value.clone(),
        None => {
            let name = name.display();
            let text = format!("Operation \"{name}\" requires a member named \"value\".");
            return Err(invalid(text));
        }
    };
    let change = Change {
        operation,
        path,
        value,
    };
    validate(&change)?;
    Ok(change)
}

/// The segments of a JSON pointer, without the white space around them.
fn parse_pointer(pointer: &str) -> Result<Vec<String>, String> {
    let Some(rest) = pointer.strip_prefix('/') else {
        return Err(format!("Pointer `{pointer}` does not start with \"/\"."));
    };
    let mut parts: Vec<&str> = rest.split('/').collect();
    let inner = parts.get(1..parts.len() - 1).unwrap_or_default();
    if inner.iter().any(|part| strip(part).is_empty()) {
        return Err(format!("Pointer `{pointer}` contains adjacent \"/\"."));
    }
    if rest.ends_with('/') {
        return Err(format!("Pointer `{pointer}` end with \"/\"."));
    }
    if strip(rest) == "/" {
        return Err(format!(
            "Pointer `{pointer}` does not contains valid token."
        ));
    }
    let mut escapes = rest.split('~').skip(1);
    if escapes.any(|it| !it.starts_with(['0', '1'])) {
        let rule = "contains \"~\" not part of a recognized escape sequence.";
        return Err(format!("Pointer `{pointer}` {rule}"));
    }
    // Glance strips all slashes at the start.
    while parts.len() > 1 && parts[0].is_empty() {
        parts.remove(0);
    }
    let decode = |part: &str| strip(&part.replace("~1", "/").replace("~0", "~")).to_owned();
    Ok(parts.into_iter().map(decode).collect())
}

fn validate(change: &Change) -> Result<(), ApiError> {
    let root = &change.path[0];
    if READ_ONLY.contains(&root.as_str()) {
        let text = format!("Attribute '{root}' is read-only.");
        return Err(ApiError::new(403, text));
    }
    if rules::is_reserved(root) {
        let text = format!("Attribute '{root}' is reserved.");
        return Err(ApiError::new(403, text));
    }
    if change.operation == Operation::Remove {
        return Ok(());
    }
    let value = match change.path.len() {
        1 => change.value.clone(),
        _ => Json::List(vec![change.value.clone()]),
    };
    schema::validate(&[(root.clone(), value)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_decoded() {
        for (pointer, expected) in [
            ("/k", "k"),
            ("/", ""),
            ("//k", "k"),
            ("/a~1b~0c", "a/b~c"),
            ("/a~01b", "a~1b"),
            ("/ a\u{a0}\n", "a"),
        ] {
            assert_eq!(parse_pointer(pointer).unwrap(), [expected], "{pointer}");
        }
        assert_eq!(parse_pointer("/tags/-").unwrap(), ["tags", "-"]);
    }
}
