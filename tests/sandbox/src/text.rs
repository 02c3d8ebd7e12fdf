//! Random ids, percent-encoding and HTML escaping.

use std::collections::hash_map::RandomState;
use std::fmt::Write as _;
use std::hash::{BuildHasher, Hasher};

/// Random hexadecimal digits.
pub(crate) fn hex(digits: usize) -> String {
    let mut out = String::with_capacity(digits + 16);
    while out.len() < digits {
        // Each `RandomState` has different random keys.
        let _ = write!(out, "{:016x}", RandomState::new().build_hasher().finish());
    }
    out.truncate(digits);
    out
}

/// Random characters of the URL-safe base64 alphabet, as in a Fernet token.
pub(crate) fn base64url(digits: usize) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let random = hex(2 * digits);
    let pairs = random
        .as_bytes()
        .chunks(2)
        .filter_map(|pair| std::str::from_utf8(pair).ok());
    let numbers = pairs.filter_map(|pair| usize::from_str_radix(pair, 16).ok());
    numbers
        .map(|number| char::from(DIGITS[number % 64]))
        .collect()
}

/// A random version 4 UUID.
pub(crate) fn uuid() -> String {
    let it = hex(32);
    let variant = ["8", "9", "a", "b"][usize::from(it.as_bytes()[16]) % 4];
    format!(
        "{}-{}-4{}-{variant}{}-{}",
        &it[..8],
        &it[8..12],
        &it[13..16],
        &it[17..20],
        &it[20..]
    )
}

/// Whether a text is a UUID, in lower or upper case.
pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(n, b)| match n {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// Decodes percent-encoded text. An incomplete escape at the end is dropped, as
/// in uWSGI.
pub(crate) fn percent_decode(text: &str) -> Vec<u8> {
    let digit = |b: Option<&u8>| b.and_then(|b| char::from(*b).to_digit(16));
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut n = 0;
    while n < bytes.len() {
        if bytes[n] != b'%' {
            out.push(bytes[n]);
            n += 1;
            continue;
        }
        if let (Some(high), Some(low)) = (digit(bytes.get(n + 1)), digit(bytes.get(n + 2))) {
            out.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
        } else if n + 2 < bytes.len() {
            out.extend(&bytes[n..n + 3]);
        }
        n += 3;
    }
    out
}

/// Decodes the parameters of a query. `None` if they are not UTF-8.
pub(crate) fn parameters(query: &str) -> Option<Vec<(String, String)>> {
    let decode = |text: &str| String::from_utf8(percent_decode(&text.replace('+', " "))).ok();
    query
        .split(['&', ';'])
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            Some((decode(key)?, decode(value)?))
        })
        .collect()
}

/// `urllib.parse.quote_plus`.
pub(crate) fn quote_plus(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-' | b'~' => {
                out.push(char::from(b));
            }
            b' ' => out.push('+'),
            b => {
                let _ = write!(out, "%{b:02X}");
            }
        }
    }
    out
}

/// Escapes a text as `WebOb` does: only ASCII remains.
pub(crate) fn html_escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#x27;"),
            c if c.is_ascii() => out.push(c),
            c => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
        }
    }
    out
}

/// `str.strip` of Python.
pub(crate) fn strip(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c))
}

/// `int` of Python for a text. Larger numbers become the largest or smallest `i128`.
pub(crate) fn integer(text: &str) -> Option<i128> {
    let text = strip(text);
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let groups = || digits.split('_');
    let valid = groups().all(|it| !it.is_empty() && it.bytes().all(|b| b.is_ascii_digit()));
    let limit = if text.starts_with('-') {
        i128::MIN
    } else {
        i128::MAX
    };
    valid.then(|| text.replace('_', "").parse().unwrap_or(limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_valid_and_unique() {
        assert!(is_uuid(&uuid()));
        assert_ne!(uuid(), uuid());
        assert_eq!(hex(40).len(), 40);
        assert!(!is_uuid("0000000011114222833344444444444455556"));
    }

    #[test]
    fn a_query_is_decoded() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            parameters("&a=1+2&b&c=%2B%c3%a9;d=e=f&"),
            Some(vec![
                pair("a", "1 2"),
                pair("b", ""),
                pair("c", "+é"),
                pair("d", "e=f")
            ])
        );
        assert_eq!(parameters("a=%ff"), None);
    }

    #[test]
    fn an_invalid_escape_is_dropped_at_the_end_and_kept_elsewhere() {
        assert_eq!(percent_decode("a%2"), b"a");
        assert_eq!(percent_decode("a%"), b"a");
        assert_eq!(percent_decode("%zz%41"), b"%zzA");
    }

    #[test]
    fn text_is_quoted_for_urls_and_html() {
        assert_eq!(quote_plus("a b~/é&"), "a+b~%2F%C3%A9%26");
        assert_eq!(html_escape("<b>&\"'"), "&lt;b&gt;&amp;&quot;&#x27;");
        assert_eq!(html_escape("é"), "&#233;");
    }

    #[test]
    fn integers_are_parsed_as_in_python() {
        for (text, expected) in [("10", 10), (" 1_0\n", 10), ("+1", 1), ("-007", -7)] {
            assert_eq!(integer(text), Some(expected), "{text}");
        }
        assert_eq!(integer(&"9".repeat(50)), Some(i128::MAX));
        for text in ["", "abc", "1.5", "_1", "1_", "1__0", "- 1", "0x1"] {
            assert_eq!(integer(text), None, "{text}");
        }
    }
}
