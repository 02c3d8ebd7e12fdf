//! [`Finder`]: which file of a kind is read, from where, and how much of it.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::env::Environment;
use super::value::{Map, Node, Value};
use crate::details::Details;
use crate::{Error, Result};

/// The largest file that is read. A cloud takes about 500 bytes.
const LIMIT: u64 = 1024 * 1024;

/// What is looked for, and where.
pub(super) struct Finder<'a> {
    environment: &'a Environment,
    folders: Vec<PathBuf>,
}

/// The first file of its kind, or where it was looked for.
pub(super) struct Found {
    pub(super) file: Option<(Arc<Path>, Map)>,
    /// Where it was looked for, in words.
    pub(super) looked: String,
}

/// The folders in the order of openstacksdk. A test gives its own working
/// directory and system folders.
pub(super) fn folders(
    environment: &Environment,
    working: Option<&Path>,
    system: Option<&[PathBuf]>,
) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    folders.push(match working {
        Some(folder) => folder.to_owned(),
        None => std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
    });
    let home = environment.path("HOME");
    if cfg!(windows) {
        let local = environment.path("LOCALAPPDATA");
        folders.extend(local.map(|folder| folder.join("OpenStack").join("openstack")));
    } else if let Some(folder) = environment.path("XDG_CONFIG_HOME") {
        folders.push(folder.join("openstack"));
    } else if cfg!(target_os = "macos") {
        let library = home.as_ref().map(|home| home.join("Library/Application Support/openstack"));
        folders.extend(library);
    }
    let real_home = environment.path("SNAP_REAL_HOME").or(home);
    folders.extend(real_home.map(|home| home.join(".config").join("openstack")));
    match system {
        Some(system) => folders.extend_from_slice(system),
        None => folders.extend(system_folders(environment)),
    }
    let mut once: Vec<PathBuf> = Vec::new();
    for folder in folders {
        if !once.contains(&folder) {
            once.push(folder);
        }
    }
    once
}

fn system_folders(environment: &Environment) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    if cfg!(windows) {
        let data = environment.path("PROGRAMDATA");
        folders.extend(data.map(|folder| folder.join("OpenStack").join("openstack")));
    } else if let Some(list) = environment.path("XDG_CONFIG_DIRS") {
        let named = std::env::split_paths(&list).filter(|folder| !folder.as_os_str().is_empty());
        folders.extend(named.map(|folder| folder.join("openstack")));
    } else if cfg!(target_os = "macos") {
        folders.push(PathBuf::from("/Library/Application Support/openstack"));
    } else {
        folders.push(PathBuf::from("/etc/xdg/openstack"));
    }
    folders.push(PathBuf::from("/etc/openstack"));
    folders
}

impl<'a> Finder<'a> {
    pub(super) fn new(environment: &'a Environment, folders: Vec<PathBuf>) -> Self {
        Self { environment, folders }
    }

    /// The file of that kind (`clouds`, `secure`, `clouds-public`), or the one
    /// that `variable` names, if it is there.
    pub(super) fn find(&self, kind: &str, variable: Option<&str>) -> Result<Found> {
        let mut notes = Vec::new();
        if let Some((variable, path)) = variable.and_then(|v| Some((v, self.environment.path(v)?)))
        {
            // Relative to the folder that stands for the working directory.
            let path = self.folders.first().map_or(path.clone(), |folder| folder.join(&path));
            match self.read(&path)? {
                Ok(map) => {
                    return Ok(Found { file: Some((path.into(), map)), looked: String::new() });
                }
                Err(why) => {
                    log::warn!("{variable} names {}: {why}", path.display());
                    notes.push(format!("{} ({variable}, {why})", path.display()));
                }
            }
        }
        for folder in &self.folders {
            for ending in ["yaml", "yml", "json"] {
                let path = folder.join(format!("{kind}.{ending}"));
                match self.read(&path)? {
                    Ok(map) => {
                        return Ok(Found { file: Some((path.into(), map)), looked: String::new() });
                    }
                    Err(NOT_THERE) => {}
                    Err(why) => notes.push(format!("{} ({why})", path.display())),
                }
            }
        }
        let folders: Vec<_> = self.folders.iter().map(|f| f.display().to_string()).collect();
        notes.push(format!("{kind}.yaml, .yml and .json in {}", folders.join(", ")));
        Ok(Found { file: None, looked: notes.join("; ") })
    }

    /// The mapping in that file, or why there is none to look at.
    fn read(&self, path: &Path) -> Result<Result<Map, &'static str>> {
        let shown = path.display();
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Err(NOT_THERE)),
            Err(error) if error.kind() == ErrorKind::NotADirectory => return Ok(Err(NOT_THERE)),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                return Ok(Err("not allowed to read it"));
            }
            Err(error) => return Err(failed(path, error)),
        };
        let about = file.metadata().map_err(|error| failed(path, error))?;
        if about.is_dir() {
            return Ok(Err("it is a folder"));
        }
        let mut bytes = Vec::new();
        if about.len() <= LIMIT {
            // A pipe has no length, and a file can grow.
            let all = file.take(LIMIT + 1).read_to_end(&mut bytes);
            all.map_err(|error| failed(path, error))?;
        }
        if about.len() > LIMIT || bytes.len() as u64 > LIMIT {
            return Err(Error::invalid(format!("{shown}: larger than any clouds file is (1 MiB)")));
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
            Error::invalid(format!("{shown}:{line}:{column}: not UTF-8"))
        })?;
        let node = super::parse(&text, &path.into())?;
        if node.is_null() {
            let place = node.source.place();
            return Err(Error::invalid(format!("{place}: nothing is in this file; remove it")));
        }
        if !matches!(node.value, Value::Map(_)) {
            let place = node.source.place();
            return Err(Error::invalid(format!("{place}: not a mapping with a key `clouds`")));
        }
        if has_secret(&node) {
            warn_if_public(path, &about);
        }
        Ok(Ok(node.into_map("clouds")?))
    }
}

const NOT_THERE: &str = "there is no such file";

fn failed(path: &Path, error: std::io::Error) -> Error {
    let message = format!("reading {} failed", path.display());
    Error::Invalid(Details::new(message).caused(error))
}

/// Whether something under a secret's name is in it, at any depth.
fn has_secret(node: &Node) -> bool {
    match &node.value {
        Value::Map(map) => map.iter().any(|(key, node)| {
            let named = super::is_secret(&key.replace('-', "_"));
            (named && matches!(node.value, Value::Text(_))) || has_secret(node)
        }),
        Value::List(list) => list.iter().any(has_secret),
        _ => false,
    }
}

#[cfg(unix)]
fn warn_if_public(path: &Path, about: &std::fs::Metadata) {
    use std::os::unix::fs::PermissionsExt;
    if about.is_file() && about.permissions().mode() & 0o004 != 0 {
        let path = path.display();
        log::warn!("{path} has a password in it and every user of this machine can read it");
    }
}

#[cfg(not(unix))]
fn warn_if_public(_: &Path, _: &std::fs::Metadata) {}
