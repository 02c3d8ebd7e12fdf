//! `--os-cloud`, and the clouds of a file.

use std::fs;
use std::path::PathBuf;

use opencloud_sandbox::Sandbox;

use super::{ProgramOutput, WEB, done, failed, two_images};
use crate::support::examples::example;

/// A new folder with this clouds.yaml.
fn folder(name: &str, clouds: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("clouds.yaml"), clouds).expect("a file");
    // The program prints the canonical path.
    folder.canonicalize().expect("a path")
}

fn two_clouds(sandbox: &Sandbox) -> String {
    let url = sandbox.auth_url();
    let cloud = |name: &str| {
        format!(
            "  {name}:\n    region_name: RegionOne\n    auth:\n      auth_url: {url}\n      \
             username: {name}\n      password: {name}-password\n      user_domain_name: Default\n      \
             project_name: {name}\n      project_domain_name: Default\n"
        )
    };
    format!("clouds:\n{}{}", cloud("demo"), cloud("other"))
}

#[test]
fn os_cloud_selects_a_cloud_of_the_file() {
    let sandbox = two_images();
    let folder = folder("os_cloud_names", &two_clouds(&sandbox));
    let run = |arguments: &[&str]| {
        let output = example("images")
            .current_dir(&folder)
            .args(arguments)
            .output();
        ProgramOutput::from(output.expect("a process"))
    };
    let list = run(&["list", "--os-cloud", "demo", "--name", "web"]);
    assert_eq!(list, done(format!("{:36}  NAME\n{WEB}  web\n", "ID")));
    assert_eq!(run(&["--os-cloud", "other", "list"]), done(""));

    let config = run(&["--os-cloud", "other", "config"]).stdout;
    let file = folder.join("clouds.yaml");
    let row = |key: &str| {
        let line = config
            .lines()
            .find(|line| line.starts_with(key))
            .expect("a line");
        line.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(row("cloud"), ["cloud", "other", "--os-cloud"]);
    assert_eq!(
        row("username"),
        ["username", "other", &format!("{}:15", file.display())]
    );
    assert_eq!(
        row("password"),
        ["password", "***", &format!("{}:16", file.display())]
    );
}

#[test]
fn the_variables_of_a_sandbox_configure_another_program() {
    let sandbox = two_images();
    let output = example("images")
        .envs(sandbox.variables())
        .arg("list")
        .output();
    let result = ProgramOutput::from(output.expect("a process"));
    assert_eq!(result.stderr, "");
    assert!(result.stdout.contains(WEB), "{result:?}");
}

#[test]
fn config_prints_unknown_keys_without_their_values() {
    let clouds = two_clouds(&two_images());
    let clouds = clouds.replacen("region_name: ", "regoin_name: ", 1);
    let folder = folder("misspelled_key", &clouds);
    let run = |arguments: &[&str]| {
        let output = example("images")
            .current_dir(&folder)
            .args(arguments)
            .output();
        ProgramOutput::from(output.expect("a process"))
    };
    let source = format!("{}:3", folder.join("clouds.yaml").display());

    let config = run(&["--os-cloud", "demo", "config"]);
    let section = format!("\n\nUNKNOWN KEY  SOURCE\nregoin_name  {source}\n");
    assert!(config.stdout.ends_with(&section), "{config:?}");
    let config = run(&["--os-cloud", "demo", "config", "--json"]);
    let field = format!(",\"unknown_keys\":{{\"regoin_name\":\"{source}\"}}}}\n");
    assert!(config.stdout.ends_with(&field), "{config:?}");

    for arguments in [&["config"] as &[&str], &["config", "--json"]] {
        let config = run(&[&["--os-cloud", "other"], arguments].concat());
        assert!(
            !config.stdout.to_lowercase().contains("unknown"),
            "{config:?}"
        );
    }
}

#[test]
fn the_error_for_a_missing_cloud_lists_the_clouds_of_the_file() {
    let sandbox = two_images();
    let folder = folder("a_cloud_that_is_not_there", &two_clouds(&sandbox));
    let output = example("images")
        .current_dir(&folder)
        .args(["--os-cloud", "nope", "list"])
        .output();
    let file = folder.join("clouds.yaml");
    let message = format!(
        "images: the cloud \"nope\" was not found: {} has \"demo\", \"other\"\n",
        file.display()
    );
    assert_eq!(
        ProgramOutput::from(output.expect("a process")),
        failed(message)
    );
}
