//! Serves a sandbox until the process is killed, for clients that are not tests.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use opencloud_sandbox::{Builder, Sandbox, Wire};

const USAGE: &str = "\
usage: opencloud-sandbox [--port N] [--images N] [--wire close|keepalive|nolength]
                         [--token-life SECONDS] [--state DIR]

Serves Keystone, Glance and Nova's image calls on the loopback interface until
killed, and prints shell commands that set the variables of the user demo.

  --port N              port of 127.0.0.1 (default: any free port)
  --images N            create N more images
  --wire W              how responses mark the end of their body: close (default),
                        keepalive or nolength
  --token-life SECONDS  how long tokens are valid (default: 3600)
  --state DIR           write openrc, clouds.yaml, cloud.json and images.json to DIR;
                        the command `. DIR/openrc` sets the variables in a shell
  --help                print this help";

struct Arguments {
    builder: Builder,
    images: usize,
    state: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|it| it == "--help") {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let Some(arguments) = parse(&arguments) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match serve(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("opencloud-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

fn parse(arguments: &[String]) -> Option<Arguments> {
    let mut parsed = Arguments {
        builder: Sandbox::builder(),
        images: 0,
        state: None,
    };
    for pair in arguments.chunks(2) {
        let [option, value] = pair else { return None };
        match option.as_str() {
            "--port" => parsed.builder = parsed.builder.port(value.parse().ok()?),
            "--images" => parsed.images = value.parse().ok()?,
            "--wire" => parsed.builder = parsed.builder.wire(Wire::named(value)?),
            "--token-life" => {
                let life = Duration::try_from_secs_f64(value.parse().ok()?).ok()?;
                parsed.builder = parsed.builder.token_life(life);
            }
            "--state" if !value.is_empty() => parsed.state = Some(PathBuf::from(value)),
            _ => return None,
        }
    }
    Some(parsed)
}

fn serve(arguments: Arguments) -> io::Result<()> {
    let sandbox = arguments.builder.try_start()?;
    sandbox.add_images(arguments.images);
    if let Some(directory) = arguments.state {
        sandbox.write_state(directory)?;
    }
    let mut out = io::stdout();
    write!(out, "{}", opencloud_sandbox::exports(&sandbox))?;
    writeln!(out, "# compute {}", sandbox.compute_url())?;
    writeln!(out, "# image {}", sandbox.image_url())?;
    out.flush()?;
    loop {
        std::thread::park();
    }
}
