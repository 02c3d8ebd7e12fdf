//! Text of strangers, made fit to be shown.

/// The text with everything escaped that a terminal would obey instead of show:
/// control characters, line ends, and marks that turn the direction of writing.
pub(crate) fn printable(text: &str) -> String {
    let harmful = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(harmful) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if harmful(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        assert_eq!(
            printable("a\u{1b}[31m\r\nb\u{202e}c\u{7f}"),
            "a\\u{1b}[31m\\r\\nb\\u{202e}c\\u{7f}"
        );
        assert_eq!(printable("naïve データ"), "naïve データ");
    }
}
