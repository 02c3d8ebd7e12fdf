//! The address of a service: what is taken for one, and what is not.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use http::Uri;

/// The address without a slash at its end, or what is wrong with it.
///
/// It goes before every path, so it must be an `http` or `https` URL with a
/// host, and nothing that a path could not follow. A user and password in it
/// would end in logs and errors.
pub(crate) fn service_address(text: &str) -> Result<String, String> {
    let text = text.trim();
    let shown = without_user(text);
    let none = |why: &dyn fmt::Display| format!("{shown:?} is not a URL: {why}");
    let (scheme, rest) = text.split_once("://").unwrap_or_default();
    if !["http", "https"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
    {
        return Err(format!(
            "{shown:?} is not a URL that begins with http:// or https://"
        ));
    }
    // Looked for in all of it: a password may have a `/` or a `#` in it.
    if rest.contains('@') {
        let host = without_user(rest).split('/').next().unwrap_or_default();
        return Err(format!(
            "the URL of {host:?} has a user or a password in it: take them out"
        ));
    }
    if !text.is_ascii() {
        return Err(format!(
            "{shown:?} has letters beyond ASCII: write its host with `xn--`, and the rest with `%`"
        ));
    }
    let url: Uri = text.parse().map_err(|error| none(&error))?;
    if url.query().is_some() || text.contains('#') {
        return Err(format!("{shown:?} has a query or a fragment: take it out"));
    }
    let authority = url.authority().map_or("", |authority| authority.as_str());
    let (host, port) =
        split_port(authority).ok_or_else(|| none(&"its host or its port is none"))?;
    let is_dots = |segment: &str| {
        matches!(
            segment.to_ascii_lowercase().replace("%2e", ".").as_str(),
            "." | ".."
        )
    };
    if url.path().split('/').any(is_dots) || text.contains('\\') {
        return Err(none(&"its path has `.`, `..` or `\\` in it"));
    }
    let port = if port.is_empty() {
        String::new()
    } else {
        format!(":{port}")
    };
    let address = format!("{scheme}://{host}{port}").to_ascii_lowercase() + url.path();
    Ok(address.trim_end_matches('/').to_owned())
}

/// The host, and the digits of its port, if each of them can be one.
fn split_port(authority: &str) -> Option<(&str, &str)> {
    let (host, port) = match authority.rfind([':', ']']) {
        Some(at) if authority[at..].starts_with(':') => (&authority[..at], &authority[at + 1..]),
        _ => (authority, ""),
    };
    let is_port = port.is_empty() || port.parse::<u16>().is_ok() && !port.starts_with('+');
    let is_host = match host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
    {
        Some(host) => host.parse::<Ipv6Addr>().is_ok(),
        None => !host.is_empty() && !host.contains([':', '[', ']', '%']),
    };
    (is_port && is_host).then_some((host, port))
}

/// Whether secrets would cross a network in the clear.
pub(crate) fn is_exposed(address: &str) -> bool {
    let Ok(url) = address.parse::<Uri>() else {
        return false;
    };
    let host = url.host().unwrap_or_default();
    let number = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>();
    let near = match number {
        Ok(number) => number.is_loopback(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    };
    url.scheme_str() == Some("http") && !near
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
            (
                "https://cloud.example/identity/v3/",
                "https://cloud.example/identity/v3",
            ),
            ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
            (" HTTPS://Cloud.Example:443/ ", "https://cloud.example:443"),
            ("http://h//", "http://h"),
            ("http://h:/v3", "http://h/v3"),
            ("http://h_1.example:05000/v3", "http://h_1.example:05000/v3"),
            ("http://[::1]:8774/v2.1/Abc", "http://[::1]:8774/v2.1/Abc"),
            (
                "https://xn--bcher-kva.example/%C3%A9",
                "https://xn--bcher-kva.example/%C3%A9",
            ),
        ] {
            assert_eq!(service_address(given).as_deref(), Ok(taken));
        }
    }

    #[test]
    fn what_is_no_address_is_refused_in_words() {
        for (given, why) in [
            (
                "",
                r#""" is not a URL that begins with http:// or https://"#,
            ),
            (
                "cloud.example",
                r#""cloud.example" is not a URL that begins with http:// or https://"#,
            ),
            (
                "cloud.example:5000/v3",
                r#""cloud.example:5000/v3" is not a URL that begins with http:// or https://"#,
            ),
            (
                "/v2.1",
                r#""/v2.1" is not a URL that begins with http:// or https://"#,
            ),
            (
                "//nova/v2.1",
                r#""//nova/v2.1" is not a URL that begins with http:// or https://"#,
            ),
            (
                "javascript:alert(1)",
                r#""javascript:alert(1)" is not a URL that begins with http:// or https://"#,
            ),
            (
                "file:///etc/passwd",
                r#""file:///etc/passwd" is not a URL that begins with http:// or https://"#,
            ),
            (
                "http:80",
                r#""http:80" is not a URL that begins with http:// or https://"#,
            ),
            ("http://", r#""http://" is not a URL: empty string"#),
            ("http:///v3", r#""http:///v3" is not a URL: invalid format"#),
            (
                "http://:80/v3",
                r#""http://:80/v3" is not a URL: its host or its port is none"#,
            ),
            (
                "http://[::g]/v3",
                r#""http://[::g]/v3" is not a URL: its host or its port is none"#,
            ),
            (
                "http://[::1]x/",
                r#""http://[::1]x/" is not a URL: its host or its port is none"#,
            ),
            (
                "http://[::1]x:8/",
                r#""http://[::1]x:8/" is not a URL: its host or its port is none"#,
            ),
            (
                "http://a[::1]/",
                r#""http://a[::1]/" is not a URL: its host or its port is none"#,
            ),
            (
                "http://::1/",
                r#""http://::1/" is not a URL: invalid authority"#,
            ),
            (
                "http://h:+8/v3",
                r#""http://h:+8/v3" is not a URL: its host or its port is none"#,
            ),
            (
                "http://h/a/..",
                r#""http://h/a/.." is not a URL: its path has `.`, `..` or `\` in it"#,
            ),
            (
                "http://h/./v3",
                r#""http://h/./v3" is not a URL: its path has `.`, `..` or `\` in it"#,
            ),
            (
                "http://h/a\\b",
                "\"http://h/a\\\\b\" is not a URL: its path has `.`, `..` or `\\` in it",
            ),
            (
                "http://h:x/v3",
                r#""http://h:x/v3" is not a URL: its host or its port is none"#,
            ),
            (
                "http://h:1:2/v3",
                r#""http://h:1:2/v3" is not a URL: invalid authority"#,
            ),
            (
                "http://h/a b",
                r#""http://h/a b" is not a URL: invalid uri character"#,
            ),
            (
                "http://h\n/",
                r#""http://h\n/" is not a URL: invalid uri character"#,
            ),
            (
                "http://h/?a=b",
                r#""http://h/?a=b" has a query or a fragment: take it out"#,
            ),
            (
                "http://h/#a",
                r#""http://h/#a" has a query or a fragment: take it out"#,
            ),
            (
                "http://bücher.example/v3",
                "\"http://bücher.example/v3\" has letters beyond ASCII: write its host with `xn--`, \
                 and the rest with `%`",
            ),
            (
                "http://me:pa55word@h/",
                r#"the URL of "h" has a user or a password in it: take them out"#,
            ),
            (
                "http://me:pa55#wo?rd@h:99999/v3",
                r#"the URL of "h:99999" has a user or a password in it: take them out"#,
            ),
            (
                "http://me:5555/word@h/v3",
                r#"the URL of "h" has a user or a password in it: take them out"#,
            ),
            (
                "http://me:5555/?word@h/v3",
                r#"the URL of "h" has a user or a password in it: take them out"#,
            ),
            (
                "http://h:99999/v3",
                r#""http://h:99999/v3" is not a URL: its host or its port is none"#,
            ),
            (
                "ftp://me:pa55word@h/v3",
                r#""h/v3" is not a URL that begins with http:// or https://"#,
            ),
        ] {
            assert_eq!(service_address(given), Err(why.to_owned()), "{given}");
        }
    }

    /// What is taken goes where the URL standard says, which `url` follows.
    #[test]
    fn every_address_means_what_the_url_standard_says() {
        const PARTS: [&str; 28] = [
            "http://",
            "https://",
            "h",
            "a.example",
            "[::1]",
            "[",
            "]",
            ":",
            "80",
            "8774",
            "99999",
            "@",
            "#",
            "?",
            "/",
            "/v3",
            ".",
            "..",
            "\\",
            "%2e",
            "%C3%A9",
            "_",
            "-",
            " ",
            "+",
            "é",
            "127.0.0.1",
            "~",
        ];
        let mut state = 1_u64;
        let mut random = |below: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            usize::try_from(state >> 33).expect("31 bits") % below
        };
        let mut taken = 0;
        for _ in 0..100_000 {
            let scheme = PARTS[random(2)];
            let parts = (0..=random(6)).map(|_| PARTS[random(PARTS.len())]);
            let text: String = std::iter::once(scheme).chain(parts).collect();
            let Ok(address) = service_address(&text) else {
                continue;
            };
            // A number at the end of a host makes it an IPv4 address there: here
            // nobody would find it.
            let Ok(url) = url::Url::parse(&address) else {
                let host = address
                    .parse::<Uri>()
                    .expect("a URL")
                    .host()
                    .expect("a host")
                    .to_owned();
                let last = host
                    .trim_end_matches('.')
                    .rsplit('.')
                    .next()
                    .unwrap_or_default();
                assert!(
                    last.bytes().all(|byte| byte.is_ascii_digit()),
                    "{text:?}: {address}"
                );
                continue;
            };
            let ours = address.parse::<Uri>().expect("a URL");
            if matches!(url.host(), Some(url::Host::Ipv4(_))) && ours.host() != url.host_str() {
                continue;
            }
            taken += 1;
            assert_eq!(ours.host(), url.host_str(), "{text:?}");
            let usual = if url.scheme() == "http" { 80 } else { 443 };
            let port = ours.port_u16().unwrap_or(usual);
            assert_eq!(Some(port), url.port_or_known_default(), "{text:?}");
            assert_eq!(ours.path(), url.path(), "{text:?}");
            assert_eq!(
                (url.username(), url.password(), url.query()),
                ("", None, None),
                "{text:?}"
            );
            assert!(!address.ends_with('/'), "{text:?}");
        }
        assert!(taken > 10_000, "{taken}");
    }

    #[test]
    fn only_loopback_may_be_plain() {
        assert!(is_exposed("http://cloud.example/"));
        assert!(is_exposed("http://192.168.0.1/"));
        assert!(is_exposed("http://[2001:db8::1]:80/"));
        assert!(is_exposed("http://notlocalhost/"));
        assert!(!is_exposed("https://cloud.example/"));
        for near in [
            "http://localhost/",
            "http://a.localhost:1",
            "http://127.1.2.3/",
            "http://[::1]/",
        ] {
            assert!(!is_exposed(near), "{near}");
        }
    }
}
