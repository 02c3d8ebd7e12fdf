//! The listener, its connections, and the bytes that go wrong on purpose.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::fault::{self, Action, Fault};
use crate::http::{Request, Response, Wire};

/// The longest head that is read; uWSGI resets the connection beyond its buffer.
const LONGEST_HEAD: usize = 65_535;
/// The longest body that is read.
const LONGEST_BODY: usize = 64 << 20;
/// How long a kept connection may be idle.
const IDLE: Duration = Duration::from_secs(4);

/// What answers the requests.
pub(crate) trait Service: Send + Sync + 'static {
    fn answer(&self, request: &Request) -> Response;
    fn revoke_tokens(&self);
}

/// A request as it came, from [`Sandbox::requests`].
///
/// [`Sandbox::requests`]: crate::Sandbox::requests
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SeenRequest {
    /// `GET` and the like.
    pub method: String,
    /// Path and query, as sent.
    pub target: String,
    /// In the order they came, names as sent.
    pub headers: Vec<(String, String)>,
    /// Empty if there was none.
    pub body: Vec<u8>,
}

impl SeenRequest {
    /// The value of a header, whatever the case of its name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// What the threads share.
struct Shared {
    service: Box<dyn Service>,
    wire: Mutex<Wire>,
    faults: Mutex<Vec<Fault>>,
    seen: Mutex<Vec<SeenRequest>>,
    connections: Mutex<usize>,
    stopped: Mutex<bool>,
    wake: Condvar,
    /// The connections that are open, to be cut off at the end.
    open: Mutex<Vec<(usize, TcpStream)>>,
}

/// A listener on the loopback interface, until dropped.
pub(crate) struct Server {
    shared: Arc<Shared>,
    address: SocketAddr,
    listener: Option<JoinHandle<()>>,
}

/// A lock that a panic elsewhere does not spoil.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Server {
    pub(crate) fn start(
        listener: TcpListener,
        wire: Wire,
        service: Box<dyn Service>,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            service,
            wire: Mutex::new(wire),
            faults: Mutex::default(),
            seen: Mutex::default(),
            connections: Mutex::default(),
            stopped: Mutex::default(),
            wake: Condvar::new(),
            open: Mutex::default(),
        });
        let all = Arc::clone(&shared);
        let listener = std::thread::Builder::new().spawn(move || accept(&listener, &all))?;
        Ok(Self { shared, address, listener: Some(listener) })
    }

    pub(crate) fn set_wire(&self, wire: Wire) {
        *lock(&self.shared.wire) = wire;
    }

    pub(crate) fn fail(&self, fault: Fault) {
        lock(&self.shared.faults).push(fault);
    }

    pub(crate) fn mend(&self) {
        lock(&self.shared.faults).clear();
    }

    pub(crate) fn requests(&self) -> Vec<SeenRequest> {
        lock(&self.shared.seen).clone()
    }

    pub(crate) fn forget_requests(&self) {
        lock(&self.shared.seen).clear();
    }

    pub(crate) fn connections(&self) -> usize {
        *lock(&self.shared.connections)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        *lock(&self.shared.stopped) = true;
        self.shared.wake.notify_all();
        // The listener waits for a connection: this is one.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
        if let Some(listener) = self.listener.take() {
            let _ = listener.join();
        }
    }
}

impl Shared {
    fn stopped(&self) -> bool {
        *lock(&self.stopped)
    }

