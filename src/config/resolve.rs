//! Resolves the layers of a cloud to its [`Settings`].

use super::Config;
use super::cloud::{choose_cloud, read_profile, warn};
use super::keys::{Key, Kind, find_key, is_unknown, keys};
use super::merge::normalize;
use super::region::choose_region;
use super::settings::Settings;
use super::value::{Map, Node, NodeValue, Source};
use crate::error::Result;
use crate::microversion::Microversion;

pub(super) fn resolve(config: &Config) -> Result<Settings> {
    let variables = config.environment.keys();
    let (mut settings, cloud) = choose_cloud(config, &variables)?;
    let cloud = normalize(cloud, config.overlay)?;
    let profile = match cloud.get("profile") {
        Some(node) => read_profile(config, node, &mut settings.hints)?,
        None => Map::new(),
    };
    let profile = normalize(profile, config.overlay)?;
    let region = config.region.as_ref();
    let region = region.map(|region| Node::new(region, Source::Caller));
    let variable = variables.get("region_name").filter(|_| config.overlay);
    let requested = region.or(variable.cloned());
    let (region, values) = choose_region([&cloud, &profile], requested)?.unzip();
    let values = normalize(values.unwrap_or_default(), config.overlay)?;
    for (key, node) in cloud
        .iter()
        .chain(&values)
        .filter(|(key, _)| is_unknown(key))
    {
        let hint = format!("{}: unknown key {key:?}", node.source);
        warn(&mut settings.hints, hint);
        settings.unknown.insert(key.clone(), node.source.clone());
    }
    // From the lowest to the highest priority.
    let mut merged = defaults(config);
    merged.extend(profile);
    merged.extend(cloud);
    merged.extend(values);
    if config.overlay && settings.file.is_some() {
        merged.extend(normalize(variables, true)?);
    }
    merged.extend(region.map(|node| ("region_name".to_owned(), node)));
    for key in keys().filter(|key| key.kind != Kind::MergeOnly) {
        if let Some(node) = merged.get(key.name) {
            let text = resolve_value(config, key, node, &merged)?;
            let value = (text, node.source.clone());
            settings.values.insert(key.name, value);
        }
    }
    apply_domain_defaults(&mut settings);
    apply_auth_type(&mut settings);
    if settings.value("verify") == Some("false") {
        settings.values.remove("cacert");
    }
    if settings.value("cert").is_none() {
        settings.values.remove("key");
    }
    Ok(settings)
}

/// The layer with the lowest priority. As in the Python library requests,
/// `REQUESTS_CA_BUNDLE` is the default of `cacert`.
fn defaults(config: &Config) -> Map {
    let default = |text| Node::new(text, Source::Default);
    let mut defaults = Map::from([
        ("interface".to_owned(), default("public")),
        ("verify".to_owned(), default("true")),
    ]);
    let bundle = config.environment.get("REQUESTS_CA_BUNDLE");
    defaults.extend(bundle.map(|node| ("cacert".to_owned(), node)));
    defaults
}

/// The value of the key, as text. The values of the other keys replace `{key}`.
fn resolve_value(config: &Config, key: &Key, node: &Node, keys: &Map) -> Result<String> {
    let node = match &node.value {
        // The interfaces are in order of preference.
        NodeValue::List(list) if key.kind == Kind::Interface => list.first().unwrap_or(node),
        _ => node,
    };
    let mut text = node.as_text(key.name)?.to_owned();
    if matches!(key.kind, Kind::Url | Kind::Path) {
        text = interpolate(&text, keys).ok_or_else(|| {
            node.source.error(format!(
                "invalid {}: {{…}} must contain the name of a key that is set and not secret; write \
                 {{{{ for a literal brace",
                key.name
            ))
        })?;
    }
    let home = config.environment.path("HOME");
    if let (Kind::Path, Some(path), Some(home)) = (key.kind, text.strip_prefix("~/"), home) {
        return Ok(home.join(path).to_string_lossy().into_owned());
    }
    key.kind.parse(key.name, &text, &node.source)
}

/// The text with every `{key}` replaced by the value of that key. `{{` and `}}`
/// are literal braces.
fn interpolate(text: &str, keys: &Map) -> Option<String> {
    let mut rest = text;
    let mut out = String::new();
    while let Some((literal, after)) = rest.split_once('{') {
        out += &literal.replace("}}", "}");
        rest = if let Some(after) = after.strip_prefix('{') {
            out.push('{');
            after
        } else {
            let (name, after) = after.split_once('}')?;
            // A URL can contain a password.
            let kind = find_key(name).map_or(Kind::Text, |key| key.kind);
            let is_secret = matches!(kind, Kind::Secret | Kind::Url);
            out += keys.get(name).filter(|_| !is_secret)?.text()?;
            after
        };
    }
    Some(out + &rest.replace("}}", "}"))
}

/// With a project, `domain_id` and `domain_name` are the default domain of the
/// user and of the project. Without one, they are the scope.
fn apply_domain_defaults(settings: &mut Settings) {
    let has = |key| settings.values.contains_key(key);
    if !has("project_id") && !has("project_name") {
        return;
    }
    for (domain, keys) in [
        ("domain_id", ["user_domain_id", "project_domain_id"]),
        ("domain_name", ["user_domain_name", "project_domain_name"]),
    ] {
        if let Some(domain) = settings.values.remove(domain) {
            for key in keys {
                settings.values.entry(key).or_insert(domain.clone());
            }
        }
    }
}

/// Sets the `auth_type` that the first secret implies.
fn apply_auth_type(settings: &mut Settings) {
    if settings.value("auth_type").is_some() {
        return;
    }
    let secrets = ["password", "application_credential_secret", "token"];
    let secret = secrets
        .into_iter()
        .find(|key| settings.value(key).is_some());
    let auth_type = match secret {
        Some("application_credential_secret") => "v3applicationcredential",
        Some("token") => "token",
        _ => "password",
    };
    if let (Some(source), true) = (settings.source("token"), auth_type != "token") {
        log::warn!("{source}: the token is ignored, because the auth_type is {auth_type}");
    }
    let value = (auth_type.to_owned(), Source::Default);
    settings.values.insert("auth_type", value);
}

/// The microversion that the version of an API implies. `2`, `2.0`, `2.1` and
/// `2.latest` imply none.
pub(super) fn implied_microversion(version: &str) -> Option<&str> {
    let version = version.trim_start_matches('v');
    Microversion::parse(version).filter(|number| number.1 > 1)?;
    Some(version)
}
