//! [`find`]: the first file of its kind that exists.

#[cfg(feature = "clouds-yaml")]
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use super::Config;
#[cfg(feature = "clouds-yaml")]
use super::files::{directories, read};
use super::value::Map;
#[cfg(feature = "clouds-yaml")]
use super::value::join;
use crate::error::Result;

#[derive(Default)]
pub(super) struct SearchResult {
    pub(super) file: Option<(Arc<Path>, Map)>,
    /// A message for each file that was skipped.
    pub(super) skipped: Vec<String>,
    /// If there is no file: why, for an error message.
    pub(super) not_found: String,
}

/// Finds the file that the variable names, or else `stem` with `.yaml`, `.yml` or
/// `.json` in the directories.
#[cfg(feature = "clouds-yaml")]
pub(super) fn find(config: &Config, stem: &str, variable: &str) -> Result<SearchResult> {
    let directories = directories(config, std::env::consts::OS);
    // The first directory is the working directory.
    let named = config.environment.path(variable);
    let mut candidates = Vec::from_iter(named.map(|path| (true, directories[0].join(path))));
    for directory in &directories {
        let path = |extension| directory.join(format!("{stem}.{extension}"));
        candidates.extend(["yaml", "yml", "json"].map(|extension| (false, path(extension))));
    }
    let mut result = SearchResult::default();
    for (is_named, path) in candidates {
        let reason = match read(&path)? {
            Ok(map) => {
                result.file = Some((path.into(), map));
                return Ok(result);
            }
            Err(ErrorKind::NotFound) if !is_named => continue,
            Err(reason) if is_named => format!("{variable}: {reason}"),
            Err(reason) => reason.to_string(),
        };
        let skipped = format!("{} was skipped ({reason})", path.display());
        log::warn!("{skipped}");
        result.skipped.push(skipped);
    }
    let directories = join(directories.iter().map(|path| path.display()));
    let other = if result.skipped.is_empty() {
        ""
    } else {
        "other "
    };
    let not_found = format!("no {other}file {stem}.yaml, .yml or .json was found in {directories}");
    result.not_found = [&result.skipped[..], &[not_found]].concat().join("; ");
    Ok(result)
}

#[cfg(not(feature = "clouds-yaml"))]
#[expect(clippy::unnecessary_wraps, reason = "with the feature it can fail")]
pub(super) fn find(_: &Config, _: &str, _: &str) -> Result<SearchResult> {
    let not_found = "no file was read: this program was built without the feature `clouds-yaml` of \
                     the crate `opencloud`";
    Ok(SearchResult {
        not_found: not_found.to_owned(),
        ..SearchResult::default()
    })
}
