//! Retrieves one metadata item of an image.
//!
//! `cargo run --example get_image_metadata_item -- IMAGE_ID KEY`

mod common;

use std::io::Write;

use opencloud::OpenStack;

fn main() -> anyhow::Result<()> {
    let openstack = OpenStack::from_env().or_else(common::sandbox)?; // if no cloud is configured
    let [image_id, key] = common::arguments(["IMAGE_ID", "KEY"])?;
    let compute = openstack.compute_v2()?;
    let mut out = common::stdout();

    let mut image = compute.get_image(image_id);
    let value = image.get_metadata_item(&key)?;
    writeln!(out, "{value:?}")?;
    Ok(())
}
