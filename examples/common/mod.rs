//! Helpers of the examples: the built-in sandbox, arguments and standard output.
//!
//! Your own program needs none of this: it begins with `OpenStack::from_env()?`.
#![allow(dead_code, reason = "each example uses a part of it")]

use std::env;
use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, Write};
use std::process;
use std::sync::OnceLock;

use anyhow::{anyhow, bail};
use opencloud::{Error, ErrorKind, OpenStack};
use opencloud_sandbox::{NewImage, Sandbox};

/// The sandbox and the id of an image in it. A static is never dropped, so the
/// sandbox runs until the program ends.
static SANDBOX: OnceLock<(Sandbox, String)> = OnceLock::new();

/// A file that discards what is written to it.
const NULL_DEVICE: &str = if cfg!(windows) { "NUL" } else { "/dev/null" };

/// A cloud in the built-in sandbox if no other cloud is configured. Any other error
/// is returned.
pub(crate) fn sandbox(error: Error) -> opencloud::Result<OpenStack> {
    if error.kind() != ErrorKind::NotConfigured {
        return Err(error);
    }
    log(
        "no cloud is configured: using the built-in sandbox; each run starts a new one, so changes \
         are not kept",
    );
    let (sandbox, _) = SANDBOX.get_or_init(start_sandbox);
    OpenStack::new(sandbox.options())
}

/// Whether the built-in sandbox is used.
pub(crate) fn is_sandbox() -> bool {
    SANDBOX.get().is_some()
}

/// The arguments of the command line, one for each name.
///
/// In the sandbox they can be omitted; a real cloud requires all of them.
pub(crate) fn arguments<const N: usize>(names: [&str; N]) -> anyhow::Result<[String; N]> {
    let arguments: Vec<String> = env::args_os()
        .skip(1)
        .map(OsString::into_string)
        .collect::<Result<_, _>>()
        .map_err(|argument| anyhow!("the argument {argument:?} is not UTF-8"))?;
    match (<[String; N]>::try_from(arguments), SANDBOX.get()) {
        (Ok(arguments), _) => Ok(arguments),
        (Err(arguments), Some((sandbox, image_id))) if arguments.is_empty() => {
            Ok(names.map(|name| match name {
                "IMAGE_ID" => image_id.clone(),
                "QUEUED_IMAGE_ID" => sandbox.image_id("queued"),
                "DEACTIVATED_IMAGE_ID" => sandbox.image_id("deactivated"),
                "NAME" => "example".to_owned(),
                "KEY" => "architecture".to_owned(),
                "FILE" => concat!(env!("CARGO_MANIFEST_DIR"), "/README.md").to_owned(),
                "OUTPUT" => NULL_DEVICE.to_owned(),
                _ => "aarch64".to_owned(),
            }))
        }
        _ => bail!("expected the arguments {}", names.join(" ")),
    }
}

fn start_sandbox() -> (Sandbox, String) {
    let sandbox = Sandbox::start();
    let metadata = [("architecture", "x86_64"), ("os", "linux")];
    let image = NewImage::named("sample").data("the sample data");
    let image_id = sandbox.add_image(image.metadata(metadata));
    (sandbox, image_id)
}

/// Writes a line to stderr. If the reader closed the pipe, the program continues;
/// `eprintln!` would panic.
pub(crate) fn log(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Standard output. If the reader closes the pipe, as `head` does, the program
/// ends; `println!` would panic.
pub(crate) struct Stdout(io::StdoutLock<'static>);

pub(crate) fn stdout() -> Stdout {
    Stdout(io::stdout().lock())
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        exit_on_closed_pipe(self.0.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        exit_on_closed_pipe(self.0.flush())
    }
}

fn exit_on_closed_pipe<T>(result: io::Result<T>) -> io::Result<T> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => process::exit(0),
        result => result,
    }
}
