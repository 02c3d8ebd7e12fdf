//! Images of a cloud from the command line: `cargo run --example images -- --help`.

mod arguments;
mod commands;
#[path = "../common/mod.rs"]
mod common;
mod compute;
mod image;
mod output;
mod service;

use std::io::{self, Write};
use std::process::ExitCode;

use arguments::Arguments;
use output::{escape, report};

fn main() -> ExitCode {
    let arguments = match Arguments::try_read() {
        Ok(arguments) => arguments,
        Err(error) => return print_usage(&error),
    };
    start_logger();
    match commands::run(arguments) {
        Ok(exit_code) => exit_code,
        Err(error) if error.is::<io::Error>() => fail(&error.context("cannot write to stdout")),
        Err(error) => fail(&error),
    }
}

fn fail(error: &anyhow::Error) -> ExitCode {
    report(error);
    ExitCode::FAILURE
}

/// Prints the help on stdout, or an error in the command line on stderr.
fn print_usage(error: &clap::Error) -> ExitCode {
    let text = error.render().to_string();
    let lines: Vec<_> = text.lines().map(escape).collect();
    let text = lines.join("\n") + "\n";
    if error.use_stderr() {
        let _ = io::stderr().write_all(text.as_bytes());
        return ExitCode::from(2);
    }
    match common::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Logs to stderr as `RUST_LOG` configures.
fn start_logger() {
    env_logger::Builder::from_default_env()
        .format(|out, record| {
            // ureq_proto logs raw bytes, including the password. A filter for it
            // could be overridden by a longer one in RUST_LOG.
            if record.target().starts_with("ureq_proto") {
                return Ok(());
            }
            let message = escape(&record.args().to_string());
            writeln!(out, "{} {}: {message}", record.level(), record.target())
        })
        .init();
}
