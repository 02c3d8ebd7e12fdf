//! Prints the id of the newest active image whose name starts with a prefix, for
//! use in a build script.
//!
//! `IMAGE=$(cargo run --quiet --example newest_image -- debian-12-)`

mod common;

use std::io::Write;

use anyhow::Context;
use clap::Parser;
use opencloud::OpenStack;
use opencloud::image::v2::{Image, ListImages};

/// Prints the id of the newest active image whose name starts with PREFIX. Exits
/// with 1 if no image matches.
#[derive(Parser)]
struct Arguments {
    /// Start of the image name
    prefix: String,
    /// Cloud in clouds.yaml
    #[arg(long, value_name = "NAME")]
    os_cloud: Option<String>,
}

fn main() -> anyhow::Result<()> {
    let Arguments { prefix, os_cloud } = Arguments::parse();
    let openstack = match os_cloud {
        Some(name) => OpenStack::from_cloud(name)?,
        None => OpenStack::from_env().or_else(common::sandbox)?, // if no cloud is configured
    };
    let images = openstack.images_v2()?;

    // Glance compares whole names only, so the prefix is compared here.
    let mut newest: Option<Image> = None;
    for image in images.list_images(ListImages::new().status("active")) {
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

    let newest = newest
        .with_context(|| format!("there is no active image whose name begins with {prefix:?}"))?;
    common::log(format_args!("found {:?}", newest.name.unwrap_or_default()));
    writeln!(common::stdout(), "{}", newest.id)?;
    Ok(())
}
