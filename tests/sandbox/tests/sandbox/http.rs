//! A client that returns the bytes of each response.

use std::io::{Read, Write};
use std::net::TcpStream;

use opencloud_sandbox::Sandbox;

/// A response.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: String,
    /// The header lines, with request ids replaced.
    pub(crate) headers: Vec<String>,
    pub(crate) body: String,
}

/// `127.0.0.1:PORT`.
pub(crate) fn host(sandbox: &Sandbox) -> String {
    let url = sandbox.auth_url();
    url.split('/').nth(2).expect("a host").to_owned()
}

pub(crate) fn connect(sandbox: &Sandbox) -> TcpStream {
    TcpStream::connect(host(sandbox)).expect("a connection")
}

/// Sends bytes and reads until the connection is closed.
pub(crate) fn exchange(sandbox: &Sandbox, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = connect(sandbox);
    stream.write_all(bytes)?;
    let mut response = Vec::new();
    stream.read_to_end(&mut response)?;
    Ok(response)
}

pub(crate) fn parse(raw: &[u8]) -> Response {
    let text = String::from_utf8_lossy(raw).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").expect("a complete head");
    let mut lines = head
        .split("\r\n")
        .map(|line| match line.split_once(": req-") {
            Some((name, id)) if id.len() == 36 => format!("{name}: ID"),
            _ => line.to_owned(),
        });
    let status = lines.next().expect("a status line");
    Response {
        status,
        headers: lines.collect(),
        body: body.to_owned(),
    }
}

pub(crate) fn request(
    sandbox: &Sandbox,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", host(sandbox));
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    if !body.is_empty() {
        text += &format!("Content-Length: {}\r\n", body.len());
    }
    (text + "\r\n" + body).into_bytes()
}

/// Sends a request on a new connection.
#[track_caller]
pub(crate) fn send(
    sandbox: &Sandbox,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Response {
    parse(&exchange(sandbox, &request(sandbox, method, path, headers, body)).expect("a response"))
}

/// Sends a request to Glance as `demo`, and returns the status and body.
#[track_caller]
pub(crate) fn glance(sandbox: &Sandbox, method: &str, path: &str, body: &str) -> (String, String) {
    glance_as(sandbox, "demo", method, path, body)
}

/// Sends a request to Glance as a user, and returns the status and body.
#[track_caller]
pub(crate) fn glance_as(
    sandbox: &Sandbox,
    user: &str,
    method: &str,
    path: &str,
    body: &str,
) -> (String, String) {
    let token = sandbox.token(user);
    let path = format!("/image/v2{path}");
    let kind = "application/openstack-images-v2.1-json-patch";
    let headers = [
        ("X-Auth-Token", token.as_str()),
        ("Content-Type", kind),
        ("Accept", "application/json"),
    ];
    let response = send(sandbox, method, &path, &headers, body);
    let status = response.status.split_once(' ').expect("a status").1;
    (status.to_owned(), response.body)
}

/// The status and body of a response of Glance with an error.
pub(crate) fn glance_error(status: &str, message: &str) -> (String, String) {
    let title = status.split_once(' ').expect("a title").1;
    let message = message.replace('"', "\\\"");
    let code = format!("\"code\": \"{status}\", \"title\": \"{title}\"");
    let body = format!("{{\"message\": \"{message}<br /><br />\\n\\n\\n\", {code}}}");
    (status.to_owned(), body)
}

/// Sends a request to Nova as `demo`, and returns the status and body.
#[track_caller]
pub(crate) fn nova(sandbox: &Sandbox, method: &str, path: &str, body: &str) -> (String, String) {
    let token = sandbox.token("demo");
    let path = format!("/compute/v2.1{path}");
    let headers = [
        ("X-Auth-Token", token.as_str()),
        ("Content-Type", "application/json"),
    ];
    let response = send(sandbox, method, &path, &headers, body);
    (
        response
            .status
            .split_once(' ')
            .expect("a status")
            .1
            .to_owned(),
        response.body,
    )
}
