//! [`Proxies`]: the proxy for a URL, from the options or the environment.

use std::net::IpAddr;

use ipnet::IpNet;
use secrecy::ExposeSecret;
use ureq::Agent;
use url::Url;

use crate::error::{Error, ErrorKind, Result};
use crate::options::ProxyOption;

/// The proxies for http and for https URLs. An invalid value in the environment is an
/// error only for the requests that it applies to.
pub(super) struct Proxies {
    http: Result<Option<Proxy>>,
    https: Result<Option<Proxy>>,
    no_proxy: String,
}

/// A proxy, and the agent that connects through it.
pub(super) struct Proxy {
    /// Its URL without the user and the password.
    pub(super) name: String,
    pub(super) agent: Agent,
}

/// The name of the option, which is used like that of a variable.
const OPTION: &str = "Options::proxy";

impl Proxies {
    pub(super) fn new(option: &ProxyOption, agent: impl Fn(ureq::Proxy) -> Agent) -> Self {
        let variable = |name: &str| match option {
            ProxyOption::Environment => {
                std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
            }
            ProxyOption::Url(url) if name == OPTION => Some(url.expose_secret().to_owned()),
            _ => None,
        };
        Self::from_variables(variable, agent)
    }

    fn from_variables(
        variable: impl Fn(&str) -> Option<String>,
        agent: impl Fn(ureq::Proxy) -> Agent,
    ) -> Self {
        let find = |names: &[&str]| {
            names.iter().find_map(|name| {
                let value = variable(name)?.trim().to_owned();
                (!value.is_empty() || *name == OPTION).then(|| (name.to_string(), value))
            })
        };
        let proxy = |lower: &str, upper: &str| {
            let found = find(&[OPTION, lower, upper, "all_proxy", "ALL_PROXY"]);
            found
                .map(|(name, value)| Proxy::parse(&name, &value, &agent))
                .transpose()
        };
        Self {
            http: proxy("http_proxy", "HTTP_PROXY"),
            https: proxy("https_proxy", "HTTPS_PROXY"),
            no_proxy: find(&["no_proxy", "NO_PROXY"]).map_or(String::new(), |(_, value)| value),
        }
    }

    /// The proxy for this URL, `None` to connect directly.
    pub(super) fn find(&self, url: &Url) -> Result<Option<&Proxy>> {
        let separator = |c: char| c == ',' || c.is_whitespace();
        let mut entries = self.no_proxy.split(separator);
        if entries.any(|entry| matches(entry, url)) {
            return Ok(None);
        }
        let proxy = if url.scheme() == "https" {
            &self.https
        } else {
            &self.http
        };
        proxy.as_ref().map(Option::as_ref).map_err(Error::clone)
    }
}

impl Proxy {
    /// The message of an error does not contain the value, which can have a password.
    fn parse(name: &str, value: &str, agent: impl Fn(ureq::Proxy) -> Agent) -> Result<Self> {
        let invalid = |reason: &str| {
            let message = format!("invalid proxy in {name}: {reason}; nothing was sent");
            Error::new(ErrorKind::Proxy, message)
        };
        let has_scheme = value.contains("://");
        let url = Url::parse(&format!(
            "{}{value}",
            if has_scheme { "" } else { "http://" }
        ))
        .map_err(|error| invalid(&error.to_string()))?;
        let host = url.host_str().unwrap_or_default();
        let (scheme @ ("http" | "https"), Some(port)) = (url.scheme(), url.port_or_known_default())
        else {
            return Err(invalid("it must begin with http:// or https://"));
        };
        let proxy = ureq::Proxy::new(url.as_str()).map_err(|error| invalid(&error.to_string()))?;
        Ok(Self {
            name: format!("{scheme}://{host}:{port}"),
            agent: agent(proxy),
        })
    }
}

