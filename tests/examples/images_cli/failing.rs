//! Refusals of the cloud: exit code 1, and one line on stderr.

use opencloud_sandbox::Fault;

use super::{Ran, failed, images, program, two_images};

#[test]
fn a_wrong_password_is_reported_without_it() {
    let sandbox = two_images();
    let ran = program(&sandbox)
        .env("OS_PASSWORD", "s3cret")
        .arg("list")
        .output()
        .expect("a process");
    let said = format!(
        "images: POST {}/auth/tokens: 401 Unauthorized: The request you have made requires \
         authentication. (request id REQUEST)\n",
        sandbox.auth_url()
    );
    assert_eq!(Ran::from(ran), failed(said));
}

#[test]
fn the_servers_words_are_shown_escaped() {
    let sandbox = two_images();
    let body = r#"{"badRequest": {"code": 400, "message": "a\u001b[2Jb\nc"}}"#;
    sandbox.fail(Fault::status(400).body(body).on("GET", "/images"));
    let said = format!(
        "images: GET {}/images?page_size=1000&limit=1000: 400 Bad Request: a\\u{{1b}}[2Jb\\nc\n",
        sandbox.compute_url()
    );
    assert_eq!(images(&sandbox, &["list"]), failed(said));
}

#[test]
fn an_answer_that_is_no_list_is_reported_with_its_cause() {
    let sandbox = two_images();
    sandbox.fail(
        Fault::status(200)
            .body("{\"images\": 1}")
            .on("GET", "/images"),
    );
    let said = images(&sandbox, &["list"]);
    assert_eq!((said.code, said.stdout.as_str()), (Some(1), ""));
    let begin = format!(
        "images: GET {}/images?page_size=1000&limit=1000: ",
        sandbox.compute_url()
    );
    assert!(
        said.stderr.starts_with(&begin) && said.stderr.lines().count() == 1,
        "{said:?}"
    );
}
