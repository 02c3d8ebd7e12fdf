//! Settings files for other clients.

use std::fs;
use std::io;
use std::path::Path;

use crate::cloud::{APPLICATION_CREDENTIAL_SECRET, Cloud};

/// The variables of the user `demo`.
pub(crate) fn variables(identity: &str) -> [(&'static str, String); 10] {
    [
        ("OS_AUTH_URL", identity),
        ("OS_IDENTITY_API_VERSION", "3"),
        ("OS_AUTH_TYPE", "password"),
        ("OS_USERNAME", "demo"),
        ("OS_PASSWORD", "demo-password"),
        ("OS_PROJECT_NAME", "demo"),
        ("OS_USER_DOMAIN_NAME", "Default"),
        ("OS_PROJECT_DOMAIN_NAME", "Default"),
        ("OS_REGION_NAME", "RegionOne"),
        ("OS_INTERFACE", "public"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
}

/// Shell commands that set these variables, and unset those of another cloud.
pub(crate) fn exports(identity: &str) -> String {
    let unset = "for name in $(env | sed -n 's/^\\(OS_[A-Za-z0-9_]*\\)=.*/\\1/p'); do\n    \
                 unset \"$name\"\ndone\n";
    let lines = variables(identity).map(|(name, value)| format!("export {name}={value}\n"));
    // Without it, programs would send the requests to the proxy of the caller.
    let no_proxy = "export no_proxy=\"127.0.0.1${no_proxy:+,$no_proxy}\"\n";
    unset.to_owned() + &lines.concat() + no_proxy
}

pub(crate) fn write(cloud: &Cloud, directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    fs::write(directory.join("openrc"), exports(&cloud.identity_url()))?;
    fs::write(directory.join("clouds.yaml"), clouds_yaml(cloud))?;
    fs::write(directory.join("cloud.json"), cloud_json(cloud))?;
    fs::write(directory.join("images.json"), object(1, &cloud.labels))
}

fn clouds_yaml(cloud: &Cloud) -> String {
    let identity = cloud.identity_url();
    let mut text = String::from("clouds:\n");
    for user in &cloud.users {
        text += &format!(
            "  {name}:\n    region_name: RegionOne\n    auth:\n      auth_url: {identity}\n      \
             username: {name}\n      password: {}\n      user_domain_name: Default\n      \
             project_name: {}\n      project_domain_name: Default\n",
            user.password,
            user.project,
            name = user.name,
        );
    }
    text += &format!(
        "  demo-app:\n    region_name: RegionOne\n    auth_type: v3applicationcredential\n    auth:\n      \
         auth_url: {identity}\n      application_credential_id: {}\n      \
         application_credential_secret: {APPLICATION_CREDENTIAL_SECRET}\n",
        cloud.application_credential
    );
    text
}

fn cloud_json(cloud: &Cloud) -> String {
    let users: Vec<String> = cloud
        .users
        .iter()
        .map(|user| {
            format!(
                "  \"{}\": {{\"id\": \"{}\", \"password\": \"{}\", \"project\": \"{}\"}}",
                user.name, user.id, user.password, user.project
            )
        })
        .collect();
    format!(
        "{{\n \"identity\": \"{}\",\n \"image\": \"{}\",\n \"compute\": \"{}\",\n \"region\": \"RegionOne\",\n \
         \"release\": \"sandbox\",\n \"projects\": {},\n \"users\": {{\n{}\n }},\n \
         \"application_credential\": {{\"id\": \"{}\", \"secret\": \"{APPLICATION_CREDENTIAL_SECRET}\"}}\n}}\n",
        cloud.identity_url(),
        cloud.image_url(),
        cloud.compute_url(),
        object(2, &cloud.projects).trim_end(),
        users.join(",\n"),
        cloud.application_credential,
    )
}

/// A JSON object with string values.
fn object(indent: usize, pairs: &[(&'static str, String)]) -> String {
    let space = " ".repeat(indent);
    let lines: Vec<String> = pairs
        .iter()
        .map(|(key, value)| format!("{space}\"{key}\": \"{value}\""))
        .collect();
    format!("{{\n{}\n{}}}\n", lines.join(",\n"), &space[1..])
}
