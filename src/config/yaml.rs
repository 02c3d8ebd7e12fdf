//! Parses YAML, and so JSON, to a [`Node`].

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use granit_parser::{ErrorKind, Event, Marker, Options, Parser, ScalarStyle, StrInput};

use super::value::{Map, Node, Source, Value};
use crate::error::{Error, Result};

/// The limit of nested lists or mappings. A cloud needs six.
const MAX_DEPTH: usize = 32;

/// The size limit of the values that anchors and aliases copy. Without it, nested
/// aliases could fill the memory.
const MAX_COPIED: usize = 16 * 1024 * 1024;

const NEEDS_QUOTES: &str = "a value that starts with this character needs quotes";

/// Parses a document. An empty one is [`Value::Null`].
///
/// No error quotes the text, because each line can contain a password.
pub(super) fn parse(text: &str, path: &Arc<Path>) -> Result<Node> {
    let mut options = Options::default();
    options.flow_nesting_limit = MAX_DEPTH;
    options.block_nesting_limit = MAX_DEPTH;
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
            (Event::StreamEnd, source) => {
                let value = Value::Null;
                return Ok(root.unwrap_or(Node { value, source }));
            }
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
            Some(Err(error)) => Err(self.syntax_error(error.kind(), error.marker())),
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
                    return Err(source.error(format!("not valid YAML: {NEEDS_QUOTES}")));
                }
                let is_null = matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
                if is_null && style == ScalarStyle::Plain && tag != Some("str") {
                    (Value::Null, anchor)
                } else {
                    (Value::Text(text.into_owned()), anchor)
                }
            }
            Event::SequenceStart(_, anchor, _) => (Value::List(self.list()?), anchor),
            Event::MappingStart(_, anchor, _) => (Value::Map(self.map()?), anchor),
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    return Err(source.error("the value contains itself"));
                };
                self.count_copy(&node)?;
                return Ok(node);
            }
            _ => (Value::Null, 0),
        };
        let node = Node { value, source };
        if anchor != 0 {
            self.count_copy(&node)?;
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
                    Value::List(list) => list,
                    _ => vec![node],
                };
                for node in maps {
                    let earlier = std::mem::take(&mut merged);
                    merged = node.into_map("<<")?;
                    merged.extend(earlier);
                }
            } else if map.insert(key, node).is_some() {
                log::warn!("{source}: duplicate key; the last one is used");
            }
        }
        // The keys of the mapping itself win over those of `<<`.
        merged.extend(map);
        Ok(merged)
    }

    fn count_copy(&mut self, node: &Node) -> Result<()> {
        self.copied += size(node);
        if self.copied > MAX_COPIED {
            return Err(node.source.error("aliases expand to more than 16 MiB"));
        }
        Ok(())
    }

    /// The error of the parser, without the text.
    fn syntax_error(&self, kind: &ErrorKind, marker: &Marker) -> Error {
        use ErrorKind as Kind;
        let mut marker = *marker;
        if *kind == Kind::TabInPlainScalar {
            // The marker is at the value before the line with the tab.
            let is_tab = |line: &str| line.trim_start_matches(' ').starts_with('\t');
            if let Some(after) = self.text.lines().skip(marker.line()).position(is_tab) {
                marker = Marker::new(0, marker.line() + 1 + after, 0);
            }
        }
        let reason = match kind {
            Kind::UnknownAnchor | Kind::UndeclaredTagHandle | Kind::UnexpectedCharacter { .. } => {
                NEEDS_QUOTES
            }
            Kind::UnclosedQuotedScalar => "unclosed quote",
            Kind::UnclosedFlowCollection { .. } => "unclosed bracket",
            Kind::TabNotAllowed | Kind::TabInBlockIndentation | Kind::TabInPlainScalar => {
                "tab in the indentation; use spaces"
            }
            Kind::InvalidIndentation | Kind::ExpectedBlockMappingKey => {
                "the indentation differs from the lines above"
            }
            Kind::MappingValueNotAllowed | Kind::InvalidColonPlacement => {
                "unexpected `:`; check the indentation, or quote the value"
            }
            Kind::SimpleKeyExpected => "missing `:` after a key",
            Kind::UnknownQuotedScalarEscape => "invalid escape; single quotes keep a backslash",
            Kind::RecursionLimitExceeded => "nested too deeply",
            _ => "syntax error",
        };
        self.source(&marker)
            .error(format!("not valid YAML: {reason}"))
    }
}

/// Roughly the memory of a value, in bytes.
fn size(node: &Node) -> usize {
    100 + match &node.value {
        Value::Text(text) => text.len(),
        Value::List(list) => list.iter().map(size).sum(),
        Value::Map(map) => map.iter().map(|(key, node)| key.len() + size(node)).sum(),
        Value::Null | Value::Bytes => 0,
    }
}
