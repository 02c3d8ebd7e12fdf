//! A stand-in for Keystone's sign-in and Nova's image lists, on loopback, fast
//! enough never to be what is measured.
//!
//! Every image is written out once, at the start, in the order and spacing of
//! the real services (Python's `json.dumps`). A page is then one piece of that
//! text between a short head and a short tail. Any limit and any marker can be
//! asked for, so no client is favoured by the pages that were made beforehand.
//!
//! `GET /stats` tells how many requests came, over how many connections, since
//! the last time that it was asked.

mod answers;
mod cloud;
mod connection;
mod identity;
mod random;

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use cloud::Cloud;

/// What the stand-in takes as credentials: anything; these fit its answers.
pub const USER_ID: &str = "8c9f1b7e2f5d4a1bb0a3c5d7e9f10213";
/// The project of the token.
pub const PROJECT_ID: &str = "6f70656e737461636b20342065766572";

/// How often it was asked since `/stats` was.
#[derive(Debug, Default)]
struct Counts {
    requests: AtomicUsize,
    connections: AtomicUsize,
}

/// Starts a cloud of that many images on a free port, served until the process
/// ends. Gives its address, such as `http://127.0.0.1:40000`.
///
/// # Errors
///
/// When no port of the loopback interface can be had.
pub fn start(images: usize) -> io::Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let base = format!("http://{}", listener.local_addr()?);
    let cloud = Arc::new(Cloud::new(&base, images));
    let counts = Arc::new(Counts::default());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (cloud, counts) = (Arc::clone(&cloud), Arc::clone(&counts));
            // A connection that breaks is the client's to report.
            thread::spawn(move || connection::serve(stream, &cloud, &counts));
        }
    });
    Ok(base)
}

/// What came since this was asked last, and starts counting anew.
fn stats(counts: &Counts) -> String {
    let requests = counts.requests.swap(0, Ordering::Relaxed);
    let connections = counts.connections.swap(0, Ordering::Relaxed);
    format!("{{\"requests\": {requests}, \"connections\": {connections}}}")
}
