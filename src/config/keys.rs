//! [`KEYS`]: every key of a cloud.

use crate::microversion::Microversion;

type Str = &'static str;

/// A key of a cloud.
pub(super) struct Key {
    pub(super) name: Str,
    /// Other names for the same key.
    pub(super) aliases: &'static [Str],
    pub(super) place: Place,
    pub(super) kind: Kind,
    pub(super) role: Role,
}

/// Where the key is accepted, and which one wins if it is given twice.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Beside `auth` only.
    TopLevel,
    /// Beside `auth` and in it. The one beside it wins.
    TopLevelWins,
    /// Beside `auth` and in it. The one in it wins.
    AuthWins,
}

/// How the value is parsed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text, used as it is.
    Text,
    /// Text that is never shown.
    Secret,
    /// Text in which `{key}` is replaced by the value of that key.
    Template,
    /// A template that is the path of a file, in which `~` is the home directory.
    Path,
    Flag,
    Seconds,
    Interface,
    AuthType,
    SystemScope,
    ComputeVersion,
    Microversion,
    /// Read while the layers are merged. It is no setting.
    Directive,
}

/// The use of the key besides its value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// In the environment, it defines a cloud. It is serialized.
    Credential,
    /// It is serialized.
    Serialized,
    /// It is listed by `Settings::keys`, but not serialized.
    Listed,
}

use self::Kind::{
    AuthType, ComputeVersion, Directive, Flag, Interface, Path, Seconds, Secret, SystemScope,
    Template, Text,
};
use self::Place::{AuthWins, TopLevel, TopLevelWins};
use self::Role::{Credential, Listed, Serialized};

/// Every key, in the order in which the settings are shown.
#[rustfmt::skip] // One line for each key.
pub(super) const KEYS: &[Key] = &[
    key("cloud", &[], TopLevel, Directive, Serialized),
    key("auth_type", &["auth_plugin"], TopLevel, AuthType, Serialized),
    key("auth_url", &[], AuthWins, Template, Credential),
    key("username", &["user_name"], AuthWins, Text, Credential),
    key("user_id", &["userid"], AuthWins, Text, Credential),
    key("user_domain_id", &[], TopLevelWins, Text, Serialized),
    key("user_domain_name", &[], TopLevelWins, Text, Serialized),
    key("password", &[], AuthWins, Secret, Credential),
    key("token", &["auth_token"], TopLevelWins, Secret, Credential),
    key("project_id", &["tenant_id"], TopLevelWins, Text, Serialized),
    key("project_name", &["tenant_name"], TopLevelWins, Text, Serialized),
    key("project_domain_id", &[], TopLevelWins, Text, Serialized),
    key("project_domain_name", &[], TopLevelWins, Text, Serialized),
    key("domain_id", &[], TopLevelWins, Text, Serialized),
    key("domain_name", &[], TopLevelWins, Text, Serialized),
    key("system_scope", &[], AuthWins, SystemScope, Serialized),
    key("trust_id", &[], AuthWins, Text, Serialized),
    key("application_credential_id", &[], AuthWins, Text, Credential),
    key("application_credential_name", &[], AuthWins, Text, Credential),
    key("application_credential_secret", &[], AuthWins, Secret, Credential),
    key("region_name", &[], TopLevel, Template, Serialized),
    key("interface", &["endpoint_type"], TopLevel, Interface, Serialized),
    key("verify", &[], TopLevel, Flag, Serialized),
    key("cacert", &[], TopLevel, Path, Serialized),
    key("cert", &[], TopLevel, Path, Serialized),
    key("key", &[], TopLevel, Path, Serialized),
    key("api_timeout", &[], TopLevel, Seconds, Serialized),
    key("compute_endpoint_override", &["compute_endpoint"], TopLevel, Template, Serialized),
    key("compute_api_version", &[], TopLevel, ComputeVersion, Serialized),
    key("compute_default_microversion", &[], TopLevel, Kind::Microversion, Listed),
    key("compute_interface", &["compute_endpoint_type"], TopLevel, Interface, Listed),
    key("compute_region_name", &[], TopLevel, Template, Listed),
    key("compute_service_name", &[], TopLevel, Template, Listed),
    key("image_endpoint_override", &["image_endpoint"], TopLevel, Template, Listed),
    key("image_api_version", &[], TopLevel, Template, Listed),
    key("image_default_microversion", &[], TopLevel, Kind::Microversion, Listed),
    key("image_interface", &["image_endpoint_type"], TopLevel, Interface, Listed),
    key("image_region_name", &[], TopLevel, Template, Listed),
    key("image_service_name", &[], TopLevel, Template, Listed),
    key("identity_endpoint_override", &["identity_endpoint"], TopLevel, Template, Listed),
    key("identity_api_version", &[], TopLevel, Template, Listed),
    key("identity_default_microversion", &[], TopLevel, Kind::Microversion, Listed),
    key("identity_interface", &["identity_endpoint_type"], TopLevel, Interface, Listed),
    key("identity_region_name", &[], TopLevel, Template, Listed),
    key("identity_service_name", &[], TopLevel, Template, Listed),
    key("default_domain_id", &[], AuthWins, Text, Listed),
    key("default_domain_name", &[], AuthWins, Text, Listed),
    key("default_domain", &[], AuthWins, Text, Listed),
    key("endpoint", &["url"], AuthWins, Text, Listed),
    key("profile", &["cloud"], TopLevel, Directive, Listed),
    key("insecure", &[], TopLevel, Directive, Listed),
];

