//! Publishes an image file, as a build tool does: creates the image, uploads and
//! verifies the data, and waits until the image is active. Deletes the image if that
//! fails.
//!
//! `IMAGE=$(cargo run --quiet --example publish_image -- disk.raw --name debian-13)`

mod common;

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use indicatif::{ProgressBar, ProgressStyle};
use opencloud::OpenStack;
use opencloud::image::v2::{Image, NewImage, Upload};

const TIMEOUT: Duration = Duration::from_secs(60);

/// Uploads FILE as a new image and prints its id. Exits with 1 if that fails.
#[derive(Parser)]
#[command(name = "publish_image")]
struct Arguments {
    /// Image file; without a configured cloud it can be omitted
    file: Option<PathBuf>,
    /// Name of the image
    #[arg(long, value_name = "NAME", default_value = "example")]
    name: String,
    /// Format of the file, such as qcow2
    #[arg(long, value_name = "FORMAT", default_value = "raw")]
    disk_format: String,
    /// Cloud in clouds.yaml
    #[arg(long, value_name = "NAME")]
    os_cloud: Option<String>,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let openstack = match &arguments.os_cloud {
        Some(name) => OpenStack::from_cloud(name)?,
        None => OpenStack::from_env().or_else(common::sandbox)?, // if no cloud is configured
    };
    let data = match &arguments.file {
        Some(path) => {
            let file = File::open(path);
            file.with_context(|| format!("cannot open {}", path.display()))?
                .into()
        }
        None if common::is_sandbox() => Upload::from(vec![0; 1024 * 1024]),
        None => Arguments::command()
            .error(ErrorKind::MissingRequiredArgument, "no FILE to upload")
            .exit(),
    };

    let mut image = openstack.images_v2()?.create_image(
        NewImage::named(arguments.name)
            .disk_format(arguments.disk_format)
            .container_format("bare"),
    )?;
    if let Err(error) = upload(&mut image, data) {
        match image.delete() {
            Ok(()) => common::log(format_args!("deleted image {}", image.id)),
            Err(error) => common::log(format_args!("cannot delete the image: {error}")),
        }
        return Err(error);
    }
    writeln!(common::stdout(), "{}", image.id)?;
    Ok(())
}

fn upload(image: &mut Image, data: Upload<'_>) -> anyhow::Result<()> {
    // The bar is drawn only if stderr is a terminal.
    let style = ProgressStyle::with_template("{wide_bar} {bytes} of {total_bytes}, {eta}")?;
    let bar = ProgressBar::new(0).with_style(style);
    let data = data.progress(|done, total| {
        bar.set_length(total.unwrap_or(done));
        bar.set_position(done);
    });
    let result = image.upload_data(data);
    bar.finish_and_clear();

    // A wrong hash is an error.
    let transfer = result?;
    let verified = if transfer.verified {
        "size and hash"
    } else {
        "only the size"
    };
    common::log(format_args!(
        "uploaded {} bytes, verified {verified}",
        transfer.bytes
    ));
    image.wait_until_active(TIMEOUT)?;
    Ok(())
}
