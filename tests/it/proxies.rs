//! Proxies: which requests are sent through one, and how its failures are reported.

use std::process::Command;

use opencloud::compute::v2::Compute;
use opencloud::{Error, ErrorKind, OpenStack, Options, ServiceOptions};
use serde_json::json;

use crate::support::{COMPUTE, Response, Server, id, image, refused_url};

const CLOUD: &str = "http://cloud.invalid:8774/v2.1";

fn valid_response() -> Response {
    Response::ok(&json!({"image": image(1)}))
}

/// A proxy that accepts every tunnel and then acts as the cloud.
fn open_proxy() -> Server {
    Server::with_handler(|request| match request.method.as_str() {
        "CONNECT" => Response::raw_and_keep("HTTP/1.1 200 Connection established\r\n\r\n"),
        _ => valid_response(),
    })
}

fn compute(proxy: &str, endpoint: &str) -> Compute {
    let options = Options::new("").token_id("t").proxy(proxy);
    let openstack = OpenStack::new(options).expect("valid options");
    let endpoint = ServiceOptions::new().endpoint(endpoint);
    openstack.compute_v2_with(endpoint).expect("an endpoint")
}

#[track_caller]
fn failure(proxy: &str, endpoint: &str) -> Error {
    let mut image = compute(proxy, endpoint).get_image(id(1));
    let error = image.retrieve().expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Proxy, "{error:?}");
    assert_eq!(error.attempts(), u32::from(error.method().is_some()));
    assert!(!format!("{error} {error:?}").contains("pa55"), "{error:?}");
    error
}

#[test]
fn a_proxy_receives_the_decoded_user_and_password() {
    for scheme in ["http://", ""] {
        let proxy = open_proxy();
        let url = format!("{scheme}me:p%40ss%2Fw%C3%B6rd@{}", proxy.address());
        let mut image = compute(&url, CLOUD).get_image(id(1));
        image.retrieve().expect("an image");
        let lines = [
            "CONNECT cloud.invalid:8774",
            &format!("GET /v2.1/images/{}", id(1)),
        ];
        assert_eq!(proxy.lines(), lines);
        let requests = proxy.requests();
        let authorization = requests[0].header("proxy-authorization");
        assert_eq!(authorization, Some("Basic bWU6cEBzcy93w7ZyZA=="));
        assert_eq!(requests[0].header("x-auth-token"), None);
        assert_eq!(requests[1].header("proxy-authorization"), None);
    }
}

#[test]
fn a_rejected_tunnel_is_not_retried_and_the_error_names_the_proxy() {
    for (status, endpoint, hint) in [
        (
            403,
            CLOUD,
            "; http URLs also require CONNECT: allow it in the proxy, use https, or add the host \
             to no_proxy",
        ),
        (
            407,
            "https://cloud.invalid/v2.1",
            "; set the user and the password in the URL of the proxy",
        ),
    ] {
        let proxy = Server::with_handler(move |_| Response::html(status, "<h1>no</h1>").close());
        let address = proxy.address();
        let error = failure(&format!("http://me:pa55word@{address}"), endpoint);
        assert_eq!(
            error.message(),
            format!(
                "CONNECT failed (proxy server responded {status}/{status}){hint} \
                 (through the proxy http://{address})"
            )
        );
        assert_eq!(proxy.requests().len(), 1);
    }
}

#[test]
fn an_unreachable_proxy_is_a_proxy_error_that_names_it() {
    let (_kept, url) = refused_url();
    let with_password = url.replace("http://", "http://me:pa55word@");
    let error = failure(&with_password, CLOUD);
    let message = format!("connection refused (through the proxy {url})");
    assert_eq!(error.message(), message);
    let error = failure("http://me:pa55word@proxy.invalid:3128", CLOUD);
    assert_eq!(
        error.message(),
        "host not found (through the proxy http://proxy.invalid:3128)"
    );
}

