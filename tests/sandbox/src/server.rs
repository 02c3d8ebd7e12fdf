//! [`Server`]: the HTTP server of a sandbox, with its wire and its faults.

use std::io::{self, Read};
use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::cloud::Cloud;
use crate::fault::{self, Action, Fault};
use crate::http::{self, Connection, Request, Response};
use crate::services;
use crate::wire::Wire;
use crate::wsgi::origin_form;

/// How long a connection stays open between two requests.
const IDLE: Duration = Duration::from_secs(4);
/// The longest body that is accepted.
const MAX_BODY: u64 = 64 << 20;

/// The HTTP server of a sandbox, until dropped.
pub(crate) struct Server {
    state: Arc<State>,
    http: http::Server,
}

struct State {
    cloud: Arc<Mutex<Cloud>>,
    wire: Mutex<Wire>,
    faults: Mutex<Vec<Fault>>,
    requests: Mutex<Vec<Arc<Request>>>,
    /// How long an upload waits for the client.
    socket_timeout: Duration,
}

/// Locks a mutex, even if another thread panicked while it held the lock.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Server {
    pub(crate) fn start(
        listener: TcpListener,
        wire: Wire,
        socket_timeout: Duration,
        cloud: Arc<Mutex<Cloud>>,
    ) -> io::Result<Self> {
        let state = Arc::new(State {
            cloud,
            wire: Mutex::new(wire),
            faults: Mutex::default(),
            requests: Mutex::default(),
            socket_timeout,
        });
        let shared = Arc::clone(&state);
        let http = http::Server::start(listener, move |connection| shared.serve(connection))?;
        Ok(Self { state, http })
    }

    pub(crate) fn set_wire(&self, wire: Wire) {
        *lock(&self.state.wire) = wire;
    }

    pub(crate) fn add_fault(&self, fault: Fault) {
        lock(&self.state.faults).push(fault);
    }

    pub(crate) fn clear_faults(&self) {
        lock(&self.state.faults).clear();
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        let requests = lock(&self.state.requests);
        requests.iter().map(|it| Request::clone(it)).collect()
    }

    pub(crate) fn clear_requests(&self) {
        lock(&self.state.requests).clear();
    }

    pub(crate) fn connections(&self) -> usize {
        self.http.connections()
    }
}

impl State {
    /// Serves the requests of a connection, one after the other.
    fn serve(&self, connection: &mut Connection) -> io::Result<()> {
        loop {
            let wire = *lock(&self.wire);
            connection.set_read_timeout((wire == Wire::KeepAlive).then_some(IDLE))?;
            let Some(mut request) = connection.read_head()? else {
                return Ok(());
            };
            request.target = String::from(origin_form(&request.target));
            if services::is_upload(&request) {
                connection.set_read_timeout(Some(self.socket_timeout))?;
            } else if !read_body(connection, &mut request)? {
                return Ok(());
            }
            let request = Arc::new(request);
            lock(&self.requests).push(Arc::clone(&request));
            if !self.respond(connection, &request, wire)? {
                return Ok(());
            }
        }
    }

    /// Responds to a request as the services and the faults require. Returns
    /// whether the connection stays open.
    fn respond(
        &self,
        connection: &mut Connection,
        request: &Request,
        wire: Wire,
    ) -> io::Result<bool> {
        let plan = fault::plan(&mut lock(&self.faults), request);
        connection.pause(plan.delay);
        if plan.revoke_tokens {
            lock(&self.cloud).tokens.clear();
        }
        let (action, carried_out) = match plan.action {
            Some((action, carried_out)) => (Some(action), carried_out),
            None => (None, true),
        };
        let response = if carried_out {
            let cut = match action {
                Some(Action::CutUpload(bytes)) => Some(bytes),
                _ => None,
            };
            self.process(connection, request, cut)
        } else {
            Some(Response::new(500))
        };
        let Some(response) = response else {
            return connection.close().map(|()| false);
        };
        match action {
            Some(action) => send_with_fault(connection, request, response, wire, action),
            None => send(connection, request, response, wire),
        }
    }

