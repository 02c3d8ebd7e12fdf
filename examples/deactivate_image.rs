//! Deactivates an image: only administrators can download its data.
//!
//! `cargo run --example deactivate_image -- IMAGE_ID`

mod common;

use std::io::Write;

use opencloud::OpenStack;

fn main() -> anyhow::Result<()> {
    let openstack = OpenStack::from_env().or_else(common::sandbox)?; // if no cloud is configured
    let [image_id] = common::arguments(["IMAGE_ID"])?;
    let images = openstack.images_v2()?;
    let mut out = common::stdout();

    let image = images.get_image(image_id);
    image.deactivate()?;
    writeln!(out, "deactivated {}", image.id)?;
    Ok(())
}
