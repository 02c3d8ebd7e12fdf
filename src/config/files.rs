//! Where the files are, and how one is read.

use std::fs::File;
use std::io::ErrorKind::{self, IsADirectory, NotADirectory, NotFound, PermissionDenied};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::keys::is_secret;
use super::value::{Map, Node, Value};
use super::yaml::parse;
use super::{Config, invalid};
use crate::error::Result;

/// The size limit of a file. A cloud has about 500 bytes.
const MAX_FILE_SIZE: usize = 1024 * 1024;

/// The directories that openstacksdk searches on this operating system, in the
/// same order. The first one is the working directory.
pub(super) fn directories(config: &Config, os: &str) -> Vec<PathBuf> {
    let variable = |name| config.environment.path(name);
    let below = |directory: PathBuf| directory.join("openstack");
    let windows = |name| Some(variable(name)?.join("OpenStack").join("openstack"));
    let working = config.working_directory.clone();
    let working = working.or_else(|| std::env::current_dir().ok());
    let home = variable("HOME");
    let user = match (os, variable("XDG_CONFIG_HOME"), &home) {
        ("windows", ..) => windows("LOCALAPPDATA"),
        (_, Some(directory), _) => Some(below(directory)),
        ("macos", None, Some(home)) => Some(below(home.join("Library/Application Support"))),
        _ => None,
    };
    let dot_config = variable("SNAP_REAL_HOME")
        .or(home)
        .map(|home| below(home.join(".config")));
    let mut directories = vec![working.unwrap_or_else(|| ".".into())];
    directories.extend(user.into_iter().chain(dot_config));
    match (&config.system_directories, os, variable("XDG_CONFIG_DIRS")) {
        (Some(given), ..) => directories.extend_from_slice(given),
        (None, "windows", _) => directories.extend(windows("PROGRAMDATA")),
        (None, _, Some(list)) => {
            let list = std::env::split_paths(&list).filter(|path| !path.as_os_str().is_empty());
            directories.extend(list.map(below));
        }
        (None, "macos", None) => directories.push("/Library/Application Support/openstack".into()),
        (None, ..) => directories.push("/etc/xdg/openstack".into()),
    }
    if config.system_directories.is_none() {
        directories.push("/etc/openstack".into());
    }
    directories
}

/// Reads a file. The inner error is the reason to skip it.
pub(super) fn read(path: &Path) -> Result<Result<Map, ErrorKind>> {
    let name = path.display();
    let mut text = String::new();
    let read = File::open(path).and_then(|file| {
        let limit = MAX_FILE_SIZE + 1;
        file.take(limit as u64).read_to_string(&mut text)
    });
    if let Err(error) = read {
        return match error.kind() {
            NotFound | NotADirectory => Ok(Err(NotFound)),
            reason @ (PermissionDenied | IsADirectory) => Ok(Err(reason)),
            _ => Err(invalid(format!("cannot read {name}: {error}"))),
        };
    }
    if text.len() > MAX_FILE_SIZE {
        let message = format!("{name}: larger than 1 MiB, the limit of such a file");
        return Err(invalid(message));
    }
    let Node { value, source } = parse(&text, &path.into())?;
    match value {
        Value::Map(map) => {
            if has_secret(&map) && is_world_readable(path) {
                log::warn!(
                    "{name} contains a password, and every user of this machine can read it"
                );
            }
            Ok(Ok(map))
        }
        Value::Text(text) if text.is_empty() => {
            Err(invalid(format!("{name}: the file is empty; remove it")))
        }
        _ => Err(source.error("expected a mapping with the key `clouds`")),
    }
}

/// Whether there is a secret at any depth.
fn has_secret(map: &Map) -> bool {
    map.iter().any(|(key, node)| match &node.value {
        Value::Map(map) => has_secret(map),
        value => is_secret(&key.replace('-', "_")) && matches!(value, Value::Text(_)),
    })
}

#[cfg(unix)]
fn is_world_readable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let mode = path
        .metadata()
        .map_or(0, |metadata| metadata.permissions().mode());
    mode & 0o004 != 0
}

#[cfg(not(unix))]
fn is_world_readable(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The directories on this operating system, with these variables.
    fn directories_on(os: &str, variables: &[(&str, &str)]) -> Vec<String> {
        let config = Config::from_env()
            .with_working_directory("/work")
            .with_environment(variables.iter().copied());
        directories(&config, os)
            .into_iter()
            .map(|directory| directory.to_str().unwrap().replace('\\', "/"))
            .collect()
    }

    #[test]
    fn each_operating_system_has_its_directories() {
        let home = ("HOME", "/home/u");
        assert_eq!(
            directories_on("linux", &[home]),
            [
                "/work",
                "/home/u/.config/openstack",
                "/etc/xdg/openstack",
                "/etc/openstack"
            ]
        );
        assert_eq!(
            directories_on("macos", &[home]),
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
            directories_on("windows", &windows),
            [
                "/work",
                "C:/local/OpenStack/openstack",
                "/home/u/.config/openstack",
                "C:/data/OpenStack/openstack",
                "/etc/openstack",
            ]
        );
        assert_eq!(directories_on("windows", &[]), ["/work", "/etc/openstack"]);
    }

    #[cfg(unix)]
    #[test]
    fn variables_override_the_directories() {
        let variables = [
            ("HOME", "/home/u"),
            ("SNAP_REAL_HOME", "/snap/u"),
            ("XDG_CONFIG_HOME", "/xdg"),
            ("XDG_CONFIG_DIRS", "/one::/two"),
        ];
        assert_eq!(
            directories_on("linux", &variables),
            [
                "/work",
                "/xdg/openstack",
                "/snap/u/.config/openstack",
                "/one/openstack",
                "/two/openstack",
                "/etc/openstack"
            ]
        );
    }
}
