//! A 204 without a length: nobody knows whether its connection stays open.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use opencloud::{ErrorKind, OpenStack, Options, ServiceOptions};

/// Reads one request and writes this answer to it.
fn answer(stream: &TcpStream, answer: &str) {
    let lines = BufReader::new(stream).lines().map_while(Result::ok);
    assert!(
        lines.take_while(|line| !line.is_empty()).count() > 0,
        "no request came"
    );
    (&*stream)
        .write_all(answer.as_bytes())
        .expect("a client that reads");
}

#[test]
fn what_follows_an_answer_of_no_known_length_goes_over_a_new_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = thread::spawn(move || {
        let (first, _) = listener.accept().expect("a connection");
        answer(&first, "HTTP/1.1 204 No Content\r\n\r\n");
        // The first is still open: only the client decides.
        let (second, _) = listener.accept().expect("another connection");
        let body = r#"{"itemNotFound": {"code": 404, "message": "Image not found."}}"#;
        let head = format!(
            "HTTP/1.1 404 Not Found\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        answer(&second, &(head + body));
    });
    let options = Options::new("").token_id("token").no_proxy().tries(1);
    let openstack =
        OpenStack::new(options.read_timeout(Duration::from_secs(5))).expect("valid options");
    let nova = ServiceOptions::new().endpoint(format!("http://{address}"));
    let image = openstack
        .compute_v2_with(nova)
        .expect("an endpoint")
        .get_image("x");
    image.delete().expect("a deletion");
    let again = image.delete();
    assert!(
        matches!(&again, Err(error) if error.kind() == ErrorKind::NotFound),
        "{again:?}"
    );
    server.join().expect("a server that saw both");
}
