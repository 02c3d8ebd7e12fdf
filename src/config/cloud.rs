//! [`Cloud`]: which one is meant, and the layers that it is made of.

use std::path::Path;
use std::sync::Arc;

use super::Config;
use super::env;
#[cfg(feature = "clouds-yaml")]
use super::files::{Finder, Found};
use super::names::{is_known, layer};
#[cfg(feature = "clouds-yaml")]
use super::node::merge;
use super::node::{Map, Node, Source, Value};
use super::region;
use super::settings::Settings;
use crate::error::{Error, ErrorKind, Result};

/// The cloud that was chosen.
pub(super) struct Cloud {
    /// What is known before its keys are read: its name, and its file.
    pub(super) settings: Settings,
    /// Its keys, weakest first.
    pub(super) layers: Vec<Map>,
    pub(super) region: Option<Node>,
}

/// The clouds of the files.
#[derive(Default)]
struct Clouds {
    named: Map,
    file: Option<Arc<Path>>,
    /// The files that could not be read.
    passed_over: Vec<String>,
    /// Where a file was looked for, as the end of an error.
    looked: String,
}

/// The cloud that is named by the program or by `OS_CLOUD`, the environment,
/// or the only one of the file: the first of these that there is.
pub(super) fn choose(config: &Config) -> Result<Cloud> {
    let own_name = config.environment.own_name()?;
    let variables = layer(config.environment.keys());
    let named = named(config)?;
    let credentials = env::credentials(&variables).map(|node| node.source.clone());
    let credentials =
        credentials.filter(|_| named.as_ref().is_none_or(|(name, _)| name == own_name));
    let mut clouds = match read_clouds(config) {
        Err(error) if credentials.is_some() => {
            log::warn!("{error}; it is not needed, the environment has credentials");
            Clouds::default()
        }
        clouds => clouds?,
    };
    if let Some(node) = clouds.named.get(own_name) {
        return Err(node.source.refused(format!(
            "a cloud is named {own_name:?} like the environment's own; rename it, or set \
             OS_CLOUD_NAME"
        )));
    }
    let (name, chosen_by, file, own) = match (credentials, named) {
        (Some(credentials), named) => {
            let by = named.map_or(credentials, |(_, by)| by);
            let own = Node {
                value: Value::Map(variables.clone()),
                source: Source::Default,
            };
            (own_name.to_owned(), by, None, own)
        }
        (None, Some((name, by))) => match clouds.named.remove(&name) {
            Some(own) => (name, by, clouds.file, own),
            None => return Err(not_found(&name, &by, &clouds)),
        },
        (None, None) => match clouds.only() {
            Some((name, own)) => {
                tell_unused(&variables, &name, config);
                let by = own.source.clone();
                (name, by, clouds.file, own)
            }
            None => return Err(nothing_found(&clouds)),
        },
    };
    let own = layer(own.into_map(&format!("clouds.{name}"))?);
    // The environment's own name is no profile.
    let is_own = |node: &Node| matches!(&node.value, Value::Text(name) if name == own_name);
    let (profile, lost_profile) = match own.get("profile").filter(|node| !is_own(node)) {
        Some(node) => read_profile(config, node)?,
        None => (Map::new(), None),
    };
    let profile = layer(profile);
    let asked = match &config.region {
        Some(region) => Some(Node::text(region, Source::Program)),
        None if config.overlay => variables.get("region_name").cloned(),
        None => None,
    };
    let (region, values) = region::choose(&name, &own, &profile, asked)?;
    let mut layers = vec![profile, own, values];
    if config.overlay && file.is_some() {
        layers.push(variables);
    }
    let mut hints = Vec::from_iter(lost_profile);
    if file.is_some() && !clouds.passed_over.is_empty() {
        hints.push(format!("passed over: {}", clouds.passed_over.join("; ")));
    }
    let mut settings = Settings::new(file, hints);
    settings.set_text("cloud", name, chosen_by);
    Ok(Cloud {
        settings,
        layers,
        region,
    })
}

fn named(config: &Config) -> Result<Option<(String, Source)>> {
    if let Some(name) = &config.cloud {
        return Ok(Some((name.clone(), Source::Program)));
    }
    let name = config.environment.get("OS_CLOUD")?;
    Ok(name.map(|name| (name.to_owned(), Source::Variable("OS_CLOUD".to_owned()))))
}

impl Clouds {
    /// The cloud, if there is exactly one.
    fn only(&mut self) -> Option<(String, Node)> {
        if self.named.len() == 1 {
            self.named.pop_first()
        } else {
            None
        }
    }

