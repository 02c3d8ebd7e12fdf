//! The parts of a request as uWSGI passes them to the services.

use crate::http::Request;
use crate::text::percent_decode;

impl Request {
    /// All values of a header, joined with commas.
    pub(crate) fn header_list(&self, name: &str) -> Option<String> {
        let headers = self.headers.iter();
        let found: Vec<&str> = headers
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
            .collect();
        (!found.is_empty()).then(|| found.join(","))
    }

    /// The path as uWSGI passes it to a service: `.`, `..` and double slashes are
    /// resolved, then each decoded byte becomes a character. This is wrong for
    /// names that are not ASCII, so no request can reach a metadata key like that.
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
        let slash = if parts.is_empty() || ends_in_name(raw) {
            ""
        } else {
            "/"
        };
        let path = format!("/{}{slash}", parts.join("/"));
        percent_decode(&path).into_iter().map(char::from).collect()
    }

    /// The scheme, host and port in the URL that the client used.
    pub(crate) fn origin(&self) -> String {
        let https = self
            .header_list("X-Forwarded-Proto")
            .is_some_and(|it| it == "https");
        let host = self.header_list("Host").unwrap_or_default();
        format!("{}://{host}", if https { "https" } else { "http" })
    }
}

/// A target without the scheme and host that a client sends to a proxy.
pub(crate) fn origin_form(target: &str) -> &str {
    if target.starts_with('/') {
        return target;
    }
    let rest = target.split_once("://").map_or("", |(_, rest)| rest);
    rest.find('/').map_or("/", |slash| &rest[slash..])
}

/// Whether a path ends in a name, and not in a slash.
fn ends_in_name(path: &str) -> bool {
    !matches!(path.rsplit('/').next(), None | Some("" | "." | ".."))
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
    fn the_origin_form_has_no_scheme_and_host() {
        assert_eq!(origin_form("/v3?a=http://b/c"), "/v3?a=http://b/c");
        assert_eq!(origin_form("http://a:1/v3?b"), "/v3?b");
        assert_eq!(origin_form("http://a"), "/");
    }

    #[test]
    fn a_path_is_resolved_before_it_is_decoded() {
        assert_eq!(path("/v2.1/images?a=b"), "/v2.1/images");
        assert_eq!(path("/v2.1//images/"), "/v2.1/images/");
        assert_eq!(path("/v2.1/images/.."), "/v2.1/");
        assert_eq!(path("/v2.1/images/./a."), "/v2.1/images/a.");
        assert_eq!(path("/v2.1/images/%2e%2e"), "/v2.1/images/..");
        assert_eq!(path("/.."), "/");
        assert_eq!(path("/a%2Fb"), "/a/b");
    }
}