#[test]
fn an_invalid_proxy_is_an_error_and_nothing_is_sent() {
    let server = Server::with_handler(|_| valid_response());
    for (proxy, reason) in [
        ("", "empty host"),
        ("http://", "empty host"),
        ("http://me:pa55word@", "empty host"),
        (
            "socks5://me:pa55word@127.0.0.1:1080",
            "it must begin with http:// or https://",
        ),
        (
            "socks5h://127.0.0.1:1080",
            "it must begin with http:// or https://",
        ),
    ] {
        let error = failure(proxy, &server.url(COMPUTE));
        assert_eq!(
            error.to_string(),
            format!("invalid proxy in Options::proxy: {reason}; nothing was sent")
        );
    }
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn no_debug_output_has_the_password_of_a_proxy() {
    let options = Options::new("http://cloud.example").proxy("http://me:pa55word@h:1");
    assert!(!format!("{options:?}").contains("pa55"), "{options:?}");
    let openstack = OpenStack::new(options).expect("valid options");
    assert!(!format!("{openstack:?}").contains("pa55"));
}

/// Retrieves an image; run by the next test.
#[test]
#[ignore = "run by the next test, with another environment"]
fn child_with_variables() {
    let endpoint = std::env::var("TEST_ENDPOINT").expect("an endpoint");
    let mut options = Options::new("").token_id("t");
    if std::env::var_os("TEST_NO_PROXY").is_some() {
        options = options.no_proxy();
    }
    let openstack = OpenStack::new(options).expect("valid options");
    let compute = openstack
        .compute_v2_with(ServiceOptions::new().endpoint(endpoint))
        .expect("an endpoint");
    match compute.get_image(id(1)).retrieve() {
        Ok(()) => println!("an image"),
        Err(error) => println!("{error}"),
    }
}

/// The output of a process with these variables.
fn child(endpoint: &str, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(std::env::current_exe().expect("the path of this program"));
    let test = "proxies::child_with_variables";
    command.args(["--exact", test, "--ignored", "--nocapture"]);
    for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
        command.env_remove(name).env_remove(name.to_uppercase());
    }
    command.env("TEST_ENDPOINT", endpoint);
    let output = command.envs(variables.iter().copied()).output();
    String::from_utf8_lossy(&output.expect("a process").stdout).into_owned()
}

#[test]
fn the_variable_of_the_scheme_decides_and_an_invalid_value_is_an_error() {
    let server = Server::with_handler(|_| valid_response());
    let proxy = open_proxy();
    let address: &str = &proxy.address().to_string();
    let endpoint = server.url(COMPUTE);
    for variables in [
        &[("https_proxy", address)] as &[_],
        &[("http_proxy", address), ("no_proxy", "a, 127.0.0.0/8")],
        &[
            ("http_proxy", address),
            ("NO_PROXY", ""),
            ("no_proxy", "127.0.0.1"),
        ],
        &[("all_proxy", address), ("NO_PROXY", "*")],
        &[("https_proxy", "socks5://a")],
        &[("http_proxy", "")],
        &[("http_proxy", address), ("TEST_NO_PROXY", "1")],
    ] {
        let output = child(&endpoint, variables);
        assert!(output.contains("an image"), "{variables:?}: {output}");
    }
    assert_eq!((server.requests().len(), proxy.requests().len()), (7, 0));
    for (variable, value) in [
        ("http_proxy", "http://"),
        ("HTTP_PROXY", "socks5://me:pa55word@a"),
        ("all_proxy", "h:port"),
    ] {
        let output = child(&endpoint, &[(variable, value)]);
        let message = format!("invalid proxy in {variable}: ");
        assert!(output.contains(&message), "{output}");
        assert!(!output.contains("pa55"), "{output}");
    }
    for variable in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        let output = child(&endpoint, &[(variable, address)]);
        assert!(output.contains("an image"), "{variable}: {output}");
    }
    assert_eq!((server.requests().len(), proxy.requests().len()), (7, 8));
}