/// Whether an entry of `no_proxy` applies to a URL: a host, which includes its
/// subdomains, or an address, each with or without a port; a network; or `*`.
fn matches(entry: &str, url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    let network = entry.parse::<IpNet>().ok();
    if let Some(network) = network.or(entry.parse::<IpAddr>().ok().map(IpNet::from)) {
        return address.is_some_and(|address| network.contains(&address));
    }
    let name = entry.to_ascii_lowercase();
    let name = name.trim_start_matches('*').trim_start_matches('.');
    let port = url.port_or_known_default().unwrap_or_default();
    let is_host = |host: &str| {
        let rest = host.strip_suffix(name);
        rest.is_some_and(|rest| rest.is_empty() || address.is_none() && rest.ends_with('.'))
    };
    entry == "*" || !name.is_empty() && (is_host(host) || is_host(&format!("{host}:{port}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The name of the proxy for this URL with these variables.
    #[track_caller]
    fn proxy(variables: &[(&str, &str)], url: &str) -> Result<Option<String>> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name)?;
            Some(found.1.to_owned())
        };
        let proxies = Proxies::from_variables(variable, |_| Agent::new_with_defaults());
        let proxy = proxies.find(&url.parse().expect("valid URL"))?;
        Ok(proxy.map(|proxy| proxy.name.clone()))
    }

    #[test]
    fn each_scheme_has_its_variable_and_all_proxy_is_the_default() {
        for (variables, http, https) in [
            (&[] as &[_], None, None),
            (&[("http_proxy", "a:1")], Some("http://a:1"), None),
            (&[("https_proxy", "a:1")], None, Some("http://a:1")),
            (
                &[("ALL_PROXY", "a:1")],
                Some("http://a:1"),
                Some("http://a:1"),
            ),
            (
                &[("all_proxy", "a:1"), ("HTTP_PROXY", "b:2")],
                Some("http://b:2"),
                Some("http://a:1"),
            ),
            (
                &[("HTTPS_PROXY", "a:1"), ("https_proxy", "b:2")],
                None,
                Some("http://b:2"),
            ),
            (
                &[("HTTP_PROXY", "a:1"), ("http_proxy", "")],
                Some("http://a:1"),
                None,
            ),
        ] {
            let find = |url| proxy(variables, url).expect("valid proxy");
            assert_eq!(
                find("http://cloud.example").as_deref(),
                http,
                "{variables:?}"
            );
            assert_eq!(
                find("https://cloud.example").as_deref(),
                https,
                "{variables:?}"
            );
        }
    }

    #[test]
    fn no_proxy_lists_hosts_addresses_and_networks() {
        for (no_proxy, url, direct) in [
            ("cloud.example", "http://cloud.example:5000", true),
            ("example", "http://cloud.example", true),
            (".example", "http://cloud.example", true),
            ("*.example", "http://cloud.example", true),
            (".cloud.example", "http://cloud.example", true),
            ("CLOUD.Example", "http://cloud.example", true),
            ("loud.example", "http://cloud.example", false),
            ("a.cloud.example", "http://cloud.example", false),
            ("cloud.example:5000", "http://cloud.example:5000", true),
            ("cloud.example:443", "https://cloud.example", true),
            ("cloud.example:80", "http://cloud.example:5000", false),
            ("localhost, cloud.example", "http://cloud.example", true),
            ("localhost cloud.example", "http://cloud.example", true),
            ("*", "http://cloud.example", true),
            ("a, *", "http://10.0.0.1", true),
            (",,", "http://cloud.example", false),
            ("10.0.0.1", "http://10.0.0.1:5000", true),
            ("10.0.0.1:5000", "http://10.0.0.1:5000", true),
            ("10.0.0.1:80", "http://10.0.0.1:5000", false),
            ("0.0.1", "http://10.0.0.1", false),
            ("10.0.0.0/8", "http://10.1.2.3", true),
            ("10.0.0.0/8", "http://11.1.2.3", false),
            ("10.0.0.0/8", "http://cloud.example", false),
            ("::1", "http://[::1]:5000", true),
            ("[::1]", "http://[::1]:5000", true),
            ("[::1]:5000", "http://[::1]:5000", true),
            ("[::1]:80", "http://[::1]:5000", false),
            ("fd00::/8", "http://[fd00::5]", true),
            ("fd00::/8", "http://10.0.0.1", false),
        ] {
            let variables = [
                ("http_proxy", "a:1"),
                ("https_proxy", "a:1"),
                ("no_proxy", no_proxy),
            ];
            let found = proxy(&variables, url).expect("valid proxy");
            assert_eq!(found.is_none(), direct, "{no_proxy} {url}");
        }
        let variables = [("http_proxy", "a:1"), ("NO_PROXY", "b"), ("no_proxy", "")];
        assert_eq!(proxy(&variables, "http://b").expect("valid proxy"), None);
    }

    #[test]
    fn an_invalid_proxy_is_an_error_for_its_scheme_only() {
        for (value, reason) in [
            ("http://", "empty host"),
            ("http://me:pa55word@", "empty host"),
            ("h:99999", "invalid port number"),
            (
                "socks5://me:pa55word@h:1",
                "it must begin with http:// or https://",
            ),
        ] {
            let variables = [("https_proxy", value)];
            let error = proxy(&variables, "https://cloud.example").expect_err("an error");
            assert_eq!(error.kind(), ErrorKind::Proxy);
            assert_eq!(
                error.to_string(),
                format!("invalid proxy in https_proxy: {reason}; nothing was sent")
            );
            let other = proxy(&variables, "http://cloud.example");
            assert_eq!(other.expect("no proxy"), None);
        }
    }

    #[test]
    fn the_name_of_a_proxy_has_no_password() {
        let name = |value| proxy(&[("http_proxy", value)], "http://cloud.example").expect("valid");
        for value in [
            "http://me:pa%2F55@h:3128",
            "me:pa55@h:3128",
            "HTTP://h:3128/",
        ] {
            assert_eq!(name(value).as_deref(), Some("http://h:3128"));
        }
        assert_eq!(name("https://h").as_deref(), Some("https://h:443"));
        assert_eq!(name("[::1]:8080").as_deref(), Some("http://[::1]:8080"));
    }
}
