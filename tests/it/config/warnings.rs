//! Warnings about the configuration.

use log::Level;
use opencloud::config::Config;

use super::CLOUD;
use super::fixture::Root;
use crate::support::logged;

/// The warnings of resolving this configuration.
fn warnings(root: &Root, config: &Config) -> Vec<String> {
    let (_, lines) = logged(|| config.resolve());
    let warnings = lines.iter().filter(|line| line.level == Level::Warn);
    warnings.map(|line| root.strip_root(&line.text)).collect()
}

#[cfg(unix)]
#[test]
fn a_world_readable_file_with_a_password_causes_one_warning() {
    use std::os::unix::fs::PermissionsExt;

    let root = Root::new();
    let mode = |mode| {
        let path = root.path().join("work/clouds.yaml");
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    root.write("work/clouds.yaml", CLOUD);
    mode(0o644);
    assert_eq!(
        warnings(&root, &root.config(&[])),
        ["$ROOT/work/clouds.yaml contains a password, and every user of this machine can read it"]
    );
    mode(0o640);
    assert!(warnings(&root, &root.config(&[])).is_empty());
    root.write(
        "work/clouds.yaml",
        "clouds: {a: {auth: {auth_url: https://one.example}}}\n",
    );
    mode(0o644);
    assert!(warnings(&root, &root.config(&[])).is_empty());
}

#[test]
fn skipped_files_and_duplicate_keys_cause_warnings() {
    let root = Root::new();
    root.write(
        "work/clouds.yaml",
        "clouds:\n  a:\n    profile: nobody\n    verify: no\n    cacert: /x\n    verify: false\n",
    );
    assert_eq!(
        warnings(
            &root,
            &root.config(&[("OS_CLIENT_CONFIG_FILE", "gone.yaml")])
        ),
        [
            "$ROOT/work/gone.yaml was skipped: No such file or directory (os error 2)",
            "$ROOT/work/clouds.yaml:6: duplicate key; the last one is used",
            "$ROOT/work/clouds.yaml:3: the profile \"nobody\" was not found in a file \
             clouds-public.yaml",
        ]
    );
    root.write("work/clouds.yaml", "clouds: [\n");
    let environment = [("OS_AUTH_URL", "https://env.example"), ("OS_TOKEN", "t")];
    assert_eq!(
        warnings(&root, &root.config(&environment)),
        [
            "$ROOT/work/clouds.yaml:1:9: not valid YAML: unclosed bracket '['; check the indentation \
             and the quotes; ignored, because the environment has credentials"
        ]
    );
}

#[test]
fn unknown_keys_cause_a_warning_and_are_listed() {
    let root = Root::new();
    root.write(
        "work/clouds.yaml",
        "clouds:\n  a:\n    auht: {auth_url: https://one.example}\n    \
         regoin_name: R\n    volume_api_version: 3\n    networks: []\n",
    );
    let config = root.config(&[]);
    let expected = [
        "$ROOT/work/clouds.yaml:3: unknown key \"auht\"",
        "$ROOT/work/clouds.yaml:4: unknown key \"regoin_name\"",
    ];
    assert_eq!(warnings(&root, &config), expected);
    let settings = config.resolve().unwrap();
    let listed = settings
        .unknown_keys()
        .map(|(key, source)| root.strip_root(&format!("{source}: unknown key {key:?}")));
    assert_eq!(listed.collect::<Vec<_>>(), expected);
    let error = settings.options().unwrap_err().to_string();
    assert_eq!(
        root.strip_root(&error),
        format!(
            "the cloud \"a\" of $ROOT/work/clouds.yaml has no auth_url, which auth_type password \
             requires; {}",
            expected.join("; ")
        )
    );
}

#[test]
fn variables_that_are_not_combined_with_the_only_cloud_cause_a_warning() {
    let root = Root::new();
    root.write("etc/openstack/clouds.json", "{\"clouds\": {\"a\": {}}}");
    let region = ("OS_REGION_NAME", "R1");
    let config = root.config(&[("OS_CACERT", "/ca.pem"), region, ("OS_FOO", "x")]);
    assert_eq!(
        warnings(&root, &config),
        ["OS_CACERT, OS_REGION_NAME: ignored, because the only cloud of the file is used"]
    );
    assert!(warnings(&root, &config.overlay_env()).is_empty());
    let selected = root.config(&[("OS_CLOUD", "a"), region]);
    assert!(warnings(&root, &selected).is_empty());
}

#[test]
fn a_token_beside_a_password_causes_a_warning() {
    let root = Root::new();
    let variables = [
        ("OS_AUTH_URL", "https://one.example"),
        ("OS_PASSWORD", "p"),
        ("OS_TOKEN", "t"),
    ];
    assert_eq!(
        warnings(&root, &root.config(&variables)),
        ["OS_TOKEN: the token is ignored, because the auth_type is password"]
    );
    let variables = [&variables[..], &[("OS_AUTH_TYPE", "token")]].concat();
    assert!(warnings(&root, &root.config(&variables)).is_empty());
}
