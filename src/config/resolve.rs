//! Resolves the layers of a cloud to its [`Settings`].

use std::path::PathBuf;

use super::cloud::Cloud;
use super::keys::{KEYS, Key, Kind, Place, is_secret};
use super::merge::Layer;
use super::settings::Settings;
use super::value::{Map, Node, Source, Value};
use crate::error::Result;
use crate::microversion::Microversion;

/// The `auth_type` that each secret implies. The first one that is set counts.
const IMPLIED_AUTH_TYPES: [(&str, &str); 3] = [
    ("password", "password"),
    ("application_credential_secret", "v3applicationcredential"),
    ("token", "token"),
];

/// With `top_level_wins`, every key beside `auth` overrides the one in it.
pub(super) fn resolve(
    cloud: Cloud,
    top_level_wins: bool,
    home: Option<PathBuf>,
) -> Result<Settings> {
    let Layer { mut top, auth } = Layer::merge(cloud.layers);
    if let Some(region) = cloud.region {
        top.insert("region_name".to_owned(), region);
    }
    let mut settings = cloud.settings;
    let parser = Parser { top: &top, home };
    for key in KEYS.iter().filter(|key| key.kind != Kind::Directive) {
        let (beside, within) = (top.get(key.name), auth.get(key.name));
        let node = if top_level_wins || key.place == Place::TopLevelWins {
            beside.or(within)
        } else {
            within.or(beside)
        };
        if let Some(node) = node {
            let text = parser.parse(key, node)?;
            settings.set(key.name, text, node.source.clone());
        }
    }
    apply_domain_defaults(&mut settings);
    if !settings.has("auth_type") {
        let mut implied = IMPLIED_AUTH_TYPES.iter();
        let implied = implied.find(|(secret, _)| settings.has(secret));
        let auth_type = implied.map_or("password", |(_, auth_type)| auth_type);
        settings.set("auth_type", auth_type.to_owned(), Source::Default);
        if let (Some(source), true) = (settings.source("token"), auth_type != "token") {
            log::warn!("{source}: the token is ignored, because the auth_type is {auth_type}");
        }
    }
    if settings.value("verify") == Some("false") {
        if let Some((_, source)) = settings.take("cacert") {
            log::warn!("{source}: `cacert` is ignored, because the verification is disabled");
        }
    }
    if !settings.has("cert") {
        settings.take("key");
    }
    check_microversions(&settings)?;
    Ok(settings)
}

struct Parser<'a> {
    /// The keys beside `auth`, for templates.
    top: &'a Map,
    home: Option<PathBuf>,
}

impl Parser<'_> {
    /// The value of the key, as text.
    fn parse(&self, key: &Key, node: &Node) -> Result<String> {
        let node = match (key.kind, &node.value) {
            // In order of preference.
            (Kind::Interface, Value::List(list)) => list.first().unwrap_or(node),
            (Kind::Path, _) if node.is_pem() => {
                return Err(node.source.error(
                    "expected a path to a PEM file, found the PEM text itself; write it to a file \
                     and set its path",
                ));
            }
            _ => node,
        };
        let text = match key.kind {
            Kind::Text | Kind::Secret => node.as_text(key.name)?.to_owned(),
            _ => self.interpolate(key.name, node)?,
        };
        if let (Kind::Path, Some(rest), Some(home)) =
            (key.kind, text.strip_prefix("~/"), &self.home)
        {
            return Ok(home.join(rest).to_string_lossy().into_owned());
        }
        key.kind.normalize(&text).map_err(|expected| {
            let name = key.name;
            node.source
                .error(format!("invalid {name} {text:?}: expected {expected}"))
        })
    }

    /// The text with every `{key}` replaced by the value of that key. `{{` and
    /// `}}` are literal braces.
    fn interpolate(&self, key: &str, node: &Node) -> Result<String> {
        let mut rest = node.as_text(key)?;
        let mut out = String::new();
        while let Some(at) = rest.find(['{', '}']) {
            let (before, braces) = rest.split_at(at);
            out += before;
            let literal = braces.strip_prefix("{{").or(braces.strip_prefix("}}"));
            let name = braces
                .strip_prefix('{')
                .and_then(|text| text.split_once('}'));
            rest = match (literal, name) {
                (Some(after), _) => {
                    out += &braces[..1];
                    after
                }
                (None, Some((name, after))) => {
                    let text = self.top.get(name).filter(|_| !is_secret(name));
                    out += text.and_then(Node::text).ok_or_else(|| {
                        node.source.error(format!(
                            "`{key}` contains {{{name}}}, but the cloud has no such key, or it is \
                             secret; write {{{{{name}}}}} for literal braces"
                        ))
                    })?;
                    after
                }
                (None, None) => {
                    let message = format!("`{key}` has an unmatched brace; double a literal one");
                    return Err(node.source.error(message));
                }
            };
        }
        Ok(out + rest)
    }
}

/// With a project, `domain_id` and `domain_name` are the default domain of the
/// user and of the project. Without one, they are the scope.
fn apply_domain_defaults(settings: &mut Settings) {
    if !settings.has("project_id") && !settings.has("project_name") {
        return;
    }
    for (domain, keys) in [
        ("domain_id", ["user_domain_id", "project_domain_id"]),
        ("domain_name", ["user_domain_name", "project_domain_name"]),
    ] {
        if let Some(domain) = settings.take(domain) {
            for key in keys {
                settings.set_default(key, &domain);
            }
        }
    }
}

fn check_microversions(settings: &Settings) -> Result<()> {
    let (api, default) = ("compute_api_version", "compute_default_microversion");
    let implied = settings.value(api).and_then(implied_microversion);
    match (implied, settings.value(default), settings.source(default)) {
        (Some(implied), Some(text), Some(source)) if implied != text => Err(source.error(format!(
            "{default} {text:?} contradicts {api} {implied:?}; remove one of them"
        ))),
        _ => Ok(()),
    }
}

/// The microversion that the version of an API implies. `2`, `2.0`, `2.1` and
/// `2.latest` imply none.
pub(super) fn implied_microversion(version: &str) -> Option<&str> {
    let version = version.trim_start_matches('v');
    let is_api = version.ends_with(".0") || ["2.1", "latest"].contains(&version);
    Some(version).filter(|version| !is_api && Microversion::parse(version).is_some())
}
