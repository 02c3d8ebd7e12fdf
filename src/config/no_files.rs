//! The functions of `files.rs` without the feature `clouds-yaml`: there are no
//! files.

use super::Config;
use super::value::ParsedFile;
use crate::error::Result;

#[expect(clippy::unnecessary_wraps, reason = "with the feature it can fail")]
pub(super) fn find_file(
    _: &Config,
    _: &str,
    _: &str,
    _: &mut Vec<String>,
) -> Result<Option<ParsedFile>> {
    Ok(None)
}

pub(super) fn not_found(_: &Config) -> String {
    "no file was read: this program was built without the feature `clouds-yaml` of the crate \
     `opencloud`"
        .to_owned()
}
