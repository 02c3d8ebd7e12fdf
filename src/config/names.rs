//! The names of the keys of a cloud: which there are, and what else they are
//! called.

use super::node::{Map, Node, Value, normalised};

/// The keys in the order in which they are shown.
pub(super) const SHOWN: [&str; 29] = [
    "cloud",
    "auth_type",
    "auth_url",
    "username",
    "user_id",
    "user_domain_id",
    "user_domain_name",
    "password",
    "token",
    "project_id",
    "project_name",
    "project_domain_id",
    "project_domain_name",
    "domain_id",
    "domain_name",
    "system_scope",
    "trust_id",
    "application_credential_id",
    "application_credential_name",
    "application_credential_secret",
    "region_name",
    "interface",
    "verify",
    "cacert",
    "cert",
    "key",
    "api_timeout",
    "compute_endpoint_override",
    "compute_api_version",
];

/// The keys of `auth` where one beside `auth` wins.
pub(super) const OUTER_FIRST: [&str; 9] = [
    "domain_id",
    "domain_name",
    "user_domain_id",
    "user_domain_name",
    "project_domain_id",
    "project_domain_name",
    "token",
    "project_id",
    "project_name",
];

/// The keys of `auth` where the one in `auth` wins.
pub(super) const INNER_FIRST: [&str; 13] = [
    "auth_url",
    "user_id",
    "username",
    "password",
    "system_scope",
    "trust_id",
    "application_credential_id",
    "application_credential_name",
    "application_credential_secret",
    "default_domain_id",
    "default_domain_name",
    "default_domain",
    "endpoint",
];

/// Other names of the keys of `auth`. `userid` is gophercloud's.
const AUTH_ALIASES: [(&str, &str); 6] = [
    ("tenant_id", "project_id"),
    ("tenant_name", "project_name"),
    ("auth_token", "token"),
    ("user_name", "username"),
    ("userid", "user_id"),
    ("url", "endpoint"),
];

/// Other names of keys that are beside `auth` only.
const ALIASES: [(&str, &str); 5] = [
    ("auth_plugin", "auth_type"),
    ("cloud", "profile"),
    ("compute_endpoint", "compute_endpoint_override"),
    ("image_endpoint", "image_endpoint_override"),
    ("identity_endpoint", "identity_endpoint_override"),
];

/// What the keys of a service begin with, and of all of them.
pub(super) const PREFIXES: [&str; 4] = ["", "compute_", "image_", "identity_"];

/// What a service's own keys end with.
pub(super) const OF_A_SERVICE: [&str; 6] = [
    "endpoint_override",
    "interface",
    "region_name",
    "service_name",
    "api_version",
    "default_microversion",
];

/// Whether the value of that key must never be shown.
pub(super) fn is_secret(key: &str) -> bool {
    matches!(
        key,
        "password" | "token" | "auth_token" | "application_credential_secret" | "passcode"
    )
}

/// Whether that key, under its name of today, means something here.
pub(super) fn is_known(key: &str) -> bool {
    let of_service = |prefix| {
        key.strip_prefix(prefix)
            .is_some_and(|key| OF_A_SERVICE.contains(&key))
    };
    let is_plain = key == "insecure" || SHOWN.contains(&key);
    is_plain || is_of_auth(key) || PREFIXES[1..].iter().any(of_service)
}

pub(super) fn is_of_auth(key: &str) -> bool {
    OUTER_FIRST.contains(&key) || INNER_FIRST.contains(&key)
}

/// A layer of a cloud with its keys under their names of today. It is done for
/// each layer by itself, so that an old name says as much as the new one, and
/// gives way to the layers above.
pub(super) fn layer(map: Map) -> Map {
    let mut map = normalised(map);
    if let Some(Node {
        value: Value::Map(auth),
        ..
    }) = map.get_mut("auth")
    {
        *auth = renamed(normalised(std::mem::take(auth)), &AUTH_ALIASES);
        // Beside `auth`, another name gives way to that of today in it.
        let said = AUTH_ALIASES.map(|(other, name)| (other, auth.contains_key(name)));
        for (other, _) in said.into_iter().filter(|(_, is_said)| *is_said) {
            map.remove(other);
        }
    }
    let mut map = renamed(renamed(map, &AUTH_ALIASES), &ALIASES);
    // These two win over the names of today.
    for prefix in PREFIXES {
        if let Some(node) = map.remove(&format!("{prefix}endpoint_type")) {
            map.insert(format!("{prefix}interface"), node);
        }
    }
    // There is one time-out only: the last one that is for a service.
    let of_service =
        |key: &str| key.ends_with("timeout") && !["timeout", "api_timeout"].contains(&key);
    let timeouts = map
        .iter()
        .filter(|(key, _)| of_service(key))
        .map(|(_, node)| node);
    if let Some(node) = timeouts.max_by_key(|node| node.source.position()).cloned() {
        map.insert("api_timeout".to_owned(), node);
    }
    map
}

/// The name of today wins over the other one.
fn renamed(mut map: Map, aliases: &[(&str, &str)]) -> Map {
    for (other, name) in aliases {
        if let Some(node) = map.remove(*other) {
            map.entry((*name).to_owned()).or_insert(node);
        }
    }
    map
}
