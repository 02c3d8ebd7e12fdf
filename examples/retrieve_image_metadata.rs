//! Retrieves the metadata of one image:
//! `cargo run --example retrieve_image_metadata -- IMAGE_ID`.

mod common;

use opencloud::{OpenStack, ServiceOptions};

fn main() -> anyhow::Result<()> {
    let (cloud, [image_id]) = common::cloud_and(["IMAGE_ID"])?;
    let openstack = OpenStack::new(cloud.options)?;
    let compute = openstack.compute_v2_with(ServiceOptions::new().region(cloud.region))?;

    let mut image = compute.get_image(image_id);
    let metadata = image.get_metadata()?;
    for (key, value) in &metadata {
        println!("{key:?} = {value:?}");
    }
    Ok(())
}
