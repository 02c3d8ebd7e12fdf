//! Sets one item of the metadata of one image and leaves the others:
//! `cargo run --example merge_image_metadata -- IMAGE_ID KEY VALUE`.

mod common;

use opencloud::{OpenStack, ServiceOptions};

fn main() -> anyhow::Result<()> {
    let (cloud, [image_id, key, value]) = common::cloud_and(["IMAGE_ID", "KEY", "VALUE"])?;
    let openstack = OpenStack::new(cloud.options)?;
    let compute = openstack.compute_v2_with(ServiceOptions::new().region(cloud.region))?;

    let mut image = compute.get_image(image_id);
    image.merge_metadata([(key, value)])?;
    for (key, value) in &image.metadata {
        println!("{key:?} = {value:?}");
    }
    Ok(())
}
