//! Escapes control characters in untrusted text.

/// Escapes every character that could control a terminal instead of being
/// shown: control characters, line ends, and marks that change the direction of
/// text.
pub(crate) fn escape_control_chars(text: &str) -> String {
    let is_control = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if is_control(c) {
            escaped.extend(c.escape_default());
        } else {
            escaped.push(c);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped_and_other_text_is_unchanged() {
        assert_eq!(
            escape_control_chars("a\u{1b}[31m\r\nb\u{202e}c\u{7f}"),
            "a\\u{1b}[31m\\r\\nb\\u{202e}c\\u{7f}"
        );
        assert_eq!(escape_control_chars("naïve データ"), "naïve データ");
    }
}
