//! Retrieves the metadata of an image.
//!
//! `cargo run --example retrieve_image_metadata -- IMAGE_ID`

mod common;

use std::io::Write;

use opencloud::OpenStack;

fn main() -> anyhow::Result<()> {
    let openstack = OpenStack::from_env().or_else(common::sandbox)?; // if no cloud is configured
    let [image_id] = common::arguments(["IMAGE_ID"])?;
    let compute = openstack.compute_v2()?;
    let mut out = common::stdout();

    let mut image = compute.get_image(image_id);
    let metadata = image.get_metadata()?;
    for (key, value) in &metadata {
        writeln!(out, "{key:?} = {value:?}")?;
    }
    Ok(())
}
