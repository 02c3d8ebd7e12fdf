//! The command line, which is checked as a whole before the first request.

use std::slice;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

const VISIBILITY_NOTE: &str = "With --api compute, Nova makes a shared or community image private.";

/// Lists, shows and deletes images of an OpenStack cloud, and edits their metadata.
///
/// The cloud and the credentials come from the OS_* variables and from clouds.yaml,
/// with the rules of openstacksdk.
#[derive(Parser)]
#[command(
    name = "images",
    after_help = "Exit status: 0 success, 1 rejected or failed, 2 wrong usage.\n\
                  RUST_LOG=opencloud=debug logs the requests to stderr."
)]
pub(crate) struct Arguments {
    /// Print each image, map or value as one line of JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Cloud in clouds.yaml
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) os_cloud: Option<String>,
    /// Service: compute (Nova) or image (Glance)
    #[arg(long, global = true, value_name = "API", default_value = "compute")]
    pub(crate) api: Api,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub(crate) enum Api {
    Compute,
    Image,
}

impl Arguments {
    /// Parses the command line.
    pub(crate) fn try_read() -> Result<Self, clap::Error> {
        let mut arguments = Self::try_parse()?;
        match &mut arguments.command {
            Command::Reset { items, all, .. } if items.is_empty() && !*all => {
                let message = "no KEY=VALUE; to delete all metadata, add --all";
                return Err(Self::command().error(ErrorKind::MissingRequiredArgument, message));
            }
            Command::Get { key, .. } => check_keys(arguments.api, slice::from_mut(key))?,
            Command::Unset { keys, .. } => check_keys(arguments.api, keys)?,
            _ => {}
        }
        Ok(arguments)
    }
}

/// Removes white space around keys, as Nova does, and rejects keys that cannot be
/// in a path. Glance accepts any key.
fn check_keys(api: Api, keys: &mut [String]) -> Result<(), clap::Error> {
    if api == Api::Image {
        return Ok(());
    }
    for key in keys {
        *key = segment(key.trim(), "a key").map_err(|reason| {
            let message = format!("invalid key '{key}': {reason}");
            Arguments::command().error(ErrorKind::ValueValidation, message)
        })?;
    }
    Ok(())
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// List images, newest first
    List(List),
    /// Show all fields of an image
    Show {
        /// Image id
        #[arg(value_parser = id)]
        id: String,
    },
    /// Delete images; continue after a failure
    Delete {
        /// Image ids
        #[arg(required = true, value_name = "ID", value_parser = id)]
        ids: Vec<String>,
    },
    /// Show the metadata of an image
    Metadata {
        /// Image id
        #[arg(value_parser = id)]
        id: String,
    },
    /// Show one metadata value; a value that is not a string is shown as JSON
    Get {
        /// Image id
        #[arg(value_parser = id)]
        id: String,
        /// Metadata key
        key: String,
    },
    /// Set metadata items, keep the others, and show the result
    #[command(after_help = VISIBILITY_NOTE)]
    Set {
        /// Image id
        #[arg(value_parser = id)]
        id: String,
        /// Metadata items; the value can be empty
        #[arg(required = true, value_name = "KEY=VALUE", value_parser = item)]
        items: Vec<(String, String)>,
    },
    /// Replace all metadata and show the result
    #[command(after_help = VISIBILITY_NOTE)]
    Reset {
        /// Image id
        #[arg(value_parser = id)]
        id: String,
        /// Metadata items; the value can be empty
        #[arg(value_name = "KEY=VALUE", value_parser = item)]
        items: Vec<(String, String)>,
        /// Delete all metadata
        #[arg(long, conflicts_with = "items")]
        all: bool,
    },
    /// Delete metadata items; stop at the first failure (Nova), or delete none (Glance)
    #[command(after_help = VISIBILITY_NOTE)]
    Unset {
        /// Image id
        #[arg(value_parser = id)]
        id: String,
        /// Metadata keys
        #[arg(required = true, value_name = "KEY")]
        keys: Vec<String>,
    },
    /// Show the configured cloud, its settings and their sources; send nothing
    Config,
}

#[derive(Args)]
pub(crate) struct List {
    /// List all fields of each image
    #[arg(long)]
    pub(crate) detailed: bool,
    /// Only images with this name
    #[arg(long, value_name = "S")]
    pub(crate) name: Option<String>,
    /// Only images with this status: ACTIVE, SAVING, DELETED, ERROR or UNKNOWN, or
    /// a status of the Image service
    #[arg(long, value_name = "S")]
    pub(crate) status: Option<String>,
    /// Only images of this type, such as snapshot
    #[arg(long = "type", value_name = "S")]
    pub(crate) image_type: Option<String>,
    /// Only images of the server with this id or URL
    #[arg(long, value_name = "S")]
    pub(crate) server: Option<String>,
    /// Only images changed at or after this time, such as 2026-11-23T12:00:00Z
    #[arg(long, value_name = "T")]
    pub(crate) changes_since: Option<String>,
    /// Only images with a minimum disk size of exactly N GiB
    #[arg(long, value_name = "N")]
    pub(crate) min_disk: Option<u64>,
    /// Only images with a minimum memory size of exactly N MiB
    #[arg(long, value_name = "N")]
    pub(crate) min_ram: Option<u64>,
    /// At most N images in total
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,
    /// Request N images at a time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) page_size: Option<u32>,
}

impl List {
    /// Whether the list is empty without a request.
    pub(crate) fn is_empty(&self) -> bool {
        self.limit == Some(0)
    }
}

fn id(text: &str) -> Result<String, String> {
    if text.contains(char::is_whitespace) {
        return Err("an id must not contain white space".to_owned());
    }
    segment(text, "an id")
}

/// Rejects an invalid path segment. The crate checks it too, but only
/// before the request with it.
fn segment(text: &str, kind: &str) -> Result<String, String> {
    match text {
        "" | "." | ".." => Err(format!("it cannot be {kind}")),
        text if text.contains(|c: char| c == '/' || c.is_control()) => Err(format!(
            "{kind} must not contain \"/\" or control characters"
        )),
        text => Ok(text.to_owned()),
    }
}

fn item(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        None => Err("it has no '='".to_owned()),
        Some(("", _)) => Err("it has no key before the '='".to_owned()),
        Some((key, value)) => Ok((key.to_owned(), value.to_owned())),
    }
}
