//! The commands.

use std::process::ExitCode;

use opencloud::compute::v2::{Compute, MetadataValue};
use opencloud::config::Config;
use opencloud::{ErrorKind, OpenStack};

use crate::arguments::{Arguments, Command};
use crate::common;
use crate::output::{Output, report};

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let cloud = arguments.os_cloud;
    let mut out = Output::new(arguments.json);
    match arguments.command {
        // `--limit 0` sends no request, so it needs no cloud.
        Command::List(list) if list.is_empty() => {}
        Command::List(list) => {
            let detailed = list.detailed;
            for image in connect(cloud)?.list_images(list.query()) {
                out.row(&image?, detailed)?;
            }
        }
        Command::Show { id } => {
            let mut image = connect(cloud)?.get_image(id);
            image.retrieve()?;
            out.image(&image)?;
        }
        Command::Delete { ids } => return Ok(delete(&connect(cloud)?, ids)),
        Command::Metadata { id } => {
            out.metadata(&connect(cloud)?.get_image(id).get_metadata()?)?;
        }
        Command::Get { id, key } => {
            let mut image = connect(cloud)?.get_image(id);
            let value = image.get_metadata_item(&key)?;
            let is_json = matches!(image.metadata.value(&key), Some(MetadataValue::Json(_)));
            out.value(&value, is_json)?;
        }
        Command::Set { id, items } => {
            let mut image = connect(cloud)?.get_image(id);
            image.merge_metadata(items)?;
            out.metadata(&image.metadata)?;
        }
        // Without items, `--all` is set.
        Command::Reset { id, items, .. } => {
            let mut image = connect(cloud)?.get_image(id);
            image.reset_metadata(items)?;
            out.metadata(&image.metadata)?;
        }
        Command::Unset { id, keys } => {
            let mut image = connect(cloud)?.get_image(id);
            for key in keys {
                image.delete_metadata_item(&key)?;
            }
        }
        Command::Config => {
            let config = cloud.map_or_else(Config::from_env, Config::from_cloud);
            match config.resolve() {
                // The other commands use the sandbox then, so this is no failure.
                Err(error) if error.kind() == ErrorKind::NotConfigured => {
                    report(&error.into());
                    common::log("no cloud is configured: other commands use the built-in sandbox");
                    out.no_settings()?;
                }
                settings => out.settings(&settings?)?,
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn connect(cloud: Option<String>) -> opencloud::Result<Compute> {
    let openstack = match cloud {
        Some(name) => OpenStack::from_cloud(name)?,
        None => common::openstack()?, // in your own program: OpenStack::from_env()?
    };
    openstack.compute_v2()
}

/// Deletes each image, and continues after a failure.
fn delete(compute: &Compute, ids: Vec<String>) -> ExitCode {
    let mut exit_code = ExitCode::SUCCESS;
    for id in ids {
        if let Err(error) = compute.get_image(id).delete() {
            report(&error.into());
            exit_code = ExitCode::FAILURE;
        }
    }
    exit_code
}
