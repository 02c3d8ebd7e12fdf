//! `RUST_LOG` shows the requests, and never a secret.

use super::{ProgramOutput, program, two_images};

#[test]
fn the_debug_level_shows_the_requests() {
    let sandbox = two_images();
    let output = program(&sandbox)
        .env("RUST_LOG", "debug")
        .arg("list")
        .output();
    let result = ProgramOutput::from(output.expect("a process"));
    let line = format!(
        "DEBUG opencloud::http::retry: GET {}/images?page_size=1000&limit=1000: 200, ",
        sandbox.compute_url()
    );
    assert!(
        result.stderr.lines().any(|shown| shown.starts_with(&line)),
        "{}",
        result.stderr
    );
}

#[test]
fn without_rust_log_nothing_is_logged() {
    let output = program(&two_images())
        .arg("list")
        .output()
        .expect("a process");
    assert_eq!(ProgramOutput::from(output).stderr, "");
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
        let result = ProgramOutput::from(output.expect("a process"));
        assert_eq!(result.code, Some(0));
        let token = sandbox
            .requests()
            .iter()
            .find_map(|r| r.header("X-Auth-Token").map(str::to_owned));
        let token = token.expect("a token");
        for secret in ["demo-password", &token] {
            assert!(
                !result.stderr.contains(secret),
                "{filter}: {}",
                result.stderr
            );
        }
        assert!(
            !result.stderr.contains("ureq_proto"),
            "{filter}: {}",
            result.stderr
        );
    }
}