const fn key(name: Str, aliases: &'static [Str], place: Place, kind: Kind, role: Role) -> Key {
    Key {
        name,
        aliases,
        place,
        kind,
        role,
    }
}

/// The key with this name or alias.
pub(super) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter()
        .find(|key| key.name == name || key.aliases.contains(&name))
}

pub(super) fn is_secret(name: &str) -> bool {
    find(name).is_some_and(|key| key.kind == Secret)
}

/// Keys that openstacksdk reads and this crate does not. One that starts with `_`
/// is the end of a key.
const UNUSED: Str = "_api_version _endpoint _endpoint_override _endpoint_type \
    _default_microversion _interface _network _region_name _service_name _service_type \
    _status_code_retries disable_vendor_agent floating_ip_source force_ipv4 image_api_use_tasks \
    image_format message networks private regions requires_floating_ip secgroup_source status \
    timeout vendor_hook";

/// Whether neither this crate nor openstacksdk reads the key.
pub(super) fn is_unknown(name: &str) -> bool {
    let is_unused = |key: &str| name == key || key.starts_with('_') && name.ends_with(key);
    !is_known(name) && !UNUSED.split(' ').any(is_unused)
}

/// Whether the key is read at the top level. Every `*_timeout` is.
pub(super) fn is_known(name: &str) -> bool {
    find(name).is_some() || name.ends_with("_timeout")
}

const AUTH_TYPES: Str =
    "password, v3password, token, v3token, v3applicationcredential, none or admin_token";

impl Kind {
    /// Returns the normalized value. The error is the expected value.
    pub(super) fn normalize(self, text: &str) -> Result<String, Str> {
        let valid = match self {
            Flag => flag(text).ok_or("true or false")?.to_string(),
            Seconds => match text.trim().parse::<f64>() {
                Ok(seconds) if seconds > 0.0 && seconds <= 1e9 => seconds.to_string(),
                _ => return Err("a number of seconds greater than 0"),
            },
            Interface => crate::Interface::parse(text)
                .ok_or("public, internal or admin")?
                .to_string(),
            AuthType => match text {
                "None" => "none".to_owned(),
                "token_endpoint" => "admin_token".to_owned(),
                "password"
                | "v3password"
                | "token"
                | "v3token"
                | "none"
                | "admin_token"
                | "v3applicationcredential" => text.to_owned(),
                _ => return Err(AUTH_TYPES),
            },
            SystemScope if text != "all" => return Err("\"all\""),
            ComputeVersion if !is_compute_version(text) => {
                return Err("\"2\", or a microversion such as \"2.35\"");
            }
            Kind::Microversion if Microversion::parse(text).is_none() => {
                return Err("a microversion such as \"2.35\"");
            }
            _ => text.to_owned(),
        };
        Ok(valid)
    }
}

pub(super) fn flag(text: &str) -> Option<bool> {
    match &*text.to_lowercase() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

fn is_compute_version(text: &str) -> bool {
    let version = text.trim_start_matches('v');
    let number = Microversion::parse(version);
    ["2", "2.latest"].contains(&version) || number.is_some_and(|version| version.0 == 2)
}
