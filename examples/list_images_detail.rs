//! Lists every image with detailed information.
//!
//! `cargo run --example list_images_detail`

mod common;

use std::io::Write;

use opencloud::OpenStack;

fn main() -> anyhow::Result<()> {
    let openstack = OpenStack::from_env().or_else(common::sandbox)?; // if no cloud is configured
    let compute = openstack.compute_v2()?;
    let mut out = common::stdout();

    for image in compute.list_images(true) {
        let image = image?;
        writeln!(out, "{} {:?} {:?}", image.id, image.min_disk, image.updated)?;
    }
    Ok(())
}
