//! [`ServiceOptions`]: which endpoint of a service to use.

use std::fmt;

use crate::address::without_user;

/// Which of a service's endpoints to use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Interface {
    /// For everyone: the default.
    #[default]
    Public,
    /// For programs inside the cloud's own network.
    Internal,
    /// For administrators.
    Admin,
}

impl Interface {
    /// The word that the catalogue uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Admin => "admin",
        }
    }

    /// The interface of that name; `publicURL` and the like are the old names.
    pub(crate) fn named(word: &str) -> Option<Self> {
        match word.trim_end_matches("URL") {
            "public" => Some(Self::Public),
            "internal" => Some(Self::Internal),
            "admin" => Some(Self::Admin),
            _ => None,
        }
    }
}

impl fmt::Display for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which endpoint of a service to use.
///
/// What is not set comes from [`Options`](crate::Options), and then from the catalogue.
#[derive(Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct ServiceOptions {
    pub(crate) region: Option<String>,
    pub(crate) interface: Option<Interface>,
    pub(crate) name: Option<String>,
    pub(crate) endpoint: Option<String>,
    pub(crate) microversion: Option<String>,
}

impl ServiceOptions {
    /// Nothing asked for: the first endpoint of the catalogue. Sends nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// In that region.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// On that interface.
    pub fn interface(mut self, interface: Interface) -> Self {
        self.interface = Some(interface);
        self
    }

    /// Of that name, such as `nova`; only for a catalogue that has two
    /// services of one type.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// At this address, whatever the catalogue says; in ASCII.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// With this microversion, such as `2.35`. Without one no version is sent,
    /// which is 2.1 and best for images.
    pub fn microversion(mut self, version: impl Into<String>) -> Self {
        self.microversion = Some(version.into());
        self
    }

    /// These, with the gaps filled from `other`.
    pub(crate) fn or(&self, other: &Self) -> Self {
        let first = |a: &Option<String>, b: &Option<String>| a.clone().or_else(|| b.clone());
        Self {
            region: first(&self.region, &other.region),
            interface: self.interface.or(other.interface),
            name: first(&self.name, &other.name),
            endpoint: first(&self.endpoint, &other.endpoint),
            microversion: first(&self.microversion, &other.microversion),
        }
    }
}

impl fmt::Debug for ServiceOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceOptions")
            .field("region", &self.region)
            .field("interface", &self.interface)
            .field("name", &self.name)
            .field("endpoint", &self.endpoint.as_deref().map(without_user))
            .field("microversion", &self.microversion)
            .finish()
    }
}
