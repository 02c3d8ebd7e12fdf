//! [`Node`]: a value of a file or a variable, with the place that it came from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::error::{Error, Result};

/// Where a setting came from. `Display` is for people: `/etc/openstack/clouds.yaml:7`,
/// `OS_AUTH_URL`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// A line of a file.
    #[non_exhaustive]
    File {
        /// The file.
        path: Arc<Path>,
        /// The line, counted from 1.
        line: usize,
        /// The column, counted from 1.
        column: usize,
    },
    /// An environment variable, by name.
    Variable(String),
    /// The program that asked for it.
    Program,
    /// Nobody said anything; this crate decided.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line, .. } => write!(f, "{}:{line}", path.display()),
            Self::Variable(name) => f.write_str(name),
            Self::Program => f.write_str("the program"),
            Self::Default => f.write_str("default"),
        }
    }
}

impl Source {
    /// The place with its column, as an error message begins.
    pub(super) fn place(&self) -> String {
        match self {
            Self::File { path, line, column } => format!("{}:{line}:{column}", path.display()),
            other => other.to_string(),
        }
    }

    /// What comes first in a file is less than what comes later.
    pub(super) fn position(&self) -> (usize, usize) {
        match self {
            Self::File { line, column, .. } => (*line, *column),
            _ => (0, 0),
        }
    }

    /// The error for what was said here.
    pub(super) fn refused(&self, why: impl fmt::Display) -> Error {
        Error::invalid(format!("{}: {why}", self.place()))
    }
}

/// One value and its place. It has no `Debug`: any of them can be a secret.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) source: Source,
}

/// What a file can say. A number or a truth value is the text that was typed:
/// which of them is meant, the key decides.
#[derive(Clone)]
#[cfg_attr(
    not(feature = "clouds-yaml"),
    expect(dead_code, reason = "a variable is text")
)]
pub(super) enum Value {
    Null,
    Text(String),
    /// What is in a variable that is not UTF-8.
    Bytes,
    List(Vec<Node>),
    Map(Map),
}

impl Node {
    pub(super) fn text(text: impl Into<String>, source: Source) -> Self {
        Self {
            value: Value::Text(text.into()),
            source,
        }
    }

    fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Text(_) => "text",
            Value::Bytes => "bytes that are not UTF-8",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// The error for a value of the wrong kind. It does not quote the value.
    pub(super) fn wrong(&self, key: &str, wanted: &str) -> Error {
        self.source
            .refused(format!("`{key}` has to be {wanted}, found {}", self.kind()))
    }

    pub(super) fn as_text(&self, key: &str) -> Result<&str> {
        match &self.value {
            Value::Text(text) => Ok(text),
            _ => Err(self.wrong(key, "text")),
        }
    }

    /// Whether nothing is said: null, or an empty text.
    pub(super) fn is_empty(&self) -> bool {
        match &self.value {
            Value::Null => true,
            Value::Text(text) => text.is_empty(),
            _ => false,
        }
    }

    pub(super) fn into_map(self, key: &str) -> Result<Map> {
        match self.value {
            Value::Null => Ok(Map::default()),
            Value::Map(map) => Ok(map),
            _ => Err(self.wrong(key, "a mapping")),
        }
    }
}

/// The keys of a mapping. In what order a file has them says nothing.
pub(super) type Map = BTreeMap<String, Node>;

/// Lays `other` over `map`: mappings are merged, all else is replaced.
#[cfg(feature = "clouds-yaml")]
pub(super) fn merge(map: &mut Map, other: Map) {
    for (key, node) in other {
        match (map.get_mut(&key).map(|old| &mut old.value), node) {
            (
                Some(Value::Map(old)),
                Node {
                    value: Value::Map(new),
                    ..
                },
            ) => merge(old, new),
            (_, node) => {
                map.insert(key, node);
            }
        }
    }
}

/// The same with `_` for every `-` in its keys, and without what says nothing:
/// null and empty text.
pub(super) fn normalised(map: Map) -> Map {
    let mut said = Map::new();
    for (key, node) in map.into_iter().filter(|(_, node)| !node.is_empty()) {
        said.insert(key.replace('-', "_"), node);
    }
    said
}
