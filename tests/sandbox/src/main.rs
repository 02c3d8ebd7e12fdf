//! Serves a sandbox until killed, for clients that are not tests.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use opencloud_sandbox::{Sandbox, Wire};

const USAGE: &str = "\
usage: opencloud-sandbox [--port N] [--images N] [--wire close|keepalive|nolength]
                         [--token-life SECONDS] [--state DIR]

Serves Keystone and Nova's images on the loopback interface until killed, and
prints what a shell needs to sign in. --images makes that many more images;
--state writes openrc, clouds.yaml, cloud.json and images.json to a directory.";

fn main() -> ExitCode {
    let mut builder = Sandbox::builder();
    let (mut images, mut state) = (0, None);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        if word == "--help" {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        let value = words.next().unwrap_or_default();
        let good = match word.as_str() {
            "--port" => value
                .parse()
                .map(|port| builder = builder.clone().port(port))
                .is_ok(),
            "--images" => value.parse().map(|count| images = count).is_ok(),
            "--wire" => Wire::named(&value)
                .map(|wire| builder = builder.clone().wire(wire))
                .is_some(),
            "--token-life" => {
                match value
                    .parse()
                    .ok()
                    .and_then(|it| Duration::try_from_secs_f64(it).ok())
                {
                    Some(life) => {
                        builder = builder.token_life(life);
                        true
                    }
                    None => false,
                }
            }
            "--state" if !value.is_empty() => {
                state = Some(PathBuf::from(value));
                true
            }
            _ => false,
        };
        if !good {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    }
    match serve(builder, images, state) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("opencloud-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(
    builder: opencloud_sandbox::Builder,
    images: usize,
    state: Option<PathBuf>,
) -> io::Result<()> {
    let sandbox = builder.try_start()?;
    sandbox.add_images(images);
    if let Some(directory) = state {
        sandbox.write_state(directory)?;
    }
    let mut out = io::stdout();
    write!(out, "{}", opencloud_sandbox::exports(&sandbox))?;
    writeln!(out, "# compute {}", sandbox.compute_url())?;
    out.flush()?;
    loop {
        std::thread::park();
    }
}
