//! The messages for certificates, keys and handshakes that fail.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::thread;

use opencloud::{Error, ErrorKind, OpenStack, Options, ServiceOptions};

use crate::support::id;
use crate::tls::{TlsServer, file};

/// The error of a request to a server with this certificate.
#[track_caller]
fn handshake_error(server: &str, cacert: &str) -> Error {
    let server = TlsServer::with_certificate(server, false);
    let outcome = server.retrieve(|options| options.cacert(file(cacert)));
    let error = outcome.expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
    assert_eq!(error.attempts(), 1);
    error
}

#[test]
fn the_error_for_each_invalid_server_certificate_has_the_setting_to_change() {
    for (server, cacert, message) in [
        (
            "server",
            "client.pem",
            "the authority that signed the certificate of the server is not trusted; set cacert \
             to a file with its certificate",
        ),
        (
            "other-host",
            "ca.pem",
            "the certificate of the server is for another host; use one of its names in auth_url \
             or the endpoint",
        ),
        (
            "expired",
            "ca.pem",
            "the certificate of the server is expired, or the clock of this machine is wrong; \
             correct the clock, renew the certificate, or set insecure",
        ),
        (
            "self-signed-ca",
            "self-signed-ca.pem",
            "the certificate of the server is a CA certificate (CA:TRUE), which TLS does not \
             accept for a server; \
             create another one with `openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj \
             /CN=HOST -addext basicConstraints=critical,CA:FALSE -addext \
             subjectAltName=DNS:HOST -keyout server.key -out server.pem` and set cacert to it",
        ),
    ] {
        let error = handshake_error(server, cacert);
        assert_eq!(error.message(), message);
        assert!(!format!("{error:?}").contains("OtherError"), "{error:?}");
    }
}

#[test]
fn a_self_signed_certificate_of_a_server_is_accepted_as_cacert() {
    let server = TlsServer::with_certificate("self-signed", false);
    server
        .retrieve(|options| options.cacert(file("self-signed.pem")))
        .expect("an image");
}

#[test]
fn the_error_for_a_missing_client_certificate_names_the_settings() {
    let server = TlsServer::with_certificate("server", true);
    let outcome = server.retrieve(|options| options.cacert(file("ca.pem")));
    assert_eq!(
        outcome.expect_err("an error").message(),
        "the server requires a client certificate; set cert and key"
    );
}

#[test]
fn the_error_for_a_wrong_scheme_names_the_cause() {
    let options = Options::new("").token_id("t").no_proxy().tries(1);
    let openstack = OpenStack::new(options).expect("valid options");
    let retrieve = |url: &str| {
        let compute = openstack.compute_v2_with(ServiceOptions::new().endpoint(url));
        let mut image = compute.expect("an endpoint").get_image(id(1));
        image.retrieve().expect_err("an error").message().to_owned()
    };
    // Some servers send a TLS alert, others close the connection.
    for (scheme, response, message) in [
        (
            "https",
            &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..],
            "this port does not use TLS; use http:// or another port in auth_url or the endpoint",
        ),
        (
            "http",
            b"\x15\x03\x03\x00\x02\x02\x46",
            "invalid HTTP response; if this port expects TLS, use https:// in auth_url or the \
             endpoint",
        ),
        (
            "http",
            b"",
            "connection failed; if this port expects TLS, use https:// in auth_url or the endpoint",
        ),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        thread::spawn(move || {
            let (mut socket, _) = listener.accept().expect("a connection");
            let _ = socket.read(&mut [0; 4096]);
            let _ = socket.write_all(response);
        });
        assert_eq!(retrieve(&format!("{scheme}://{address}")), message);
    }
}

/// An empty folder for the files of one test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

#[test]
fn a_cacert_can_have_comments_any_line_endings_and_a_byte_order_mark() {
    let folder = folder("cacert-forms");
    let pem = fs::read_to_string(file("ca.pem")).expect("a certificate");
    let other = fs::read_to_string(file("client.pem")).expect("a certificate");
    let server = TlsServer::with_certificate("server", false);
    for (name, text) in [
        ("mark.pem", format!("\u{feff}{pem}")),
        (
            "bundle.pem",
            format!("# CAs\n{other}\nsubject=CN = x\n{pem}end"),
        ),
        ("crlf.pem", pem.replace('\n', "\r\n")),
    ] {
        let path = folder.join(name);
        fs::write(&path, text).expect("a file");
        let outcome = server.retrieve(|options| options.cacert(path));
        outcome.unwrap_or_else(|error| panic!("{name}: {error:?}"));
    }
    let error = server.retrieve(|options| options.cacert(&folder));
    let text = format!("{:?}", error.expect_err("an error"));
    let start = format!("Tls: cannot read {}: Is a directory", folder.display());
    assert!(text.starts_with(&start), "{text}");
}

