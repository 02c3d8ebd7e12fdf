//! Authentication: the URL and the body of `POST /v3/auth/tokens`.

use opencloud::compute::v2::ListImages;
use opencloud::{
    ApplicationCredential, Domain, ErrorKind, OpenStack, Options, Project, Scope, ServiceOptions,
    User, UserRef,
};
use serde_json::{Value, json};

use crate::support::{COMPUTE, CREDENTIALS_REJECTED, REQUEST_ID, Response, Server, fault, images};

/// The body of the authentication request with these options.
#[track_caller]
fn sent(options: impl FnOnce(Options) -> Options) -> Value {
    let server = Server::start();
    server.set_responses([server.token("t")]);
    let options = options(Options::new(server.url("/v3")).no_proxy());
    OpenStack::new(options)
        .expect("valid options")
        .token()
        .expect("a token");
    let requests = server.requests();
    assert_eq!(server.lines(), ["POST /v3/auth/tokens"]);
    requests[0].json()
}

#[test]
fn the_authentication_request_has_the_documented_headers_and_body() {
    let server = Server::start();
    server.set_responses([server.token("t")]);
    OpenStack::new(server.options())
        .expect("valid options")
        .token()
        .expect("a token");
    let request = &server.requests()[0];
    assert_eq!(request.line(), "POST /v3/auth/tokens");
    let mut headers = request.headers.clone();
    headers.sort();
    let length = request.body.len().to_string();
    let expected = [
        ("accept", "application/json"),
        ("content-length", &length),
        ("content-type", "application/json"),
        ("host", &server.address().to_string()),
        (
            "user-agent",
            concat!("opencloud/", env!("CARGO_PKG_VERSION")),
        ),
    ];
    assert_eq!(
        headers,
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    assert_eq!(
        request.json(),
        json!({"auth": {
            "identity": {"methods": ["password"],
                "password": {"user": {"id": "u", "password": "pa55word"}}},
            "scope": {"project": {"id": "p"}}}})
    );
}

#[test]
fn a_password_is_sent_with_a_user_id_or_with_a_user_name_and_a_domain() {
    let password = |user: Value| json!({"auth": {"identity": {"methods": ["password"], "password": {"user": user}}}});
    assert_eq!(
        sent(|options| options.user(User::by_id("u", "\"p\\ä\n"))),
        password(json!({"id": "u", "password": "\"p\\ä\n"}))
    );
    assert_eq!(
        sent(|options| options.user(User::by_name("n", "p", Domain::by_id("d")))),
        password(json!({"name": "n", "password": "p", "domain": {"id": "d"}}))
    );
    assert_eq!(
        sent(|options| options.user(User::by_name("n", "p", Domain::by_name("D")))),
        password(json!({"name": "n", "password": "p", "domain": {"name": "D"}}))
    );
}

#[test]
fn a_token_is_sent_in_the_body_and_not_as_a_header() {
    let server = Server::start();
    server.set_responses([server.token("t")]);
    let options = Options::new(server.url("/v3")).token_id("old").no_proxy();
    let options = options.scope(Scope::Project(Project::by_id("p")));
    OpenStack::new(options)
        .expect("valid options")
        .token()
        .expect("a token");
    let request = &server.requests()[0];
    assert_eq!(request.header("x-auth-token"), None);
    assert_eq!(
        request.json(),
        json!({"auth": {"identity": {"methods": ["token"], "token": {"id": "old"}},
            "scope": {"project": {"id": "p"}}}})
    );
}

#[test]
fn an_application_credential_is_sent_without_a_scope() {
    let credential = |named: Value| {
        json!({"auth": {"identity": {"methods": ["application_credential"],
            "application_credential": named}}})
    };
    let scope = || Scope::Project(Project::by_id("p"));
    assert_eq!(
        sent(|options| options
            .application_credential(ApplicationCredential::by_id("a", "s"))
            .scope(scope())),
        credential(json!({"id": "a", "secret": "s"}))
    );
    let owner = UserRef::by_name("n", Domain::by_id("d"));
    assert_eq!(
        sent(|options| options
            .application_credential(ApplicationCredential::by_name("a", "s", owner))
            .scope(scope())),
        credential(json!({"name": "a", "secret": "s",
            "user": {"name": "n", "domain": {"id": "d"}}}))
    );
    let owner = User::by_id("u", "not-sent");
    assert_eq!(
        sent(|options| options
            .application_credential(ApplicationCredential::by_name("a", "s", owner))),
        credential(json!({"name": "a", "secret": "s", "user": {"id": "u"}}))
    );
}

#[test]
fn every_scope_is_sent_in_the_documented_form() {
    let scope = |scope: Option<Scope>| {
        let mut body = sent(|options| {
            let options = options.user(User::by_id("u", "p"));
            match scope {
                Some(scope) => options.scope(scope),
                None => options,
            }
        });
        body["auth"]
            .as_object_mut()
            .expect("an object")
            .remove("scope")
    };
    let (id, name) = (
        Project::by_id("p"),
        Project::by_name("P", Domain::by_id("d")),
    );
    let named_domain = Project::by_name("P", Domain::by_name("D"));
    for (given, expected) in [
        (
            Some(Scope::Project(id)),
            Some(json!({"project": {"id": "p"}})),
        ),
        (
            Some(Scope::Project(name)),
            Some(json!({"project": {"name": "P", "domain": {"id": "d"}}})),
        ),
        (
            Some(Scope::Project(named_domain)),
            Some(json!({"project": {"name": "P", "domain": {"name": "D"}}})),
        ),
        (
            Some(Scope::Domain(Domain::by_id("d"))),
            Some(json!({"domain": {"id": "d"}})),
        ),
        (
            Some(Scope::Domain(Domain::by_name("D"))),
            Some(json!({"domain": {"name": "D"}})),
        ),
        (Some(Scope::System), Some(json!({"system": {"all": true}}))),
        (
            Some(Scope::Trust("t".into())),
            Some(json!({"OS-TRUST:trust": {"id": "t"}})),
        ),
        (Some(Scope::Unscoped), Some(json!("unscoped"))),
        (None, None),
    ] {
        let context = format!("{given:?}");
        assert_eq!(scope(given), expected, "{context}");
    }
}

#[test]
fn the_auth_url_may_have_a_path_v3_and_a_trailing_slash() {
    for (path, target) in [
        ("", "/v3/auth/tokens"),
        ("/", "/v3/auth/tokens"),
        ("/v3", "/v3/auth/tokens"),
        ("/v3/", "/v3/auth/tokens"),
        ("/identity", "/identity/v3/auth/tokens"),
        ("/identity/", "/identity/v3/auth/tokens"),
        ("/identity/v3", "/identity/v3/auth/tokens"),
        ("/identity/v3/", "/identity/v3/auth/tokens"),
    ] {
        let server = Server::start();
        server.set_responses([server.token("t")]);
        let options = Options::new(server.url(path))
            .user(User::by_id("u", "p"))
            .no_proxy();
        OpenStack::new(options)
            .expect("valid options")
            .token()
            .expect("a token");
        assert_eq!(server.lines(), [format!("POST {target}")], "{path:?}");
    }
}

#[test]
fn no_request_is_sent_before_it_is_needed() {
    let server = Server::start();
    server.set_responses([server.token("t"), Response::ok(&images(0..1))]);
    let openstack = OpenStack::new(server.options()).expect("valid options");
    assert_eq!(server.lines(), [""; 0]);
    let compute = openstack.compute_v2().expect("a service");
    let _ = compute.get_image("x");
    let mut list = compute.list_images(ListImages::new());
    assert_eq!(server.lines(), ["POST /v3/auth/tokens"]);
    list.next().expect("an item").expect("an image");
    assert_eq!(
        server.lines(),
        [
            "POST /v3/auth/tokens",
            "GET /v2.1/images?page_size=1000&limit=1000"
        ]
    );
}

#[test]
fn an_authentication_error_has_the_message_of_keystone() {
    let message = "The request you have made requires authentication.";
    let server = Server::with_responses([fault(401, "error", message)]);
    let openstack = OpenStack::new(server.options()).expect("valid options");
    let error = openstack.token().expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Unauthorized, "{error:?}");
    assert_eq!(
        error.to_string(),
        format!(
            "POST {}: 401 Unauthorized: {message} {CREDENTIALS_REJECTED} (request id {REQUEST_ID})",
            server.url("/v3/auth/tokens")
        )
    );
    assert_eq!(server.lines(), ["POST /v3/auth/tokens"]);
}

