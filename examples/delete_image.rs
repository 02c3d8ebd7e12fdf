//! Deletes an image.
//!
//! `cargo run --example delete_image -- IMAGE_ID`

mod common;

use std::io::Write;

fn main() -> anyhow::Result<()> {
    // In your own program: `let openstack = OpenStack::from_env()?;`.
    let openstack = common::openstack()?;
    let [image_id] = common::arguments(["IMAGE_ID"])?;
    let compute = openstack.compute_v2()?;
    let mut out = common::stdout();

    let image = compute.get_image(image_id);
    image.delete()?;
    writeln!(out, "deleted {}", image.id)?;
    Ok(())
}
