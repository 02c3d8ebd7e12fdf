//! Reactivates an image: its data can be downloaded again.
//!
//! `cargo run --example reactivate_image -- DEACTIVATED_IMAGE_ID`

mod common;

use std::io::Write;

use opencloud::OpenStack;

fn main() -> anyhow::Result<()> {
    let openstack = OpenStack::from_env().or_else(common::sandbox)?; // if no cloud is configured
    let [image_id] = common::arguments(["DEACTIVATED_IMAGE_ID"])?;
    let images = openstack.images_v2()?;
    let mut out = common::stdout();

    let image = images.get_image(image_id);
    image.reactivate()?;
    writeln!(out, "reactivated {}", image.id)?;
    Ok(())
}
