//! A sandbox in another process, so that a test measures only the client in its
//! own process.
#![allow(dead_code, reason = "not every test program uses all of it")]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use opencloud::compute::v2::Compute;
use opencloud::{Domain, OpenStack, Options, Project, Scope, User};
use opencloud_sandbox::Sandbox;

/// The prefix of lines for the parent process, because the test harness prints, too.
const PREFIX: &str = "sandbox: ";

/// Set for the other process, so that `--ignored` does not wait there.
const VARIABLE: &str = "OPENCLOUD_TEST_SUBPROCESS";

/// A sandbox in another process, which ends on drop.
pub(crate) struct SandboxProcess {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    auth_url: String,
}

impl SandboxProcess {
    /// Starts this program again with one ignored test, which calls [`serve`].
    pub(crate) fn start(test: &str) -> Self {
        let program = std::env::current_exe().expect("the path of this program");
        let mut child = Command::new(program)
            .args(["--exact", test, "--ignored", "--nocapture"])
            .env(VARIABLE, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().expect("stdout"));
        let mut process = Self {
            child,
            stdin,
            stdout,
            auth_url: String::new(),
        };
        process.auth_url = process.read();
        process
    }

    /// The Compute service of this sandbox.
    pub(crate) fn compute(&self, change: impl FnOnce(Options) -> Options) -> Compute {
        let domain = || Domain::by_id("default");
        let options = Options::new(&self.auth_url)
            .user(User::by_name("demo", "demo-password", domain()))
            .scope(Scope::Project(Project::by_name("demo", domain())))
            .no_proxy();
        let openstack = OpenStack::new(change(options)).expect("valid options");
        openstack.compute_v2().expect("a service")
    }

    /// The first line of the other process: a URL.
    pub(crate) fn url(&self) -> &str {
        &self.auth_url
    }

    /// The number of issued tokens and of accepted connections so far.
    pub(crate) fn counts(&mut self) -> (usize, usize) {
        let stdin = self.stdin.as_mut().expect("stdin");
        writeln!(stdin, "?").expect("a written line");
        let line = self.read();
        let (authentications, connections) = line.split_once(' ').expect("two numbers");
        (
            authentications.parse().expect("a number"),
            connections.parse().expect("a number"),
        )
    }

    fn read(&mut self) -> String {
        loop {
            let mut line = String::new();
            let length = self.stdout.read_line(&mut line).expect("a line");
            assert_ne!(length, 0, "the process of the sandbox ended");
            if let Some((_, text)) = line.trim_end().split_once(PREFIX) {
                return text.to_owned();
            }
        }
    }
}

impl Drop for SandboxProcess {
    fn drop(&mut self) {
        // The process ends when its stdin is closed.
        drop(self.stdin.take());
        let _ = self.child.wait();
    }
}

/// Prints the URL of a server, and waits until the parent process closes stdin.
pub(crate) fn serve_url(url: &str) {
    if std::env::var_os(VARIABLE).is_some() {
        println!("{PREFIX}{url}");
        std::io::stdin().lines().for_each(drop);
    }
}

/// Serves the sandbox until the parent process closes stdin.
pub(crate) fn serve(sandbox: &Sandbox) {
    if std::env::var_os(VARIABLE).is_none() {
        return;
    }
    println!("{PREFIX}{}", sandbox.auth_url());
    for _ in std::io::stdin().lines() {
        println!(
            "{PREFIX}{} {}",
            sandbox.authentications(),
            sandbox.connections()
        );
    }
}
