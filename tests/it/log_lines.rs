//! The log lines of requests, and the warning about unencrypted secrets.

use log::Level;
use opencloud::{OpenStack, Options, ServiceOptions};

use crate::support::{Response, Server, images, logged};

#[test]
fn every_request_is_logged_as_one_debug_line() {
    let server = Server::with_responses([
        Response::ok(&images(0..1)).header("x-openstack-request-id", "req-1")
    ]);
    let ((), lines) = logged(|| {
        server
            .compute()
            .list_images(false)
            .next()
            .expect("an item")
            .expect("an image");
    });
    let lines: Vec<_> = lines
        .iter()
        .filter(|line| line.target.starts_with("opencloud"))
        .collect();
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert_eq!(lines[0].level, Level::Debug);
    let begin = format!(
        "GET {}: 200, ",
        server.url("/v2.1/images?page_size=1000&limit=1000")
    );
    let text = &lines[0].text;
    assert!(
        text.starts_with(&begin) && text.ends_with(" s (req-1)"),
        "{text}"
    );
}

#[test]
fn plain_http_to_another_host_is_logged_as_one_warning() {
    let warnings = |auth_url: &str, endpoint: &str| {
        let ((), lines) = logged(|| {
            let options = Options::new(auth_url).token_id("t").no_proxy();
            let openstack = OpenStack::new(options).expect("valid options");
            for _ in 0..3 {
                let endpoint = ServiceOptions::new().endpoint(endpoint);
                openstack
                    .clone()
                    .compute_v2_with(endpoint)
                    .expect("a service");
            }
        });
        let warnings = lines.into_iter().filter(|line| line.level == Level::Warn);
        warnings.map(|line| line.text).collect::<Vec<_>>()
    };
    let warning = |url: &str| {
        vec![format!(
            "{url} is plain http: the password and the token are sent unencrypted"
        )]
    };
    assert_eq!(
        warnings("http://cloud.example/v3", "https://nova.example"),
        warning("http://cloud.example/v3")
    );
    assert_eq!(
        warnings("https://cloud.example", "http://192.0.2.1:8774/"),
        warning("http://192.0.2.1:8774/v2.1")
    );
    assert_eq!(
        warnings("http://cloud.example", "http://nova.example"),
        warning("http://cloud.example/v3")
    );
    assert_eq!(
        warnings("", "http://nova.example"),
        warning("http://nova.example/v2.1")
    );
    for url in [
        "http://127.0.0.1:5000",
        "http://localhost",
        "http://[::1]/",
        "https://cloud.example",
    ] {
        assert_eq!(warnings(url, url), [""; 0]);
    }
}
