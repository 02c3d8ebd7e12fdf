//! Replaces all metadata of an image with one item.
//! Nova then makes a shared or community image private.
//!
//! `cargo run --example reset_image_metadata -- IMAGE_ID KEY VALUE`

mod common;

use std::io::Write;

fn main() -> anyhow::Result<()> {
    // In your own program: `let openstack = OpenStack::from_env()?;`.
    let openstack = common::openstack()?;
    let [image_id, key, value] = common::arguments(["IMAGE_ID", "KEY", "VALUE"])?;
    let compute = openstack.compute_v2()?;
    let mut out = common::stdout();

    let mut image = compute.get_image(image_id);
    image.reset_metadata([(key, value)])?;
    for (key, value) in &image.metadata {
        writeln!(out, "{key:?} = {value:?}")?;
    }
    Ok(())
}
