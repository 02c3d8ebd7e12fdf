//! Lists every image with all that Nova knows about it:
//! `cargo run --example list_images_detail`.

mod common;

use opencloud::{OpenStack, ServiceOptions};

fn main() -> anyhow::Result<()> {
    let cloud = common::cloud()?;
    let openstack = OpenStack::new(cloud.options)?;
    let compute = openstack.compute_v2_with(ServiceOptions::new().region(cloud.region))?;

    for image in compute.list_images(true) {
        println!("{:#?}", image?);
    }
    Ok(())
}
