//! The error pages of `WebOb`, the HTTP library of Nova and Glance.

use crate::http::{Request, Response, reason};
use crate::text::html_escape;

/// An error page of `WebOb` as HTML, JSON or plain text, whichever the client
/// prefers. The detail is the message, or follows the message of the status.
pub(crate) fn error_page(request: &Request, status: u16, detail: &str) -> Response {
    let title = reason(status);
    let response = Response::new(status);
    if request.method == "HEAD" {
        return response
            .header("Content-Type", "text/html; charset=UTF-8")
            .length();
    }
    let text = text_of(request, status, detail);
    let html = || {
        text.each_ref()
            .map(|it| html_escape(it))
            .join("<br /><br />")
    };
    let (kind, body) = match preferred(&request.header_list("Accept").unwrap_or_default()) {
        Some("text/html") => {
            let head =
                format!("<html>\n <head>\n  <title>{status} {title}</title>\n </head>\n <body>\n");
            let text = format!(
                "  <h1>{status} {title}</h1>\n  {}\n </body>\n</html>",
                html()
            );
            ("text/html; charset=UTF-8", head + &text)
        }
        Some(_) => {
            let message = crate::json::quote(&html());
            let code = format!("\"code\": \"{status} {title}\", \"title\": \"{title}\"");
            (
                "application/json",
                format!("{{\"message\": {message}, {code}}}"),
            )
        }
        None => (
            "text/plain; charset=UTF-8",
            format!(
                "{status} {title}\n\n{}",
                text.map(|it| it.replace('\n', " ")).join("\n\n")
            ),
        ),
    };
    response.length().header("Content-Type", kind).body(body)
}

/// The text of an error page, before and after the line breaks in its middle.
fn text_of(request: &Request, status: u16, detail: &str) -> [String; 2] {
    match status {
        415 => {
            // The template is not filled without this header.
            let kind = request.header_list("Content-Type");
            let kind = kind.unwrap_or_else(|| "${CONTENT_TYPE}".to_owned());
            let text = format!("The request media type {kind} is not supported by this server.\n");
            [text, format!("\n{detail}")]
        }
        416 => {
            let text = "The Range requested is not available.".to_owned();
            [text, format!("\n{detail}\n\n")]
        }
        _ => [detail.to_owned(), "\n\n\n".to_owned()],
    }
}

/// Which of HTML and JSON an `Accept` header prefers.
fn preferred(accept: &str) -> Option<&'static str> {
    let quality = |offer: &str| -> f32 {
        let mut found = (0, 0.0);
        for range in accept.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let kind = parts.next().unwrap_or_default();
            let q = parts
                .find_map(|it| it.strip_prefix("q="))
                .map_or(1.0, |q| q.parse().unwrap_or(0.0));
            let exact = match kind {
                kind if kind == offer => 3,
                kind if kind
                    .strip_suffix("/*")
                    .is_some_and(|it| offer.starts_with(it)) =>
                {
                    2
                }
                "*/*" => 1,
                _ => continue,
            };
            if exact > found.0 {
                found = (exact, q);
            }
        }
        found.1
    };
    // An invalid header is ignored.
    if !accept.is_empty() && !accept.contains('/') {
        return Some("text/html");
    }
    let (html, json) = (quality("text/html"), quality("application/json"));
    match html.max(json) {
        0.0 => None,
        best if best <= html => Some("text/html"),
        _ => Some("application/json"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_page_has_the_form_that_the_client_prefers() {
        let body = |accept: &[&str]| {
            let headers = accept
                .iter()
                .map(|it| ("Accept".to_owned(), (*it).to_owned()))
                .collect();
            let response = error_page(
                &Request {
                    headers,
                    ..Request::default()
                },
                404,
                "No <b>.",
            );
            String::from_utf8(response.body).unwrap()
        };
        let plain = "404 Not Found\n\nNo <b>.\n\n   ";
        let json = r#"{"message": "No &lt;b&gt;.<br /><br />\n\n\n", "code": "404 Not Found", "title": "Not Found"}"#;
        assert_eq!(body(&[]), plain);
        assert_eq!(body(&["application/xml"]), plain);
        assert_eq!(body(&["text/html;q=0"]), plain);
        assert_eq!(body(&["application/json, text/plain"]), json);
        assert_eq!(body(&["application/*;q=0.5, text/html;q=0.1"]), json);
        for html in ["*/*", "text/*", "garbage", "text/plain, */*"] {
            assert_eq!(
                body(&[html]),
                "<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n  <h1>404 Not Found</h1>\n  \
                 No &lt;b&gt;.<br /><br />\n\n\n\n </body>\n</html>",
                "{html}"
            );
        }
    }
}
