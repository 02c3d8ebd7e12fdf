//! [`keys`]: the keys of a cloud.

use super::value::Source;
use crate::error::Result;
use crate::microversion::Microversion;

/// A key of a cloud.
pub(super) struct Key {
    pub(super) name: &'static str,
    /// An older name for the same key.
    pub(super) alias: Option<&'static str>,
    pub(super) place: Place,
    pub(super) kind: Kind,
}

/// Where the key is accepted, and which one wins if it is given twice.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Beside `auth` only.
    Top,
    /// Beside `auth` and in it. The one in it wins.
    Auth,
    /// As `Auth`. In the environment, such a key makes a cloud.
    Credential,
    /// Beside `auth` and in it. The one beside it wins.
    Both,
}

/// How the value is parsed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text, used as it is.
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
    /// Read while the layers are merged. It is no setting.
    Directive,
}

use self::Kind::{
    AuthType, ComputeVersion, Directive, Flag, Interface, Path, Seconds, Secret, SystemScope, Text,
    Url,
};
use self::Place::{Auth, Both, Credential, Top};

/// The keys that are serialized, in this order.
pub(super) const SERIALIZED: &[Key] = &[
    key("cloud", "", Top, Directive),
    key("auth_type", "auth_plugin", Top, AuthType),
    key("auth_url", "", Credential, Url),
    key("username", "user_name", Credential, Text),
    key("user_id", "userid", Credential, Text),
    key("user_domain_id", "", Both, Text),
    key("user_domain_name", "", Both, Text),
    key("password", "", Auth, Secret),
    key("token", "auth_token", Both, Secret),
    key("project_id", "tenant_id", Both, Text),
    key("project_name", "tenant_name", Both, Text),
    key("project_domain_id", "", Both, Text),
    key("project_domain_name", "", Both, Text),
    key("domain_id", "", Both, Text),
    key("domain_name", "", Both, Text),
    key("system_scope", "", Auth, SystemScope),
    key("trust_id", "", Auth, Text),
    key("application_credential_id", "", Credential, Text),
    key("application_credential_name", "", Credential, Text),
    key("application_credential_secret", "", Auth, Secret),
    key("region_name", "", Top, Text),
    key("interface", "endpoint_type", Top, Interface),
    key("verify", "", Top, Flag),
    key("cacert", "", Top, Path),
    key("cert", "", Top, Path),
    key("key", "", Top, Path),
    key("api_timeout", "", Top, Seconds),
    key("compute_endpoint_override", "compute_endpoint", Top, Url),
    key("compute_api_version", "", Top, ComputeVersion),
];

/// The keys that are listed by `Settings::keys`, but not serialized.
const LISTED: &[Key] = &[
    key("compute_default_microversion", "", Top, Text),
    key("compute_interface", "compute_endpoint_type", Top, Interface),
    key("compute_region_name", "", Top, Text),
    key("compute_service_name", "", Top, Text),
    key("image_endpoint_override", "image_endpoint", Top, Url),
    key("image_api_version", "", Top, Text),
    key("image_default_microversion", "", Top, Text),
    key("image_interface", "image_endpoint_type", Top, Interface),
    key("image_region_name", "", Top, Text),
    key("image_service_name", "", Top, Text),
    key("identity_endpoint_override", "identity_endpoint", Top, Url),
    key("identity_api_version", "", Top, Text),
    key("identity_default_microversion", "", Top, Text),
    key(
        "identity_interface",
        "identity_endpoint_type",
        Top,
        Interface,
    ),
    key("identity_region_name", "", Top, Text),
    key("identity_service_name", "", Top, Text),
    key("default_domain_id", "default_domain", Auth, Text),
    key("default_domain_name", "", Auth, Text),
    key("endpoint", "url", Auth, Url),
    key("profile", "cloud", Top, Directive),
    key("insecure", "", Top, Directive),
];

/// A key without an older name has an empty `alias`.
const fn key(name: &'static str, alias: &'static str, place: Place, kind: Kind) -> Key {
    let alias = if alias.is_empty() { None } else { Some(alias) };
    Key {
        name,
        alias,
        place,
        kind,
    }
}

/// Every key, in the order in which the settings are listed.
pub(super) fn keys() -> impl Iterator<Item = &'static Key> {
    SERIALIZED.iter().chain(LISTED)
}

/// The key with this name or alias.
pub(super) fn find(name: &str) -> Option<&'static Key> {
    keys().find(|key| key.name == name || key.alias == Some(name))
}

/// The ends of the keys that openstacksdk reads and this crate does not.
const UNUSED: &str = "_api_version _endpoint _endpoint_override _endpoint_type \
    _default_microversion _interface _network _region_name _service_name _service_type \
    _status_code_retries disable_vendor_agent floating_ip_source force_ipv4 image_api_use_tasks \
    image_format message networks private regions requires_floating_ip secgroup_source status \
    timeout vendor_hook";

/// Whether neither this crate nor openstacksdk reads the key.
pub(super) fn is_unknown(name: &str) -> bool {
    find(name).is_none() && !UNUSED.split(' ').any(|end| name.ends_with(end))
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

    /// Returns the normalized value. The error is the expected value.
    fn normalize(self, text: &str) -> Result<String, &'static str> {
        let normalized = match self {
            Flag => match &*text.to_lowercase() {
                "true" | "yes" | "on" | "1" => "true",
                "false" | "no" | "off" | "0" => "false",
                _ => return Err("true or false"),
            },
            Seconds => {
                let is_valid = |seconds: &f64| *seconds > 0.0 && *seconds <= 1e9;
                let seconds = text.trim().parse().ok().filter(is_valid);
                let seconds = seconds.ok_or("a number of seconds greater than 0")?;
                return Ok(seconds.to_string());
            }
            Interface => crate::Interface::parse(text)
                .ok_or("public, internal or admin")?
                .as_str(),
            AuthType => {
                let current = match text {
                    "None" => "none",
                    "token_endpoint" => "admin_token",
                    _ => text,
                };
                let known = AUTH_TYPES.split(", ").find(|name| *name == current);
                known.ok_or(AUTH_TYPES)?
            }
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
