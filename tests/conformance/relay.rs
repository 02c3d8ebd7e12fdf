//! [`Relay`]: passes requests on to a service, and each new token to the
//! [`secret_scan`].

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use opencloud_sandbox::http::{Connection, Request, Response, Server};

use crate::{http, secret_scan};

/// A relay in front of a service.
pub(crate) struct Relay {
    /// The URL of the service behind the relay.
    pub(crate) url: String,
    server: Server,
    requests: Arc<AtomicUsize>,
}

impl Relay {
    /// A relay that closes connections like the service.
    pub(crate) fn start(url: &str) -> Self {
        Self::new(url, false)
    }

    /// A relay that keeps all connections open.
    pub(crate) fn start_keep_alive(url: &str) -> Self {
        Self::new(url, true)
    }

    fn new(url: &str, keep_alive: bool) -> Self {
        let rest = url.strip_prefix("http://").expect("an http URL");
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let origin = format!("http://{host}");
        let requests = Arc::<AtomicUsize>::default();
        let count = Arc::clone(&requests);
        let server = Server::start(listener, move |connection| {
            serve(connection, &origin, keep_alive, &count)
        });
        let server = server.expect("a thread");
        Self {
            url: format!("http://{}/{path}", server.address()),
            server,
            requests,
        }
    }

    /// The number of requests so far.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// The number of connections so far.
    pub(crate) fn connections(&self) -> usize {
        self.server.connections()
    }
}

fn serve(
    connection: &mut Connection,
    origin: &str,
    keep_alive: bool,
    count: &AtomicUsize,
) -> io::Result<()> {
    while let Some(request) = connection.read_request()? {
        count.fetch_add(1, Ordering::SeqCst);
        let mut response = forward(&request, origin);
        if keep_alive {
            let is_framing = |name: &str| {
                name.eq_ignore_ascii_case("connection")
                    || name.eq_ignore_ascii_case("content-length")
            };
            response.headers.retain(|(name, _)| !is_framing(name));
            response = response.length();
            response.close = false;
        }
        connection.send([&response.head(1), &response.body])?;
        if response.close {
            return connection.finish();
        }
    }
    Ok(())
}

/// Forwards a request on a new connection. The response has the same framing.
fn forward(request: &Request, origin: &str) -> Response {
    let url = format!("{origin}{}", request.target);
    let headers = request.headers.iter();
    let headers: Vec<_> = headers
        // The body is already received.
        .filter(|(name, _)| {
            let ignored = ["Content-Length", "Expect"];
            !ignored.iter().any(|it| name.eq_ignore_ascii_case(it))
        })
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let body = (!request.body.is_empty()).then_some(request.body.as_slice());
    let received = http::send(&request.method, &url, &headers, body);
    let mut response = Response::new(received.status).body(received.body);
    response.close = true;
    for (name, value) in &received.headers {
        let value = value.to_str().expect("a header of text");
        match name.as_str() {
            "x-subject-token" => secret_scan::watch_token(value),
            "content-length" => response.close = false,
            // The body is already decoded.
            "transfer-encoding" => continue,
            _ => {}
        }
        response = response.header(name.as_str(), value);
    }
    response.close |= received.headers.contains_key("connection");
    response
}
