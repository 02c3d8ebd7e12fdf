//! `bench-glance JOB`: a job with Glance and the crate.
//!
//! `list` lists all images, `upload ID FILE` and `download ID FILE` transfer the data
//! of an image, and `connect` only authenticates. Reads the variables of
//! `cloud_from_variables`.

use std::fs::File;

use anyhow::{Result, bail};
use bench_list::cloud_from_variables;
use opencloud::image::v2::{ImageService, ListImages};

fn main() -> Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let images = cloud_from_variables()?.images_v2()?;
    match arguments[..] {
        ["connect"] => {}
        ["list"] => list(&images)?,
        ["upload", id, file] => {
            let file = File::open(file)?;
            images.get_image(id).upload_data(file)?;
        }
        ["download", id, file] => {
            let mut file = File::create(file)?;
            images.get_image(id).download_data(&mut file)?;
        }
        _ => bail!("usage: bench-glance connect|list|upload ID FILE|download ID FILE"),
    }
    Ok(())
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
