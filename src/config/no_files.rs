//! The functions of `files.rs` without the feature `clouds-yaml`: there are no
//! files.

use super::Config;
use super::value::File;
use crate::error::Result;

#[expect(clippy::unnecessary_wraps, reason = "with the feature it can fail")]
pub(super) fn find(_: &Config, _: &str, _: &str, _: &mut Vec<String>) -> Result<Option<File>> {
    Ok(None)
}

pub(super) fn not_found(_: &Config) -> String {
    "no file was read: this program was built without the feature `clouds-yaml` of the crate \
     `opencloud`"
        .to_owned()
}
