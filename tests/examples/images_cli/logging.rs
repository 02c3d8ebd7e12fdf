//! `RUST_LOG` shows the requests, and never a secret.

use super::{Ran, program, two_images};

#[test]
fn the_debug_level_shows_the_requests() {
    let sandbox = two_images();
    let output = program(&sandbox)
        .env("RUST_LOG", "debug")
        .arg("list")
        .output();
    let ran = Ran::from(output.expect("a process"));
    let line = format!(
        "DEBUG opencloud::http::retry: GET {}/images?page_size=1000&limit=1000: 200, ",
        sandbox.compute_url()
    );
    assert!(
        ran.stderr.lines().any(|shown| shown.starts_with(&line)),
        "{}",
        ran.stderr
    );
}

#[test]
fn without_rust_log_nothing_is_logged() {
    let output = program(&two_images())
        .arg("list")
        .output()
        .expect("a process");
    assert_eq!(Ran::from(output).stderr, "");
}

#[test]
fn no_level_of_rust_log_shows_a_secret() {
    for filter in [
        "trace",
        "ureq_proto=trace",
        "trace,ureq_proto::util=trace",
        "ureq=trace",
    ] {
        let sandbox = two_images();
        let output = program(&sandbox)
            .env("RUST_LOG", filter)
            .arg("list")
            .output();
        let ran = Ran::from(output.expect("a process"));
        assert_eq!(ran.code, Some(0));
        let token = sandbox
            .requests()
            .iter()
            .find_map(|r| r.header("X-Auth-Token").map(str::to_owned));
        let token = token.expect("a token");
        for secret in ["demo-password", &token] {
            assert!(!ran.stderr.contains(secret), "{filter}: {}", ran.stderr);
        }
        assert!(
            !ran.stderr.contains("ureq_proto"),
            "{filter}: {}",
            ran.stderr
        );
    }
}
