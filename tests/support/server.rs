//! [`Server`]: a server on loopback with scripted responses.

use std::collections::VecDeque;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use opencloud_sandbox::http::{self, Connection};

use super::request::Request;
use super::response::Response;

type Script = Box<dyn FnMut(&Request) -> Response + Send>;

/// A server on a free port of the loopback interface. It stops when dropped.
pub(crate) struct Server {
    http: http::Server,
    state: Arc<State>,
}

struct State {
    script: Mutex<Script>,
    requests: Mutex<Vec<Request>>,
    skips_bodies: AtomicBool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Server {
    /// A server without a script: each response is a 500.
    pub(crate) fn start() -> Self {
        let state = Arc::new(State {
            script: Mutex::new(Box::new(unexpected)),
            requests: Mutex::default(),
            skips_bodies: AtomicBool::new(false),
        });
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let shared = Arc::clone(&state);
        let http = http::Server::start(listener, move |connection| shared.serve(connection));
        Self {
            http: http.expect("a thread"),
            state,
        }
    }

    /// A server with one response for each request, in this order.
    pub(crate) fn with_responses(responses: impl IntoIterator<Item = Response>) -> Self {
        let server = Self::start();
        server.set_responses(responses);
        server
    }

    /// A server whose responses are computed by a function.
    pub(crate) fn with_handler(script: impl FnMut(&Request) -> Response + Send + 'static) -> Self {
        let server = Self::start();
        server.set_handler(script);
        server
    }

    /// Replaces the script by one response for each request, in this order.
    pub(crate) fn set_responses(&self, responses: impl IntoIterator<Item = Response>) {
        let mut responses: VecDeque<_> = responses.into_iter().collect();
        self.set_handler(move |request| {
            responses.pop_front().unwrap_or_else(|| unexpected(request))
        });
    }

    /// Replaces the script by a function.
    pub(crate) fn set_handler(&self, script: impl FnMut(&Request) -> Response + Send + 'static) {
        *lock(&self.state.script) = Box::new(script);
    }

    /// Responds after the headers, without reading bodies.
    pub(crate) fn reads_only_heads(&self) {
        self.state.skips_bodies.store(true, Ordering::SeqCst);
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.http.address()
    }

    /// The URL of this path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address())
    }

    /// All requests so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        lock(&self.state.requests).clone()
    }

    /// The methods and targets of all requests so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.requests().iter().map(Request::line).collect()
    }

    pub(crate) fn connections(&self) -> usize {
        self.http.connections()
    }
}

impl State {
    fn serve(&self, connection: &mut Connection) -> io::Result<()> {
        loop {
            let request = if self.skips_bodies.load(Ordering::SeqCst) {
                connection.read_head()?
            } else {
                connection.read_request()?
            };
            let Some(request) = request else {
                return Ok(());
            };
            let request = Request::new(request, connection.number());
            lock(&self.requests).push(request.clone());
            let response = (*lock(&self.script))(&request);
            if !response.send(connection)? {
                return Ok(());
            }
        }
    }
}

fn unexpected(request: &Request) -> Response {
    let line = request.line();
    Response::new(500, format!("there is nothing in the script for {line}"))
}

/// A URL where connections are refused while the stream is open. The port is the
/// local port of a connection, so no other program can listen on it.
pub(crate) fn refused_url() -> (TcpStream, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let far = listener.local_addr().expect("an address");
    let near = TcpStream::connect(far).expect("a connection");
    let url = format!("http://{}", near.local_addr().expect("an address"));
    (near, url)
}
