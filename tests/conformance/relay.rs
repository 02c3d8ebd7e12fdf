//! A relay in front of Keystone, which passes each token to the [`secret_scan`].

use std::io;
use std::net::TcpListener;

use opencloud_sandbox::http::{Connection, Request, Response, Server};

use crate::{http, secret_scan};

/// Starts a relay and returns its URL. It runs until the process ends.
pub(crate) fn before(url: &str) -> String {
    let rest = url.strip_prefix("http://").expect("an http URL");
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let origin = format!("http://{host}");
    let server = Server::start(listener, move |connection| serve(connection, &origin));
    let server = server.expect("a thread");
    let url = format!("http://{}/{path}", server.address());
    std::mem::forget(server);
    url
}

fn serve(connection: &mut Connection, origin: &str) -> io::Result<()> {
    while let Some(request) = connection.read_request()? {
        let response = forward(&request, origin);
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
        .filter(|(name, _)| !name.eq_ignore_ascii_case("Content-Length"))
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
