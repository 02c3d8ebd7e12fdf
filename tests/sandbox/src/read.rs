//! Reading a request from a connection.

use std::io::{self, Read};
use std::net::TcpStream;
use std::time::Duration;

use crate::http::Request;

/// The longest head that is read; uWSGI resets the connection beyond its buffer.
const LONGEST_HEAD: usize = 65_535;
/// The longest body that is read.
const LONGEST_BODY: usize = 64 << 20;

/// The next request of a connection; nothing at its end, or where a web server
/// would hang up.
pub(crate) fn read(
    stream: &mut TcpStream,
    pending: &mut Vec<u8>,
    idle: Option<Duration>,
) -> io::Result<Option<Request>> {
    stream.set_read_timeout(idle)?;
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
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                trouble.to_string(),
            ));
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
    if !request.target.starts_with('/') {
        let rest = request
            .target
            .split_once("://")
            .map_or("", |(_, rest)| rest);
        request.target = rest
            .find('/')
            .map_or("/", |slash| &rest[slash..])
            .to_owned();
    }
    request.chunked = request.header("Transfer-Encoding").is_some();
    let length = request
        .header("Content-Length")
        .and_then(|it| it.parse().ok())
        .unwrap_or(0);
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
        let size = usize::from_str_radix(digits, 16)
            .unwrap_or(0)
            .min(LONGEST_BODY);
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
