//! A sandbox in a process of its own, so that what a test measures of its own
//! process is the client and nothing else.
#![allow(dead_code, reason = "not every test asks for all of it")]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use opencloud::compute::v2::Compute;
use opencloud::{Domain, OpenStack, Options, Project, Scope, User};
use opencloud_sandbox::Sandbox;

/// What the lines that are meant for the other process begin with: the test
/// harness prints there too.
const MARK: &str = "apart: ";

/// Set for the other process: who runs the ignored tests is not to wait there.
const VARIABLE: &str = "OPENCLOUD_TEST_APART";

/// A sandbox that another process serves, until dropped.
pub(crate) struct Apart {
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    auth_url: String,
}

impl Apart {
    /// Starts this very program again, for that one test, which is ignored
    /// otherwise and calls [`serve`].
    pub(crate) fn start(test: &str) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut child = Command::new(program)
            .args(["--exact", test, "--ignored", "--nocapture"])
            .env(VARIABLE, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        let questions = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("its output"));
        let mut apart = Self {
            child,
            questions,
            answers,
            auth_url: String::new(),
        };
        apart.auth_url = apart.hear();
        apart
    }

    /// The service, for a user who signs in there.
    pub(crate) fn compute(&self, change: impl FnOnce(Options) -> Options) -> Compute {
        let domain = || Domain::by_id("default");
        let options = Options::new(&self.auth_url)
            .user(User::by_name("demo", "demo-password", domain()))
            .scope(Scope::Project(Project::by_name("demo", domain())))
            .no_proxy();
        let openstack = OpenStack::new(change(options)).expect("good options");
        openstack.compute_v2().expect("a service")
    }

    /// How many tokens it gave, and how many connections were made, so far.
    pub(crate) fn counts(&mut self) -> (usize, usize) {
        let questions = self.questions.as_mut().expect("its input");
        writeln!(questions, "?").expect("a question");
        let said = self.hear();
        let (sign_ins, connections) = said.split_once(' ').expect("two numbers");
        (
            sign_ins.parse().expect("a number"),
            connections.parse().expect("a number"),
        )
    }

    fn hear(&mut self) -> String {
        loop {
            let mut line = String::new();
            let length = self.answers.read_line(&mut line).expect("a line");
            assert_ne!(length, 0, "the process of the sandbox has ended");
            if let Some((_, said)) = line.trim_end().split_once(MARK) {
                return said.to_owned();
            }
        }
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        // The end of its input is the end of the process.
        drop(self.questions.take());
        let _ = self.child.wait();
    }
}

/// Serves the sandbox to the process that started this one, as long as it asks.
pub(crate) fn serve(sandbox: &Sandbox) {
    if std::env::var_os(VARIABLE).is_none() {
        return;
    }
    println!("{MARK}{}", sandbox.auth_url());
    for _ in std::io::stdin().lines() {
        println!("{MARK}{} {}", sandbox.sign_ins(), sandbox.connections());
    }
}
