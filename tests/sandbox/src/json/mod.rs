//! [`Json`]: reproduces Python's `json.loads`, `json.dumps` and `repr` byte for
//! byte, which is why it does not use `serde_json`.
//!
//! Python writes keys in the order received, a space after each comma and
//! colon, only ASCII, and `NaN` for a number. Error messages of the services
//! contain the `repr` of values.

mod parse;
mod pretty;

use std::fmt::Write as _;

/// The first of the 2,048 private-use characters that represent lone
/// surrogates, which a Python string can contain and a Rust string cannot.
const SURROGATES: u32 = 0x10_F800;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    /// The digits: Python's integers have no limit.
    Int(String),
    Float(f64),
    Text(String),
    List(Vec<Json>),
    /// In the order received. A repeated key has its first position and its
    /// last value.
    Map(Vec<(String, Json)>),
}

impl Json {
    /// Parses a text. `None` where Python raises an exception.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        parse::parse(text)
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn map(&self) -> Option<&[(String, Json)]> {
        match self {
            Self::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value of a key of a map.
    pub(crate) fn get(&self, key: &str) -> Option<&Json> {
        self.map()?
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }

    /// The text of a key of a map.
    pub(crate) fn get_text(&self, key: &str) -> Option<&str> {
        self.get(key)?.text()
    }

    /// The result of `json.dumps`.
    pub(crate) fn dumps(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Int(digits) => out.push_str(digits),
            Self::Float(value) => out.push_str(&match value {
                value if value.is_nan() => "NaN".to_owned(),
                value if value.is_infinite() && *value > 0.0 => "Infinity".to_owned(),
                value if value.is_infinite() => "-Infinity".to_owned(),
                value => float(*value),
            }),
            Self::Text(text) => quote_into(out, text),
            Self::List(items) => {
                out.push('[');
                for (n, item) in items.iter().enumerate() {
                    out.push_str(if n == 0 { "" } else { ", " });
                    item.write(out);
                }
                out.push(']');
            }
            Self::Map(entries) => {
                out.push('{');
                for (n, (key, value)) in entries.iter().enumerate() {
                    out.push_str(if n == 0 { "" } else { ", " });
                    quote_into(out, key);
                    out.push_str(": ");
                    value.write(out);
                }
                out.push('}');
            }
        }
    }

    /// The result of `repr`.
    pub(crate) fn repr(&self) -> String {
        let list = |items: Vec<String>| items.join(", ");
        match self {
            Self::Null => "None".to_owned(),
            Self::Bool(value) => if *value { "True" } else { "False" }.to_owned(),
            Self::Int(digits) => digits.clone(),
            Self::Float(value) if value.is_nan() => "nan".to_owned(),
            Self::Float(value) if value.is_infinite() && *value > 0.0 => "inf".to_owned(),
            Self::Float(value) if value.is_infinite() => "-inf".to_owned(),
            Self::Float(value) => float(*value),
            Self::Text(text) => repr(text),
            Self::List(items) => format!("[{}]", list(items.iter().map(Self::repr).collect())),
            Self::Map(entries) => {
                let entry =
                    |(key, value): &(String, Json)| format!("{}: {}", repr(key), value.repr());
                format!("{{{}}}", list(entries.iter().map(entry).collect()))
            }
        }
    }

    /// The result of `pprint.pformat`, with a width of 72 columns.
    pub(crate) fn pretty(&self) -> String {
        pretty::pretty(self)
    }

    /// The result of `str`: a text is not quoted.
    pub(crate) fn display(&self) -> String {
        self.text().map_or_else(|| self.repr(), str::to_owned)
    }
}

/// Whether a text contains a lone surrogate, which Python cannot encode.
pub(crate) fn has_surrogate(text: &str) -> bool {
    text.chars().any(|c| u32::from(c) >= SURROGATES)
}

/// The result of `json.dumps` for a text.
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    quote_into(&mut out, text);
    out
}

pub(crate) fn quote_into(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        escape(out, c);
    }
    out.push('"');
}

/// The result of `json.dumps` without `ensure_ascii`, as Glance calls it.
pub(crate) fn quote_unicode(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        if c < '\u{7f}' {
            escape(&mut out, c);
        } else {
            out.push(c);
        }
    }
    out + "\""
}

