//! Lists the active images.
//!
//! `cargo run --example list_images`

mod common;

use std::io::Write;

use opencloud::OpenStack;
use opencloud::compute::v2::ListImages;

fn main() -> anyhow::Result<()> {
    let openstack = OpenStack::from_env().or_else(common::sandbox)?; // if no cloud is configured
    let compute = openstack.compute_v2()?;
    let mut out = common::stdout();

    for image in compute.list_images(ListImages::new().status("ACTIVE")) {
        let image = image?;
        writeln!(out, "{} {:?}", image.id, image.name.unwrap_or_default())?;
    }
    Ok(())
}
