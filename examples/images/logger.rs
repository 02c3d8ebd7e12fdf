//! What `RUST_LOG` asks for, on stderr.

use std::io::Write;

use crate::printable::printable;

/// The layer below ureq, which prints every byte at trace: the password too.
const TELLS_SECRETS: &str = "ureq_proto";

/// Starts to log, if `RUST_LOG` is set: `debug` shows the requests.
pub(crate) fn start() {
    env_logger::Builder::from_default_env()
        .format(|out, record| {
            // Here and not as a filter, which a longer one in RUST_LOG would undo.
            if record.target().starts_with(TELLS_SECRETS) {
                return Ok(());
            }
            let line = printable(&record.args().to_string());
            writeln!(out, "{} {}: {line}", record.level(), record.target())
        })
        .init();
}
