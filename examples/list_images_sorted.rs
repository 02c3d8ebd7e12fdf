//! Lists the images in the order of their names.
//!
//! `cargo run --example list_images_sorted`

mod common;

use std::io::Write;

use opencloud::OpenStack;
use opencloud::image::v2::ListImages;

fn main() -> anyhow::Result<()> {
    let openstack = OpenStack::from_env().or_else(common::sandbox)?; // if no cloud is configured
    let images = openstack.images_v2()?;
    let mut out = common::stdout();

    for image in images.list_images(ListImages::new().sort("name", "asc")) {
        let image = image?;
        writeln!(out, "{} {:?}", image.id, image.name.unwrap_or_default())?;
    }
    Ok(())
}
