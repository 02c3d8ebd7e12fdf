//! One connection: its requests, its answers, and what goes wrong on purpose.

use std::io::{self, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use crate::fault::{self, Action};
use crate::http::{Request, Response, Wire};
use crate::read::read;
use crate::shared::{SeenRequest, Shared, lock};

/// How long a kept connection may be idle.
const IDLE: Duration = Duration::from_secs(4);

/// The requests of one connection, one after another.
pub(crate) fn converse(shared: &Shared, mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut pending = Vec::new();
    loop {
        let wire = *lock(&shared.wire);
        let idle = (wire == Wire::KeepAlive).then_some(IDLE);
        let Some(request) = read(&mut stream, &mut pending, idle)? else {
            return Ok(());
        };
        lock(&shared.seen).push(SeenRequest {
            method: request.method.clone(),
            target: request.target.clone(),
            headers: request.headers.clone(),
            body: request.body.clone(),
        });
        if !answer(shared, &mut stream, &request, wire)? {
            return Ok(());
        }
    }
}

/// Answers one request, or does not; whether the connection stays open.
fn answer(
    shared: &Shared,
    stream: &mut TcpStream,
    request: &Request,
    wire: Wire,
) -> io::Result<bool> {
    let plan = fault::plan(&mut lock(&shared.faults), request);
    shared.pause(plan.delay);
    if plan.revoke_tokens {
        shared.service.revoke_tokens();
    }
    let Some((action, carried_out)) = plan.action else {
        let response = shared.service.answer(request);
        return send(stream, request, &response, wire);
    };
    let response = if carried_out {
        Some(shared.service.answer(request))
    } else {
        None
    };
    if let Action::Answer(response) = &action {
        return send(stream, request, response, wire);
    }
    match (action, response) {
        (Action::Cut(bytes), Some(response)) => {
            stream.write_all(&response.head(wire, request.minor, 0))?;
            stream.write_all(&response.body[..bytes.min(response.body.len())])?;
        }
        (Action::Length(by), Some(response)) => {
            stream.write_all(&response.head(wire, request.minor, by))?;
            stream.write_all(&response.body)?;
        }
        (Action::Drip(bytes, pause), Some(response)) => {
            stream.write_all(&response.head(wire, request.minor, 0))?;
            for piece in response.body.chunks(bytes) {
                shared.pause(pause);
                stream.write_all(piece)?;
            }
        }
        (Action::Raw(bytes), _) => stream.write_all(&bytes)?,
        (Action::Reset, _) => {
            socket2::SockRef::from(&*stream).set_linger(Some(Duration::ZERO))?;
            return Ok(false);
        }
        _ => {}
    }
    stream.shutdown(Shutdown::Both).map(|()| false)
}

/// Sends an answer as it should be; whether the connection stays open.
fn send(
    stream: &mut TcpStream,
    request: &Request,
    response: &Response,
    wire: Wire,
) -> io::Result<bool> {
    let wire = if response.closes && wire == Wire::KeepAlive {
        Wire::Close
    } else {
        wire
    };
    let mut bytes = response.head(wire, request.minor, 0);
    if request.method != "HEAD" {
        bytes.extend(&response.body);
    }
    stream.write_all(&bytes)?;
    // uWSGI takes no notice of what the request says about its connection.
    let left = response.unread && !request.body.is_empty();
    if wire == Wire::KeepAlive && request.minor > 0 && !left && !request.chunked {
        return Ok(true);
    }
    stream.shutdown(Shutdown::Write).map(|()| false)
}
