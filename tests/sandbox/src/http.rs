//! [`Request`] and [`Response`], and their bytes.

use crate::text::{html_escape, percent_decode};

/// How the answers travel: three ways in which a cloud's web server is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wire {
    /// `Content-Length` and `Connection: close`: one request a connection.
    #[default]
    Close,
    /// `Content-Length`, and the connection stays open. It is closed, with no
    /// header that says so, after four idle seconds, or when a request was
    /// refused before its body was read.
    KeepAlive,
    /// Neither `Content-Length` nor `Connection`: the body ends where the
    /// connection does.
    NoLength,
}

impl Wire {
    /// The wire of that name: `close`, `keepalive` or `nolength`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "close" => Some(Self::Close),
            "keepalive" => Some(Self::KeepAlive),
            "nolength" => Some(Self::NoLength),
            _ => None,
        }
    }
}

/// What a client sent.
#[derive(Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    /// The minor version of HTTP/1.
    pub(crate) minor: u8,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The body came in chunks, which no service here reads.
    pub(crate) chunked: bool,
}

impl Request {
    /// A header's value; several of one name are joined with commas.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let found: Vec<&str> = self
            .headers
            .iter()
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
            .collect();
        (!found.is_empty()).then(|| found.join(","))
    }

    pub(crate) fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    /// The path as uWSGI hands it on: `.`, `..` and double slashes resolved,
    /// then decoded, each byte to a character. That spoils what is not ASCII, and
    /// so a key that is not can never be reached.
    pub(crate) fn path(&self) -> String {
        let raw = self.target.split(['?', '#']).next().unwrap_or_default();
        let mut parts: Vec<&str> = Vec::new();
        for part in raw.split('/') {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()),
                part => parts.push(part),
            }
        }
        let slash = if parts.is_empty() || ends_in_a_name(raw) {
            ""
        } else {
            "/"
        };
        let path = format!("/{}{slash}", parts.join("/"));
        percent_decode(&path).into_iter().map(char::from).collect()
    }

    /// Scheme, host and port as the client knows them.
    pub(crate) fn origin(&self) -> String {
        let https = self
            .header("X-Forwarded-Proto")
            .is_some_and(|it| it == "https");
        let host = self.header("Host").unwrap_or_default();
        format!("{}://{host}", if https { "https" } else { "http" })
    }
}

/// Whether a path ends in a name, and so without a slash.
fn ends_in_a_name(path: &str) -> bool {
    !matches!(path.rsplit('/').next(), None | Some("" | "." | ".."))
}

/// What a service answers.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) reason: String,
    /// In this order. The value of `Content-Length` is filled in at the end.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The service refused before it read the body: a web server that keeps
    /// connections closes this one.
    pub(crate) unread: bool,
    /// The connection is closed after this, also where others are kept.
    pub(crate) closes: bool,
}