    /// Sleeps that long, or until the end.
    fn pause(&self, time: Duration) {
        let end = Instant::now() + time;
        let mut stopped = lock(&self.stopped);
        while !*stopped && Instant::now() < end {
            let left = end.saturating_duration_since(Instant::now());
            stopped =
                self.wake.wait_timeout(stopped, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut threads: Vec<JoinHandle<()>> = Vec::new();
    for (number, stream) in listener.incoming().enumerate() {
        if shared.stopped() {
            break;
        }
        threads.retain(|thread| !thread.is_finished());
        let Ok(stream) = stream else { continue };
        let Ok(copy) = stream.try_clone() else { continue };
        *lock(&shared.connections) += 1;
        lock(&shared.open).push((number, copy));
        let all = Arc::clone(shared);
        let thread = std::thread::Builder::new().spawn(move || {
            let _ = converse(&all, stream);
            lock(&all.open).retain(|(other, _)| *other != number);
        });
        threads.extend(thread);
    }
    for (_, stream) in lock(&shared.open).iter() {
        let _ = stream.shutdown(Shutdown::Both);
    }
    for thread in threads {
        let _ = thread.join();
    }
}

/// The requests of one connection, one after another.
fn converse(shared: &Shared, mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut pending = Vec::new();
    loop {
        let wire = *lock(&shared.wire);
        if wire == Wire::KeepAlive {
            stream.set_read_timeout(Some(IDLE))?;
        }
        let Some(request) = read(&mut stream, &mut pending)? else { return Ok(()) };
        lock(&shared.seen).push(SeenRequest {
            method: request.method.clone(),
            target: request.target.clone(),
            headers: request.headers.clone(),
            body: request.body.clone(),
        });
        let plan = fault::plan(&mut lock(&shared.faults), &request);
        shared.pause(plan.delay);
        if plan.revoke_tokens {
            shared.service.revoke_tokens();
        }
        let (action, carried_out) =
            plan.action.map_or((None, true), |(action, it)| (Some(action), it));
        let mut response = if carried_out { Some(shared.service.answer(&request)) } else { None };
        if let Some(Action::Answer(it)) = &action {
            response = Some(it.clone());
        }
        let head = |response: &Response, announced| response.head(wire, request.minor, announced);
        let body = |response: &Response| {
            if request.method == "HEAD" { Vec::new() } else { response.body.clone() }
        };
        match (action, response) {
            (None | Some(Action::Answer(_)), Some(response)) => {
                stream.write_all(&[head(&response, 0), body(&response)].concat())?;
                let asked =
                    request.header("Connection").is_some_and(|it| it.eq_ignore_ascii_case("close"));
                if wire != Wire::KeepAlive
                    || response.unread
                    || asked
                    || request.chunked
                    || request.minor == 0
                {
                    return stream.shutdown(Shutdown::Write);
                }
                continue;
            }
            (Some(Action::Cut(bytes)), Some(response)) => {
                let body = body(&response);
                stream.write_all(&head(&response, 0))?;
                stream.write_all(&body[..bytes.min(body.len())])?;
            }
            (Some(Action::Length(by)), Some(response)) => {
                stream.write_all(&[head(&response, by), body(&response)].concat())?;
            }
            (Some(Action::Drip(bytes, pause)), Some(response)) => {
                stream.write_all(&head(&response, 0))?;
                for piece in body(&response).chunks(bytes) {
                    shared.pause(pause);
                    stream.write_all(piece)?;
                }
            }
            (Some(Action::Raw(bytes)), _) => stream.write_all(&bytes)?,
            (Some(Action::Reset), _) => {
                socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
                return Ok(());
            }
            _ => {}
        }
        return stream.shutdown(Shutdown::Both);
    }
}

/// The next request of a connection; nothing at its end, or where a web server
/// would hang up.
fn read(stream: &mut TcpStream, pending: &mut Vec<u8>) -> io::Result<Option<Request>> {
    loop {
        if let Some((mut request, length)) = parse(pending)? {
            if request.chunked {
                skip_chunks(stream, pending)?;
                return Ok(Some(request));
            }
            if length > LONGEST_BODY {
                return Ok(None);
            }
            // A body may take its time, whatever the wire.
            stream.set_read_timeout(None)?;
            while pending.len() < length {
                if fill(stream, pending)? == 0 {
                    return Ok(None);
                }
            }
            request.body = pending.drain(..length).collect();
            return Ok(Some(request));
        }
        if pending.len() > LONGEST_HEAD {
            socket2::SockRef::from(&*stream).set_linger(Some(Duration::ZERO))?;
            return Ok(None);
        }
        if fill(stream, pending)? == 0 {
            return Ok(None);
        }
    }
}

fn fill(stream: &mut TcpStream, pending: &mut Vec<u8>) -> io::Result<usize> {
    let mut piece = [0; 16_384];
    let count = stream.read(&mut piece)?;
    pending.extend(&piece[..count]);
    Ok(count)
}

/// The head of a request, taken from the bytes, with the length of its body;
/// nothing if there is more to come.
fn parse(pending: &mut Vec<u8>) -> io::Result<Option<(Request, usize)>> {
    let mut space = [httparse::EMPTY_HEADER; 100];
    let mut head = httparse::Request::new(&mut space);
    let end = match head.parse(pending) {
        Ok(httparse::Status::Complete(end)) if end <= LONGEST_HEAD => end,
        Ok(_) => return Ok(None),
        Err(trouble) => {
            return Err(io::Error::new(io::ErrorKind::InvalidData, trouble.to_string()));
        }
    };
    let text = |it: Option<&str>| it.unwrap_or_default().to_owned();
    let mut request = Request {
        method: text(head.method),
        target: text(head.path),
        minor: head.version.unwrap_or(1),
        headers: Vec::new(),
        body: Vec::new(),
        chunked: false,
    };
    for header in head.headers.iter() {
        let value = String::from_utf8_lossy(header.value).into_owned();
        request.headers.push((header.name.to_owned(), value));
    }
    // A proxy's form of the target has scheme and host before the path.
    if let Some((_, rest)) = request.target.clone().split_once("://") {
        rest.find('/').map_or("/", |slash| &rest[slash..]).clone_into(&mut request.target);
    }
    request.chunked = request.header("Transfer-Encoding").is_some();
    let length = request.header("Content-Length").and_then(|it| it.parse().ok()).unwrap_or(0);
    pending.drain(..end);
    Ok(Some((request, length)))
}

/// Reads a body that came in chunks and forgets it.
fn skip_chunks(stream: &mut TcpStream, pending: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let line = loop {
            match pending.windows(2).position(|it| it == b"\r\n") {
                Some(end) => break pending.drain(..end + 2).collect::<Vec<u8>>(),
                None if fill(stream, pending)? == 0 => return Ok(()),
                None => {}
            }
        };
        let digits = String::from_utf8_lossy(&line);
        let digits = digits.trim().split(';').next().unwrap_or_default();
        let size = usize::from_str_radix(digits, 16).unwrap_or(0).min(LONGEST_BODY);
        while pending.len() < size + 2 {
            if fill(stream, pending)? == 0 {
                return Ok(());
            }
        }
        pending.drain(..size + 2);
        if size == 0 {
            return Ok(());
        }
    }
}
