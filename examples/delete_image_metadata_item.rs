//! Deletes one metadata item of an image.
//! Nova then makes a shared or community image private.
//!
//! `cargo run --example delete_image_metadata_item -- IMAGE_ID KEY`

mod common;

use std::io::Write;

use opencloud::OpenStack;

fn main() -> anyhow::Result<()> {
    let openstack = OpenStack::from_env().or_else(common::sandbox)?; // if no cloud is configured
    let [image_id, key] = common::arguments(["IMAGE_ID", "KEY"])?;
    let compute = openstack.compute_v2()?;
    let mut out = common::stdout();

    let mut image = compute.get_image(image_id);
    image.delete_metadata_item(&key)?;
    writeln!(out, "deleted {key:?}")?;
    Ok(())
}
