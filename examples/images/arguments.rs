//! The command line, as a value: nothing is sent before all of it is known to
//! be good.

use clap::{Args, Parser, Subcommand};
use opencloud::compute::v2::{ImageStatus, ListImages};

/// The images of an OpenStack cloud, through its Compute service.
///
/// Which cloud, and who signs in, is taken from the OS_* variables and from
/// clouds.yaml, as the openstack command does.
#[derive(Parser)]
#[command(
    name = "images",
    after_help = "Exit status: 0 done, 1 refused or failed, 2 wrong usage.\n\
                  RUST_LOG=debug shows the requests on stderr."
)]
pub(crate) struct Arguments {
    /// Each image, map or value as one line of JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// The cloud of that name in clouds.yaml
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) os_cloud: Option<String>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// List images, newest first
    List(List),
    /// Show all that is known about an image
    Show {
        #[arg(value_parser = id)]
        id: String,
    },
    /// Delete images, each of them even if another cannot be deleted
    Delete {
        #[arg(required = true, value_name = "ID", value_parser = id)]
        ids: Vec<String>,
    },
    /// Show the metadata of an image
    Metadata {
        #[arg(value_parser = id)]
        id: String,
    },
    /// Show one metadata value
    Get {
        #[arg(value_parser = id)]
        id: String,
        #[arg(value_parser = key)]
        key: String,
    },
    /// Set metadata and leave the others; shows what came of it
    Set {
        #[arg(value_parser = id)]
        id: String,
        #[arg(required = true, value_name = "KEY=VALUE", value_parser = item)]
        items: Vec<(String, String)>,
    },
    /// Replace all metadata, with none: delete all; shows what came of it
    Reset {
        #[arg(value_parser = id)]
        id: String,
        #[arg(value_name = "KEY=VALUE", value_parser = item)]
        items: Vec<(String, String)>,
    },
    /// Delete metadata items, until one cannot be deleted
    Unset {
        #[arg(value_parser = id)]
        id: String,
        #[arg(required = true, value_name = "KEY", value_parser = key)]
        keys: Vec<String>,
    },
    /// Show which cloud is used, with which settings, and where each came from;
    /// sends nothing
    Config,
}

#[derive(Args)]
pub(crate) struct List {
    /// With all that is known about each image
    #[arg(long)]
    detailed: bool,
    /// Only images of exactly that name
    #[arg(long, value_name = "S")]
    name: Option<String>,
    /// Only images of that status: ACTIVE, SAVING, DELETED, ERROR, UNKNOWN, or
    /// a word of the Image service
    #[arg(long, value_name = "S")]
    status: Option<String>,
    /// Only images of that type, such as snapshot
    #[arg(long = "type", value_name = "S")]
    image_type: Option<String>,
    /// Only images of that server, by its id or URL
    #[arg(long, value_name = "S")]
    server: Option<String>,
    /// Only images that changed then or later, such as 2026-11-23T12:00:00Z
    #[arg(long, value_name = "T")]
    changes_since: Option<String>,
    /// Only images whose least disk is exactly N GiB
    #[arg(long, value_name = "N")]
    min_disk: Option<u64>,
    /// Only images whose least memory is exactly N MiB
    #[arg(long, value_name = "N")]
    min_ram: Option<u64>,
    /// At most N images in all
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// N images a request
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    page_size: Option<u32>,
}

impl List {
    /// Whether every field of an image is asked for.
    pub(crate) fn is_detailed(&self) -> bool {
        self.detailed
    }

    /// Whether no image is asked for, which needs no cloud.
    pub(crate) fn is_empty(&self) -> bool {
        self.limit == Some(0)
    }

    pub(crate) fn query(self) -> ListImages {
        let mut list = ListImages::from(self.detailed);
        if let Some(name) = self.name {
            list = list.name(name);
        }
        if let Some(status) = self.status {
            list = list.status(ImageStatus::from(status));
        }
        if let Some(kind) = self.image_type {
            list = list.image_type(kind);
        }
        if let Some(server) = self.server {
            list = list.server(server);
        }
        if let Some(time) = self.changes_since {
            list = list.changes_since(time);
        }
        if let Some(gib) = self.min_disk {
            list = list.min_disk(gib);
        }
        if let Some(mib) = self.min_ram {
            list = list.min_ram(mib);
        }
        if let Some(images) = self.limit {
            list = list.limit(images);
        }
        if let Some(images) = self.page_size {
            list = list.page_size(images);
        }
        list
    }
}

fn id(text: &str) -> Result<String, String> {
    segment(text, "an id")
}

fn key(text: &str) -> Result<String, String> {
    segment(text, "a key")
}

/// What cannot stand in a path is refused by the crate too, but only when its
/// turn comes.
fn segment(text: &str, what: &str) -> Result<String, String> {
    match text {
        "" | "." | ".." => Err(format!("it cannot be {what}")),
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