    /// Carries out a request. With `cut`, an upload fails after this many bytes of
    /// its body.
    fn process(
        &self,
        connection: &mut Connection,
        request: &Request,
        cut: Option<u64>,
    ) -> Option<Response> {
        if !services::is_upload(request) {
            return services::respond(&self.cloud, request, &mut io::empty());
        }
        let mut body = connection.body(request);
        match cut {
            None => services::respond(&self.cloud, request, &mut body),
            Some(bytes) => {
                let mut body = body.take(bytes).chain(Broken);
                services::respond(&self.cloud, request, &mut body)
            }
        }
    }
}

/// A reader that fails, at the end of a body that is cut.
struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::ConnectionAborted.into())
    }
}

/// Sends a response with a fault. Returns whether the connection stays open.
fn send_with_fault(
    connection: &mut Connection,
    request: &Request,
    response: Response,
    wire: Wire,
    action: Action,
) -> io::Result<bool> {
    if let Action::Respond(response) = action {
        return send(connection, request, response, wire);
    }
    let mut response = wire.apply(response);
    let minor = request.minor;
    match action {
        Action::Cut(bytes) => {
            let body = &response.body[..bytes.min(response.body.len())];
            connection.send([&response.head(minor), body])?;
        }
        Action::Stall(bytes) => {
            let body = &response.body[..bytes.min(response.body.len())];
            connection.send([&response.head(minor), body])?;
            wait_for_close(connection)?;
        }
        Action::Silent => wait_for_close(connection)?,
        Action::WrongLength(by) => {
            let length = i64::try_from(response.body.len()).unwrap_or(i64::MAX);
            let length = length.saturating_add(by).max(0).to_string();
            match response.content_length_mut() {
                Some(value) => *value = length,
                None => response = response.header("Content-Length", length),
            }
            connection.send([&response.head(minor), &response.body])?;
        }
        Action::NoLength => {
            response = Wire::NoLength.apply(response);
            connection.send([&response.head(minor), &response.body])?;
        }
        Action::Change(position) => {
            if let Some(byte) = response.body.get_mut(position) {
                *byte = !*byte;
            }
            connection.send([&response.head(minor), &response.body])?;
        }
        Action::Drip(bytes, pause) => {
            connection.send([&response.head(minor)])?;
            for piece in response.body.chunks(bytes) {
                connection.pause(pause);
                connection.send([piece])?;
            }
        }
        Action::Raw(bytes) => connection.send([&bytes])?,
        Action::Reset => return connection.reset().map(|()| false),
        Action::Respond(_)
        | Action::Close
        | Action::CutUpload(_)
        | Action::Delay(_)
        | Action::RevokeTokens => {}
    }
    connection.close().map(|()| false)
}

/// Sends nothing until the client closes the connection.
fn wait_for_close(connection: &mut Connection) -> io::Result<()> {
    connection.set_read_timeout(None)?;
    connection.drain();
    Ok(())
}

/// Reads the body of a request. Returns whether it is accepted. The body of a
/// chunked request is discarded, because no service reads it.
fn read_body(connection: &mut Connection, request: &mut Request) -> io::Result<bool> {
    if request.is_chunked() {
        io::copy(&mut connection.body(request), &mut io::sink())?;
        return Ok(true);
    }
    if request.content_length() > MAX_BODY {
        return Ok(false);
    }
    connection.set_read_timeout(None)?;
    let mut body = Vec::new();
    connection.body(request).read_to_end(&mut body)?;
    request.body = body;
    Ok(true)
}

/// Sends a response. Returns whether the connection stays open.
fn send(
    connection: &mut Connection,
    request: &Request,
    response: Response,
    wire: Wire,
) -> io::Result<bool> {
    // uWSGI ignores the `Connection` header of the request.
    let keep_alive = wire == Wire::KeepAlive && request.minor > 0 && !request.is_chunked();
    let keep_alive = keep_alive && !response.close && !response.announces_close();
    // The body of an upload may not have been read.
    let keep_alive = keep_alive && !services::is_upload(request);
    let response = wire.apply(response);
    let body = match request.method.as_str() {
        "HEAD" => &[][..],
        _ => &response.body,
    };
    connection.send([&response.head(request.minor), body])?;
    if keep_alive {
        return Ok(true);
    }
    connection.finish().map(|()| false)
}
