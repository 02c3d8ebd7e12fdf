//! The error pages of `WebOb`, the HTTP library of Nova and Glance.

use crate::http::{Request, Response, reason};
use crate::text::html_escape;

/// An error page of `WebOb` as HTML, JSON or plain text, as the client prefers.
pub(crate) fn error_page(request: &Request, status: u16, explanation: &str) -> Response {
    detailed_error_page(request, status, explanation, "")
}

/// An error page with an explanation and a detail.
pub(crate) fn detailed_error_page(
    request: &Request,
    status: u16,
    explanation: &str,
    detail: &str,
) -> Response {
    let title = reason(status);
    let response = Response::new(status);
    if request.method == "HEAD" {
        return response
            .header("Content-Type", "text/html; charset=UTF-8")
            .length();
    }
    // Some statuses have a template of their own.
    let (separator, end) = match status {
        405 => (" <br /><br />\n", ""),
        415 => ("\n<br /><br />\n", ""),
        _ => ("<br /><br />\n", "\n\n"),
    };
    let body = |escape: fn(&str) -> String| escape(explanation) + separator + &escape(detail) + end;
    let (kind, body) = match preferred(&request.header_list("Accept").unwrap_or_default()) {
        Some("text/html") => {
            let head =
                format!("<html>\n <head>\n  <title>{status} {title}</title>\n </head>\n <body>\n");
            let text = format!(
                "  <h1>{status} {title}</h1>\n  {}\n </body>\n</html>",
                body(html_escape)
            );
            ("text/html; charset=UTF-8", head + &text)
        }
        Some(_) => {
            let message = crate::json::quote(&body(str::to_owned));
            let code = format!("\"code\": \"{status} {title}\", \"title\": \"{title}\"");
            (
                "application/json",
                format!("{{\"message\": {message}, {code}}}"),
            )
        }
        None => (
            "text/plain; charset=UTF-8",
            format!("{status} {title}\n\n{}", strip_tags(&body(str::to_owned))),
        ),
    };
    response.length().header("Content-Type", kind).body(body)
}

/// Replaces newlines with spaces and `<br />` with newlines, and removes other
/// tags.
fn strip_tags(html: &str) -> String {
    let html = html.replace('\n', " ").replace('\r', "");
    let mut parts = html.split('<');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        if let Some((tag, rest)) = part.split_once('>') {
            out.push_str(if tag.starts_with("br") { "\n" } else { "" });
            out.push_str(rest);
        } else {
            out.push('<');
            out.push_str(part);
        }
    }
    out
}

/// The type, HTML or JSON, that an `Accept` header prefers.
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
        let plain = "404 Not Found\n\nNo .\n\n   ";
        let json = r#"{"message": "No <b>.<br /><br />\n\n\n", "code": "404 Not Found", "title": "Not Found"}"#;
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
