//! Uploads a file as the data of a queued image, which has no data yet.
//!
//! `cargo run --example upload_image_data -- QUEUED_IMAGE_ID FILE`

mod common;

use std::fs::File;
use std::io::Write;

use opencloud::OpenStack;

fn main() -> anyhow::Result<()> {
    let openstack = OpenStack::from_env().or_else(common::sandbox)?; // if no cloud is configured
    let [image_id, path] = common::arguments(["QUEUED_IMAGE_ID", "FILE"])?;
    let images = openstack.images_v2()?;
    let mut out = common::stdout();

    let mut image = images.get_image(image_id);
    let transfer = image.upload_data(File::open(path)?)?;
    writeln!(out, "uploaded {} bytes", transfer.bytes)?;
    Ok(())
}