fn escape(out: &mut String, c: char) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        ' '..='~' => out.push(c),
        c if u32::from(c) >= SURROGATES => {
            let _ = write!(out, "\\u{:04x}", 0xD800 + u32::from(c) - SURROGATES);
        }
        c => {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
}

/// The result of `repr` for a text.
pub(crate) fn repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut out = String::from(quote);
    for c in text.chars() {
        let code = u32::from(c);
        let _ = match c {
            '\\' => write!(out, "\\\\"),
            '\n' => write!(out, "\\n"),
            '\r' => write!(out, "\\r"),
            '\t' => write!(out, "\\t"),
            c if c == quote => write!(out, "\\{c}"),
            c if is_printable(c) => write!(out, "{c}"),
            _ if code < 0x100 => write!(out, "\\x{code:02x}"),
            _ if code < 0x1_0000 => write!(out, "\\u{code:04x}"),
            _ => write!(out, "\\U{code:08x}"),
        };
    }
    out.push(quote);
    out
}

/// `str.isprintable`, for the likely characters.
fn is_printable(c: char) -> bool {
    !matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{a0}' | '\u{ad}' | '\u{1680}' | '\u{2000}'..='\u{200f}'
        | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}' | '\u{3000}' | '\u{e000}'..='\u{f8ff}'
        | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..)
}

/// The result of `repr` for a float.
fn float(value: f64) -> String {
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let power: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&power) {
        let plain = format!("{value}");
        if plain.contains('.') {
            plain
        } else {
            format!("{plain}.0")
        }
    } else {
        let sign = if power < 0 { '-' } else { '+' };
        format!("{digits}e{sign}{:02}", power.abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn round_trip(text: &str) -> String {
        Json::parse(text).expect(text).dumps()
    }

    #[test]
    fn values_are_written_as_in_python() {
        assert_eq!(
            round_trip(r#"{"b":[1,{}, []],"a":null}"#),
            r#"{"b": [1, {}, []], "a": null}"#
        );
        assert_eq!(
            round_trip("[1,2.0,1e5,1e16,-0.0,1e-7,-0]"),
            "[1, 2.0, 100000.0, 1e+16, -0.0, 1e-07, 0]"
        );
        assert_eq!(
            round_trip("[NaN,1e999,-Infinity]"),
            "[NaN, Infinity, -Infinity]"
        );
        assert_eq!(
            round_trip("123456789012345678901234567890"),
            "123456789012345678901234567890"
        );
        assert_eq!(
            round_trip(r#""é🗝\ud800\/\u007f\n""#),
            r#""\u00e9\ud83d\udddd\ud800/\u007f\n""#
        );
        assert_eq!(
            round_trip(r#""\ud83d\udddd\ud800\u0041""#),
            r#""\ud83d\udddd\ud800A""#
        );
    }

    #[test]
    fn a_repeated_key_has_its_first_position_and_last_value() {
        assert_eq!(
            round_trip(r#"{"a": 1, "b": 2, "a": 3}"#),
            r#"{"a": 3, "b": 2}"#
        );
    }

    #[test]
    fn invalid_json_is_rejected() {
        for text in [
            "",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "01",
            "1.",
            "-",
            ".5",
            "+1",
            "'a'",
            "\"a\nb\"",
            "\u{feff}1",
            "nul",
            "[1 2]",
            "\"\\x\"",
            "\"\\u12\"",
            "1 2",
            "{a:1}",
        ] {
            assert_eq!(Json::parse(text), None, "{text:?}");
        }
        assert_eq!(Json::parse(&"[".repeat(100_000)), None);
    }

    #[test]
    fn values_are_printed_as_in_python() {
        let value =
            Json::parse(r#"{"a": [true, null, 1.5, "it's", "\u0007\n\"'"], "я": {}}"#).unwrap();
        assert_eq!(
            value.repr(),
            r#"{'a': [True, None, 1.5, "it's", '\x07\n"\''], 'я': {}}"#
        );
        assert_eq!(Json::Text("it's".into()).display(), "it's");
        assert_eq!(Json::Null.display(), "None");
    }
}
