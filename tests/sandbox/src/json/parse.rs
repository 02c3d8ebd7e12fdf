//! Parses JSON as Python does.

use super::{Json, SURROGATES};

/// The largest depth of lists and maps. Python's limit is a little larger.
const MAX_DEPTH: usize = 200;

/// Parses a text. `None` where Python raises an exception.
pub(super) fn parse(text: &str) -> Option<Json> {
    let mut parser = Parser { rest: text };
    parser.space();
    let value = parser.value(0)?;
    parser.space();
    parser.rest.is_empty().then_some(value)
}

struct Parser<'a> {
    rest: &'a str,
}

impl Parser<'_> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn take(&mut self, prefix: &str) -> bool {
        let found = self.rest.strip_prefix(prefix);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn value(&mut self, depth: usize) -> Option<Json> {
        if depth > MAX_DEPTH {
            return None;
        }
        match self.rest.chars().next()? {
            '"' => self.text().map(Json::Text),
            '[' => self.list(depth),
            '{' => self.entries(depth),
            _ if self.take("null") => Some(Json::Null),
            _ if self.take("true") => Some(Json::Bool(true)),
            _ if self.take("false") => Some(Json::Bool(false)),
            _ if self.take("NaN") => Some(Json::Float(f64::NAN)),
            _ if self.take("Infinity") => Some(Json::Float(f64::INFINITY)),
            _ if self.take("-Infinity") => Some(Json::Float(f64::NEG_INFINITY)),
            _ => self.number(),
        }
    }

    fn list(&mut self, depth: usize) -> Option<Json> {
        self.take("[");
        self.space();
        let mut items = Vec::new();
        if self.take("]") {
            return Some(Json::List(items));
        }
        loop {
            self.space();
            items.push(self.value(depth + 1)?);
            self.space();
            if self.take("]") {
                return Some(Json::List(items));
            }
            self.take(",").then_some(())?;
        }
    }

    fn entries(&mut self, depth: usize) -> Option<Json> {
        self.take("{");
        self.space();
        let mut entries: Vec<(String, Json)> = Vec::new();
        if self.take("}") {
            return Some(Json::Map(entries));
        }
        loop {
            self.space();
            let key = self.text()?;
            self.space();
            self.take(":").then_some(())?;
            self.space();
            let value = self.value(depth + 1)?;
            match entries.iter_mut().find(|(name, _)| *name == key) {
                Some(entry) => entry.1 = value,
                None => entries.push((key, value)),
            }
            self.space();
            if self.take("}") {
                return Some(Json::Map(entries));
            }
            self.take(",").then_some(())?;
        }
    }

    fn number(&mut self) -> Option<Json> {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let text = self.rest;
        let mut end = usize::from(text.starts_with('-'));
        let whole = digits(&text[end..]);
        if whole == 0 || (whole > 1 && text[end..].starts_with('0')) {
            return None;
        }
        end += whole;
        let int = end;
        if text[end..].starts_with('.') && digits(&text[end + 1..]) > 0 {
            end += 1 + digits(&text[end + 1..]);
        }
        if text[end..].starts_with(['e', 'E']) {
            let sign = usize::from(text[end + 1..].starts_with(['-', '+']));
            let power = digits(&text[end + 1 + sign..]);
            end += if power > 0 { 1 + sign + power } else { 0 };
        }
        self.rest = &text[end..];
        match &text[..end] {
            "-0" => Some(Json::Int("0".to_owned())),
            number if end == int => Some(Json::Int(number.to_owned())),
            number => number.parse().ok().map(Json::Float),
        }
    }

    fn text(&mut self) -> Option<String> {
        self.take("\"").then_some(())?;
        let mut out = String::new();
        loop {
            let c = self.next()?;
            match c {
                '"' => return Some(out),
                '\0'..='\u{1f}' => return None,
                '\\' => out.push(self.escaped()?),
                c => out.push(c),
            }
        }
    }

    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next();
        self.rest = chars.as_str();
        c
    }

    fn escaped(&mut self) -> Option<char> {
        Some(match self.next()? {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let high = self.unit()?;
                let before = self.rest;
                if (0xD800..0xDC00).contains(&high) && self.take("\\u") {
                    match self.unit()? {
                        low @ 0xDC00..0xE000 => {
                            return char::from_u32(
                                0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00),
                            );
                        }
                        _ => self.rest = before,
                    }
                }
                let lone = || char::from_u32(SURROGATES + high.wrapping_sub(0xD800));
                char::from_u32(high).or_else(lone)?
            }
            c @ ('"' | '\\' | '/') => c,
            _ => return None,
        })
    }

    fn unit(&mut self) -> Option<u32> {
        let digits = self
            .rest
            .get(..4)
            .filter(|it| it.bytes().all(|b| b.is_ascii_hexdigit()))?;
        self.rest = &self.rest[4..];
        u32::from_str_radix(digits, 16).ok()
    }
}
