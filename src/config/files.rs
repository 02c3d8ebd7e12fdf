//! [`Finder`]: which file of a kind is read, from where, and how much of it.

use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::env::Environment;
use super::node::{Map, Node, Value};
use crate::details::Details;
use crate::error::{Error, Result};

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
        let named = variable.and_then(|name| Some((name, self.environment.path(name)?)));
        if let Some((variable, path)) = named {
            // Relative to the folder that stands for the working directory.
            let path = self.folders.first().map_or(path.clone(), |folder| folder.join(&path));
            match content(&path)? {
                Content::Map(map) => return Ok(Found::new(path, map)),
                Content::Nothing(why) => {
                    log::warn!("{variable} names {}: {why}", path.display());
                    notes.push(format!("{} ({variable}, {why})", path.display()));
                }
            }
        }
        for folder in &self.folders {
            for ending in ["yaml", "yml", "json"] {
                let path = folder.join(format!("{kind}.{ending}"));
                // To open a pipe would wait for somebody to write into it.
                if path.metadata().is_ok_and(|about| !about.is_file() && !about.is_dir()) {
                    notes.push(format!("{} (it is no file)", path.display()));
                    continue;
                }
                match content(&path)? {
                    Content::Map(map) => return Ok(Found::new(path, map)),
                    Content::Nothing(NOT_THERE) => {}
                    Content::Nothing(why) => {
                        log::warn!("{} is passed over: {why}", path.display());
                        notes.push(format!("{} ({why})", path.display()));
                    }
                }
            }
        }
        let folders: Vec<_> = self.folders.iter().map(|f| f.display().to_string()).collect();
        notes.push(format!("{kind}.yaml, .yml and .json in {}", folders.join(", ")));
        Ok(Found { file: None, looked: notes.join("; ") })
    }
}

impl Found {
    fn new(path: PathBuf, map: Map) -> Self {
        Self { file: Some((path.into(), map)), looked: String::new() }
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
    let node = super::parse(&text, &path.into())?;
    let place = node.source.place();
    let public = is_public(&about) && has_secret(&node);
    match node.value {
        Value::Null => Err(Error::invalid(format!("{place}: nothing is in this file; remove it"))),
        Value::Map(map) => {
            if public {
                log::warn!(
                    "{} has a password in it and every user of this machine can read it",
                    path.display()
                );
            }
            Ok(Content::Map(map))
        }
        _ => Err(Error::invalid(format!("{place}: not a mapping with a key `clouds`"))),
    }
}

/// The whole file, unless it is too large. A pipe has no length, and a file can
/// grow: what is read is counted too.
fn bytes(path: &Path, file: File, length: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if length <= LIMIT {
        file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(|error| failed(path, error))?;
    }
    if length > LIMIT || bytes.len() as u64 > LIMIT {
        let path = path.display();
        return Err(Error::invalid(format!("{path}: larger than any clouds file is (1 MiB)")));
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
fn is_public(about: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    about.is_file() && about.permissions().mode() & 0o004 != 0
}

#[cfg(not(unix))]
fn is_public(_: &Metadata) -> bool {
    false
}
