//! A step of a build: the id of the newest image whose name begins so, as the
//! only thing on stdout.
//!
//! `IMAGE=$(cargo run --quiet --example newest_image -- debian-12-)`

mod common;

use anyhow::Context;
use clap::Parser;
use opencloud::OpenStack;
use opencloud::compute::v2::{Image, ImageStatus, ListImages};

/// Writes the id of the newest ACTIVE image whose name begins so; exits 1 if
/// there is none.
#[derive(Parser)]
struct Arguments {
    /// How its name begins
    prefix: String,
    /// The cloud of that name in clouds.yaml
    #[arg(long, value_name = "NAME")]
    os_cloud: Option<String>,
}

fn main() -> anyhow::Result<()> {
    let Arguments { prefix, os_cloud } = Arguments::parse();
    let cloud = common::chosen(os_cloud.as_deref())?;
    let compute = OpenStack::new(cloud.options)?.compute_v2()?;

    // Nova can only look for whole names, so the beginning is compared here.
    let mut newest: Option<Image> = None;
    for image in compute.list_images(ListImages::detailed().status(ImageStatus::Active)) {
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

    let newest = newest
        .with_context(|| format!("there is no ACTIVE image whose name begins with {prefix:?}"))?;
    eprintln!("found {:?}", newest.name.unwrap_or_default());
    println!("{}", newest.id);
    Ok(())
}
