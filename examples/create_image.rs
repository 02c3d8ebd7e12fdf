//! Creates an image without data.
//!
//! `cargo run --example create_image -- NAME`

mod common;

use std::io::Write;

use opencloud::OpenStack;
use opencloud::image::v2::NewImage;

fn main() -> anyhow::Result<()> {
    let openstack = OpenStack::from_env().or_else(common::sandbox)?; // if no cloud is configured
    let [name] = common::arguments(["NAME"])?;
    let images = openstack.images_v2()?;
    let mut out = common::stdout();

    let image = images.create_image(
        NewImage::named(name)
            .disk_format("raw")
            .container_format("bare")
            .visibility("private")
            .tags(["example"])
            .min_disk(1)
            .property("architecture", "x86_64"),
    )?;
    writeln!(out, "created {}", image.id)?;
    Ok(())
}