#[test]
fn the_error_for_another_form_of_certificate_has_the_command_to_convert_it() {
    let folder = folder("other-forms");
    let pem = fs::read_to_string(file("ca.pem")).expect("a certificate");
    let x509 = folder.join("x509.pem");
    fs::write(&x509, pem.replace(" CERTIFICATE", " X509 CERTIFICATE")).expect("a file");
    let der = folder.join("ca.der");
    fs::write(&der, b"\x30\x82\x01\xff\xfe").expect("a file");
    for path in [file("trusted.pem"), x509, der] {
        let options = Options::new("").cacert(&path);
        let error = OpenStack::new(options).expect_err("an error");
        let path = path.display();
        assert_eq!(
            error.to_string(),
            format!(
                "no certificate in {path}: expected PEM with the label CERTIFICATE; convert other \
                 forms, such as TRUSTED CERTIFICATE, X509 CERTIFICATE and DER, with `openssl \
                 x509 -in {path}`"
            )
        );
    }
}

#[test]
fn the_error_for_an_encrypted_key_does_not_print_its_content() {
    for key in ["encrypted-pkcs8.key", "encrypted-sec1.key"] {
        let options = Options::new("").client_certificate(file("client.pem"), file(key));
        let error = OpenStack::new(options).expect_err("an error");
        let path = file(key).display().to_string();
        assert_eq!(
            format!("{error:?}"),
            format!(
                "Tls: the private key in {path} is encrypted, which is unsupported: decrypt it \
                 with `openssl pkey -in {path}`"
            )
        );
    }
}

/// No part of a PEM file without line breaks is in the error.
#[test]
fn no_byte_of_a_damaged_pem_file_is_printed() {
    let folder = folder("damaged-pem");
    for (name, separator) in [("spaces", " "), ("joined", ""), ("escaped", "\\n")] {
        for (source, is_key) in [("client.key", true), ("client.pem", false)] {
            let pem = fs::read_to_string(file(source)).expect("a PEM file");
            let path = folder.join(format!("{name}-{source}"));
            fs::write(&path, pem.replace('\n', separator)).expect("a file");
            let options = if is_key {
                Options::new("").client_certificate(file("client.pem"), &path)
            } else {
                Options::new("").cacert(&path)
            };
            let error = OpenStack::new(options).expect_err("an error");
            assert_eq!(error.kind(), ErrorKind::Tls);
            let shown = format!("{error} {error:?} {:?}", anyhow::Error::new(error.clone()));
            assert!(shown.contains(&*path.to_string_lossy()), "{shown}");
            for line in pem.lines().filter(|line| !line.contains("-----")) {
                for at in 0..line.len().saturating_sub(6) {
                    let part = &line[at..at + 6];
                    assert!(!shown.contains(part), "{part}: {shown}");
                    // As a list of bytes.
                    let bytes = format!("{:?}", part.as_bytes());
                    assert!(!shown.contains(bytes.trim_matches(['[', ']'])), "{shown}");
                }
            }
        }
    }
}

#[test]
fn pem_text_in_place_of_a_path_is_never_printed() {
    let key = fs::read_to_string(file("client.key")).expect("a key");
    let secret = key.lines().nth(1).expect("the second line").to_owned();
    let pem = fs::read_to_string(file("client.pem")).expect("a certificate");
    for (options, message) in [
        (
            Options::new("").client_certificate(file("client.pem"), &key),
            "cannot read (PEM text in key, expected a path)",
        ),
        (
            Options::new("").client_certificate(&key, file("client.key")),
            "cannot read (PEM text in cert, expected a path)",
        ),
        (
            Options::new("").cacert(pem),
            "cannot read (PEM text in cacert, expected a path)",
        ),
    ] {
        let shown = format!("{options:?}");
        assert!(!shown.contains(&secret) && !shown.contains("BEGIN"));
        let error = OpenStack::new(options).expect_err("an error");
        assert_eq!(error.to_string(), message);
    }
}
