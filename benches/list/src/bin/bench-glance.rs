//! `bench-glance JOB`: a job with Glance and the crate.
//!
//! `list` lists all images. Reads the variables of `cloud_from_variables`.

use anyhow::{Result, bail};
use bench_list::cloud_from_variables;
use opencloud::image::v2::{ImageService, ListImages};

fn main() -> Result<()> {
    let images = cloud_from_variables()?.images_v2()?;
    match std::env::args().nth(1).as_deref() {
        Some("list") => list(&images),
        _ => bail!("usage: bench-glance list"),
    }
}

/// Prints the number of all images, and the length of their names and metadata keys.
fn list(images: &ImageService) -> Result<()> {
    let (mut count, mut sum) = (0, 0);
    for image in images.list_images(ListImages::new()) {
        let image = image?;
        count += 1;
        sum += image.name.as_deref().map_or(0, str::len);
        sum += image.metadata.keys().map(str::len).sum::<usize>();
    }
    println!("count={count} sum={sum}");
    Ok(())
}
