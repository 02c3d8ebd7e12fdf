//! Validation of the URLs of services.

use url::{Host, ParseError, Url};

/// The URL of a service, or a message about the part that is invalid.
///
/// Requests append to its path, so it cannot have a query or a fragment. A user
/// and password in it would appear in logs and errors.
pub(crate) fn parse_endpoint(text: &str) -> Result<Url, String> {
    let text = text.trim();
    let shown = strip_userinfo(text);
    // A password can contain any character, so `url` may find another host.
    if text.contains('@') {
        return Err(format!(
            "invalid URL {shown:?}: it contains a user name or password; remove it"
        ));
    }
    let url = match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => url,
        Ok(_) | Err(ParseError::RelativeUrlWithoutBase) => {
            return Err(format!(
                "invalid URL {shown:?}: it must begin with http:// or https://"
            ));
        }
        Err(error) => return Err(format!("invalid URL {shown:?}: {error}")),
    };
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!(
            "invalid URL {shown:?}: it has a query or a fragment; remove it"
        ));
    }
    Ok(url)
}

/// Whether a password or token that is sent there can be read on the network.
pub(crate) fn is_plaintext(url: &Url) -> bool {
    let is_local = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    };
    url.scheme() == "http" && !is_local
}

/// The part of a URL that can be shown: a password can be before the last `@`.
pub(crate) fn strip_userinfo(text: &str) -> &str {
    text.rsplit_once('@').map_or(text, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_endpoints_are_normalized() {
        for (text, url) in [
            (
                "https://cloud.example/identity/v3/",
                "https://cloud.example/identity/v3/",
            ),
            (" HTTPS://Cloud.Example:443/ ", "https://cloud.example/"),
            ("http://127.0.0.1:5000", "http://127.0.0.1:5000/"),
            ("http://[::1]:8774/v2.1/Abc", "http://[::1]:8774/v2.1/Abc"),
            (
                "https://bücher.example/v3",
                "https://xn--bcher-kva.example/v3",
            ),
        ] {
            assert_eq!(parse_endpoint(text).expect("valid endpoint").as_str(), url);
        }
    }

    #[test]
    fn invalid_endpoints_are_rejected() {
        for (text, message) in [
            (
                "",
                r#"invalid URL "": it must begin with http:// or https://"#,
            ),
            (
                "cloud.example",
                r#"invalid URL "cloud.example": it must begin with http:// or https://"#,
            ),
            (
                "cloud.example:5000/v3",
                r#"invalid URL "cloud.example:5000/v3": it must begin with http:// or https://"#,
            ),
            (
                "file:///etc/passwd",
                r#"invalid URL "file:///etc/passwd": it must begin with http:// or https://"#,
            ),
            ("http://", r#"invalid URL "http://": empty host"#),
            (
                "http://h:99999/",
                r#"invalid URL "http://h:99999/": invalid port number"#,
            ),
            (
                "http://h/?a=b",
                r#"invalid URL "http://h/?a=b": it has a query or a fragment; remove it"#,
            ),
            (
                "http://h/#a",
                r#"invalid URL "http://h/#a": it has a query or a fragment; remove it"#,
            ),
            (
                "http://me:pa55#wo?rd@h/v3",
                r#"invalid URL "h/v3": it contains a user name or password; remove it"#,
            ),
        ] {
            assert_eq!(parse_endpoint(text), Err(message.to_owned()), "{text}");
        }
    }

    #[test]
    fn plain_http_is_safe_only_on_this_machine() {
        let is_plaintext = |text: &str| is_plaintext(&text.parse().expect("valid URL"));
        for url in [
            "http://cloud.example/",
            "http://192.168.0.1/",
            "http://notlocalhost/",
        ] {
            assert!(is_plaintext(url), "{url}");
        }
        for url in [
            "https://cloud.example/",
            "http://localhost/",
            "http://a.localhost:1",
        ] {
            assert!(!is_plaintext(url), "{url}");
        }
        assert!(!is_plaintext("http://127.1.2.3/") && !is_plaintext("http://[::1]/"));
    }
}
