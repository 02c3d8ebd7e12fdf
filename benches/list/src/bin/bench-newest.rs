//! `bench-newest PREFIX`: the example `newest_image` without the sandbox, to measure
//! the size of a typical program.

use anyhow::{Context, Result};
use opencloud::OpenStack;
use opencloud::compute::v2::{Image, ListImages};

fn main() -> Result<()> {
    let prefix = std::env::args()
        .nth(1)
        .context("usage: bench-newest PREFIX")?;
    let compute = OpenStack::from_env()?.compute_v2()?;
    let mut newest: Option<Image> = None;
    for image in compute.list_images(ListImages::detailed().status("ACTIVE")) {
        let image = image?;
        let matches = image
            .name
            .as_deref()
            .is_some_and(|name| name.starts_with(&prefix));
        let is_newer = newest
            .as_ref()
            .is_none_or(|newest| newest.created < image.created);
        if matches && is_newer {
            newest = Some(image);
        }
    }
    println!("{}", newest.context("no image matches")?.id);
    Ok(())
}
