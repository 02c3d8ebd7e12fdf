//! Keystone's response to an authentication, with the catalog of a medium-sized cloud.

use std::fmt::Write;

use crate::random::Random;
use crate::{PROJECT_ID, USER_ID};

const SERVICES: [(&str, &str, &str); 10] = [
    ("identity", "keystone", "/v3"),
    ("compute", "nova", "/v2.1"),
    ("image", "glance", "/image"),
    ("network", "neutron", "/network"),
    (
        "volumev3",
        "cinderv3",
        "/volume/v3/6f70656e737461636b20342065766572",
    ),
    ("placement", "placement", "/placement"),
    (
        "object-store",
        "swift",
        "/object/v1/AUTH_6f70656e737461636b20342065766572",
    ),
    (
        "orchestration",
        "heat",
        "/heat/v1/6f70656e737461636b20342065766572",
    ),
    ("key-manager", "barbican", "/key-manager"),
    ("dns", "designate", "/dns"),
];

/// The body of the response.
pub(crate) fn token(base: &str) -> String {
    let mut random = Random(7);
    let mut catalog = String::new();
    for (at, (kind, name, path)) in SERVICES.iter().enumerate() {
        let comma = if at > 0 { ", " } else { "" };
        let endpoints = ["public", "internal", "admin"].map(|interface| {
            format!(
                "{{\"id\": \"{}\", \"interface\": \"{interface}\", \"region_id\": \"RegionOne\", \
                 \"url\": \"{base}{path}\", \"region\": \"RegionOne\"}}",
                random.hex()
            )
        });
        let _ = write!(
            catalog,
            "{comma}{{\"endpoints\": [{}], \"id\": \"{}\", \"type\": \"{kind}\", \"name\": \"{name}\"}}",
            endpoints.join(", "),
            random.hex()
        );
    }
    format!(
        "{{\"token\": {{\"methods\": [\"password\"], \"user\": {{\"domain\": {{\"id\": \
         \"default\", \"name\": \"Default\"}}, \"id\": \"{USER_ID}\", \"name\": \"demo\", \
         \"password_expires_at\": null}}, \"audit_ids\": [\"Zp3pT1zjTuCcjEWCLyQ9SQ\"], \
         \"expires_at\": \"2099-01-01T00:00:00.000000Z\", \"issued_at\": \
         \"2025-01-01T00:00:00.000000Z\", \"project\": {{\"domain\": {{\"id\": \"default\", \
         \"name\": \"Default\"}}, \"id\": \"{PROJECT_ID}\", \"name\": \"demo\"}}, \"is_domain\": \
         false, \"roles\": [{{\"id\": \"9fe2ff9ee4384b1894a90878d3e92bab\", \"name\": \
         \"member\"}}, {{\"id\": \"4d2c8ad2f3a94f8d8f0f0d1d4ac6c9a1\", \"name\": \"reader\"}}], \
         \"catalog\": [{catalog}]}}}}"
    )
}
