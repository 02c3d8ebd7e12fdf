//! [`Exchange`]: one recorded request to a real service, with its response.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::support::{self, Request};

/// How the response is sent: three settings of a real HTTP server.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wire {
    /// With `Content-Length`, then the connection is closed: as recorded.
    Close,
    /// With `Content-Length`, on a connection that stays open.
    KeepAlive,
    /// Without `Content-Length`: the body ends where the connection does.
    NoLength,
}

/// One line of a file in `tests/data`. Only tokens and directories were replaced.
#[derive(Debug, Deserialize)]
pub(crate) struct Exchange {
    pub(crate) name: String,
    #[serde(deserialize_with = "request")]
    pub(crate) request: Request,
    pub(crate) response: Response,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) reason: String,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

fn request<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Request, D::Error> {
    #[derive(Deserialize)]
    struct Fields {
        method: String,
        target: String,
        headers: Vec<(String, String)>,
        body: String,
    }
    let fields = Fields::deserialize(from)?;
    let lower = |(name, value): (String, String)| (name.to_ascii_lowercase(), value);
    Ok(Request {
        method: fields.method,
        target: fields.target,
        headers: fields.headers.into_iter().map(lower).collect(),
        body: fields.body,
        ..Request::default()
    })
}

impl Exchange {
    /// All exchanges with Keystone and Nova, by name.
    pub(crate) fn all() -> Vec<Self> {
        Self::of_file("keystone-30-nova-34.jsonl")
    }

    /// All exchanges of a file in `tests/data`, by name.
    pub(crate) fn of_file(file: &str) -> Vec<Self> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/data")
            .join(file);
        let text = fs::read_to_string(path).expect("the recorded exchanges");
        let parse = |line| serde_json::from_str(line).expect("a recorded exchange");
        text.lines().map(parse).collect()
    }

    /// The first exchange whose name starts with this.
    #[track_caller]
    pub(crate) fn named(prefix: &str) -> Self {
        let mut all = Self::all().into_iter();
        all.find(|exchange| exchange.name.starts_with(prefix))
            .expect("an exchange with this name")
    }

    /// The decoded query of the request.
    pub(crate) fn query(&self) -> Vec<(String, String)> {
        pairs(&self.request)
    }
}

impl Response {
    /// The value of this response header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The response body, if it is JSON.
    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_str(&self.body).ok()
    }

    /// Whether the body is shorter than its announced length.
    pub(crate) fn is_cut(&self) -> bool {
        let length = self.header("content-length");
        length.is_some_and(|length| length.parse() != Ok(self.body.len()))
    }

    /// The response for the test server.
    pub(crate) fn for_server(&self, wire: Wire) -> support::Response {
        // A body without its length ends with the connection.
        let has_end =
            self.status == 204 || (self.header("content-length").is_some() && !self.is_cut());
        let wire = match wire {
            Wire::KeepAlive if !has_end => Wire::Close,
            wire => wire,
        };
        let omitted: &[&str] = match wire {
            Wire::Close => &[],
            Wire::KeepAlive => &["connection"],
            Wire::NoLength => &["connection", "content-length"],
        };
        let mut text = format!("HTTP/1.1 {} {}\r\n", self.status, self.reason);
        for (name, value) in &self.headers {
            if !omitted.contains(&name.to_ascii_lowercase().as_str()) {
                text.extend([name, ": ", value, "\r\n"]);
            }
        }
        text += "\r\n";
        text += &self.body;
        match wire {
            Wire::KeepAlive => support::Response::raw_and_keep(text),
            Wire::Close | Wire::NoLength => support::Response::raw(text),
        }
    }
}

/// The decoded query of a request.
pub(crate) fn pairs(request: &Request) -> Vec<(String, String)> {
    let query = request
        .target
        .split_once('?')
        .map_or("", |(_, query)| query);
    url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}
