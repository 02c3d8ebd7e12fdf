//! [`Proxies`]: the proxy for a URL, from the options or the environment.

use std::net::IpAddr;

use secrecy::ExposeSecret;
use ureq::Agent;
use url::{Host, Url};

use crate::error::{Error, ErrorKind, Result};
use crate::options::ProxyOption;

/// The proxies for http and for https URLs. A value of the environment that is
/// invalid is an error only for the requests that it applies to.
pub(super) struct Proxies {
    http: Result<Option<Proxy>>,
    https: Result<Option<Proxy>>,
    no_proxy: String,
}

/// A proxy, and the agent that connects through it.
#[derive(Clone)]
pub(super) struct Proxy {
    /// Its URL without the user and the password.
    pub(super) name: String,
    pub(super) agent: Agent,
}

impl Proxies {
    pub(super) fn new(
        option: &ProxyOption,
        agent: impl Fn(Option<ureq::Proxy>) -> Agent,
    ) -> Result<Self> {
        let environment = |name: &str| {
            let value = std::env::var_os(name)?.to_string_lossy().trim().to_owned();
            Some(value).filter(|value| !value.is_empty())
        };
        match option {
            ProxyOption::Environment => Ok(Self::from_variables(environment, agent)),
            ProxyOption::Direct => Ok(Self::from_variables(|_| None, agent)),
            ProxyOption::Url(url) => {
                let proxy = Proxy::parse(url.expose_secret(), agent)
                    .map_err(|reason| Error::invalid(format!("invalid proxy: {reason}")))?;
                Ok(Self {
                    http: Ok(Some(proxy.clone())),
                    https: Ok(Some(proxy)),
                    no_proxy: String::new(),
                })
            }
        }
    }

    fn from_variables(
        variable: impl Fn(&str) -> Option<String>,
        agent: impl Fn(Option<ureq::Proxy>) -> Agent,
    ) -> Self {
        let find = |names: &[&str]| {
            let mut values = names
                .iter()
                .filter_map(|name| Some((name, variable(name)?)));
            let Some((name, value)) = values.next() else {
                return Ok(None);
            };
            let proxy = Proxy::parse(&value, &agent).map_err(|reason| {
                Error::new(
                    ErrorKind::Proxy,
                    format!("invalid proxy in the variable {name}: {reason}; nothing was sent"),
                )
            })?;
            Ok(Some(proxy))
        };
        let no_proxy = variable("no_proxy").or_else(|| variable("NO_PROXY"));
        Self {
            // A web server passes the header `Proxy` of a request to a CGI program
            // as `HTTP_PROXY`.
            http: match variable("REQUEST_METHOD") {
                None => find(&["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]),
                Some(_) => find(&["http_proxy", "all_proxy", "ALL_PROXY"]),
            },
            https: find(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]),
            no_proxy: no_proxy.unwrap_or_default(),
        }
    }

    /// The proxy for this URL, `None` to connect directly.
    pub(super) fn find(&self, url: &Url) -> Result<Option<&Proxy>> {
        let separator = |c: char| c == ',' || c.is_whitespace();
        let mut direct = self.no_proxy.split(separator);
        if direct.any(|entry| matches(entry, url)) {
            return Ok(None);
        }
        let proxy = match url.scheme() {
            "https" => &self.https,
            _ => &self.http,
        };
        proxy.as_ref().map(Option::as_ref).map_err(Error::clone)
    }
}

impl Proxy {
    /// Fails with a reason that does not contain the value: it can have a password.
    fn parse(value: &str, agent: impl Fn(Option<ureq::Proxy>) -> Agent) -> Result<Self, String> {
        let url = match value.contains("://") {
            true => Url::parse(value),
            false => Url::parse(&format!("http://{value}")),
        };
        let url = url.map_err(|error| error.to_string())?;
        let scheme = url.scheme();
        let (Some(host), Some(port), "http" | "https") =
            (url.host_str(), url.port_or_known_default(), scheme)
        else {
            return Err(format!(
                "{scheme}:// is unsupported; use http:// or https://"
            ));
        };
        let proxy = ureq::Proxy::new(url.as_str()).map_err(|error| error.to_string())?;
        Ok(Self {
            name: format!("{scheme}://{host}:{port}"),
            agent: agent(Some(proxy)),
        })
    }
}

/// Whether an entry of `no_proxy` applies to a URL: a host and its subdomains, an
/// address, either with a port, a network, or `*`.
fn matches(entry: &str, url: &Url) -> bool {
    let host = url.host().map(|host| host.to_owned());
    let address = match host {
        Some(Host::Ipv4(address)) => Some(IpAddr::from(address)),
        Some(Host::Ipv6(address)) => Some(IpAddr::from(address)),
        _ => None,
    };
    if let Ok(network) = entry.parse::<ipnet::IpNet>() {
        return address.is_some_and(|address| network.contains(&address));
    }
    if let Ok(entry) = entry.parse::<IpAddr>() {
        return address == Some(entry);
    }
    let (name, port) = match entry.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, port.parse().ok()),
        _ => (entry, url.port_or_known_default()),
    };
    let name = name.strip_prefix('*').unwrap_or(name);
    if name.is_empty() || port != url.port_or_known_default() {
        return entry == "*";
    }
    match (host, Host::parse(name.trim_start_matches('.'))) {
        (Some(Host::Domain(host)), Ok(Host::Domain(name))) => host
            .strip_suffix(&name)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.')),
        (host, name) => host == name.ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The name of the proxy for this URL with these variables.
    #[track_caller]
    fn proxy(variables: &[(&str, &str)], url: &str) -> Result<Option<String>> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name)?;
            Some(found.1.to_owned()).filter(|value| !value.is_empty())
        };
        let proxies = Proxies::from_variables(variable, |_| Agent::new_with_defaults());
        let proxy = proxies.find(&url.parse().expect("valid URL"))?;
        Ok(proxy.map(|proxy| proxy.name.clone()))
    }

    #[test]
    fn each_scheme_has_its_variable_and_all_proxy_is_for_the_rest() {
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
            (
                &[("HTTP_PROXY", "a:1"), ("REQUEST_METHOD", "GET")],
                None,
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
                "socks5:// is unsupported; use http:// or https://",
            ),
        ] {
            let variables = [("https_proxy", value)];
            let error = proxy(&variables, "https://cloud.example").expect_err("an error");
            assert_eq!(error.kind(), ErrorKind::Proxy);
            assert_eq!(
                error.to_string(),
                format!("invalid proxy in the variable https_proxy: {reason}; nothing was sent")
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
