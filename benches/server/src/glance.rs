//! Glance's JSON of an image, and the image with data.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::PROJECT_ID;

/// The id of the image with data.
const DATA_ID: &str = "b6f2a1d0-7c3e-4f58-9a41-5d2e8c0b9f17";

/// An image, with text that is already escaped.
pub(crate) struct GlanceImage<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    /// At least one property, separated by commas.
    pub(crate) properties: &'a str,
    pub(crate) size: u64,
    pub(crate) min_ram: u64,
    pub(crate) min_disk: u64,
    pub(crate) checksum: &'a str,
    pub(crate) sha512: &'a str,
    pub(crate) created: &'a str,
    pub(crate) updated: &'a str,
    pub(crate) tags: [&'a str; 2],
}

impl GlanceImage<'_> {
    /// The JSON, with the fields in the order of Glance.
    pub(crate) fn json(&self) -> String {
        let Self {
            id,
            name,
            properties,
            size,
            min_ram,
            min_disk,
            checksum,
            sha512,
            created,
            updated,
            tags: [first_tag, second_tag],
        } = self;
        format!(
            "{{{properties}, \"name\": \"{name}\", \"disk_format\": \"qcow2\", \
             \"container_format\": \"bare\", \"visibility\": \"public\", \"size\": {size}, \
             \"virtual_size\": {size}, \"status\": \"active\", \"checksum\": \"{checksum}\", \
             \"protected\": false, \"min_ram\": {min_ram}, \"min_disk\": {min_disk}, \"owner\": \
             \"{PROJECT_ID}\", \"os_hidden\": false, \"os_hash_algo\": \"sha512\", \
             \"os_hash_value\": \"{sha512}\", \"id\": \"{id}\", \"created_at\": \"{created}\", \
             \"updated_at\": \"{updated}\", \"tags\": [\"{first_tag}\", \"{second_tag}\"], \
             \"self\": \"/v2/images/{id}\", \"file\": \"/v2/images/{id}/file\", \"schema\": \
             \"/v2/schemas/image\", \"stores\": \"local\"}}"
        )
    }
}

/// The data of an image that can be downloaded and uploaded. It is always active,
/// and an upload is counted, not stored, so no time is spent on hashes.
#[derive(Debug, Default)]
pub struct Data {
    bytes: Vec<u8>,
    sha512: String,
    size: AtomicU64,
}

impl Data {
    /// The data of a file, with their SHA-512.
    #[must_use]
    pub fn new(bytes: Vec<u8>, sha512: String) -> Self {
        let size = AtomicU64::new(bytes.len() as u64);
        Self {
            bytes,
            sha512,
            size,
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Sets the size to that of an upload.
    pub(crate) fn set_size(&self, size: u64) {
        self.size.store(size, Ordering::Relaxed);
    }

    /// Whether this is the path of the image, followed by `suffix`.
    pub(crate) fn is_path(path: &str, suffix: &str) -> bool {
        let id = path.strip_prefix("/image/v2/images/");
        id.and_then(|id| id.strip_suffix(suffix)) == Some(DATA_ID)
    }

    /// The JSON of the image.
    pub(crate) fn json(&self) -> String {
        GlanceImage {
            id: DATA_ID,
            name: "data",
            properties: "\"os_distro\": \"debian\"",
            size: self.size.load(Ordering::Relaxed),
            min_ram: 0,
            min_disk: 0,
            checksum: "9e107d9d372bb6826bd81d3542a419d6",
            sha512: &self.sha512,
            created: "2025-01-01T00:00:00Z",
            updated: "2025-01-01T00:00:00Z",
            tags: ["large", "test"],
        }
        .json()
    }
}
