//! Changes the name, the minimum memory and one metadata item of an image.
//!
//! `cargo run --example update_image -- IMAGE_ID NAME`

mod common;

use std::io::Write;

use opencloud::OpenStack;
use opencloud::image::v2::ImageUpdate;

fn main() -> anyhow::Result<()> {
    let openstack = OpenStack::from_env().or_else(common::sandbox)?; // if no cloud is configured
    let [image_id, name] = common::arguments(["IMAGE_ID", "NAME"])?;
    let images = openstack.images_v2()?;
    let mut out = common::stdout();

    let mut image = images.get_image(image_id);
    let update = ImageUpdate::new()
        .name(name)
        .min_ram(64)
        .property("architecture", "aarch64");
    image.update(update)?;
    writeln!(out, "updated {:?} {:?}", image.name, image.min_ram)?;
    Ok(())
}
