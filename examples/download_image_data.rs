//! Downloads the data of an image to a file. An existing file is overwritten.
//!
//! `cargo run --example download_image_data -- IMAGE_ID OUTPUT`

mod common;

use std::fs::File;
use std::io::Write;

use opencloud::OpenStack;

fn main() -> anyhow::Result<()> {
    let openstack = OpenStack::from_env().or_else(common::sandbox)?; // if no cloud is configured
    let [image_id, path] = common::arguments(["IMAGE_ID", "OUTPUT"])?;
    let images = openstack.images_v2()?;
    let mut out = common::stdout();

    let mut image = images.get_image(image_id);
    let transfer = image.download_data(&mut File::create(path)?)?;
    writeln!(out, "downloaded {} bytes", transfer.bytes)?;
    Ok(())
}
