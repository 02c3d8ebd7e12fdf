//! Runs the built examples.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Output};

use opencloud_sandbox::Sandbox;

/// Names the file for the coverage data.
const PROFILE: &str = "LLVM_PROFILE_FILE";

/// The exit code and the output of a program.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ProgramOutput {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for ProgramOutput {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: masked(&String::from_utf8(output.stdout).expect("UTF-8 on stdout")),
            stderr: masked(&String::from_utf8(output.stderr).expect("UTF-8 on stderr")),
        }
    }
}

/// An example with an empty environment. Cargo builds the examples before the tests,
/// unless only some targets are selected.
#[track_caller]
pub(crate) fn example(name: &str) -> Command {
    let mut path: PathBuf = env::current_exe().expect("the path of this test");
    path.pop();
    if path.ends_with("deps") {
        path.pop();
    }
    path.push("examples");
    path.push(format!("{name}{}", env::consts::EXE_SUFFIX));
    assert!(
        path.exists(),
        "{} is missing: run `cargo build --examples`",
        path.display()
    );
    let mut command = Command::new(path);
    // A folder without a clouds.yaml.
    let folder = env!("CARGO_TARGET_TMPDIR");
    command.env_clear().env("HOME", folder).current_dir(folder);
    // Includes the program in the coverage.
    command.envs(env::var_os(PROFILE).map(|file| (PROFILE, file)));
    command
}

/// An example with the environment variables of the user demo of this sandbox.
#[track_caller]
pub(crate) fn example_at(sandbox: &Sandbox, name: &str) -> Command {
    let mut command = example(name);
    command
        .env("OS_AUTH_URL", sandbox.auth_url())
        .env("OS_USERNAME", "demo")
        .env("OS_PASSWORD", "demo-password")
        .env("OS_USER_DOMAIN_NAME", "Default")
        .env("OS_PROJECT_NAME", "demo")
        .env("OS_PROJECT_DOMAIN_NAME", "Default")
        .env("OS_REGION_NAME", "RegionOne");
    command
}

/// Runs an example as the user demo of this sandbox.
#[track_caller]
pub(crate) fn run_at(sandbox: &Sandbox, name: &str, arguments: &[&str]) -> ProgramOutput {
    example_at(sandbox, name)
        .args(arguments)
        .output()
        .expect("a process")
        .into()
}

/// Replaces request ids and times, which differ from run to run.
fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (replacement, length) = if has_shape(rest, "req-xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx") {
            ("REQUEST".to_owned(), 40)
        } else if has_shape(rest, "dddd-dd-ddTdd:dd:ddZ") {
            ("TIME".to_owned(), 20)
        } else {
            (c.to_string(), c.len_utf8())
        };
        out.push_str(&replacement);
        rest = &rest[length..];
    }
    out
}

/// Whether the text starts with this shape, where `d` is a digit and `x` is a
/// hexadecimal digit.
fn has_shape(text: &str, shape: &str) -> bool {
    text.len() >= shape.len()
        && text
            .bytes()
            .zip(shape.bytes())
            .all(|(byte, shape)| match shape {
                b'd' => byte.is_ascii_digit(),
                b'x' => byte.is_ascii_hexdigit(),
                other => byte == other,
            })
}
