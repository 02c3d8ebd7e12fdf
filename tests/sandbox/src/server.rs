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
}

/// Locks a mutex, even if another thread panicked while it held the lock.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Server {
    pub(crate) fn start(
        listener: TcpListener,
        wire: Wire,
        cloud: Arc<Mutex<Cloud>>,
    ) -> io::Result<Self> {
        let state = Arc::new(State {
            cloud,
            wire: Mutex::new(wire),
            faults: Mutex::default(),
            requests: Mutex::default(),
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
            let Some(request) = read_request(connection)? else {
                return Ok(());
            };
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
        let process = || services::respond(&mut lock(&self.cloud), request);
        let Some((action, carried_out)) = plan.action else {
            return send(connection, request, process(), wire);
        };
        let response = if carried_out {
            process()
        } else {
            Response::new(500)
        };
        if let Action::Respond(response) = action {
            return send(connection, request, response, wire);
        }
        let mut response = wire.apply(response);
        match action {
            Action::Cut(bytes) => {
                let body = &response.body[..bytes.min(response.body.len())];
                connection.send([&response.head(request.minor), body])?;
            }
            Action::WrongLength(by) => {
                let length = i64::try_from(response.body.len()).unwrap_or(i64::MAX);
                let length = length.saturating_add(by).max(0).to_string();
                match response.content_length_mut() {
                    Some(value) => *value = length,
                    None => response = response.header("Content-Length", length),
                }
                connection.send([&response.head(request.minor), &response.body])?;
            }
            Action::Drip(bytes, pause) => {
                connection.send([&response.head(request.minor)])?;
                for piece in response.body.chunks(bytes) {
                    connection.pause(pause);
                    connection.send([piece])?;
                }
            }
            Action::Raw(bytes) => connection.send([&bytes])?,
            Action::Reset => return connection.reset().map(|()| false),
            Action::Respond(_) | Action::Close | Action::Delay(_) | Action::RevokeTokens => {}
        }
        connection.close().map(|()| false)
    }
}

/// Reads a request. The body of a chunked request is discarded, because no
/// service reads it.
fn read_request(connection: &mut Connection) -> io::Result<Option<Request>> {
    let Some(mut request) = connection.read_head()? else {
        return Ok(None);
    };
    request.target = String::from(origin_form(&request.target));
    if request.is_chunked() {
        io::copy(&mut connection.body(&request), &mut io::sink())?;
        return Ok(Some(request));
    }
    if request.content_length() > MAX_BODY {
        return Ok(None);
    }
    connection.set_read_timeout(None)?;
    let mut body = Vec::new();
    connection.body(&request).read_to_end(&mut body)?;
    request.body = body;
    Ok(Some(request))
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