#[test]
fn options_without_usable_credentials_are_rejected_before_a_request() {
    let server = Server::start();
    let url = || Options::new(server.url("")).no_proxy();
    let user = || User::by_id("u", "p");
    let credential = || ApplicationCredential::by_id("a", "s");
    for (options, message) in [
        (
            url(),
            "no credentials: set a user, an application credential or a token",
        ),
        (
            url().user(user()).token_id("t"),
            "conflicting credentials: set only one of user, application credential and \
             token",
        ),
        (
            url().user(user()).application_credential(credential()),
            "conflicting credentials: set only one of user, application credential and \
             token",
        ),
        (
            Options::new("").user(user()),
            "cannot authenticate without an auth_url",
        ),
    ] {
        let error = OpenStack::new(options)
            .expect("valid options")
            .token()
            .expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error:?}");
        assert_eq!(error.to_string(), message);
    }
    assert_eq!(server.requests(), []);
}

#[test]
fn an_invalid_auth_url_is_rejected_with_a_reason() {
    for (url, message) in [
        (
            "cloud.example",
            "invalid auth_url: invalid URL \"cloud.example\": it must begin with http:// or https://",
        ),
        (
            "http://127.0.0.1:1/v2.0",
            "invalid auth_url \"http://127.0.0.1:1/v2.0\": Identity v2 is not supported; use the \
             URL that ends in /v3",
        ),
        (
            "https://me:pa55word@cloud.example/v3",
            "invalid auth_url: invalid URL \"cloud.example/v3\": it contains a user name or \
             password; remove it",
        ),
    ] {
        let error = OpenStack::new(Options::new(url)).expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error:?}");
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn with_a_token_and_an_endpoint_keystone_is_not_used() {
    let server = Server::with_responses([Response::ok(&images(0..1))]);
    let openstack =
        OpenStack::new(Options::new("").token_id("given").no_proxy()).expect("valid options");
    let options = ServiceOptions::new().endpoint(server.url(COMPUTE));
    let compute = openstack.compute_v2_with(options).expect("a service");
    let ids: Vec<_> = compute
        .list_images(false)
        .map(|image| image.expect("an image").id)
        .collect();
    assert_eq!(ids, [crate::support::id(0)]);
    assert_eq!(
        server.lines(),
        ["GET /v2.1/images?page_size=1000&limit=1000"]
    );
    assert_eq!(server.requests()[0].header("x-auth-token"), Some("given"));
}
