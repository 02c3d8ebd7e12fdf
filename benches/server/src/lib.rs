//! A server for benchmarks with Keystone's authentication, the image lists of Nova and
//! Glance, and one image in Glance with data.
//!
//! It must be faster than the clients that are measured. So the JSON of every
//! image is written once at the start, in the order and spacing of the real
//! services (Python's `json.dumps`). A page is a part of that text between a short
//! start and a short end. All limits and markers are supported, so no client has
//! an advantage from prepared pages.
//!
//! `GET /stats` returns the number of requests and connections since the last
//! `GET /stats`.

mod cloud;
mod glance;
mod identity;
mod random;
mod response;

use std::io::{self, Read};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};

use opencloud_sandbox::http::{Connection, Server};

use cloud::Cloud;
pub use glance::Data;

/// The id of the user in the token. Any credentials are accepted.
pub const USER_ID: &str = "8c9f1b7e2f5d4a1bb0a3c5d7e9f10213";
/// The id of the project in the token.
pub const PROJECT_ID: &str = "6f70656e737461636b20342065766572";

/// A body is discarded in pieces of this size.
const BUFFER_SIZE: usize = 256 * 1024;

/// The services, with everything that they send.
#[derive(Debug)]
struct Services {
    cloud: Cloud,
    data: Data,
}

/// The numbers since the last `GET /stats`.
#[derive(Debug, Default)]
struct Stats {
    requests: AtomicUsize,
    connections: AtomicUsize,
}

impl Stats {
    /// Resets the numbers and returns them as JSON.
    fn take(&self) -> String {
        let requests = self.requests.swap(0, Ordering::Relaxed);
        let connections = self.connections.swap(0, Ordering::Relaxed);
        format!("{{\"requests\": {requests}, \"connections\": {connections}}}")
    }
}

/// Starts a cloud with this number of images, and one image with data, on a free
/// port. It runs until the process ends. Returns its URL, such as
/// `http://127.0.0.1:40000`.
///
/// # Errors
///
/// If no port is free or no thread can be started.
pub fn start(images: usize, data: Data) -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let base = format!("http://{}", listener.local_addr()?);
    let cloud = Cloud::new(&base, images);
    let services = Services { cloud, data };
    let stats = Stats::default();
    let server = Server::start(listener, move |connection| {
        serve(connection, &services, &stats)
    })?;
    std::mem::forget(server);
    Ok(base)
}

fn serve(connection: &mut Connection, services: &Services, stats: &Stats) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER_SIZE];
    let mut is_counted = false;
    while let Some(request) = connection.read_head()? {
        if request.target != "/stats" {
            stats.requests.fetch_add(1, Ordering::Relaxed);
            let new = usize::from(!is_counted);
            stats.connections.fetch_add(new, Ordering::Relaxed);
            is_counted = true;
        }
        if request.header("Expect").is_some() {
            connection.send([b"HTTP/1.1 100 Continue\r\n\r\n"])?;
        }
        let length = discard(connection.body(&request), &mut buffer)?;
        let response = response::respond(services, stats, &request, length);
        let [start, middle, end] = response.parts();
        connection.send([&response.head(), start, middle, end])?;
    }
    Ok(())
}

/// Reads a body to its end and returns its length.
fn discard(mut body: impl Read, buffer: &mut [u8]) -> io::Result<u64> {
    let mut length = 0;
    loop {
        match body.read(buffer)? {
            0 => return Ok(length),
            count => length += count as u64,
        }
    }
}
