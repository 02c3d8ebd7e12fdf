//! Errors of the server: exit code 1, and one line on stderr.

use opencloud_sandbox::Fault;

use super::{ProgramOutput, failed, images, program, two_images};

#[test]
fn the_error_for_a_wrong_password_does_not_contain_it() {
    let sandbox = two_images();
    let result = program(&sandbox)
        .env("OS_PASSWORD", "s3cret")
        .arg("list")
        .output()
        .expect("a process");
    let message = format!(
        "images: POST {}/auth/tokens: 401 Unauthorized: The request you have made requires \
         authentication. (sent user {{\"domain\":{{\"name\":\"Default\"}},\"name\":\"demo\"}} and \
         scope {{\"project\":{{\"domain\":{{\"name\":\"Default\"}},\"name\":\"demo\"}}}}; Keystone does \
         not report which value or secret is wrong) (request id REQUEST)\n",
        sandbox.auth_url()
    );
    assert_eq!(ProgramOutput::from(result), failed(message));
}

#[test]
fn control_characters_in_server_messages_are_escaped() {
    let sandbox = two_images();
    let body = r#"{"badRequest": {"code": 400, "message": "a\u001b[2Jb\nc"}}"#;
    sandbox.fail(Fault::status(400).body(body).on("GET", "/images"));
    let message = format!(
        "images: GET {}/images?page_size=1000&limit=1000: 400 Bad Request: a\\u{{1b}}[2Jb\\nc\n",
        sandbox.compute_url()
    );
    assert_eq!(images(&sandbox, &["list"]), failed(message));
}

#[test]
fn an_invalid_response_is_reported_on_one_line() {
    let sandbox = two_images();
    sandbox.fail(
        Fault::status(200)
            .body("{\"images\": 1}")
            .on("GET", "/images"),
    );
    let result = images(&sandbox, &["list"]);
    assert_eq!((result.code, result.stdout.as_str()), (Some(1), ""));
    let begin = format!(
        "images: GET {}/images?page_size=1000&limit=1000: ",
        sandbox.compute_url()
    );
    assert!(
        result.stderr.starts_with(&begin) && result.stderr.lines().count() == 1,
        "{result:?}"
    );
}
