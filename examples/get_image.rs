//! Shows an image before and after its fields are retrieved.
//!
//! `cargo run --example get_image -- IMAGE_ID`

mod common;

use std::io::Write;

use opencloud::OpenStack;

fn main() -> anyhow::Result<()> {
    let openstack = OpenStack::from_env().or_else(common::sandbox)?; // if no cloud is configured
    let [image_id] = common::arguments(["IMAGE_ID"])?;
    let compute = openstack.compute_v2()?;
    let mut out = common::stdout();

    // Sends nothing; retrieve is not required to delete the image or change metadata.
    let mut image = compute.get_image(image_id);
    writeln!(out, "before: {:?} {:?}", image.name, image.status)?;

    image.retrieve()?;
    writeln!(out, "after: {:?} {:?}", image.name, image.status)?;
    Ok(())
}
