//! [`Cloud`]: which cloud is used, and the layers that it consists of.

use std::path::Path;
use std::sync::Arc;

use super::env::credential;
use super::keys::{KEYS, Role, is_unknown};
use super::merge::{Layer, merge_maps};
use super::search::{SearchResult, find};
use super::settings::Settings;
use super::value::{Map, Node, Source, Value, join, join_quoted};
use super::{Config, invalid, not_configured, region};
use crate::error::Result;

/// The cloud that was chosen.
pub(super) struct Cloud {
    /// Its name and its file. The keys are still to be resolved.
    pub(super) settings: Settings,
    /// Its layers, from weakest to strongest.
    pub(super) layers: Vec<Layer>,
    pub(super) region: Option<Node>,
}

/// Chooses the cloud that the caller or `OS_CLOUD` names, else the environment,
/// else the only cloud of the files.
pub(super) fn choose(config: &Config) -> Result<Cloud> {
    let environment_name = match config.environment.get("OS_CLOUD_NAME") {
        Some(node) => node.as_text("cloud_name")?.to_owned(),
        None => "envvars".to_owned(),
    };
    let requested = match &config.cloud {
        Some(name) => Some(Node::new(name, Source::Caller)),
        None => config.environment.get("OS_CLOUD"),
    };
    let name = requested.as_ref().map(|node| node.as_text("cloud"));
    let name = name.transpose()?;
    let variables = config.environment.keys();
    let credential =
        credential(&variables).filter(|_| name.is_none_or(|name| name == environment_name));
    let mut files = match Files::read(config) {
        Err(error) if credential.is_some() => {
            log::warn!("{error}; ignored, because the environment has credentials");
            Files::default()
        }
        files => files?,
    };
    if let Some(node) = files.clouds.get(&environment_name) {
        return Err(node.source.error(format!(
            "the cloud {environment_name:?} has the name of the environment's cloud; rename it, or \
             set OS_CLOUD_NAME"
        )));
    }
    let is_environment = credential.is_some();
    if let Some(source) = credential {
        let value = Value::Map(variables.clone());
        let node = Node { value, source };
        files.clouds.insert(environment_name.clone(), node);
    }
    let name = match name {
        Some(name) => name.to_owned(),
        None if is_environment => environment_name,
        None => files.only_cloud(&variables, config.overlay)?,
    };
    let source = requested.map(|node| node.source);
    let Some(node) = files.clouds.remove(&name) else {
        let message = format!("the cloud {name:?} was not found: {}", files.describe());
        return Err(source.unwrap_or(Source::Caller).error(message));
    };
    let chosen_by = source.unwrap_or_else(|| node.source.clone());
    let keys = node.into_map(&format!("clouds.{name}"))?;
    let own = Layer::new(keys)?;
    let (profile, mut hints) = match own.top.get("profile") {
        Some(node) => read_profile(config, node)?,
        None => (Map::new(), Vec::new()),
    };
    let profile = Layer::new(profile)?;
    let requested = match &config.region {
        Some(region) => Some(Node::new(region, Source::Caller)),
        None if config.overlay => variables.get("region_name").cloned(),
        None => None,
    };
    let region = region::choose(&name, [&own.top, &profile.top], requested)?;
    let (region, values) = region.unzip();
    let values = Layer::new(values.unwrap_or_default())?;
    let mut settings = Settings::new(name, chosen_by);
    for (key, node) in own.top.iter().chain(&values.top) {
        if is_unknown(key) {
            let hint = format!("{}: unknown key {key:?}", node.source);
            log::warn!("{hint}");
            hints.push(hint);
            settings.unknown.insert(key.clone(), node.source.clone());
        }
    }
    let mut layers = vec![profile, own, values];
    if !is_environment {
        settings.file = files.path;
        hints.extend(files.hints);
        if config.overlay {
            layers.push(Layer::new(variables)?);
        }
    }
    settings.hints = hints;
    Ok(Cloud {
        settings,
        layers,
        region,
    })
}

/// The clouds of the files.
#[derive(Default)]
struct Files {
    clouds: Map,
    /// The file that was found first.
    path: Option<Arc<Path>>,
    /// Possible reasons why a cloud or a key is missing.
    hints: Vec<String>,
    not_found: String,
}

impl Files {
    fn read(config: &Config) -> Result<Self> {
        let clouds = find(config, "clouds", "OS_CLIENT_CONFIG_FILE")?;
        let secure = find(config, "secure", "OS_CLIENT_SECURE_FILE")?;
        let mut files = Self {
            hints: [clouds.skipped, secure.skipped].concat(),
            not_found: clouds.not_found,
            ..Self::default()
        };
        let mut merged = Map::new();
        for (path, map) in [clouds.file, secure.file].into_iter().flatten() {
            if !map.contains_key("clouds") {
                let (path, keys) = (path.display(), join_quoted(map.keys().take(5)));
                let hint = format!("{path}: expected the key \"clouds\", found {keys}");
                log::warn!("{hint}");
                files.hints.push(hint);
            }
            files.path.get_or_insert(path);
            merge_maps(&mut merged, map);
        }
        if let Some(node) = merged.remove("clouds") {
            files.clouds = node.into_map("clouds")?;
        }
        for node in [&merged, &files.clouds]
            .into_iter()
            .filter_map(|map| map.get("auth"))
        {
            let hint = format!(
                "{}: `auth` must be in a cloud; check its indentation",
                node.source
            );
            files.hints.push(hint);
        }
        Ok(files)
    }

    /// For an error message: the clouds of the files.
    fn describe(&self) -> String {
        let Some(path) = &self.path else {
            return self.not_found.clone();
        };
        let mut names = join_quoted(self.clouds.keys());
        if names.is_empty() {
            names.push_str("no cloud");
        }
        let found = format!("{} has {names}", path.display());
        [&[found], &self.hints[..]].concat().join("; ")
    }

    fn only_cloud(&self, variables: &Map, overlay: bool) -> Result<String> {
        if self.clouds.len() > 1 {
            return Err(invalid(format!(
                "no cloud is selected: {}; set OS_CLOUD to one of them",
                self.describe()
            )));
        }
        let Some(name) = self.clouds.keys().next() else {
            let keys = KEYS.iter().filter(|key| key.role == Role::Credential);
            let credentials = join(keys.map(|key| format!("OS_{}", key.name.to_uppercase())));
            let found = self.describe();
            return Err(not_configured(format!(
                "no cloud to connect to: OS_CLOUD is not set, the environment has no credentials \
                 ({credentials}), and {found}"
            )));
        };
        if !variables.is_empty() && !overlay {
            let unused = join(variables.values().map(|node| &node.source));
            log::warn!("{unused} ignored: the cloud is {name:?}, the only one of the file");
        }
        Ok(name.clone())
    }
}

/// Returns the keys of the profile. If it is missing, returns a hint.
fn read_profile(config: &Config, node: &Node) -> Result<(Map, Vec<String>)> {
    let name = node.as_text("profile")?;
    let SearchResult {
        file,
        mut not_found,
        ..
    } = find(config, "clouds-public", "")?;
    if let Some((path, mut map)) = file {
        not_found = format!("{} does not have it", path.display());
        if let Some(profiles) = map.remove("public-clouds") {
            if let Some(profile) = profiles.into_map("public-clouds")?.remove(name) {
                return Ok((profile.into_map(name)?, Vec::new()));
            }
        }
    }
    let hint = format!("the profile {name:?} was not found: {not_found}");
    log::warn!("{}: {hint}", node.source);
    Ok((Map::new(), vec![hint]))
}
