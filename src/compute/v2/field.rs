//! [`Field`]: the names under which Nova sends what it knows of an image.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Visitor};

use super::loose::As;

/// The name of a field, without a copy of those that are known.
#[derive(Debug)]
pub(super) enum Field {
    Id,
    Name,
    Links,
    Metadata,
    MinDisk,
    MinRam,
    Progress,
    Size,
    Status,
    Created,
    Updated,
    Server,
    DiskConfig,
    Other(String),
}

impl Field {
    fn named(name: &str) -> Self {
        match name {
            "id" => Self::Id,
            "name" => Self::Name,
            "links" => Self::Links,
            "metadata" => Self::Metadata,
            "minDisk" => Self::MinDisk,
            "minRam" => Self::MinRam,
            "progress" => Self::Progress,
            "OS-EXT-IMG-SIZE:size" => Self::Size,
            "status" => Self::Status,
            "created" => Self::Created,
            "updated" => Self::Updated,
            "server" => Self::Server,
            "OS-DCF:diskConfig" => Self::DiskConfig,
            other => Self::Other(other.to_owned()),
        }
    }

    pub(super) fn into_name(self) -> String {
        let name = match self {
            Self::Id => "id",
            Self::Name => "name",
            Self::Links => "links",
            Self::Metadata => "metadata",
            Self::MinDisk => "minDisk",
            Self::MinRam => "minRam",
            Self::Progress => "progress",
            Self::Size => "OS-EXT-IMG-SIZE:size",
            Self::Status => "status",
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Server => "server",
            Self::DiskConfig => "OS-DCF:diskConfig",
            Self::Other(name) => return name,
        };
        name.to_owned()
    }

    /// What its value is read as, where it can be.
    pub(super) fn form(&self) -> As {
        match self {
            Self::Links => As::Links,
            Self::Metadata => As::Metadata,
            Self::Status => As::Status,
            Self::Created | Self::Updated => As::Time,
            _ => As::Plain,
        }
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;

        impl Visitor<'_> for Name {
            type Value = Field;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field of an image")
            }

            fn visit_str<E>(self, name: &str) -> Result<Field, E> {
                Ok(Field::named(name))
            }
        }

        deserializer.deserialize_identifier(Name)
    }
}
