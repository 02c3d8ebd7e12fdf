//! Which cloud, and the way to its Compute service.

use opencloud::OpenStack;
use opencloud::compute::v2::Compute;
use opencloud::config::{Config, Settings};

/// The settings of the cloud of that name, or of the one that the variables
/// and files settle on. Sends nothing.
pub(crate) fn settings(cloud: Option<&str>) -> opencloud::Result<Settings> {
    match cloud {
        Some(name) => Config::from_cloud(name).resolve(),
        None => Config::from_env().resolve(),
    }
}

/// Signs in there.
pub(crate) fn connect(cloud: Option<&str>) -> opencloud::Result<Compute> {
    OpenStack::new(settings(cloud)?.options()?)?.compute_v2()
}