    fn place(&self) -> String {
        self.file
            .as_ref()
            .map(|file| file.display().to_string())
            .unwrap_or_default()
    }
}

#[cfg(feature = "clouds-yaml")]
fn read_clouds(config: &Config) -> Result<Clouds> {
    let finder = Finder::new(config);
    let open = finder.find("clouds", Some("OS_CLIENT_CONFIG_FILE"))?;
    let secure = finder.find("secure", Some("OS_CLIENT_SECURE_FILE"))?;
    let looked = format!("there is no clouds file; looked for {}", open.looked);
    let passed_over = [open.passed_over, secure.passed_over].concat();
    let mut clouds = Clouds {
        passed_over,
        looked,
        ..Clouds::default()
    };
    let mut tree = Map::new();
    for (path, map) in [open.file, secure.file].into_iter().flatten() {
        if !map.contains_key("clouds") {
            log::warn!("{}: there is no key `clouds` in it", path.display());
        }
        clouds.file.get_or_insert(path);
        merge(&mut tree, map);
    }
    if let Some(node) = tree.remove("clouds") {
        clouds.named = node.into_map("clouds")?;
    }
    Ok(clouds)
}

#[cfg(not(feature = "clouds-yaml"))]
#[expect(clippy::unnecessary_wraps, reason = "with the feature it can fail")]
fn read_clouds(_: &Config) -> Result<Clouds> {
    let looked = "no file was looked for: this program was built without the feature \
                  `clouds-yaml` of the crate `opencloud`";
    Ok(Clouds {
        looked: looked.to_owned(),
        ..Clouds::default()
    })
}

#[cfg(feature = "clouds-yaml")]
fn read_profile(config: &Config, name: &Node) -> Result<(Map, Option<String>)> {
    let text = name.as_text("profile")?;
    let Found { file, looked, .. } = Finder::new(config).find("clouds-public", None)?;
    let looked = match file {
        None => looked,
        Some((path, mut map)) => {
            let public = map
                .remove("public-clouds")
                .map(|node| node.into_map("public-clouds"));
            if let Some(profile) = public.transpose()?.and_then(|mut all| all.remove(text)) {
                return Ok((profile.into_map(text)?, None));
            }
            path.display().to_string()
        }
    };
    let lost = format!("the profile {text:?} was not found (looked for it in {looked})");
    log::warn!("{}: {lost}", name.source);
    Ok((Map::new(), Some(lost)))
}

#[cfg(not(feature = "clouds-yaml"))]
fn read_profile(_: &Config, name: &Node) -> Result<(Map, Option<String>)> {
    let text = name.as_text("profile")?;
    let lost = format!("the profile {text:?} needs the feature `clouds-yaml` of `opencloud`");
    Ok((Map::new(), Some(lost)))
}

/// Says which variables are without effect, where one could think otherwise:
/// no one has named the cloud.
fn tell_unused(variables: &Map, cloud: &str, config: &Config) {
    let unused = variables.iter().filter(|(key, _)| is_known(key));
    let unused: Vec<_> = unused.map(|(_, node)| node.source.to_string()).collect();
    if !unused.is_empty() && !config.overlay {
        let unused = unused.join(", ");
        log::warn!("{unused} not used: the cloud is {cloud:?}, the only one of the file");
    }
}

fn not_found(name: &str, by: &Source, clouds: &Clouds) -> Error {
    let asked = match by {
        Source::Variable(variable) => format!("the cloud {name:?} that {variable} names"),
        _ => format!("the cloud {name:?}"),
    };
    if clouds.named.is_empty() && clouds.file.is_none() {
        return Error::invalid(format!("{asked} was not found: {}", clouds.looked));
    }
    let known = region::listed(clouds.named.keys().map(String::as_str));
    Error::invalid(format!(
        "{asked} was not found: {} has {known}",
        clouds.place()
    ))
}

fn nothing_found(clouds: &Clouds) -> Error {
    if clouds.file.is_some() && !clouds.named.is_empty() {
        return Error::invalid(format!(
            "which cloud is not said: {} has {}; set OS_CLOUD to one of them",
            clouds.place(),
            region::listed(clouds.named.keys().map(String::as_str))
        ));
    }
    let looked = match &clouds.file {
        Some(_) => format!("{} has no cloud", clouds.place()),
        None => clouds.looked.clone(),
    };
    let credentials = env::CREDENTIALS.map(|key| format!("OS_{}", key.to_uppercase()));
    Error::new(
        ErrorKind::NotConfigured,
        format!(
            "no cloud to connect to: OS_CLOUD is not set, the environment has no credentials ({}), \
         and {looked}",
            credentials.join(", ")
        ),
    )
}
