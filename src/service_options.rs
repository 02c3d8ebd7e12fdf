//! [`ServiceOptions`]: the endpoint and the microversion of a service.

use std::fmt;

use crate::endpoint::strip_userinfo;

/// The audience of an endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Interface {
    /// For everyone; the default.
    #[default]
    Public,
    /// For programs in the network of the cloud.
    Internal,
    /// For administrators.
    Admin,
}

impl Interface {
    /// The name in the catalog.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Admin => "admin",
        }
    }

    /// Parses a name in any case. `publicURL` is an old form of `public`.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name.to_lowercase().trim_end_matches("url") {
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

/// The endpoint and the microversion of a service.
///
/// An unset option is taken from [`Options`](crate::Options).
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
    /// Options that are all unset. They select the first public endpoint of the
    /// catalog.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the region.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Sets the interface.
    pub fn interface(mut self, interface: Interface) -> Self {
        self.interface = Some(interface);
        self
    }

    /// Sets the name, such as `nova`. It is required only if the catalog has two
    /// services of one type.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the URL of the endpoint; the catalog is not used. The version is
    /// appended if the URL has none, and `%(project_id)s` is replaced.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// Sets the microversion, such as `2.35`. If it is unset, no version is sent;
    /// Nova then uses 2.1, which supports images.
    pub fn microversion(mut self, version: impl Into<String>) -> Self {
        self.microversion = Some(version.into());
        self
    }

    /// These options, with the unset ones from `other`.
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
            .field("endpoint", &self.endpoint.as_deref().map(strip_userinfo))
            .field("microversion", &self.microversion)
            .finish()
    }
}
