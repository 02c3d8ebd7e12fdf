//! Sets one item of the metadata of one image:
//! `cargo run --example set_image_metadata_item -- IMAGE_ID KEY VALUE`.

mod common;

use opencloud::{OpenStack, ServiceOptions};

fn main() -> anyhow::Result<()> {
    let (cloud, [image_id, key, value]) = common::cloud_and(["IMAGE_ID", "KEY", "VALUE"])?;
    let openstack = OpenStack::new(cloud.options)?;
    let compute = openstack.compute_v2_with(ServiceOptions::new().region(cloud.region))?;

    let mut image = compute.get_image(image_id);
    image.set_metadata_item(&key, &value)?;
    for (key, value) in &image.metadata {
        println!("{key:?} = {value:?}");
    }
    Ok(())
}
