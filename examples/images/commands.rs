//! The commands.

use std::process::ExitCode;

use opencloud::compute::v2::MetadataValue;
use opencloud::config::Config;
use opencloud::{ErrorKind, OpenStack};

use crate::arguments::{Api, Arguments, Command};
use crate::common;
use crate::output::{Output, report};
use crate::service::{Image, Service};

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let cloud = arguments.os_cloud;
    let mut out = Output::new(arguments.json);
    match arguments.command {
        // `--limit 0` sends no request, so it needs no cloud.
        Command::List(list) if list.is_empty() => Ok(ExitCode::SUCCESS),
        Command::Config => print_config(cloud, &mut out),
        command => {
            let openstack = match cloud {
                Some(name) => OpenStack::from_cloud(name)?,
                None => OpenStack::from_env().or_else(common::sandbox)?, // if no cloud is configured
            };
            match arguments.api {
                Api::Compute => send(&openstack.compute_v2()?, command, &mut out),
                Api::Image => send(&openstack.images_v2()?, command, &mut out),
            }
        }
    }
}

/// Runs a command that sends requests to a service.
fn send(service: &impl Service, command: Command, out: &mut Output) -> anyhow::Result<ExitCode> {
    match command {
        Command::List(list) => {
            let detailed = list.detailed;
            for image in service.list_images(list) {
                out.row(&image?, detailed)?;
            }
        }
        Command::Show { id } => {
            let mut image = service.get_image(id);
            image.retrieve()?;
            out.image(&image)?;
        }
        Command::Delete { ids } => return Ok(delete(service, ids)),
        Command::Metadata { id } => out.metadata(&service.get_image(id).get_metadata()?)?,
        Command::Get { id, key } => {
            let mut image = service.get_image(id);
            let value = image.get_metadata_item(&key)?;
            let is_json = matches!(image.metadata().value(&key), Some(MetadataValue::Json(_)));
            out.value(&value, is_json)?;
        }
        Command::Set { id, items } => {
            let mut image = service.get_image(id);
            image.merge_metadata(items)?;
            out.metadata(image.metadata())?;
        }
        // Without items, `--all` is set.
        Command::Reset { id, items, .. } => {
            let mut image = service.get_image(id);
            image.reset_metadata(items)?;
            out.metadata(image.metadata())?;
        }
        Command::Unset { id, keys } => service.get_image(id).delete_metadata_items(keys)?,
        Command::Config => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// Deletes each image, and continues after a failure.
fn delete(service: &impl Service, ids: Vec<String>) -> ExitCode {
    let mut exit_code = ExitCode::SUCCESS;
    for id in ids {
        if let Err(error) = service.get_image(id).delete() {
            report(&error.into());
            exit_code = ExitCode::FAILURE;
        }
    }
    exit_code
}

fn print_config(cloud: Option<String>, out: &mut Output) -> anyhow::Result<ExitCode> {
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
    Ok(ExitCode::SUCCESS)
}
