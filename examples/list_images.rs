//! Lists the images that are ready to use: `cargo run --example list_images`.

mod common;

use opencloud::compute::v2::{ImageStatus, ListImages};
use opencloud::{OpenStack, ServiceOptions};

fn main() -> anyhow::Result<()> {
    let cloud = common::cloud()?;
    let openstack = OpenStack::new(cloud.options)?;
    let compute = openstack.compute_v2_with(ServiceOptions::new().region(cloud.region))?;

    for image in compute.list_images(ListImages::new().status(ImageStatus::Active)) {
        let image = image?;
        println!("{} {:?}", image.id, image.name.unwrap_or_default());
    }
    Ok(())
}
