//! Python's `pprint.pformat` with a width of 72 columns.

use super::{Json, repr};

const WIDTH: usize = 72;

/// The result of `pformat`, with the keys of objects in their own order.
pub(super) fn pretty(value: &Json) -> String {
    let mut out = String::new();
    write(&mut out, value, 0, 0, true);
    out
}

/// Writes a value that begins in the column `indent`. `allowance` is the number
/// of characters that follow it on its last line.
fn write(out: &mut String, value: &Json, indent: usize, allowance: usize, top: bool) {
    let line = value.repr();
    if line.chars().count() + indent + allowance <= WIDTH {
        out.push_str(&line);
        return;
    }
    let separate = |out: &mut String| out.push_str(&format!(",\n{}", " ".repeat(indent + 1)));
    let after = |n: usize, count: usize| if n + 1 == count { allowance + 1 } else { 1 };
    match value {
        Json::List(items) => {
            out.push('[');
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    separate(out);
                }
                write(out, item, indent + 1, after(n, items.len()), false);
            }
            out.push(']');
        }
        Json::Map(entries) => {
            out.push('{');
            for (n, (key, item)) in entries.iter().enumerate() {
                if n > 0 {
                    separate(out);
                }
                let key = repr(key) + ": ";
                out.push_str(&key);
                let column = indent + 1 + key.chars().count();
                write(out, item, column, after(n, entries.len()), false);
            }
            out.push('}');
        }
        Json::Text(text) => write_text(out, text, indent, allowance, top),
        _ => out.push_str(&line),
    }
}

/// Writes a text in pieces, one on each line.
fn write_text(out: &mut String, text: &str, indent: usize, allowance: usize, top: bool) {
    let (indent, allowance) = (indent + usize::from(top), allowance + usize::from(top));
    let width = WIDTH.saturating_sub(indent);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut pieces = Vec::new();
    for (n, line) in lines.iter().enumerate() {
        let last_line = n + 1 == lines.len();
        let fits = |piece: &str, last: bool| {
            let reserved = if last && last_line { allowance } else { 0 };
            repr(piece).chars().count() + reserved <= width
        };
        if fits(line, true) {
            pieces.push(repr(line));
            continue;
        }
        let words = words(line);
        let mut piece = String::new();
        for (n, word) in words.iter().enumerate() {
            let longer = format!("{piece}{word}");
            if fits(&longer, n + 1 == words.len()) {
                piece = longer;
            } else {
                if !piece.is_empty() {
                    pieces.push(repr(&piece));
                }
                (*word).clone_into(&mut piece);
            }
        }
        pieces.push(repr(&piece));
    }
    let parenthesized = top && pieces.len() > 1;
    out.push_str(if parenthesized { "(" } else { "" });
    out.push_str(&pieces.join(&format!("\n{}", " ".repeat(indent))));
    out.push_str(if parenthesized { ")" } else { "" });
}

/// The words of a line, each with the space after it.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = line;
    while !rest.is_empty() {
        let word = rest.trim_start_matches(|c: char| !c.is_whitespace());
        let end = rest.len() - word.trim_start().len();
        words.push(&rest[..end]);
        rest = &rest[end..];
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_wrapped_as_in_python() {
        let pretty = |text: &str| pretty(&Json::parse(text).unwrap());
        assert_eq!(pretty(r#"{"a": [1, null]}"#), "{'a': [1, None]}");
        assert_eq!(
            pretty(
                r#"{"type": "boolean", "description": "If true, image will not appear in default image list response.", "enum": ["queued", "saving", "active", "killed", "deleted", "uploading", "importing"]}"#
            ),
            "{'type': 'boolean',\n 'description': 'If true, image will not appear in default image list '\n                \
             'response.',\n 'enum': ['queued',\n          'saving',\n          'active',\n          'killed',\n          \
             'deleted',\n          'uploading',\n          'importing']}"
        );
        let long = "n".repeat(100);
        assert_eq!(pretty(&format!("\"{long}\"")), format!("'{long}'"));
        assert_eq!(
            pretty(&format!("\"a b {long}\"")),
            format!("('a b '\n '{long}')")
        );
    }
}
