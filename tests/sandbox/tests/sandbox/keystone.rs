//! Authentication, and the lifetime of tokens.

use std::time::{Duration, Instant};

use opencloud::{ApplicationCredential, Domain, OpenStack, Options, Project, Scope, User};
use opencloud_sandbox::Sandbox;

use crate::http::{Response, host, send};

fn authenticate(sandbox: &Sandbox, auth: &str) -> Response {
    send(
        sandbox,
        "POST",
        "/identity/v3/auth/tokens",
        &[],
        &format!("{{\"auth\": {auth}}}"),
    )
}

#[test]
fn an_error_has_the_bytes_of_keystone() {
    let sandbox = Sandbox::builder().empty().start();
    let response = authenticate(
        &sandbox,
        r#"{"identity": {"methods": ["password"], "password": {"user": {"name": "demo", "domain": {"id": "default"}, "password": "wrong"}}}}"#,
    );
    assert_eq!(response.status, "HTTP/1.1 401 UNAUTHORIZED");
    assert_eq!(
        response.body,
        "{\"error\":{\"code\":401,\"message\":\"The request you have made requires authentication.\",\"title\":\"Unauthorized\"}}\n"
    );
    assert_eq!(
        response.headers,
        [
            "Content-Type: application/json",
            "Content-Length: 109",
            &format!(
                "WWW-Authenticate: Keystone uri=\"http://{}/identity/v3\"",
                host(&sandbox)
            ),
            "Vary: X-Auth-Token",
            "x-openstack-request-id: ID",
            "Connection: close",
        ]
    );
    assert_eq!(sandbox.authentications(), 0);
}

#[test]
fn every_authentication_method_works() {
    let sandbox = Sandbox::start();
    let domain = || Domain::by_name("Default");
    let options = || Options::new(sandbox.auth_url()).no_proxy();
    let project = || Scope::Project(Project::by_id(sandbox.project_id("demo")));
    let (id, secret) = sandbox.application_credential();
    let user = || User::by_id(sandbox.user_id("demo"), "demo-password");
    for options in [
        sandbox.options(),
        options().user(user()).scope(project()),
        options()
            .user(User::by_name("demo", "demo-password", domain()))
            .scope(project()),
        options().application_credential(ApplicationCredential::by_id(id, &secret)),
        options().application_credential(ApplicationCredential::by_name(
            "demo-app",
            &secret,
            user(),
        )),
        options().token_id(sandbox.token("demo")).scope(project()),
        options()
            .user(User::by_name("admin", "admin-password", domain()))
            .scope(Scope::System),
    ] {
        let compute = OpenStack::new(options).unwrap().compute_v2().unwrap();
        assert!(compute.list_images(false).all(|it| it.is_ok()));
    }
    let wrong = options()
        .user(user())
        .scope(Scope::Project(Project::by_id(sandbox.project_id("other"))));
    assert!(OpenStack::new(wrong).unwrap().compute_v2().is_err());
}

#[test]
fn a_token_expires() {
    let life = Duration::from_millis(300);
    let sandbox = Sandbox::builder().empty().token_life(life).start();
    let before = Instant::now();
    let token = sandbox.token("demo");
    let status = || {
        send(
            &sandbox,
            "GET",
            "/compute/v2.1/images",
            &[("X-Auth-Token", &token)],
            "",
        )
        .status
    };
    loop {
        let (sent, status) = (Instant::now(), status());
        if sent >= before + life + Duration::from_millis(100) {
            assert_eq!(status, "HTTP/1.1 401 Unauthorized");
            break;
        }
        assert!(
            status == "HTTP/1.1 200 OK" || before.elapsed() >= life,
            "{status}"
        );
    }
}

#[test]
fn nova_accepts_a_revoked_token_that_it_has_cached() {
    let sandbox = Sandbox::builder().empty().start();
    let (known, unknown) = (sandbox.token("demo"), sandbox.token("demo"));
    let status = |token: &str| {
        send(
            &sandbox,
            "GET",
            "/compute/v2.1/images",
            &[("X-Auth-Token", token)],
            "",
        )
        .status
    };
    assert_eq!(status(&known), "HTTP/1.1 200 OK");
    for token in [&known, &unknown] {
        let headers = [
            ("X-Auth-Token", token.as_str()),
            ("X-Subject-Token", token.as_str()),
        ];
        let revoked = send(&sandbox, "DELETE", "/identity/v3/auth/tokens", &headers, "");
        assert_eq!(revoked.status, "HTTP/1.1 204 NO CONTENT");
    }
    assert_eq!(status(&known), "HTTP/1.1 200 OK");
    assert_eq!(status(&unknown), "HTTP/1.1 401 Unauthorized");
    sandbox.revoke_tokens();
    assert_eq!(status(&known), "HTTP/1.1 401 Unauthorized");
}

#[test]
fn a_password_can_be_changed() {
    let sandbox = Sandbox::start();
    sandbox.set_password("demo", "new");
    let error = OpenStack::new(sandbox.options())
        .unwrap()
        .compute_v2()
        .err();
    assert!(error.is_some());
    sandbox.set_password("demo", "demo-password");
    assert!(
        OpenStack::new(sandbox.options())
            .unwrap()
            .compute_v2()
            .is_ok()
    );
}
