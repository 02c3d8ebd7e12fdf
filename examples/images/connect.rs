//! Which cloud, and the way to its Compute service.

use opencloud::OpenStack;
use opencloud::compute::v2::Compute;
use opencloud::config::{Config, Settings};

use crate::common::{self, Cloud};

/// The settings of the cloud of that name, or of the one that the variables
/// and files settle on. Sends nothing.
pub(crate) fn settings(cloud: Option<&str>) -> opencloud::Result<Settings> {
    cloud
        .map_or_else(Config::from_env, Config::from_cloud)
        .resolve()
}

/// Signs in there. The cloud is to be kept: it may be the sandbox.
pub(crate) fn connect(cloud: Option<&str>) -> anyhow::Result<(Compute, Cloud)> {
    let cloud = common::chosen(cloud)?;
    let compute = OpenStack::new(cloud.options.clone())?.compute_v2()?;
    Ok((compute, cloud))
}
