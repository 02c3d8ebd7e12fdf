//! The words of a refusal that is no JSON: what of a page is worth showing.

/// The longest message that is kept: a page of a proxy can be of any size.
const LONGEST: usize = 1000;

/// The first line of a text or of an HTML page that says more than the status.
pub(crate) fn first_words(body: &str, status: u16) -> String {
    let text = if body.trim_start().starts_with('<') {
        without_tags(body)
    } else {
        body.to_owned()
    };
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let repeats = first.starts_with(&status.to_string());
    let better = if repeats {
        lines.find(|line| *line != first)
    } else {
        None
    };
    better.unwrap_or(first).to_owned()
}

/// The text of an HTML page: a line for each element, without scripts and styles.
pub(crate) fn without_tags(page: &str) -> String {
    let mut text = String::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        text.push('\n');
        let tag = after.get(..6).unwrap_or_default().to_ascii_lowercase();
        let end = match tag.as_str() {
            "script" => "</script",
            "style " | "style>" => "</style",
            _ => "",
        };
        let after = after.split_once(end).map_or("", |(_, after)| after);
        rest = after.split_once('>').map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&")
}

/// The message, unless it is too long.
pub(crate) fn shortened(message: &str) -> String {
    let message = message.trim();
    match message.char_indices().nth(LONGEST) {
        None => message.to_owned(),
        Some((end, _)) => format!("{}… ({} bytes in all)", &message[..end], message.len()),
    }
}
