//! Deletes old images, such as nightly builds.
//!
//! `cargo run --example prune_images -- --name nightly- --older-than 30`

mod common;

use std::io::Write;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use clap::builder::NonEmptyStringValueParser;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::{SignedDuration, Timestamp};
use opencloud::OpenStack;
use opencloud::image::v2::{Image, ImageService, ListImages};

/// Deletes old images and prints their ids. Exits with 1 if one of them cannot be
/// deleted.
#[derive(Parser)]
struct Arguments {
    /// Only images whose name starts with PREFIX
    #[arg(long, value_name = "PREFIX", value_parser = NonEmptyStringValueParser::new())]
    name: String,
    /// Only images that were created at least DAYS days ago
    #[arg(long, value_name = "DAYS")]
    older_than: u32,
    /// Print the ids, but delete nothing
    #[arg(long)]
    dry_run: bool,
    /// Cloud in clouds.yaml
    #[arg(long, value_name = "NAME")]
    os_cloud: Option<String>,
}

impl Arguments {
    fn verb(&self) -> &'static str {
        if self.dry_run {
            "would delete"
        } else {
            "deleted"
        }
    }
}

#[derive(Default)]
struct Counts {
    seen: usize,
    deleted: usize,
    failed: usize,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let openstack = match &arguments.os_cloud {
        Some(name) => OpenStack::from_cloud(name)?,
        None => OpenStack::from_env().or_else(common::sandbox)?, // if no cloud is configured
    };
    let images = openstack.images_v2()?;

    // The bar is drawn only if stderr is a terminal.
    let style = ProgressStyle::with_template("{spinner} {pos} images seen, {msg}")?;
    let bar = ProgressBar::new_spinner().with_style(style);
    let mut counts = Counts::default();
    let result = prune(&images, &arguments, &bar, &mut counts);
    bar.finish_and_clear();

    common::log(format_args!(
        "{} images seen, {} {}, failed to delete {}",
        counts.seen,
        arguments.verb(),
        counts.deleted,
        counts.failed
    ));
    result?;
    Ok(ExitCode::from(u8::from(counts.failed > 0)))
}

/// Deletes images while they are listed. The list stays complete, because the next
/// page is requested before the last image of a page is returned.
fn prune(
    images: &ImageService,
    arguments: &Arguments,
    bar: &ProgressBar,
    counts: &mut Counts,
) -> anyhow::Result<()> {
    let age = SignedDuration::from_hours(24 * i64::from(arguments.older_than));
    let latest = Timestamp::now()
        .checked_sub(age)
        .context("--older-than is too large")?;
    let is_old = |image: &Image| image.created.is_some_and(|created| created <= latest);
    let matches = |image: &Image| {
        let name = image.name.as_deref();
        name.is_some_and(|name| name.starts_with(&arguments.name))
    };
    let mut out = common::stdout();

    for image in images.list_images(ListImages::new()) {
        let image = image?;
        counts.seen += 1;
        bar.set_message(format!("{} {}", arguments.verb(), counts.deleted));
        bar.inc(1);
        if !matches(&image) || !is_old(&image) {
            continue;
        }
        let result = if arguments.dry_run {
            Ok(())
        } else {
            image.delete()
        };
        match result {
            Ok(()) => {
                counts.deleted += 1;
                bar.suspend(|| writeln!(out, "{}", image.id))?;
            }
            // Another program deleted it.
            Err(error) if error.is_not_found() => {}
            Err(error) => {
                counts.failed += 1;
                let name = image.name.unwrap_or_default();
                bar.suspend(|| common::log(format_args!("{name:?}: {error}")));
            }
        }
    }
    Ok(())
}
