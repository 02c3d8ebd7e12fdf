//! Deletes the old images of one kind, such as the nightly ones:
//! `cargo run --example prune_images -- --name nightly- --older-than 30`.

mod common;

use std::io::{Write, stdout};
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use clap::builder::NonEmptyStringValueParser;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::{SignedDuration, Timestamp};
use opencloud::OpenStack;
use opencloud::compute::v2::{Compute, Image, ListImages};

/// Deletes the old images of one kind. The ids of those that were deleted are
/// written to stdout; exits 1 if one could not be.
#[derive(Parser)]
struct Arguments {
    /// Only images whose name begins so
    #[arg(long, value_name = "PREFIX", value_parser = NonEmptyStringValueParser::new())]
    name: String,
    /// Only images that were made at least that many days ago
    #[arg(long, value_name = "DAYS")]
    older_than: u32,
    /// Delete nothing, only say what would be
    #[arg(long)]
    dry_run: bool,
    /// The cloud of that name in clouds.yaml
    #[arg(long, value_name = "NAME")]
    os_cloud: Option<String>,
}

#[derive(Default)]
struct Counts {
    seen: usize,
    deleted: usize,
    failed: usize,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let cloud = common::chosen(arguments.os_cloud.as_deref())?;
    let compute = OpenStack::new(cloud.options)?.compute_v2()?;

    // Draws nothing unless stderr is a terminal.
    let style = ProgressStyle::with_template("{spinner} {pos} images seen, {msg}")?;
    let bar = ProgressBar::new_spinner().with_style(style);
    let mut counts = Counts::default();
    let outcome = prune(&compute, &arguments, &bar, &mut counts);
    bar.finish_and_clear();

    let Counts {
        seen,
        deleted,
        failed,
    } = counts;
    let verb = if arguments.dry_run {
        "would delete"
    } else {
        "deleted"
    };
    eprintln!("{seen} images seen, {verb} {deleted}, failed to delete {failed}");
    outcome?;
    Ok(if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Deletes while it lists: the list stays whole, because the next page is
/// asked for before the last image of a page is given out.
fn prune(
    compute: &Compute,
    arguments: &Arguments,
    bar: &ProgressBar,
    counts: &mut Counts,
) -> anyhow::Result<()> {
    let age = SignedDuration::from_hours(24 * i64::from(arguments.older_than));
    let latest = Timestamp::now()
        .checked_sub(age)
        .context("no image is that old")?;
    let is_wanted = |image: &Image| {
        image
            .name
            .as_deref()
            .is_some_and(|name| name.starts_with(&arguments.name))
            && image.created.is_some_and(|created| created <= latest)
    };

    for image in compute.list_images(ListImages::detailed()) {
        let image = image?;
        counts.seen += 1;
        bar.set_message(format!("{} deleted", counts.deleted));
        bar.inc(1);
        if !is_wanted(&image) {
            continue;
        }
        let outcome = if arguments.dry_run {
            Ok(())
        } else {
            image.delete()
        };
        match outcome {
            // Gone meanwhile: somebody else did it.
            Err(error) if error.is_not_found() => {}
            Err(error) => {
                counts.failed += 1;
                bar.suspend(|| eprintln!("{:?}: {error}", image.name.unwrap_or_default()));
            }
            Ok(()) => {
                counts.deleted += 1;
                bar.suspend(|| writeln!(stdout(), "{}", image.id))?;
            }
        }
    }
    Ok(())
}
