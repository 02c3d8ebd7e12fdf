//! TLS: trusted certificates and client certificates. `tests/tls/make` creates the
//! files.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use opencloud::{ErrorKind, OpenStack, Options, Result, ServiceOptions};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;

use crate::support::{Response, id, image};

pub(crate) fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/tls")
        .join(name)
}

fn certificate(name: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(file(name)).expect("a certificate")
}

/// A TLS server, with the client certificate of each connection, if there is one.
pub(crate) struct TlsServer {
    pub(crate) url: String,
    clients: mpsc::Receiver<Option<CertificateDer<'static>>>,
}

impl TlsServer {
    fn start(asks_for_certificate: bool) -> Self {
        Self::with_certificate("server", asks_for_certificate)
    }

    /// A server with the certificate and the key of this name.
    pub(crate) fn with_certificate(name: &str, asks_for_certificate: bool) -> Self {
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("versions");
        let builder = if asks_for_certificate {
            let mut roots = RootCertStore::empty();
            roots.add(certificate("ca.pem")).expect("a root");
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().expect("a verifier"))
        } else {
            builder.with_no_client_auth()
        };
        let key = PrivateKeyDer::from_pem_file(file(&format!("{name}.key"))).expect("a key");
        let config = builder.with_single_cert(vec![certificate(&format!("{name}.pem"))], key);
        let config = Arc::new(config.expect("a configuration"));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("https://{}", listener.local_addr().expect("an address"));
        let (sender, clients) = mpsc::channel();
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let connection = ServerConnection::new(Arc::clone(&config)).expect("a connection");
                let mut stream = StreamOwned::new(connection, socket);
                let mut request = Vec::new();
                let mut byte = [0];
                while !request.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
                    request.extend(byte);
                }
                if !request.ends_with(b"\r\n\r\n") {
                    // Unread bytes would cause a reset that overtakes the alert.
                    let _ = stream.sock.shutdown(Shutdown::Write);
                    let _ = stream.sock.read_to_end(&mut Vec::new());
                    continue;
                }
                let certificate = stream
                    .conn
                    .peer_certificates()
                    .and_then(|chain| chain.first());
                let _ = sender.send(certificate.map(|one| one.clone().into_owned()));
                let response =
                    Response::ok(&json!({"image": image(1)})).header("Connection", "close");
                let _ = stream.write_all(&response.bytes());
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        });
        Self { url, clients }
    }

    /// The result of a request with these options.
    pub(crate) fn retrieve(&self, change: impl FnOnce(Options) -> Options) -> Result<()> {
        let options = change(Options::new("").token_id("t").no_proxy().tries(2));
        let endpoint = ServiceOptions::new().endpoint(&self.url);
        OpenStack::new(options)?
            .compute_v2_with(endpoint)?
            .get_image(id(1))
            .retrieve()
    }

    /// The client certificate of each successful connection.
    fn clients(&self) -> Vec<Option<CertificateDer<'static>>> {
        self.clients.try_iter().collect()
    }
}

/// Checks that the connection failed with the usual TLS error.
#[track_caller]
fn check_untrusted(server: &TlsServer, outcome: Result<()>) {
    let error = outcome.expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
    let expected = format!(
        "GET {}/v2.1/images/{}: the authority that signed the certificate of the server is not \
         trusted; set cacert to a file with its certificate",
        server.url,
        id(1)
    );
    assert_eq!(error.to_string(), expected);
    assert!(std::error::Error::source(&error).is_some());
    assert_eq!(error.attempts(), 1);
    assert_eq!(server.clients(), []);
}

#[test]
fn a_certificate_of_an_unknown_authority_is_rejected() {
    let server = TlsServer::start(false);
    check_untrusted(&server, server.retrieve(|options| options));
}

#[test]
fn a_certificate_of_the_authority_in_the_ca_file_is_accepted() {
    let server = TlsServer::start(false);
    server
        .retrieve(|options| options.cacert(file("ca.pem")))
        .expect("an image");
    assert_eq!(server.clients(), [None]);
}

#[test]
fn a_certificate_of_another_authority_than_in_the_ca_file_is_rejected() {
    let server = TlsServer::start(false);
    check_untrusted(
        &server,
        server.retrieve(|options| options.cacert(file("client.pem"))),
    );
}

#[test]
fn insecure_accepts_any_certificate() {
    let server = TlsServer::start(false);
    server
        .retrieve(|options| options.insecure(true))
        .expect("an image");
    assert_eq!(server.clients(), [None]);
    check_untrusted(
        &server,
        server.retrieve(|options| options.insecure(true).insecure(false)),
    );
}

