//! Resolves the layers of a cloud to its [`Settings`].

use super::cloud::{choose, read_profile, warn};
use super::keys::{Key, Kind, Place, find, is_unknown, keys};
use super::merge::Layer;
use super::settings::Settings;
use super::value::{Map, Node, Source, Value};
use super::{Config, region};
use crate::error::Result;
use crate::microversion::Microversion;

pub(super) fn resolve(config: &Config) -> Result<Settings> {
    let variables = config.environment.keys();
    let (mut settings, cloud) = choose(config, &variables)?;
    let own = Layer::new(cloud)?;
    let profile = match own.top.get("profile") {
        Some(node) => Layer::new(read_profile(config, node, &mut settings.hints)?)?,
        None => Layer::default(),
    };
    let requested = match &config.region {
        Some(region) => Some(Node::new(region, Source::Caller)),
        None if config.overlay => variables.get("region_name").cloned(),
        None => None,
    };
    let name = settings.value("cloud").unwrap_or_default();
    let region = region::choose(name, [&own.top, &profile.top], requested)?;
    let (region, values) = region.unzip();
    let values = Layer::new(values.unwrap_or_default())?;
    for (key, node) in own.top.iter().chain(&values.top) {
        if is_unknown(key) {
            let source = node.source.clone();
            warn(
                &mut settings.hints,
                format!("{source}: unknown key {key:?}"),
            );
            settings.unknown.insert(key.clone(), source);
        }
    }
    let mut layers = vec![defaults(config), profile, own, values];
    if config.overlay && settings.file.is_some() {
        layers.push(Layer::new(variables)?);
    }
    let mut merged = Layer::merge(layers);
    if let Some(region) = region {
        merged.top.insert("region_name".to_owned(), region);
    }
    for key in keys().filter(|key| key.kind != Kind::Directive) {
        let (beside, within) = (merged.top.get(key.name), merged.auth.get(key.name));
        let node = if config.overlay || key.place == Place::Both {
            beside.or(within)
        } else {
            within.or(beside)
        };
        if let Some(node) = node {
            let text = parse(config, key, node, &merged.top)?;
            settings.set(key.name, text, node.source.clone());
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

/// The weakest layer. Like requests, it has the `cacert` of all programs.
fn defaults(config: &Config) -> Layer {
    let node = |text| Some(Node::new(text, Source::Default));
    let defaults = [
        ("interface", node("public")),
        ("verify", node("true")),
        ("cacert", config.environment.get("REQUESTS_CA_BUNDLE")),
    ];
    let set = defaults
        .into_iter()
        .filter_map(|(key, node)| Some((key.to_owned(), node?)));
    Layer {
        top: set.collect(),
        auth: Map::new(),
    }
}

/// The value of the key, as text. `top` has the keys beside `auth`, for templates.
fn parse(config: &Config, key: &Key, node: &Node, top: &Map) -> Result<String> {
    let node = match &node.value {
        // In order of preference.
        Value::List(list) if key.kind == Kind::Interface => list.first().unwrap_or(node),
        _ => node,
    };
    let mut text = node.as_text(key.name)?.to_owned();
    if matches!(key.kind, Kind::Url | Kind::Path) {
        text = interpolate(&text, top).ok_or_else(|| {
            node.source.error(format!(
                "invalid {}: braces must contain a key that is set beside `auth` and is not \
                 secret; double literal braces",
                key.name
            ))
        })?;
    }
    match (
        key.kind,
        text.strip_prefix("~/"),
        config.environment.path("HOME"),
    ) {
        (Kind::Path, Some(path), Some(home)) => Ok(home.join(path).to_string_lossy().into_owned()),
        _ => key.kind.parse(key.name, &text, &node.source),
    }
}

/// The text with every `{key}` replaced by the value of that key. `{{` and `}}`
/// are literal braces.
fn interpolate(text: &str, top: &Map) -> Option<String> {
    let mut rest = text;
    let mut out = String::new();
    while let Some((literal, after)) = rest.split_once('{') {
        out += &literal.replace("}}", "}");
        rest = if let Some(after) = after.strip_prefix('{') {
            out.push('{');
            after
        } else {
            let (name, after) = after.split_once('}')?;
            let is_secret = find(name).is_some_and(|key| key.kind == Kind::Secret);
            out += top.get(name).filter(|_| !is_secret)?.text()?;
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
                let value = settings.values.entry(key);
                value.or_insert_with(|| domain.clone());
            }
        }
    }
}

/// Sets the `auth_type` that the first secret implies.
fn apply_auth_type(settings: &mut Settings) {
    if settings.value("auth_type").is_some() {
        return;
    }
    let implied = [
        ("password", "password"),
        ("application_credential_secret", "v3applicationcredential"),
        ("token", "token"),
    ];
    let is_set = |(secret, _): &(&str, _)| settings.value(secret).is_some();
    let auth_type = implied.into_iter().find(is_set);
    let auth_type = auth_type.map_or("password", |(_, auth_type)| auth_type);
    if let (Some(source), true) = (settings.source("token"), auth_type != "token") {
        log::warn!("{source}: the token is ignored, because the auth_type is {auth_type}");
    }
    settings.set("auth_type", auth_type, Source::Default);
}

/// The microversion that the version of an API implies. `2`, `2.0`, `2.1` and
/// `2.latest` imply none.
pub(super) fn implied_microversion(version: &str) -> Option<&str> {
    let version = version.trim_start_matches('v');
    let is_api = version.ends_with(".0") || ["2.1", "latest"].contains(&version);
    Some(version).filter(|version| !is_api && Microversion::parse(version).is_some())
}
