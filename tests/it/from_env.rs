//! `from_env` and `from_cloud` in a process with an environment of its own.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

use opencloud::{OpenStack, Options};

use crate::support::Server;

/// Authenticates with the variables that the other tests set.
#[test]
#[ignore = "run by the other tests in a process of its own"]
fn child_that_authenticates() {
    let openstack = match env::var("TEST_CLOUD") {
        Ok(name) => OpenStack::from_cloud(name),
        Err(_) => OpenStack::from_env(),
    };
    match openstack {
        Ok(openstack) => println!("{:?}", openstack.token().expect("a token").user_id()),
        Err(error) => println!("{error:?}: {error}"),
    }
    // Options::from_env and from_cloud use the same rules.
    let options = match env::var("TEST_CLOUD") {
        Ok(name) => Options::from_cloud(name),
        Err(_) => Options::from_env(),
    };
    println!("options: {}", options.is_ok());
}

/// The output of the child with these variables only.
fn child(variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(env::current_exe().expect("this program"));
    command.args([
        "--exact",
        "from_env::child_that_authenticates",
        "--ignored",
        "--nocapture",
    ]);
    command
        .env_clear()
        .envs(env::vars_os().filter(|(name, _)| name == "LLVM_PROFILE_FILE"));
    let output = command
        .envs(variables.iter().copied())
        .output()
        .expect("a run");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// A file with the clouds `one` and `two` on this server.
fn clouds(name: &str, server: &Server) -> PathBuf {
    let url = server.url("/v3");
    let cloud = |name: &str| {
        format!(
            "  {name}:\n    auth:\n      auth_url: {url}\n      user_id: {name}\n      \
             password: p\n"
        )
    };
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&file, format!("clouds:\n{}{}", cloud("one"), cloud("two"))).expect("a file");
    file
}

#[test]
fn the_environment_selects_the_cloud() {
    let server = Server::start();
    server.set_responses([server.token("t")]);
    let file = clouds("from-env.yaml", &server);
    let file = file.to_str().expect("UTF-8");
    let output = child(&[("OS_CLIENT_CONFIG_FILE", file), ("OS_CLOUD", "two")]);
    assert!(output.contains("Some(\"u\")\noptions: true\n"), "{output}");
    let requests = server.requests();
    assert_eq!(server.lines(), ["POST /v3/auth/tokens"]);
    assert_eq!(
        requests[0].json()["auth"]["identity"]["password"]["user"]["id"],
        "two"
    );
}

#[test]
fn the_caller_selects_the_cloud() {
    let server = Server::start();
    server.set_responses([server.token("t")]);
    let file = clouds("from-cloud.yaml", &server);
    let file = file.to_str().expect("UTF-8");
    let variables = [
        ("OS_CLIENT_CONFIG_FILE", file),
        ("OS_CLOUD", "two"),
        ("TEST_CLOUD", "one"),
    ];
    let output = child(&variables);
    assert!(output.contains("Some(\"u\")\noptions: true\n"), "{output}");
    let requests = server.requests();
    assert_eq!(server.lines(), ["POST /v3/auth/tokens"]);
    assert_eq!(
        requests[0].json()["auth"]["identity"]["password"]["user"]["id"],
        "one"
    );

    let output = child(&[("OS_CLIENT_CONFIG_FILE", file), ("TEST_CLOUD", "three")]);
    let message = format!(": the cloud \"three\" was not found: {file} has \"one\", \"two\"\n");
    assert!(
        output.contains(&message) && output.contains("options: false\n"),
        "{output}"
    );
    assert!(output.contains("\nInvalidInput: "), "{output}");
    assert_eq!(server.requests().len(), 1);
}
