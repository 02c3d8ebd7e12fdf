//! `images config`, and the cloud that the environment configures.

use super::{ProgramOutput, done, failed, program, two_images};
use crate::support::examples::example;

#[test]
fn config_prints_each_setting_with_its_source_and_sends_no_request() {
    let sandbox = two_images();
    let output = program(&sandbox).arg("config").output().expect("a process");
    let url = sandbox.auth_url();
    let width = url.len();
    let rows = [
        ["KEY", "VALUE", "SOURCE"],
        ["cloud", "envvars", "OS_AUTH_URL"],
        ["auth_type", "password", "default"],
        ["auth_url", &url, "OS_AUTH_URL"],
        ["username", "demo", "OS_USERNAME"],
        ["user_domain_name", "Default", "OS_USER_DOMAIN_NAME"],
        ["password", "***", "OS_PASSWORD"],
        ["project_name", "demo", "OS_PROJECT_NAME"],
        ["project_domain_name", "Default", "OS_PROJECT_DOMAIN_NAME"],
        ["region_name", "RegionOne", "OS_REGION_NAME"],
        ["interface", "public", "default"],
        ["verify", "true", "default"],
    ];
    let lines = rows.map(|[key, value, source]| format!("{key:19}  {value:width$}  {source}\n"));
    assert_eq!(ProgramOutput::from(output), done(lines.concat()));
    assert_eq!(sandbox.requests(), []);
}

#[test]
fn config_json_is_one_object_with_hidden_secrets() {
    let sandbox = two_images();
    let output = program(&sandbox)
        .args(["config", "--json"])
        .output()
        .expect("a process");
    let url = sandbox.auth_url();
    let expected = format!(
        r#"{{"cloud":"envvars","auth_type":"password","auth_url":"{url}","username":"demo","user_domain_name":"Default","password":"***","project_name":"demo","project_domain_name":"Default","region_name":"RegionOne","interface":"public","verify":true}}"#
    );
    assert_eq!(ProgramOutput::from(output), done(expected + "\n"));
}

#[test]
fn without_a_configured_cloud_list_and_config_report_the_sandbox() {
    let run = |arguments: &[&str]| {
        let output = example("images").args(arguments).output();
        ProgramOutput::from(output.expect("a process"))
    };
    let result = run(&["list", "--limit", "1"]);
    assert_eq!(result.code, Some(0), "{result:?}");
    assert_eq!(
        result.stderr,
        "no cloud is configured: using the built-in sandbox; each run starts a new one, so \
         changes are not kept\n"
    );
    for (arguments, stdout) in [
        (&["config"] as &[&str], ""),
        (&["config", "--json"], "{}\n"),
    ] {
        let result = run(arguments);
        assert_eq!(
            (result.code, result.stdout.as_str()),
            (Some(0), stdout),
            "{result:?}"
        );
        let (reason, note) = result.stderr.split_once('\n').expect("two lines");
        assert!(
            reason.starts_with("images: no cloud to connect to: "),
            "{result:?}"
        );
        assert_eq!(
            note,
            "no cloud is configured: other commands use the built-in sandbox\n"
        );
    }
}

#[test]
fn config_prints_no_part_of_a_key_in_place_of_its_path() {
    let sandbox = two_images();
    let key = include_str!("../../tls/client.key");
    for text in [
        key.to_owned(),
        key.replace('\n', " "),
        key.replace('\n', ""),
    ] {
        for arguments in [&["config"] as &[_], &["config", "--json"], &["list"]] {
            let mut command = program(&sandbox);
            command.env("OS_CERT", "cert.pem").env("OS_KEY", &text);
            let result = ProgramOutput::from(command.args(arguments).output().expect("a process"));
            let message = "images: OS_KEY: `key` must be a path; write the PEM data to a file\n";
            assert_eq!(result, failed(message));
        }
    }
    assert_eq!(sandbox.requests(), []);
}
