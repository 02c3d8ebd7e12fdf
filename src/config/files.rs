//! Finds and reads the configuration files.

use std::io::ErrorKind::{NotADirectory, NotFound};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Config;
use super::cloud::warn;
use super::value::{Map, Node, NodeValue, ParsedFile, join};
use super::yaml::parse_yaml;
use crate::error::{Error, Result};

/// The directories that openstacksdk searches on this operating system, in the
/// same order. The first one is the working directory.
fn directories(config: &Config, os: &str) -> Vec<PathBuf> {
    let variable = |name| config.environment.path(name);
    let windows = |name| Some(variable(name)?.join("OpenStack"));
    let working = config.working_directory.clone();
    let working = working.or_else(|| std::env::current_dir().ok());
    let home = variable("HOME");
    let user = match (os, variable("XDG_CONFIG_HOME"), &home) {
        ("windows", ..) => windows("LOCALAPPDATA"),
        ("macos", None, Some(home)) => Some(home.join("Library/Application Support")),
        (_, directory, _) => directory,
    };
    let home = variable("SNAP_REAL_HOME").or(home);
    let mut parents = Vec::from_iter(user);
    parents.extend(home.map(|home| home.join(".config")));
    if config.system_directories.is_none() {
        match (os, variable("XDG_CONFIG_DIRS")) {
            ("windows", _) => parents.extend(windows("PROGRAMDATA")),
            (_, Some(list)) => {
                let list = std::env::split_paths(&list);
                parents.extend(list.filter(|path| !path.as_os_str().is_empty()));
            }
            ("macos", None) => parents.push("/Library/Application Support".into()),
            _ => parents.push("/etc/xdg".into()),
        }
        parents.push("/etc".into());
    }
    let mut directories = vec![working.unwrap_or_else(|| ".".into())];
    directories.extend(parents.iter().map(|parent| parent.join("openstack")));
    directories.extend(config.system_directories.iter().flatten().cloned());
    directories
}

/// Finds and reads the file that the variable names, or else `stem` with `.yaml`,
/// `.yml` or `.json` in the directories. A file that cannot be read is skipped,
/// with a hint.
pub(super) fn find_file(
    config: &Config,
    stem: &str,
    variable: &str,
    hints: &mut Vec<String>,
) -> Result<Option<ParsedFile>> {
    let directories = directories(config, std::env::consts::OS);
    // The first directory is the working directory.
    let named = config.environment.path(variable);
    let named = named.map(|path| directories[0].join(path));
    let files = directories.iter().flat_map(|directory| {
        ["yaml", "yml", "json"].map(|extension| directory.join(format!("{stem}.{extension}")))
    });
    for path in named.iter().cloned().chain(files) {
        let is_named = named.as_ref() == Some(&path);
        match std::fs::read(&path) {
            Ok(bytes) => {
                let path = path.into();
                let map = parse_file(bytes, &path)?;
                return Ok(Some((path, map)));
            }
            Err(error) if !is_named && matches!(error.kind(), NotFound | NotADirectory) => {}
            Err(error) => warn(hints, format!("{} was skipped: {error}", path.display())),
        }
    }
    Ok(None)
}

/// For an error message: the directories that were searched for `clouds.yaml`.
pub(super) fn not_found(config: &Config) -> String {
    let directories = directories(config, std::env::consts::OS);
    let directories = join(directories.iter().map(|path| path.display()));
    format!("no file clouds.yaml, .yml or .json was found in {directories}")
}

fn parse_file(bytes: Vec<u8>, path: &Arc<Path>) -> Result<Map> {
    let name = path.display();
    let text = String::from_utf8(bytes)
        .map_err(|_| Error::invalid(format!("{name}: the file is not UTF-8; convert it")))?;
    let Node { value, source } = parse_yaml(&text, path)?;
    let NodeValue::Map(map) = value else {
        return Err(source.error("expected a mapping with the key `clouds`"));
    };
    #[cfg(unix)]
    warn_if_world_readable(path, &map);
    Ok(map)
}

#[cfg(unix)]
fn warn_if_world_readable(path: &Path, map: &Map) {
    use std::os::unix::fs::PermissionsExt;
    let metadata = path.metadata();
    if has_secret(map) && metadata.is_ok_and(|file| file.permissions().mode() & 0o004 != 0) {
        let path = path.display();
        log::warn!("{path} contains a password, and every user of this machine can read it");
    }
}

/// Whether there is a secret at any depth.
#[cfg(unix)]
fn has_secret(map: &Map) -> bool {
    use super::keys::{Kind, find_key};
    map.iter().any(|(key, node)| match &node.value {
        NodeValue::Map(map) => has_secret(map),
        _ => find_key(key).is_some_and(|key| key.kind == Kind::Secret) && !node.is_unset(),
    })
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
