//! The address of a service: what is taken for one, and what is not.

use url::{Host, Url};

/// The address without a slash at its end, or what is wrong with it.
///
/// It goes before every path, so it must be an `http` or `https` URL with a
/// host, and nothing that a path could not follow. A user and password in it
/// would end in logs and errors.
pub(crate) fn service_address(text: &str) -> Result<String, String> {
    let shown = without_user(text);
    let url =
        Url::parse(text.trim()).map_err(|error| format!("{shown:?} is not a URL: {error}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        let host = url.host_str().unwrap_or_default();
        return Err(format!("the URL of {host:?} has a user or a password in it: take them out"));
    }
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("{shown:?} is not an http or https URL"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!("{text:?} has a query or a fragment: take it out"));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// Whether secrets would cross a network in the clear.
pub(crate) fn is_exposed(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    let near = url.host().is_some_and(|host| match host {
        Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    });
    url.scheme() == "http" && !near
}

/// What can be shown of an address, whatever is wrong with it: nothing before
/// the last `@`, where a password could be.
pub(crate) fn without_user(text: &str) -> &str {
    text.rsplit_once('@').map_or(text, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_loses_only_its_last_slash() {
        for (given, taken) in [
            ("https://cloud.example/identity/v3/", "https://cloud.example/identity/v3"),
            ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
            (" HTTPS://Cloud.Example:443/ ", "https://cloud.example"),
            ("http://[::1]:8774/v2.1/abc", "http://[::1]:8774/v2.1/abc"),
        ] {
            assert_eq!(service_address(given).as_deref(), Ok(taken));
        }
    }

    #[test]
    fn what_is_no_address_is_refused_in_words() {
        for (given, why) in [
            ("", r#""" is not a URL: relative URL without a base"#),
            ("cloud.example", r#""cloud.example" is not a URL: relative URL without a base"#),
            ("javascript:alert(1)", r#""javascript:alert(1)" is not an http or https URL"#),
            ("file:///etc/passwd", r#""file:///etc/passwd" is not an http or https URL"#),
            ("http://", r#""http://" is not a URL: empty host"#),
            ("http://h/?a=b", r#""http://h/?a=b" has a query or a fragment: take it out"#),
            (
                "http://me:pa55word@h/",
                r#"the URL of "h" has a user or a password in it: take them out"#,
            ),
            ("http://me:pa55word@h:99999/v3", r#""h:99999/v3" is not a URL: invalid port number"#),
            (
                "ftp://me:pa55word@h/v3",
                r#"the URL of "h" has a user or a password in it: take them out"#,
            ),
        ] {
            assert_eq!(service_address(given), Err(why.to_owned()), "{given}");
        }
    }

    #[test]
    fn only_loopback_may_be_plain() {
        assert!(is_exposed("http://cloud.example/"));
        assert!(is_exposed("http://192.168.0.1/"));
        assert!(!is_exposed("https://cloud.example/"));
        for near in ["http://localhost/", "http://127.1.2.3/", "http://[::1]/"] {
            assert!(!is_exposed(near), "{near}");
        }
    }
}