impl Response {
    pub(crate) fn new(status: u16) -> Self {
        let reason = reason(status).to_owned();
        Self {
            status,
            reason,
            headers: Vec::new(),
            body: Vec::new(),
            unread: false,
            closes: false,
        }
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The place of `Content-Length` among the headers.
    pub(crate) fn length(self) -> Self {
        self.header("Content-Length", "")
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn unread(mut self) -> Self {
        self.unread = true;
        self
    }

    /// The head as it is sent; `announced` is added to the length.
    pub(crate) fn head(&self, wire: Wire, minor: u8, announced: i64) -> Vec<u8> {
        let mut out = format!("HTTP/1.{minor} {} {}\r\n", self.status, self.reason);
        for (name, value) in &self.headers {
            if name != "Content-Length" {
                out += &format!("{name}: {value}\r\n");
            } else if wire != Wire::NoLength || announced != 0 {
                let length = i64::try_from(self.body.len()).unwrap_or(i64::MAX);
                out += &format!("{name}: {}\r\n", length.saturating_add(announced).max(0));
            }
        }
        if wire == Wire::Close {
            out += "Connection: close\r\n";
        }
        (out + "\r\n").into_bytes()
    }
}

/// A refusal as `WebOb` writes it, in the form that the client accepts best:
/// HTML, JSON or plain text.
pub(crate) fn page(request: &Request, status: u16, detail: &str) -> Response {
    let title = reason(status);
    let response = Response::new(status);
    if request.method == "HEAD" {
        return response
            .header("Content-Type", "text/html; charset=UTF-8")
            .length();
    }
    let (kind, body) = match best(&request.header("Accept").unwrap_or_default()) {
        Some("text/html") => {
            let detail = html_escape(detail);
            let head =
                format!("<html>\n <head>\n  <title>{status} {title}</title>\n </head>\n <body>\n");
            let text = format!(
                "  <h1>{status} {title}</h1>\n  {detail}<br /><br />\n\n\n\n </body>\n</html>"
            );
            ("text/html; charset=UTF-8", head + &text)
        }
        Some(_) => {
            let message = crate::json::quote(&format!("{}<br /><br />\n\n\n", html_escape(detail)));
            let code = format!("\"code\": \"{status} {title}\", \"title\": \"{title}\"");
            (
                "application/json",
                format!("{{\"message\": {message}, {code}}}"),
            )
        }
        None => (
            "text/plain; charset=UTF-8",
            format!("{status} {title}\n\n{detail}\n\n   "),
        ),
    };
    response.length().header("Content-Type", kind).body(body)
}

/// Which of HTML and JSON an `Accept` header prefers.
fn best(accept: &str) -> Option<&'static str> {
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
    // What is no media range at all is taken for no header at all.
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

/// The reason phrase of a status.
pub(crate) fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Found",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        409 => "Conflict",
        413 => "Request Entity Too Large",
        415 => "Unsupported Media Type",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn path(target: &str) -> String {
        Request {
            target: target.to_owned(),
            ..Request::default()
        }
        .path()
    }

    #[test]
    fn a_path_is_resolved_and_then_decoded() {
        assert_eq!(path("/v2.1/images?a=b"), "/v2.1/images");
        assert_eq!(path("/v2.1//images/"), "/v2.1/images/");
        assert_eq!(path("/v2.1/images/.."), "/v2.1/");
        assert_eq!(path("/v2.1/images/./a."), "/v2.1/images/a.");
        assert_eq!(path("/v2.1/images/%2e%2e"), "/v2.1/images/..");
        assert_eq!(path("/.."), "/");
        assert_eq!(path("/a%2Fb"), "/a/b");
    }

    #[test]
    fn a_page_has_the_form_that_the_client_accepts() {
        let ask = |accept: &[&str]| {
            let headers = accept
                .iter()
                .map(|it| ("Accept".to_owned(), (*it).to_owned()))
                .collect();
            let answer = page(
                &Request {
                    headers,
                    ..Request::default()
                },
                404,
                "No <b>.",
            );
            String::from_utf8(answer.body).unwrap()
        };
        let plain = "404 Not Found\n\nNo <b>.\n\n   ";
        let json = r#"{"message": "No &lt;b&gt;.<br /><br />\n\n\n", "code": "404 Not Found", "title": "Not Found"}"#;
        assert_eq!(ask(&[]), plain);
        assert_eq!(ask(&["application/xml"]), plain);
        assert_eq!(ask(&["text/html;q=0"]), plain);
        assert_eq!(ask(&["application/json, text/plain"]), json);
        assert_eq!(ask(&["application/*;q=0.5, text/html;q=0.1"]), json);
        for html in ["*/*", "text/*", "garbage", "text/plain, */*"] {
            assert_eq!(
                ask(&[html]),
                "<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n  <h1>404 Not Found</h1>\n  \
                 No &lt;b&gt;.<br /><br />\n\n\n\n </body>\n</html>",
                "{html}"
            );
        }
    }

    #[test]
    fn a_head_has_the_lines_of_its_wire() {
        let answer = Response::new(200).length().header("A", "b").body("12345");
        let head = |wire, announced| String::from_utf8(answer.head(wire, 1, announced)).unwrap();
        assert_eq!(
            head(Wire::Close, 0),
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nA: b\r\nConnection: close\r\n\r\n"
        );
        assert_eq!(
            head(Wire::KeepAlive, 3),
            "HTTP/1.1 200 OK\r\nContent-Length: 8\r\nA: b\r\n\r\n"
        );
        assert_eq!(head(Wire::NoLength, 0), "HTTP/1.1 200 OK\r\nA: b\r\n\r\n");
    }
}
