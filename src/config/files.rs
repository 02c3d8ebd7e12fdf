//! [`Finder`]: which file of a kind is read, from where, and how much of it.

use std::collections::HashSet;
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Config;
use super::env::Environment;
use super::names::is_secret;
use super::node::{Map, Node, Value};
use super::yaml::parse;
use crate::error::{Error, Result};

/// The largest file that is read. A cloud takes about 500 bytes.
const LIMIT: u64 = 1024 * 1024;

/// Where files are looked for.
pub(super) struct Finder<'a> {
    environment: &'a Environment,
    folders: Vec<PathBuf>,
}

/// The first file of its kind.
pub(super) struct Found {
    pub(super) file: Option<(Arc<Path>, Map)>,
    /// What was in its way and could not be read.
    pub(super) passed_over: Vec<String>,
    /// Where it was looked for, in words.
    pub(super) looked: String,
}

/// The folders in the order of openstacksdk, on that system. A test gives its
/// own working directory and system folders.
fn folders(config: &Config, system: &str) -> Vec<PathBuf> {
    let variable = |name| config.environment.path(name);
    let below = |folder: PathBuf| folder.join("openstack");
    let windows = |folder: PathBuf| folder.join("OpenStack").join("openstack");
    let home = variable("HOME");
    let working = config.working_directory.clone();
    let working = working
        .or_else(|| std::env::current_dir().ok())
        .unwrap_or_else(|| ".".into());
    let own = match (system, variable("XDG_CONFIG_HOME")) {
        ("windows", _) => variable("LOCALAPPDATA").map(windows),
        (_, Some(folder)) => Some(below(folder)),
        ("macos", None) => home
            .clone()
            .map(|home| below(home.join("Library/Application Support"))),
        _ => None,
    };
    let unix = variable("SNAP_REAL_HOME")
        .or(home)
        .map(|home| below(home.join(".config")));
    let mut folders: Vec<_> = [Some(working), own, unix].into_iter().flatten().collect();
    match (
        &config.system_directories,
        system,
        variable("XDG_CONFIG_DIRS"),
    ) {
        (Some(given), ..) => folders.extend_from_slice(given),
        (None, "windows", _) => folders.extend(variable("PROGRAMDATA").map(windows)),
        (None, _, Some(list)) => {
            let named = std::env::split_paths(&list).filter(|path| !path.as_os_str().is_empty());
            folders.extend(named.map(below));
        }
        (None, "macos", None) => folders.push("/Library/Application Support/openstack".into()),
        (None, ..) => folders.push("/etc/xdg/openstack".into()),
    }
    if config.system_directories.is_none() {
        folders.push("/etc/openstack".into());
    }
    let mut once = HashSet::new();
    folders.retain(|folder| once.insert(folder.clone()));
    folders
}

impl<'a> Finder<'a> {
    pub(super) fn new(config: &'a Config) -> Self {
        let folders = folders(config, std::env::consts::OS);
        Self {
            environment: &config.environment,
            folders,
        }
    }

    /// The file of that kind (`clouds`, `secure`, `clouds-public`), or the one
    /// that `variable` names, if it is there.
    pub(super) fn find(&self, kind: &str, variable: Option<&str>) -> Result<Found> {
        let mut passed_over = Vec::new();
        let named = variable.and_then(|name| Some((name, self.environment.path(name)?)));
        // Relative to the folder that stands for the working directory.
        let named = named.zip(self.folders.first());
        let named = named.map(|((name, path), folder)| (Some(name), folder.join(path)));
        let endings = ["yaml", "yml", "json"].map(|ending| format!("{kind}.{ending}"));
        let usual = self
            .folders
            .iter()
            .flat_map(|folder| endings.iter().map(|e| folder.join(e)));
        for (variable, path) in named.into_iter().chain(usual.map(|path| (None, path))) {
            let is_pipe = |about: Metadata| !about.is_file() && !about.is_dir();
            // To open a pipe would wait for somebody to write into it.
            let content = if variable.is_none() && path.metadata().is_ok_and(is_pipe) {
                Content::Nothing("it is no file")
            } else {
                content(&path)?
            };
            match (content, variable) {
                (Content::Map(map), _) => {
                    let file = Some((path.into(), map));
                    return Ok(Found {
                        file,
                        passed_over,
                        looked: String::new(),
                    });
                }
                (Content::Nothing(why), Some(variable)) => {
                    log::warn!("{variable} names {}: {why}", path.display());
                    passed_over.push(format!("{} ({variable}, {why})", path.display()));
                }
                (Content::Nothing(NOT_THERE), None) => {}
                (Content::Nothing(why), None) => {
                    log::warn!("{} is passed over: {why}", path.display());
                    passed_over.push(format!("{} ({why})", path.display()));
                }
            }
        }
        let folders: Vec<_> = self
            .folders
            .iter()
            .map(|f| f.display().to_string())
            .collect();
        let mut looked = passed_over.clone();
        looked.push(format!(
            "{kind}.yaml, .yml and .json in {}",
            folders.join(", ")
        ));
        Ok(Found {
            file: None,
            passed_over,
            looked: looked.join("; "),
        })
    }
}

