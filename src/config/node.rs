//! [`Node`]: a value of a file or a variable, with the place that it came from.

use std::collections::HashMap;
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
#[cfg_attr(not(feature = "clouds-yaml"), expect(dead_code, reason = "a variable is text"))]
pub(super) enum Value {
    Null,
    Text(String),
    List(Vec<Node>),
    Map(Map),
}

impl Node {
    pub(super) fn text(text: impl Into<String>, source: Source) -> Self {
        Self { value: Value::Text(text.into()), source }
    }

    /// A mapping that no one place holds.
    pub(super) fn map(map: Map) -> Self {
        Self { value: Value::Map(map), source: Source::Default }
    }

    fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// The error for a value of the wrong kind. It does not quote the value.
    pub(super) fn wrong(&self, key: &str, wanted: &str) -> Error {
        let (place, kind) = (self.source.place(), self.kind());
        Error::invalid(format!("{place}: `{key}` has to be {wanted}, found {kind}"))
    }

    pub(super) fn as_text(&self, key: &str) -> Result<&str> {
        match &self.value {
            Value::Text(text) => Ok(text),
            _ => Err(self.wrong(key, "text")),
        }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    pub(super) fn into_map(self, key: &str) -> Result<Map> {
        match self.value {
            Value::Null => Ok(Map::default()),
            Value::Map(map) => Ok(map),
            _ => Err(self.wrong(key, "a mapping")),
        }
    }
}

/// A mapping that keeps its order: where two keys mean the same, the order
/// decides which of them wins. A key that comes again keeps its old place.
#[derive(Clone, Default)]
pub(super) struct Map {
    entries: Vec<Option<(String, Node)>>,
    index: HashMap<String, usize>,
}

impl Map {
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        let at = *self.index.get(key)?;
        self.entries[at].as_ref().map(|(_, node)| node)
    }

    /// The value of that key, unless it is null.
    pub(super) fn said(&self, key: &str) -> Option<&Node> {
        self.get(key).filter(|node| !node.is_null())
    }

    pub(super) fn insert(&mut self, key: impl Into<String>, node: Node) {
        let key = key.into();
        if let Some(at) = self.index.get(&key) {
            self.entries[*at] = Some((key, node));
        } else {
            self.index.insert(key.clone(), self.entries.len());
            self.entries.push(Some((key, node)));
        }
    }

    pub(super) fn remove(&mut self, key: &str) -> Option<Node> {
        let at = self.index.remove(key)?;
        self.entries[at].take().map(|(_, node)| node)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.entries.iter().flatten().map(|(key, node)| (key.as_str(), node))
    }

    pub(super) fn into_entries(self) -> impl Iterator<Item = (String, Node)> {
        self.entries.into_iter().flatten()
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(key, _)| key)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.index.len()
    }

    /// Lays `other` over this: mappings are merged, all else is replaced.
    #[cfg(feature = "clouds-yaml")]
    pub(super) fn merge(&mut self, other: Self) {
        for (key, node) in other.into_entries() {
            match (self.remove_in_place(&key), node) {
                (
                    Some(Node { value: Value::Map(mut old), source }),
                    Node { value: Value::Map(new), .. },
                ) => {
                    old.merge(new);
                    self.insert(key, Node { value: Value::Map(old), source });
                }
                (_, node) => self.insert(key, node),
            }
        }
    }

    /// Takes the value out and leaves its place.
    #[cfg(feature = "clouds-yaml")]
    fn remove_in_place(&mut self, key: &str) -> Option<Node> {
        let at = *self.index.get(key)?;
        self.entries[at].take().map(|(_, node)| node)
    }

    /// The same with `_` for every `-` in its keys, and without nulls: null
    /// means that nothing was said.
    pub(super) fn normalised(self) -> Self {
        let mut map = Self::default();
        for (key, node) in self.into_entries() {
            if !node.is_null() {
                map.insert(key.replace('-', "_"), node);
            }
        }
        map
    }
}

impl FromIterator<(String, Node)> for Map {
    fn from_iter<I: IntoIterator<Item = (String, Node)>>(entries: I) -> Self {
        let mut map = Self::default();
        for (key, node) in entries {
            map.insert(key, node);
        }
        map
    }
}
