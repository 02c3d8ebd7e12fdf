//! The program `opencloud-sandbox`.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use opencloud::OpenStack;
use opencloud::config::Config;

const PROGRAM: &str = env!("CARGO_BIN_EXE_opencloud-sandbox");

/// As in the README.
#[cfg(unix)]
#[test]
fn the_file_openrc_configures_other_programs() {
    let name = format!("opencloud-sandbox-openrc-{}", std::process::id());
    let directory = env::temp_dir().join(name);
    let mut sandbox = Command::new(PROGRAM)
        .args(["--images", "2", "--state"])
        .arg(&directory)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // The files are complete when the first line is printed.
    let mut line = String::new();
    let mut stdout = BufReader::new(sandbox.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();

    let output = Command::new("sh")
        .args(["-c", ". \"$0\" && env"])
        .arg(directory.join("openrc"))
        .env_clear()
        .envs([("OS_CLOUD", "another"), ("no_proxy", "internal")])
        .output()
        .unwrap();
    let variables = String::from_utf8(output.stdout).unwrap();
    assert!(variables.contains("no_proxy=127.0.0.1,internal\n"));
    let variables = variables.lines().filter_map(|line| line.split_once('='));
    let settings = Config::from_env().with_environment(variables).resolve();
    let compute = OpenStack::new(settings.unwrap().options().unwrap().no_proxy())
        .unwrap()
        .compute_v2()
        .unwrap();
    let names = compute.list_images(true).map(|image| image.unwrap().name);
    assert_eq!(names.flatten().next().as_deref(), Some("seed-00001"));

    sandbox.kill().unwrap();
    sandbox.wait().unwrap();
    fs::remove_dir_all(directory).unwrap();
}

#[test]
fn every_option_has_a_help_text() {
    let output = Command::new(PROGRAM).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for option in ["port", "images", "wire", "token-life", "state", "help"] {
        assert!(help.contains(&format!("\n  --{option} ")), "{option}");
    }
    let output = Command::new(PROGRAM).arg("--nonsense").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), help);
}
