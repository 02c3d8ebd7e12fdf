//! Deletes one image: `cargo run --example delete_image -- IMAGE_ID`.

mod common;

use opencloud::{OpenStack, ServiceOptions};

fn main() -> anyhow::Result<()> {
    let (cloud, [image_id]) = common::cloud_and(["IMAGE_ID"])?;
    let openstack = OpenStack::new(cloud.options)?;
    let compute = openstack.compute_v2_with(ServiceOptions::new().region(cloud.region))?;

    let image = compute.get_image(image_id);
    image.delete()?;
    println!("deleted {}", image.id);
    Ok(())
}
