//! Retrieves one item of the metadata of one image:
//! `cargo run --example get_image_metadata_item -- IMAGE_ID KEY`.

mod common;

use opencloud::{OpenStack, ServiceOptions};

fn main() -> anyhow::Result<()> {
    let (cloud, [image_id, key]) = common::cloud_and(["IMAGE_ID", "KEY"])?;
    let openstack = OpenStack::new(cloud.options)?;
    let compute = openstack.compute_v2_with(ServiceOptions::new().region(cloud.region))?;

    let mut image = compute.get_image(image_id);
    let value = image.get_metadata_item(&key)?;
    println!("{value:?}");
    Ok(())
}
