//! [`Request`]: what the server was asked, whole.

use std::io::{self, Read};
use std::net::TcpStream;

/// One request as it came over the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query, as they came.
    pub(crate) target: String,
    pub(crate) version: String,
    /// Names in lower case, in the order in which they came.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// The number of the connection that it came on, from 1.
    pub(crate) connection: usize,
}

impl Request {
    /// Method and target.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("a JSON body")
    }

    /// The value of that part of the query, decoded.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        let (_, query) = self.target.split_once('?')?;
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.into_owned())
    }

    /// The path, decoded, one segment each.
    pub(crate) fn segments(&self) -> Vec<String> {
        let path = self.target.split('?').next().unwrap_or_default();
        let decode = |segment: &str| {
            // In a path, a plus and an ampersand have no special meaning.
            let form = format!("x={}", segment.replace('+', "%2B").replace('&', "%26"));
            let (_, value) = url::form_urlencoded::parse(form.as_bytes())
                .next()
                .expect("a pair");
            value.into_owned()
        };
        path.trim_start_matches('/')
            .split('/')
            .map(decode)
            .collect()
    }

    /// The next request of a connection; `None` where it ends or breaks. The
    /// last byte of it stays unread: a socket that is closed with unread bytes
    /// is reset, and one that is to be closed in order reads it first.
    pub(crate) fn read(stream: &mut TcpStream, only_head: bool) -> Option<Self> {
        let head = read_head(stream).ok()?;
        let mut request = Self::parse(&head)?;
        let length = request
            .header("content-length")
            .and_then(|length| length.parse().ok());
        let length: usize = if only_head { 0 } else { length.unwrap_or(0) };
        if length > 0 {
            stream.read_exact(&mut [0]).ok()?;
            let mut body = vec![0; length - 1];
            stream.read_exact(&mut body).ok()?;
            let mut last = [0];
            stream.peek(&mut last).ok().filter(|count| *count == 1)?;
            body.extend(last);
            request.body = String::from_utf8(body).expect("a body of text");
        }
        Some(request)
    }

    /// Method, target and headers.
    pub(crate) fn parse(head: &[u8]) -> Option<Self> {
        let head = String::from_utf8_lossy(head).into_owned();
        let mut lines = head.trim_end().split("\r\n");
        let mut first = lines.next()?.split(' ').map(str::to_owned);
        let mut request = Self {
            method: first.next()?,
            target: first.next()?,
            version: first.collect::<Vec<_>>().join(" "),
            ..Self::default()
        };
        for line in lines {
            let (name, value) = line.split_once(':')?;
            request
                .headers
                .push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        Some(request)
    }
}

/// Reads to the end of the headers, and leaves the last byte of it.
fn read_head(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    const END: &[u8] = b"\r\n\r\n";
    let mut head = Vec::new();
    loop {
        let mut chunk = [0; 8192];
        let count = stream.peek(&mut chunk)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let known = head.len();
        head.extend(&chunk[..count]);
        let from = known.saturating_sub(END.len() - 1);
        let end = head[from..]
            .windows(END.len())
            .position(|window| window == END);
        let Some(end) = end.map(|at| from + at + END.len()) else {
            stream.read_exact(&mut chunk[..count])?;
            continue;
        };
        stream.read_exact(&mut chunk[..end - known - 1])?;
        head.truncate(end);
        return Ok(head);
    }
}
