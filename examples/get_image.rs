//! Gets one image, first without and then with its details:
//! `cargo run --example get_image -- IMAGE_ID`.

mod common;

use opencloud::{OpenStack, ServiceOptions};

fn main() -> anyhow::Result<()> {
    let (cloud, [image_id]) = common::cloud_and(["IMAGE_ID"])?;
    let openstack = OpenStack::new(cloud.options)?;
    let compute = openstack.compute_v2_with(ServiceOptions::new().region(cloud.region))?;

    // Sends nothing: enough to delete the image or to change its metadata.
    let mut image = compute.get_image(image_id);
    println!("before: {:?} {:?}", image.name, image.status);

    image.retrieve()?;
    println!("after: {:?} {:?}", image.name, image.status);
    Ok(())
}
