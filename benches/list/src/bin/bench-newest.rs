//! `bench-newest PREFIX`: what the example `newest_image` is, without the
//! sandbox that examples carry: a program of an ordinary size.

use anyhow::{Context, Result};
use opencloud::OpenStack;
use opencloud::compute::v2::{Image, ListImages};
use opencloud::config::Config;

fn main() -> Result<()> {
    let prefix = std::env::args().nth(1).context("which prefix?")?;
    let compute = OpenStack::new(Config::from_env().resolve()?.options()?)?.compute_v2()?;
    let mut newest: Option<Image> = None;
    for image in compute.list_images(ListImages::detailed().status("ACTIVE")) {
        let image = image?;
        let is_wanted = image
            .name
            .as_deref()
            .is_some_and(|name| name.starts_with(&prefix));
        if is_wanted
            && newest
                .as_ref()
                .is_none_or(|other| other.created < image.created)
        {
            newest = Some(image);
        }
    }
    println!("{}", newest.context("there is no such image")?.id);
    Ok(())
}