/// What is in a file, or why it is passed over.
enum Content {
    Map(Map),
    Nothing(&'static str),
}

fn content(path: &Path) -> Result<Content> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) => {
            return match error.kind() {
                ErrorKind::NotFound | ErrorKind::NotADirectory => Ok(Content::Nothing(NOT_THERE)),
                ErrorKind::PermissionDenied => Ok(Content::Nothing("not allowed to read it")),
                _ => Err(failed(path, error)),
            };
        }
    };
    let about = file.metadata().map_err(|error| failed(path, error))?;
    if about.is_dir() {
        return Ok(Content::Nothing("it is a folder"));
    }
    let text = utf8(path, bytes(path, file, about.len())?)?;
    let node = parse(&text, &path.into())?;
    let public = is_public(&about) && has_secret(&node);
    let Node { value, source } = node;
    match value {
        Value::Null => Err(source.refused("nothing is in this file; remove it")),
        Value::Map(map) => {
            if public {
                log::warn!(
                    "{} has a password in it and every user of this machine can read it",
                    path.display()
                );
            }
            Ok(Content::Map(map))
        }
        _ => Err(source.refused("not a mapping with a key `clouds`")),
    }
}

/// The whole file, unless it is too large. A pipe has no length, and a file can
/// grow: what is read is counted too.
fn bytes(path: &Path, file: File, length: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if length <= LIMIT {
        file.take(LIMIT + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| failed(path, error))?;
    }
    if length > LIMIT || bytes.len() as u64 > LIMIT {
        let path = path.display();
        return Err(Error::invalid(format!(
            "{path}: larger than any clouds file is (1 MiB)"
        )));
    }
    Ok(bytes)
}

fn utf8(path: &Path, bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let lines = before.split(|byte| *byte == b'\n');
        let (line, last) = lines.enumerate().last().unwrap_or_default();
        let (path, line, column) = (path.display(), line + 1, last.len() + 1);
        Error::invalid(format!("{path}:{line}:{column}: not UTF-8"))
    })
}

const NOT_THERE: &str = "there is no such file";

fn failed(path: &Path, error: std::io::Error) -> Error {
    let message = format!("reading {} failed", path.display());
    Error::invalid(message).with_source(error)
}

/// Whether something under a secret's name is in it, at any depth.
fn has_secret(node: &Node) -> bool {
    match &node.value {
        Value::Map(map) => map.iter().any(|(key, node)| {
            let named = is_secret(&key.replace('-', "_"));
            (named && matches!(node.value, Value::Text(_))) || has_secret(node)
        }),
        Value::List(list) => list.iter().any(has_secret),
        _ => false,
    }
}

#[cfg(unix)]
fn is_public(about: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    about.is_file() && about.permissions().mode() & 0o004 != 0
}

#[cfg(not(unix))]
fn is_public(_: &Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The folders on that system, with these variables, as text.
    fn folders_on(system: &str, variables: &[(&str, &str)]) -> Vec<String> {
        let config = Config::from_env().with_working_directory("/work");
        let config = config.with_environment(variables.iter().copied());
        let folders = folders(&config, system).into_iter();
        folders
            .map(|folder| folder.to_str().unwrap().replace('\\', "/"))
            .collect()
    }

    #[test]
    fn each_system_has_its_folders() {
        let home = ("HOME", "/home/u");
        assert_eq!(
            folders_on("linux", &[home]),
            [
                "/work",
                "/home/u/.config/openstack",
                "/etc/xdg/openstack",
                "/etc/openstack"
            ]
        );
        assert_eq!(
            folders_on("macos", &[home]),
            [
                "/work",
                "/home/u/Library/Application Support/openstack",
                "/home/u/.config/openstack",
                "/Library/Application Support/openstack",
                "/etc/openstack",
            ]
        );
        let windows = [
            home,
            ("LOCALAPPDATA", "C:/local"),
            ("PROGRAMDATA", "C:/data"),
        ];
        assert_eq!(
            folders_on("windows", &windows),
            [
                "/work",
                "C:/local/OpenStack/openstack",
                "/home/u/.config/openstack",
                "C:/data/OpenStack/openstack",
                "/etc/openstack",
            ]
        );
        assert_eq!(folders_on("windows", &[]), ["/work", "/etc/openstack"]);
    }

    #[cfg(unix)]
    #[test]
    fn variables_say_other_folders_and_each_is_there_once() {
        let variables = [
            ("HOME", "/home/u"),
            ("SNAP_REAL_HOME", "/snap/u"),
            ("XDG_CONFIG_HOME", "/xdg"),
            ("XDG_CONFIG_DIRS", "/one::/etc:/xdg"),
        ];
        assert_eq!(
            folders_on("linux", &variables),
            [
                "/work",
                "/xdg/openstack",
                "/snap/u/.config/openstack",
                "/one/openstack",
                "/etc/openstack"
            ]
        );
    }
}
