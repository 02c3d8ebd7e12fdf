//! The calls about servers, limits and quotas that image clients make.

use super::call::Call;
use super::fault::{Fault, Outcome};

/// An empty list: the sandbox has no servers.
pub(super) fn servers(call: &Call<'_>) -> Outcome {
    if call.caller.unscoped {
        let text = "Policy doesn't allow os_compute_api:servers:index to be performed.";
        return Err(Fault::new(403, text));
    }
    Ok(Some("{\"servers\": []}".to_owned()))
}

pub(super) fn limits() -> String {
    "{\"limits\": {\"rate\": [], \"absolute\": {\"maxTotalCores\": 20, \"maxPersonality\": 5, \
     \"maxPersonalitySize\": 10240, \"maxTotalInstances\": 10, \"maxTotalKeypairs\": 100, \
     \"maxServerMeta\": 128, \"maxImageMeta\": 128, \"maxTotalRAMSize\": 51200, \"maxServerGroups\": 10, \
     \"maxServerGroupMembers\": 10, \"maxTotalFloatingIps\": -1, \"maxSecurityGroups\": -1, \
     \"maxSecurityGroupRules\": -1, \"totalRAMUsed\": 0, \"totalCoresUsed\": 0, \
     \"totalInstancesUsed\": 0, \"totalFloatingIpsUsed\": 0, \"totalSecurityGroupsUsed\": 0, \
     \"totalServerGroupsUsed\": 0}}}"
        .to_owned()
}

pub(super) fn quota(project: &str) -> String {
    format!(
        "{{\"quota_set\": {{\"id\": {}, \"cores\": 20, \"fixed_ips\": -1, \"floating_ips\": -1, \
         \"injected_file_content_bytes\": 10240, \"injected_file_path_bytes\": 255, \
         \"injected_files\": 5, \"instances\": 10, \"key_pairs\": 100, \"metadata_items\": 128, \
         \"ram\": 51200, \"security_group_rules\": -1, \"security_groups\": -1, \
         \"server_group_members\": 10, \"server_groups\": 10}}}}",
        crate::json::quote(project)
    )
}
