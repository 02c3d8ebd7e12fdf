//! The floor for lists of Glance.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{Credentials, authenticate, get};

#[derive(Deserialize)]
#[allow(dead_code, reason = "the fields are decoded, not read")]
struct Image {
    id: String,
    name: Option<String>,
    status: String,
    visibility: String,
    disk_format: Option<String>,
    container_format: Option<String>,
    size: Option<u64>,
    virtual_size: Option<u64>,
    min_disk: u32,
    min_ram: u32,
    protected: bool,
    os_hidden: bool,
    owner: Option<String>,
    checksum: Option<String>,
    os_hash_algo: Option<String>,
    os_hash_value: Option<String>,
    created_at: String,
    updated_at: String,
    tags: Vec<String>,
    #[serde(rename = "self")]
    path: String,
    file: String,
    schema: String,
    stores: Option<String>,
    #[serde(flatten)]
    properties: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Page {
    images: Vec<Image>,
    next: Option<String>,
}

/// Authenticates and lists all images. Returns their number, and the length of their
/// names and the keys of their properties.
pub fn run(credentials: &Credentials) -> (usize, usize) {
    let agent = ureq::Agent::new_with_defaults();
    let mut buf = Vec::with_capacity(64 * 1024);
    let (token, image) = authenticate(&agent, credentials, "image", &mut buf);
    let mut next = Some("/v2/images?limit=1000".to_owned());
    let (mut n, mut sum) = (0usize, 0usize);
    while let Some(path) = next.take() {
        get(&agent, &format!("{image}{path}"), &token, &mut buf);
        let p: Page = serde_json::from_slice(&buf).expect("json");
        for i in &p.images {
            n += 1;
            sum += i.name.as_ref().map_or(0, String::len)
                + i.properties.keys().map(String::len).sum::<usize>();
        }
        next = p.next;
    }
    (n, sum)
}
