//! Adds one item to the metadata of an image, or replaces its value.
//! Nova then makes a shared or community image private.
//!
//! `cargo run --example merge_image_metadata -- IMAGE_ID KEY VALUE`

mod common;

use std::io::Write;

use opencloud::OpenStack;

fn main() -> anyhow::Result<()> {
    let openstack = OpenStack::from_env().or_else(common::sandbox)?; // if no cloud is configured
    let [image_id, key, value] = common::arguments(["IMAGE_ID", "KEY", "VALUE"])?;
    let compute = openstack.compute_v2()?;
    let mut out = common::stdout();

    let mut image = compute.get_image(image_id);
    image.merge_metadata([(key, value)])?;
    for (key, value) in &image.metadata {
        writeln!(out, "{key:?} = {value:?}")?;
    }
    Ok(())
}
