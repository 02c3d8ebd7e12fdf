//! YAML and JSON text to a [`Node`], within limits.

use std::path::Path;
use std::sync::Arc;

use granit_parser::{ErrorKind, Event, Marker, Options, Parser, ScalarStyle, Span, Tag};

use super::node::{Map, Node, Source, Value};
use crate::error::{Error, Result};

/// How deep mappings and lists may lie in each other. A cloud needs six.
const DEPTH: usize = 32;

/// How large the values of a file may be in memory, each alias counted as all
/// that it stands for. What an alias bomb would become is so never made.
const SIZE: usize = 16 * 1024 * 1024;

/// What a value takes beside its text, about.
const VALUE: usize = 100;

/// The one document of the text. An empty document is `Value::Null`.
///
/// No error quotes the text: any line of it can be a password.
pub(super) fn parse(text: &str, path: &Arc<Path>) -> Result<Node> {
    let mut options = Options::default();
    options.flow_nesting_limit = DEPTH;
    options.block_nesting_limit = DEPTH;
    options.emit_comments = false;
    options.block_scalar_eof_without_line_feed = true;
    let mut builder = Builder {
        path,
        open: Vec::new(),
        root: None,
        anchors: Vec::new(),
        size: 0,
        warned: false,
    };
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) =
            event.map_err(|error| builder.error(error.marker(), reason(error.kind())))?;
        builder.take(event, &span)?;
    }
    Ok(builder.root.unwrap_or(Node {
        value: Value::Null,
        source: place(path, &Marker::new(0, 1, 0)),
    }))
}

fn place(path: &Arc<Path>, marker: &Marker) -> Source {
    Source::File {
        path: Arc::clone(path),
        line: marker.line(),
        column: marker.col() + 1,
    }
}

/// A list or a mapping that is not closed yet.
struct Open {
    node: Node,
    anchor: usize,
    /// The key that waits for its value, with its place.
    key: Option<(String, Source)>,
    /// What `<<` brought: it gives way to what the mapping says itself.
    merged: Vec<Map>,
    /// How large all was when it was opened.
    before: usize,
    /// How deep what is in it lies, so far.
    height: usize,
}

/// A whole value: how large it is, and how deep the values in it lie.
#[derive(Clone)]
struct Closed {
    node: Node,
    size: usize,
    height: usize,
}

struct Builder<'a> {
    path: &'a Arc<Path>,
    open: Vec<Open>,
    root: Option<Node>,
    /// The values that have a name, each at the place of its number.
    anchors: Vec<Option<Closed>>,
    size: usize,
    /// Whether a key that comes twice was told of: once is enough.
    warned: bool,
}

