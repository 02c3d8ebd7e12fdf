//! A relay before Keystone, which tells the [`sweep`] each token on its way.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use crate::secret_scan;

const TOKEN: &[u8] = b"x-subject-token:";

/// An address that leads to the same as this one.
pub(crate) fn before(address: &str) -> String {
    let rest = address
        .strip_prefix("http://")
        .expect("an address in plain http");
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let here = listener.local_addr().expect("a port");
    let host = host.to_owned();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let host = host.clone();
            // Whoever is cut off here says so there.
            thread::spawn(move || relay(&client, &host).ok());
        }
    });
    format!("http://{here}/{path}")
}

fn relay(client: &TcpStream, host: &str) -> io::Result<()> {
    let server = TcpStream::connect(host)?;
    for stream in [client, &server] {
        stream.set_nodelay(true)?;
    }
    thread::scope(|scope| {
        scope.spawn(|| {
            let (mut from, mut to) = (client, &server);
            io::copy(&mut from, &mut to).and_then(|_| server.shutdown(Shutdown::Write))
        });
        let outcome = answers(&server, client);
        client.shutdown(Shutdown::Both).ok();
        server.shutdown(Shutdown::Both).ok();
        outcome
    })
}

/// What the server says, a line with a token not before the sweep knows it.
fn answers(mut server: &TcpStream, mut client: &TcpStream) -> io::Result<()> {
    let mut bytes = vec![0; 64 * 1024];
    let mut line = Vec::new();
    loop {
        let count = server.read(&mut bytes)?;
        let mut ready = Vec::with_capacity(line.len() + count);
        for byte in &bytes[..count] {
            line.push(*byte);
            if *byte == b'\n' {
                if let Some(value) = is_token(&line).then(|| line[TOKEN.len()..].trim_ascii()) {
                    secret_scan::watch_token(&String::from_utf8_lossy(value));
                }
                ready.append(&mut line);
            }
        }
        // The rest of a line may be long in coming.
        if count == 0 || !is_token(&line) {
            ready.append(&mut line);
        }
        client.write_all(&ready)?;
        if count == 0 {
            return Ok(());
        }
    }
}

/// Whether a line is the header with a token, as far as it has come.
fn is_token(line: &[u8]) -> bool {
    let length = line.len().min(TOKEN.len());
    line[..length].eq_ignore_ascii_case(&TOKEN[..length])
}
