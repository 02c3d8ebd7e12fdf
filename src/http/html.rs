//! The message of an error page: the part of an HTML document to show.

/// The first line of a text or HTML page that is not just the status.
pub(super) fn first_message(page: &str, status: u16) -> String {
    let text = if page.trim_start().starts_with('<') {
        strip_tags(page)
    } else {
        page.to_owned()
    };
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let is_status = first.starts_with(&status.to_string());
    let other = lines.find(|line| is_status && *line != first);
    other.unwrap_or(first).to_owned()
}

/// The text of an HTML document, without scripts and styles; each tag is a line
/// break.
pub(super) fn strip_tags(page: &str) -> String {
    let mut text = String::new();
    let mut rest = page;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        text.push('\n');
        let name: String = tag
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        let end = match name.to_ascii_lowercase().as_str() {
            "script" => "</script",
            "style" => "</style",
            _ => "",
        };
        let tag = tag.split_once(end).map_or("", |(_, tag)| tag);
        rest = tag.split_once('>').map_or("", |(_, rest)| rest);
    }
    text.push_str(rest);
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ];
    let decode = |text: String, (entity, character)| text.replace(entity, character);
    entities.into_iter().fold(text, decode)
}