impl Builder<'_> {
    fn error(&self, marker: &Marker, reason: &str) -> Error {
        let place = place(self.path, marker).place();
        let limit = [TOO_DEEP, TOO_LARGE].contains(&reason);
        let what = if limit { "" } else { "not valid YAML: " };
        Error::invalid(format!("{place}: {what}{reason}"))
    }

    fn take(&mut self, event: Event<'_>, span: &Span) -> Result<()> {
        let marker = &span.start;
        match event {
            Event::DocumentStart(..) if self.root.is_some() => {
                Err(self.error(marker, "there is a second document"))
            }
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = self.tag(tag.as_deref(), span)? || style != ScalarStyle::Plain;
                let size = VALUE + text.len();
                let value = if !is_text && is_null(&text) {
                    Value::Null
                } else {
                    Value::Text(text.into_owned())
                };
                self.count(size, marker)?;
                let node = Node {
                    value,
                    source: place(self.path, marker),
                };
                let plain = style == ScalarStyle::Plain;
                self.close(
                    Closed {
                        node,
                        size,
                        height: 0,
                    },
                    anchor,
                    marker,
                    plain,
                )
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.tag(tag.as_deref(), span)?;
                self.push(Value::List(Vec::new()), anchor, marker)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.tag(tag.as_deref(), span)?;
                self.push(Value::Map(Map::new()), anchor, marker)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Open {
                    mut node,
                    anchor,
                    merged,
                    before,
                    height,
                    ..
                }) = self.open.pop()
                else {
                    return Ok(());
                };
                if let Value::Map(own) = &mut node.value {
                    add_merged(own, merged);
                }
                let closed = Closed {
                    node,
                    size: self.size - before,
                    height: height + 1,
                };
                self.close(closed, anchor, marker, false)
            }
            Event::Alias(id) => {
                // A name that is not in the table is that of a value which is
                // still open: it would hold itself.
                let Some(Some(found)) = self.anchors.get(id) else {
                    return Err(self.error(marker, "a value that contains itself"));
                };
                if self.size + found.size > SIZE {
                    return Err(self.error(marker, TOO_LARGE));
                }
                let found = found.clone();
                self.count(found.size, marker)?;
                self.close(found, 0, marker, false)
            }
            _ => Ok(()),
        }
    }

    /// Whether the tag says that this is text. Of the others only YAML's own
    /// are let through, and say nothing here.
    fn tag(&self, tag: Option<&Tag>, span: &Span) -> Result<bool> {
        match tag.map(Tag::core_suffix) {
            Some(Some("str")) => Ok(true),
            None | Some(Some("null" | "bool" | "int" | "float" | "map" | "seq")) => Ok(false),
            Some(_) => Err(self.error(
                &span.tag_start().unwrap_or(span.start),
                "a tag that is not understood (a value that begins with `!` needs quotes)",
            )),
        }
    }

    fn count(&mut self, size: usize, marker: &Marker) -> Result<()> {
        self.size += size;
        if self.size > SIZE {
            Err(self.error(marker, TOO_LARGE))
        } else {
            Ok(())
        }
    }

    fn push(&mut self, value: Value, anchor: usize, marker: &Marker) -> Result<()> {
        if self.open.len() == DEPTH {
            return Err(self.error(marker, TOO_DEEP));
        }
        let before = self.size;
        self.count(VALUE, marker)?;
        let node = Node {
            value,
            source: place(self.path, marker),
        };
        self.open.push(Open {
            node,
            anchor,
            key: None,
            merged: Vec::new(),
            before,
            height: 0,
        });
        Ok(())
    }

    /// Puts a finished value where it belongs.
    fn close(&mut self, closed: Closed, anchor: usize, marker: &Marker, plain: bool) -> Result<()> {
        if self.open.len() + closed.height > DEPTH {
            return Err(self.error(marker, TOO_DEEP));
        }
        if anchor != 0 {
            // The copy counts too: an anchor on every value must not cost more
            // than the limit.
            self.count(closed.size, marker)?;
            if self.anchors.len() <= anchor {
                self.anchors.resize(anchor + 1, None);
            }
            self.anchors[anchor] = Some(closed.clone());
        }
        let Closed { node, height, .. } = closed;
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        parent.height = parent.height.max(height);
        match (&mut parent.node.value, parent.key.take()) {
            (Value::List(list), _) => list.push(node),
            (Value::Map(map), Some((key, source))) => {
                if key == MERGE {
                    match merged(node) {
                        Some(maps) => parent.merged.extend(maps),
                        None => return Err(self.error(marker, "`<<` has to be given a mapping")),
                    }
                } else if map.insert(key, node).is_some()
                    && !std::mem::replace(&mut self.warned, true)
                {
                    // The later one wins, as with PyYAML, but not unseen. The
                    // key is not quoted: it can be a value at the wrong place.
                    let place = source.place();
                    log::warn!("{place}: a key that is there already; the later one wins");
                }
            }
            (_, None) => match node.value {
                Value::Text(key) if key == "<<" && plain => {
                    parent.key = Some((MERGE.to_owned(), node.source));
                }
                Value::Text(key) => parent.key = Some((key, node.source)),
                Value::Null => parent.key = Some(("null".to_owned(), node.source)),
                _ => return Err(self.error(marker, "a key has to be text")),
            },
            (_, Some(_)) => {}
        }
        Ok(())
    }
}

/// The key under which `<<` without quotes waits for its value: no text of a
/// file can be this.
const MERGE: &str = "\0<<";

const TOO_LARGE: &str = "larger than any clouds file is (16 MiB with its aliases written out)";

const TOO_DEEP: &str = "nested deeper than any clouds file is (32)";

/// The mappings that a `<<` names, first the ones that win.
fn merged(node: Node) -> Option<Vec<Map>> {
    match node.value {
        Value::Map(map) => Some(vec![map]),
        Value::List(list) => list
            .into_iter()
            .map(|node| match node.value {
                Value::Map(map) => Some(map),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

fn add_merged(own: &mut Map, merged: Vec<Map>) {
    for (key, node) in merged.into_iter().flatten() {
        own.entry(key).or_insert(node);
    }
}

/// Whether text without quotes is YAML's nothing.
fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// What went wrong, in words that quote nothing of the file.
fn reason(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::RecursionLimitExceeded => TOO_DEEP,
        ErrorKind::UnknownAnchor => {
            "an alias that nothing stands for (a value that begins with `*` needs quotes)"
        }
        ErrorKind::UndeclaredTagHandle | ErrorKind::ExpectedTagBang => {
            "a tag that is not understood (a value that begins with `!` needs quotes)"
        }
        ErrorKind::UnclosedQuotedScalar => "a quote that is not closed",
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping => "a bracket that is not closed",
        ErrorKind::UnexpectedCharacter { .. } => {
            "a character that cannot be here (a value that begins with it needs quotes)"
        }
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation => "a tab where spaces have to be",
        ErrorKind::InvalidIndentation | ErrorKind::ExpectedBlockMappingKey => {
            "the line is not indented like those before it"
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            "a `:` where none can be, or one that is missing"
        }
        ErrorKind::UnknownQuotedScalarEscape | ErrorKind::InvalidQuotedScalarHexEscape => {
            "a `\\` that means nothing (single quotes take it as it is)"
        }
        _ => "it cannot be read on from here",
    }
}
