//! A small command line for the images of a cloud: `cargo run --example images
//! -- --help`.

mod arguments;
mod commands;
#[path = "../common/mod.rs"]
mod common;
mod connect;
mod logger;
mod output;
mod printable;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use arguments::Arguments;
use commands::Outcome;
use output::report;
use printable::printable;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(told) => return show(&told),
    };
    logger::start();
    match commands::run(arguments) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Failed) => ExitCode::FAILURE,
        Err(error) => match error.downcast_ref::<io::Error>().map(io::Error::kind) {
            // Whoever read the output has seen enough, as `head` has.
            Some(io::ErrorKind::BrokenPipe) => ExitCode::SUCCESS,
            Some(_) => fail(&error.context("cannot write to stdout")),
            None => fail(&error),
        },
    }
}

fn fail(error: &anyhow::Error) -> ExitCode {
    report(error);
    ExitCode::FAILURE
}

/// The help on stdout, or on stderr what is wrong with the command line.
fn show(told: &clap::Error) -> ExitCode {
    let text = told.render().to_string();
    let lines: Vec<_> = text.lines().map(printable).collect();
    let text = lines.join("\n") + "\n";
    if told.use_stderr() {
        let _ = io::stderr().write_all(text.as_bytes());
        return ExitCode::from(2);
    }
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    }
}
