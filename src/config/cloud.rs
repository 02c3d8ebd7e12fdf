//! [`choose_cloud`]: selects the cloud.

use std::path::Path;
use std::sync::Arc;

use super::Config;
use super::files::{find_file, not_found};
use super::keys::{self, Kind, Location};
use super::merge::merge_maps;
use super::settings::Settings;
use super::value::{Map, Node, Source, join, join_quoted, remove_map};
use crate::error::{Error, ErrorKind, Result};

/// Selects the cloud that the caller or `OS_CLOUD` names, or else the environment,
/// or else the only cloud of the files. Returns its keys, and settings with only its
/// name and its file.
pub(super) fn choose_cloud(config: &Config, variables: &Map) -> Result<(Settings, Map)> {
    let named = config.environment.get("OS_CLOUD_NAME");
    let named = named.as_ref().map(|node| node.as_text("cloud_name"));
    let environment_name = named.transpose()?.unwrap_or("envvars");
    let requested = match &config.cloud {
        Some(name) => Some(Node::new(name, Source::Caller)),
        None => config.environment.get("OS_CLOUD"),
    };
    let name = requested.as_ref().map(|node| node.as_text("cloud"));
    let name = name.transpose()?;
    let credential =
        credential(variables).filter(|_| name.is_none_or(|name| name == environment_name));
    let mut files = match FileClouds::read(config) {
        Err(error) if credential.is_some() => {
            log::warn!("{error}; ignored, because the environment has credentials");
            FileClouds::default()
        }
        files => files?,
    };
    if let Some(node) = files.clouds.get(environment_name) {
        return Err(node.source.error(format!(
            "the cloud {environment_name:?} has the same name as the cloud of the environment; \
             rename it, or set OS_CLOUD_NAME"
        )));
    }
    let source = requested.as_ref().map(|node| node.source.clone());
    if let Some(credential) = credential {
        let source = source.unwrap_or_else(|| credential.clone());
        let settings = Settings::new(environment_name.to_owned(), source);
        return Ok((settings, variables.clone()));
    }
    let name = match name {
        Some(name) => name.to_owned(),
        None => files.only_cloud()?,
    };
    if requested.is_none() && !config.overlay && !variables.is_empty() {
        let ignored = join(variables.values().map(|node| &node.source));
        log::warn!("{ignored}: ignored, because the only cloud of the file is used");
    }
    let Some(node) = files.clouds.remove(&name) else {
        let message = format!("the cloud {name:?} was not found: {}", files.description);
        return Err(source.unwrap_or(Source::Caller).error(message));
    };
    let keys = node.clone().into_map(&format!("clouds.{name}"))?;
    let mut settings = Settings::new(name, source.unwrap_or(node.source));
    settings.file = files.path;
    settings.hints = files.hints;
    Ok((settings, keys))
}

/// The variable that makes the environment a cloud: a credential, or an
/// `OS_AUTH_TYPE` that requires none.
fn credential(variables: &Map) -> Option<&Source> {
    let is_credential = |(name, node): &(&String, &Node)| match keys::find_key(name) {
        Some(key) if key.name == "auth_type" => {
            let auth_type = node.text().unwrap_or_default();
            ["none", "None", "admin_token", "token_endpoint"].contains(&auth_type)
        }
        Some(key) => key.location == Location::Credential || key.kind == Kind::Secret,
        None => false,
    };
    let credential = variables.iter().find(is_credential);
    credential.map(|(_, node)| &node.source)
}

/// The clouds of the files.
#[derive(Default)]
struct FileClouds {
    clouds: Map,
    /// The file that was found first.
    path: Option<Arc<Path>>,
    /// For an error message: the clouds and the hints.
    description: String,
    /// Possible reasons why a cloud or a key is missing.
    hints: Vec<String>,
}

impl FileClouds {
    fn read(config: &Config) -> Result<Self> {
        let mut hints = Vec::new();
        let clouds = find_file(config, "clouds", "OS_CLIENT_CONFIG_FILE", &mut hints)?;
        let secure = find_file(config, "secure", "OS_CLIENT_SECURE_FILE", &mut hints)?;
        let mut first = None;
        let mut merged = Map::new();
        for (path, map) in [clouds, secure].into_iter().flatten() {
            if !map.contains_key("clouds") {
                let (path, keys) = (path.display(), join_quoted(map.keys().take(5)));
                let hint = format!("{path}: expected the key \"clouds\", found {keys}");
                warn(&mut hints, hint);
            }
            first.get_or_insert(path);
            merge_maps(&mut merged, map);
        }
        let clouds = remove_map(&mut merged, "clouds")?;
        for node in [&merged, &clouds].iter().filter_map(|map| map.get("auth")) {
            let source = &node.source;
            let hint = format!("{source}: `auth` must be in a cloud; check its indentation");
            warn(&mut hints, hint);
        }
        let found = match &first {
            None => not_found(config),
            Some(path) if clouds.is_empty() => format!("{} has no cloud", path.display()),
            Some(path) => format!("{} has {}", path.display(), join_quoted(clouds.keys())),
        };
        Ok(Self {
            clouds,
            path: first,
            description: [&[found], &hints[..]].concat().join("; "),
            hints,
        })
    }

    fn only_cloud(&self) -> Result<String> {
        let mut names = self.clouds.keys();
        let (kind, problem) = match (names.next(), names.next()) {
            (Some(name), None) => return Ok(name.clone()),
            (None, _) => (ErrorKind::NotConfigured, "no cloud to connect to"),
            _ => (ErrorKind::InvalidInput, "no cloud is selected"),
        };
        let found = &self.description;
        let message = format!("{problem}: {found}; set OS_CLOUD, or OS_AUTH_URL and a credential");
        Err(Error::new(kind, message))
    }
}

/// Returns the keys of the profile.
pub(super) fn read_profile(config: &Config, node: &Node, hints: &mut Vec<String>) -> Result<Map> {
    let name = node.as_text("profile")?;
    let file = find_file(config, "clouds-public", "", hints)?;
    let mut file = file.map(|(_, map)| map).unwrap_or_default();
    let mut profiles = remove_map(&mut file, "public-clouds")?;
    if profiles.contains_key(name) {
        return remove_map(&mut profiles, name);
    }
    let source = &node.source;
    let hint = format!("{source}: the profile {name:?} was not found in a file clouds-public.yaml");
    warn(hints, hint);
    Ok(Map::new())
}

/// Logs a warning. The errors for a missing cloud or key repeat it.
pub(super) fn warn(hints: &mut Vec<String>, message: String) {
    log::warn!("{message}");
    hints.push(message);
}
