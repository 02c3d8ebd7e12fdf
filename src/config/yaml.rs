//! Parses YAML, which includes JSON, to a [`Node`].

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use granit_parser::{ErrorKind, Event, Marker, Options, Parser, ScalarStyle, ScanError, StrInput};

use super::value::{Map, Node, NodeValue, Source};
use crate::error::{Error, Result};

/// The size limit of the values that aliases copy. Without it, nested aliases
/// could fill the memory.
const MAX_COPIED: usize = 16 * 1024 * 1024;

/// Parses a document. An empty one is [empty text](Node::is_unset).
///
/// No error quotes the text, because each line can contain a password.
pub(super) fn parse_yaml(text: &str, path: &Arc<Path>) -> Result<Node> {
    let mut options = Options::default();
    options.block_scalar_eof_without_line_feed = true;
    let mut builder = Builder {
        events: Parser::new_from_str_with_options(text, options),
        text,
        path,
        anchors: HashMap::new(),
        copied: 0,
    };
    let mut root = None;
    loop {
        match builder.next_event()? {
            (Event::StreamEnd, source) => return Ok(root.unwrap_or(Node::new("", source))),
            (Event::DocumentStart(..), source) if root.is_some() => {
                return Err(source.error("expected one document, found a second one"));
            }
            (Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd, _) => {}
            (event, source) => root = Some(builder.node(event, source)?),
        }
    }
}

struct Builder<'a> {
    events: Parser<'a, StrInput<'a>>,
    text: &'a str,
    path: &'a Arc<Path>,
    anchors: HashMap<usize, Node>,
    copied: usize,
}

impl<'a> Builder<'a> {
    fn next_event(&mut self) -> Result<(Event<'a>, Source)> {
        match self.events.next() {
            Some(Ok((event, span))) => {
                let start = span.tag_start().unwrap_or(span.start);
                Ok((event, self.source(&start)))
            }
            Some(Err(error)) => Err(self.syntax_error(&error)),
            None => Ok((Event::StreamEnd, self.source(&Marker::new(0, 1, 0)))),
        }
    }

    fn source(&self, marker: &Marker) -> Source {
        Source::File {
            path: Arc::clone(self.path),
            line: marker.line(),
            column: marker.col() + 1,
        }
    }

    /// The value that begins with this event.
    fn node(&mut self, event: Event<'a>, source: Source) -> Result<Node> {
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.as_deref().map(|tag| tag.core_suffix().unwrap_or("!"));
                if tag == Some("!") {
                    return Err(source.error("a value that starts with `!` must be quoted"));
                }
                let is_null = matches!(&*text, "~" | "null" | "Null" | "NULL")
                    && style == ScalarStyle::Plain
                    && tag != Some("str");
                let text = if is_null { "".into() } else { text };
                (NodeValue::Text(text.into_owned()), anchor)
            }
            Event::SequenceStart(_, anchor, _) => (NodeValue::List(self.list()?), anchor),
            Event::MappingStart(_, anchor, _) => (NodeValue::Map(self.map()?), anchor),
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor) else {
                    return Err(source.error("the value contains itself"));
                };
                self.copied += size(node);
                if self.copied > MAX_COPIED {
                    return Err(source.error("aliases expand to more than 16 MiB"));
                }
                return Ok(node.clone());
            }
            _ => return Err(source.error("expected a value")),
        };
        let node = Node { value, source };
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn list(&mut self) -> Result<Vec<Node>> {
        let mut list = Vec::new();
        loop {
            match self.next_event()? {
                (Event::SequenceEnd, _) => return Ok(list),
                (event, source) => list.push(self.node(event, source)?),
            }
        }
    }

    fn map(&mut self) -> Result<Map> {
        let (mut map, mut merged) = (Map::new(), Map::new());
        loop {
            let (event, source) = self.next_event()?;
            if event == Event::MappingEnd {
                break;
            }
            let key = self.node(event, source.clone())?;
            let Some(key) = key.text().map(str::to_owned) else {
                return Err(source.error("a key must be text"));
            };
            let (event, value_source) = self.next_event()?;
            let node = self.node(event, value_source)?;
            if key == "<<" {
                let maps = match node.value {
                    NodeValue::List(list) => list,
                    _ => vec![node],
                };
                for node in maps {
                    for (key, node) in node.into_map("<<")? {
                        merged.entry(key).or_insert(node);
                    }
                }
            } else if map.insert(key, node).is_some() {
                log::warn!("{source}: duplicate key; the last one is used");
            }
        }
        // The keys of the mapping itself override those of `<<`.
        merged.extend(map);
        Ok(merged)
    }

    /// The error of the parser. It quotes at most one character of the text.
    fn syntax_error(&self, error: &ScanError) -> Error {
        let (mut marker, kind) = (*error.marker(), error.kind());
        if *kind == ErrorKind::TabInPlainScalar {
            // The marker is at the value before the line with the tab.
            let is_tab = |line: &str| line.trim_start_matches(' ').starts_with('\t');
            if let Some(after) = self.text.lines().skip(marker.line()).position(is_tab) {
                marker = Marker::new(0, marker.line() + 1 + after, 0);
            }
        }
        let message = format!("not valid YAML: {kind}; check the indentation and the quotes");
        self.source(&marker).error(message)
    }
}

/// The approximate memory of a value, in bytes.
fn size(node: &Node) -> usize {
    100 + match &node.value {
        NodeValue::Text(text) => text.len(),
        NodeValue::List(list) => list.iter().map(size).sum(),
        NodeValue::Map(map) => map.iter().map(|(key, node)| key.len() + size(node)).sum(),
        NodeValue::Bytes => 0,
    }
}
