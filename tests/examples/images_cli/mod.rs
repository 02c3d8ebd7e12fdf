//! The `images` program: its arguments, its output and its exit code.

#[cfg(feature = "clouds-yaml")]
mod clouds;
mod config;
mod errors;
mod image_api;
mod listing;
mod logging;
mod metadata;
mod showing;
mod usage;

use std::process::Command;

use crate::support::examples::{ProgramOutput, example_at, run_at};
use opencloud_sandbox::{NewImage, Sandbox};

/// Fixed ids, so that tests can compare the whole output.
const WEB: &str = "11111111-1111-4111-8111-111111111111";
const OLD: &str = "22222222-2222-4222-8222-222222222222";
const MISSING: &str = "99999999-9999-4999-8999-999999999999";

/// A sandbox with these two images, the second one older.
fn two_images() -> Sandbox {
    let sandbox = Sandbox::builder().empty().start();
    let items = [("architecture", "x86_64"), ("os", "linux")];
    sandbox.add_image(
        NewImage::named("web")
            .id(WEB)
            .metadata(items)
            .min_disk(20)
            .size(2048),
    );
    let old = NewImage::nameless().id(OLD).status("queued").min_ram(64);
    sandbox.add_image(old.age(std::time::Duration::from_secs(86_400)));
    sandbox
}

/// The program, configured for the sandbox as the user demo.
#[track_caller]
fn program(sandbox: &Sandbox) -> Command {
    example_at(sandbox, "images")
}

/// Runs the program with these arguments.
#[track_caller]
fn images(sandbox: &Sandbox, arguments: &[&str]) -> ProgramOutput {
    run_at(sandbox, "images", arguments)
}

/// Exit code 0, with this on stdout.
fn done(stdout: impl Into<String>) -> ProgramOutput {
    ProgramOutput {
        code: Some(0),
        stdout: stdout.into(),
        stderr: String::new(),
    }
}

/// Exit code 1, with this on stderr.
fn failed(stderr: impl Into<String>) -> ProgramOutput {
    ProgramOutput {
        code: Some(1),
        stdout: String::new(),
        stderr: stderr.into(),
    }
}

/// The requests to the Compute service: method, path and query.
fn sent(sandbox: &Sandbox) -> Vec<String> {
    let requests = sandbox.requests();
    let compute = requests.iter().filter_map(|request| {
        let path = request.target.strip_prefix("/compute/v2.1")?;
        Some(format!("{} {path}", request.method))
    });
    compute.collect()
}