/// Sends a request to a server that only the trust store of the system contains.
#[test]
#[ignore = "run by the next test, with another environment"]
fn child_with_the_system_trust_store() {
    let url = std::env::var("TEST_ENDPOINT").expect("an endpoint");
    let openstack =
        OpenStack::new(Options::new("").token_id("t").no_proxy()).expect("valid options");
    let compute = openstack
        .compute_v2_with(ServiceOptions::new().endpoint(url))
        .expect("a service");
    compute.get_image(id(1)).retrieve().expect("an image");
}

/// On systems where the trust store is a file.
#[cfg(all(unix, not(target_vendor = "apple")))]
#[test]
fn without_a_ca_file_the_system_trust_store_is_used() {
    for (roots, trusted) in [("ca.pem", true), ("client.pem", false)] {
        let server = TlsServer::start(false);
        let output = Command::new(std::env::current_exe().expect("the path of this program"))
            .args([
                "--exact",
                "tls::child_with_the_system_trust_store",
                "--ignored",
            ])
            .env("TEST_ENDPOINT", &server.url)
            .env("SSL_CERT_FILE", file(roots))
            .env_remove("SSL_CERT_DIR")
            .output()
            .expect("a process");
        assert_eq!(output.status.success(), trusted, "{roots}: {output:?}");
        assert_eq!(server.clients().len(), usize::from(trusted), "{roots}");
    }
}

#[test]
fn the_client_certificate_is_sent_when_requested() {
    let server = TlsServer::start(true);
    let expected = certificate("client.pem");
    for (certificate, key) in [
        ("client.pem", "client.key"),
        ("client-both.pem", "client-both.pem"),
    ] {
        let with = |options: Options| {
            let options = options.cacert(file("ca.pem"));
            options.client_certificate(file(certificate), file(key))
        };
        server.retrieve(with).expect("an image");
        let received = server
            .clients
            .recv_timeout(Duration::from_secs(10))
            .expect("a client");
        assert_eq!(received, Some(expected.clone()));
    }
}

#[test]
fn a_missing_client_certificate_is_a_tls_error() {
    let server = TlsServer::start(true);
    let outcome = server.retrieve(|options| options.cacert(file("ca.pem")));
    let error = outcome.expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
    assert_eq!(server.clients(), []);
}

#[test]
fn an_invalid_certificate_or_key_file_is_an_error_before_a_request() {
    type Set = Box<dyn Fn(Options) -> Options>;
    let path = |name: &str| file(name).display().to_string();
    let no_certificate = |name: &str| {
        let path = path(name);
        format!(
            "no certificate in {path}: expected PEM with the label CERTIFICATE; convert other forms, \
             such as TRUSTED CERTIFICATE, X509 CERTIFICATE and DER, with `openssl x509 -in {path}`"
        )
    };
    let (client, key) = (file("client.pem"), file("client.key"));
    let with = |certificate: PathBuf, key: PathBuf| -> Set {
        Box::new(move |options| options.client_certificate(&certificate, &key))
    };
    let cases: Vec<(Set, String)> = vec![
        (
            with(client.clone(), file("other.key")),
            format!(
                "the private key in {} does not belong to {}",
                path("other.key"),
                path("client.pem")
            ),
        ),
        (
            with(client.clone(), file("client.pem")),
            format!("no private key in {}", path("client.pem")),
        ),
        (
            with(client, file("none")),
            format!("cannot read {}", path("none")),
        ),
        (with(key, file("client.key")), no_certificate("client.key")),
        (
            Box::new(|options| options.cacert(file("server.key"))),
            no_certificate("server.key"),
        ),
        (
            Box::new(|options| options.cacert(file("damaged.pem"))),
            format!("invalid PEM in {}: not valid base64", path("damaged.pem")),
        ),
        (
            Box::new(|options| options.cacert(file("none"))),
            format!("cannot read {}", path("none")),
        ),
    ];
    for (set, message) in cases {
        let error = OpenStack::new(set(Options::new(""))).expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn a_server_without_tls_is_a_tls_error() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("https://{}", listener.local_addr().expect("an address"));
    let server = thread::spawn(move || {
        let (mut socket, _) = listener.accept().expect("a connection");
        let _ = socket.read(&mut [0; 16]);
        let _ = socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        let _ = socket.read_to_end(&mut Vec::new());
    });
    let options = Options::new("").token_id("t").no_proxy();
    let openstack = OpenStack::new(options).expect("valid options");
    let compute = openstack
        .compute_v2_with(ServiceOptions::new().endpoint(&url))
        .expect("a service");
    let error = compute.get_image("i").retrieve().expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
    assert_eq!(
        error.to_string(),
        format!(
            "GET {url}/v2.1/images/i: this port does not use TLS; use http:// or another port in \
             auth_url or the endpoint"
        )
    );
    server.join().expect("one connection");
}
