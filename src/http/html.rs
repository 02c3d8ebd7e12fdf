//! Extracts the message of an HTML error page.

use http::StatusCode;

/// Elements that do not end a line of text.
const INLINE: [&str; 14] = [
    "a", "b", "big", "br", "code", "em", "font", "i", "q", "small", "span", "strong", "tt", "u",
];

/// How much of a page is parsed, in bytes.
const MAX_PAGE: usize = 1024 * 1024;

/// The message of a text or HTML page: its first line that is not the status.
pub(super) fn page_message(page: &[u8], status: u16) -> String {
    let page = String::from_utf8_lossy(&page[..page.len().min(MAX_PAGE)]);
    let page = page.as_ref();
    let lines = if is_html(page) {
        // All pages of Squid begin with the same text; the cause is in this element.
        let cause = page
            .find("<blockquote")
            .map_or(page, |start| &page[start..]);
        text_lines(cause)
    } else {
        page.lines().map(|line| line.trim().to_owned()).collect()
    };
    let code = StatusCode::from_u16(status).ok();
    let reason = code.and_then(|code| code.canonical_reason());
    let prefix = status.to_string();
    let mut messages: Vec<_> = lines
        .iter()
        .map(|line| {
            let rest = line.strip_prefix("Error ").unwrap_or(line);
            let message = rest.strip_prefix(&prefix).map_or(line.as_str(), str::trim);
            (line, message)
        })
        .collect();
    // A heading often repeats the title without the status.
    messages.dedup_by_key(|(_, message)| *message);
    messages.retain(|(_, message)| {
        let is_reason = reason.is_some_and(|reason| reason.eq_ignore_ascii_case(message));
        !message.is_empty() && !is_reason
    });
    let other = messages.iter().find(|(line, message)| line == message);
    other
        .or(messages.first())
        .map_or("", |(_, message)| message)
        .to_owned()
}

pub(super) fn is_html(text: &str) -> bool {
    text.trim_start().starts_with('<')
}

/// The lines of text in an HTML document, without comments, scripts and styles.
/// A line ends at each tag that is not inline.
fn text_lines(page: &str) -> Vec<String> {
    let mut text = String::new();
    let mut rest = page;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(&before.replace(char::is_whitespace, " "));
        let name = tag.trim_start_matches('/');
        let name: String = name
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        let name = name.to_ascii_lowercase();
        text.push(if INLINE.contains(&name.as_str()) {
            ' '
        } else {
            '\n'
        });
        let end = match name.as_str() {
            "script" => "</script>",
            "style" => "</style>",
            _ if tag.starts_with("!--") => "-->",
            _ => ">",
        };
        rest = tag.split_once(end).map_or("", |(_, rest)| rest);
    }
    text.push_str(&rest.replace(char::is_whitespace, " "));
    let lines = text
        .lines()
        .map(collapse_spaces)
        .filter(|line| !line.is_empty());
    lines.map(|line| decode_entities(&line)).collect()
}

/// Replaces the character references that error pages contain.
fn decode_entities(text: &str) -> String {
    let mut parts = text.split('&');
    let mut decoded = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once(';').unwrap_or(("", part));
        let number = match name.strip_prefix("#x").or(name.strip_prefix("#X")) {
            Some(digits) => u32::from_str_radix(digits, 16).ok(),
            None => name
                .strip_prefix('#')
                .and_then(|digits| digits.parse().ok()),
        };
        let character = match name {
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" | "rsquo" => Some('\''),
            "amp" => Some('&'),
            "nbsp" => Some(' '),
            "ndash" | "mdash" => Some('-'),
            _ => number.and_then(char::from_u32),
        };
        match character {
            Some(character) => decoded.extend([character.to_string().as_str(), rest]),
            None => decoded.extend(["&", part]),
        }
    }
    decoded
}

/// The text with a single space in place of each sequence of white space.
pub(super) fn collapse_spaces(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_of_a_page_is_not_the_status() {
        for (status, page, message) in [
            (
                400,
                "<html>\r\n<head><title>400 No certificate</title></head>\r\n<body>\r\n<center>\
                 <h1>400 Bad Request</h1></center>\r\n<center>No certificate was sent</center>\r\n\
                 <hr><center>nginx</center>\r\n</body>\r\n</html>",
                "No certificate was sent",
            ),
            (
                503,
                "<title>503 Service Unavailable</title>\n<h1>Service Unavailable</h1>\n<p>The \
                 server\nis down.<br />\nReason: it&apos;s&#32;busy &#8211; <b>wait</b></p><hr>\n\
                 <address>Apache</address>",
                "The server is down. Reason: it's busy \u{2013} wait",
            ),
            (
                503,
                "<html><body><h1>503 Service Unavailable</h1>\nNo server is up.\n</body></html>",
                "No server is up.",
            ),
            (
                403,
                "<title>ERROR: not retrieved</title><style><!-- a > b --></style><h1>ERROR</h1>\
                 <hr><blockquote id=\"error\">\n<p><b>Access Denied.</b></p></blockquote>",
                "Access Denied.",
            ),
            (
                403,
                "<!-- a <b> > --><title>Access denied | x &amp; co</title><h1>Error 1020</h1>",
                "Access denied | x & co",
            ),
            (
                502,
                "<title>502 Bad Gateway</title><h1>502 Bad Gateway</h1>",
                "",
            ),
            (
                502,
                "<title>502 Proxy Error</title><h1>Proxy Error</h1><p>No.</p>",
                "No.",
            ),
            (503, "<h1>503 Closed until 18:00</h1>", "Closed until 18:00"),
            (
                503,
                "<h1>Error 503 Closed</h1><p>Closed &unknown; &",
                "Closed &unknown; &",
            ),
            (404, "404 page not found\n", "page not found"),
            (503, "upstream error\nreset", "upstream error"),
            (500, "", ""),
        ] {
            assert_eq!(page_message(page.as_bytes(), status), message, "{page}");
        }
    }
}
