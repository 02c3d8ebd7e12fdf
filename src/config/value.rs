//! [`Node`]: a value of a file or a variable, and [`Source`]: where it came from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::error::{Error, Result};

/// Where a setting came from.
///
/// `Display` prints it for people: `/etc/openstack/clouds.yaml:7`, `OS_AUTH_URL`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// A line of a file.
    #[non_exhaustive]
    File {
        /// The path of the file.
        path: Arc<Path>,
        /// The line, counted from 1.
        line: usize,
        /// The column, counted from 1.
        column: usize,
    },
    /// The environment variable with this name.
    Variable(String),
    /// The program that called this crate.
    Caller,
    /// The default of this crate.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line, .. } => write!(f, "{}:{line}", path.display()),
            Self::Variable(name) => f.write_str(name),
            Self::Caller => f.write_str("the caller"),
            Self::Default => f.write_str("default"),
        }
    }
}

impl Source {
    /// The error for the value at this location.
    pub(super) fn error(&self, message: impl fmt::Display) -> Error {
        match self {
            Self::File { column, .. } => Error::invalid(format!("{self}:{column}: {message}")),
            Self::Variable(name) => Error::invalid(format!("{name}: {message}")),
            Self::Caller | Self::Default => Error::invalid(message.to_string()),
        }
    }
}

/// A value and its location. It has no `Debug` because it can be a secret.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) value: NodeValue,
    pub(super) source: Source,
}

/// A value. Numbers and booleans are the text in the file, because only the key
/// determines the type: the project id `00123` is text.
#[derive(Clone)]
#[cfg_attr(
    not(feature = "clouds-yaml"),
    expect(dead_code, reason = "variables are text")
)]
pub(super) enum NodeValue {
    /// Text. `null` is empty text.
    Text(String),
    /// The value of a variable that is not UTF-8.
    Bytes,
    List(Vec<Node>),
    Map(Map),
}

/// The keys of a mapping. Their order has no meaning.
pub(super) type Map = BTreeMap<String, Node>;

/// The path of a file and its keys.
pub(super) type ParsedFile = (Arc<Path>, Map);

impl Node {
    pub(super) fn new(text: impl Into<String>, source: Source) -> Self {
        let value = NodeValue::Text(text.into());
        Self { value, source }
    }

    pub(super) fn is_pem(&self) -> bool {
        matches!(&self.value, NodeValue::Text(text) if text.contains("-----BEGIN"))
    }

    /// Whether the key counts as unset: null or empty text.
    pub(super) fn is_unset(&self) -> bool {
        matches!(&self.value, NodeValue::Text(text) if text.is_empty())
    }

    /// The text. PEM data is rejected, so that no message can show a private key.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            NodeValue::Text(text) if !self.is_pem() => Some(text),
            _ => None,
        }
    }

    pub(super) fn as_text(&self, key: &str) -> Result<&str> {
        let expected = if self.is_pem() {
            "a path; write the PEM data to a file"
        } else {
            "UTF-8 text"
        };
        self.text().ok_or_else(|| self.type_error(key, expected))
    }

    pub(super) fn into_map(self, key: &str) -> Result<Map> {
        match self.value {
            NodeValue::Map(map) => Ok(map),
            _ if self.is_unset() => Ok(Map::new()),
            _ => Err(self.type_error(key, "a mapping")),
        }
    }

    /// The error for a value of the wrong type. It does not quote the value.
    pub(super) fn type_error(&self, key: &str, expected: &str) -> Error {
        let message = format!("`{key}` must be {expected}");
        self.source.error(message)
    }
}

/// Removes a key whose value is a mapping. A missing key is an empty mapping.
pub(super) fn remove_map(map: &mut Map, key: &str) -> Result<Map> {
    map.remove(key)
        .map_or(Ok(Map::new()), |node| node.into_map(key))
}

/// The items, separated by commas.
pub(super) fn join(items: impl Iterator<Item = impl ToString>) -> String {
    let items: Vec<_> = items.map(|item| item.to_string()).collect();
    items.join(", ")
}

/// The names, quoted and separated by commas.
pub(super) fn join_quoted(names: impl Iterator<Item = impl fmt::Debug>) -> String {
    join(names.map(|name| format!("{name:?}")))
}
