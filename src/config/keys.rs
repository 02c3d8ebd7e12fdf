//! The table of the keys of a cloud.

use super::value::Source;
use crate::error::Result;
use crate::microversion::Microversion;

/// A key of a cloud.
pub(super) struct Key {
    pub(super) name: &'static str,
    /// An older name for the same key.
    pub(super) alias: Option<&'static str>,
    pub(super) location: Location,
    pub(super) kind: Kind,
}

/// Where the key is accepted, and which location has priority.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Location {
    /// At the top level of the cloud only.
    TopOnly,
    /// At the top level and in `auth`. `auth` overrides the top level.
    AuthFirst,
    /// As `AuthFirst`. In the environment, such a key makes a cloud.
    Credential,
    /// At the top level and in `auth`. The top level overrides `auth`.
    TopFirst,
}

/// How the value is parsed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text, used unchanged.
    Text,
    /// Text that is never shown.
    Secret,
    /// A URL in which `{key}` is replaced by the value of that key.
    Url,
    /// The path of a file, in which `{key}` and `~` are replaced.
    Path,
    Flag,
    Seconds,
    Interface,
    AuthType,
    SystemScope,
    ComputeVersion,
    /// Applied during the merge; not a setting.
    MergeOnly,
}

use self::Kind::{
    AuthType, ComputeVersion, Flag, Interface, MergeOnly, Path, Seconds, Secret, SystemScope, Text,
    Url,
};
use self::Location::{AuthFirst, Credential, TopFirst};

/// The keys that are serialized, in this order.
pub(super) const SERIALIZED: &[Key] = &[
    top_only("cloud", "", MergeOnly),
    top_only("auth_type", "auth_plugin", AuthType),
    key("auth_url", "", Credential, Url),
    key("username", "user_name", Credential, Text),
    key("user_id", "userid", Credential, Text),
    key("user_domain_id", "", TopFirst, Text),
    key("user_domain_name", "", TopFirst, Text),
    key("password", "", AuthFirst, Secret),
    key("token", "auth_token", TopFirst, Secret),
    key("project_id", "tenant_id", TopFirst, Text),
    key("project_name", "tenant_name", TopFirst, Text),
    key("project_domain_id", "", TopFirst, Text),
    key("project_domain_name", "", TopFirst, Text),
    key("domain_id", "", TopFirst, Text),
    key("domain_name", "", TopFirst, Text),
    key("system_scope", "", AuthFirst, SystemScope),
    key("trust_id", "", AuthFirst, Text),
    key("application_credential_id", "", Credential, Text),
    key("application_credential_name", "", Credential, Text),
    key("application_credential_secret", "", AuthFirst, Secret),
    top_only("region_name", "", Text),
    top_only("interface", "endpoint_type", Interface),
    top_only("verify", "", Flag),
    top_only("cacert", "", Path),
    top_only("cert", "", Path),
    top_only("key", "", Path),
    top_only("api_timeout", "", Seconds),
    top_only("compute_endpoint_override", "compute_endpoint", Url),
    top_only("compute_api_version", "", ComputeVersion),
];

/// The keys that are listed by `Settings::keys`, but not serialized.
const LISTED: &[Key] = &[
    top_only("compute_default_microversion", "", Text),
    top_only("compute_interface", "compute_endpoint_type", Interface),
    top_only("compute_region_name", "", Text),
    top_only("compute_service_name", "", Text),
    top_only("image_endpoint_override", "image_endpoint", Url),
    top_only("image_interface", "image_endpoint_type", Interface),
    top_only("image_region_name", "", Text),
    top_only("image_service_name", "", Text),
    key("default_domain_id", "default_domain", AuthFirst, Text),
    key("default_domain_name", "", AuthFirst, Text),
    key("endpoint", "url", AuthFirst, Url),
    top_only("profile", "cloud", MergeOnly),
    top_only("insecure", "", MergeOnly),
];

/// A key without an older name has an empty `alias`.
const fn key(name: &'static str, alias: &'static str, location: Location, kind: Kind) -> Key {
    let alias = if alias.is_empty() { None } else { Some(alias) };
    Key {
        name,
        alias,
        location,
        kind,
    }
}

const fn top_only(name: &'static str, alias: &'static str, kind: Kind) -> Key {
    key(name, alias, Location::TopOnly, kind)
}

/// Every key, in the order in which the settings are listed.
pub(super) fn keys() -> impl Iterator<Item = &'static Key> {
    SERIALIZED.iter().chain(LISTED)
}

/// The key with this name or alias.
pub(super) fn find_key(name: &str) -> Option<&'static Key> {
    keys().find(|key| key.name == name || key.alias == Some(name))
}

/// Suffixes of keys that openstacksdk reads and this crate does not.
const OPENSTACKSDK_SUFFIXES: &str = "_api_version _endpoint _endpoint_override _endpoint_type \
    _default_microversion _interface _network _region_name _service_name _service_type \
    _status_code_retries disable_vendor_agent floating_ip_source force_ipv4 image_api_use_tasks \
    image_format message networks private regions requires_floating_ip secgroup_source status \
    timeout vendor_hook";

/// Whether neither this crate nor openstacksdk reads the key.
pub(super) fn is_unknown(name: &str) -> bool {
    find_key(name).is_none()
        && !OPENSTACKSDK_SUFFIXES
            .split(' ')
            .any(|end| name.ends_with(end))
}

const AUTH_TYPES: &str =
    "password, v3password, token, v3token, v3applicationcredential, none, admin_token";

impl Kind {
    /// Parses the value of the key with this name.
    pub(super) fn parse(self, name: &str, text: &str, source: &Source) -> Result<String> {
        self.normalize(text).map_err(|expected| {
            source.error(format!("invalid {name} {text:?}: expected {expected}"))
        })
    }

    /// Returns the normalized value. The error describes the expected value.
    fn normalize(self, text: &str) -> Result<String, &'static str> {
        let normalized = match self {
            Flag => match &*text.to_lowercase() {
                "true" | "yes" | "on" | "1" => "true",
                "false" | "no" | "off" | "0" => "false",
                _ => return Err("true or false"),
            },
            Seconds => {
                let seconds = text.trim().parse().unwrap_or(0.0);
                if !(0.001..=1e9).contains(&seconds) {
                    return Err("a number of seconds from 0.001 to 1e9");
                }
                return Ok(seconds.to_string());
            }
            Interface => crate::Interface::parse(text)
                .ok_or("public, internal or admin")?
                .as_str(),
            AuthType => match text {
                "None" => "none",
                "token_endpoint" => "admin_token",
                _ if AUTH_TYPES.split(", ").any(|name| name == text) => text,
                _ => return Err(AUTH_TYPES),
            },
            SystemScope if text != "all" => return Err("\"all\""),
            ComputeVersion if !is_compute_version(text) => {
                return Err("\"2\", or a microversion such as \"2.35\"");
            }
            _ => text,
        };
        Ok(normalized.to_owned())
    }
}

fn is_compute_version(text: &str) -> bool {
    let version = text.trim_start_matches('v');
    let number = Microversion::parse(version);
    ["2", "2.latest"].contains(&version) || number.is_some_and(|version| version.0 == 2)
}
