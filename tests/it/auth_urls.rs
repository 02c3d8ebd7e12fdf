//! Forms of `auth_url` and of endpoints, and the messages for rejected credentials.

use opencloud::{
    ApplicationCredential, Domain, Error, ErrorKind, OpenStack, Options, Project, Scope, User,
};
use serde_json::json;

use crate::support::{COMPUTE, Response, Server, fault, id, image, token};

#[test]
fn every_form_of_auth_url_leads_to_the_same_request() {
    for (form, path) in [
        ("", "/v3"),
        ("/", "/v3"),
        ("/v3", "/v3"),
        ("/v3//", "/v3"),
        ("/v3 ", "/v3"),
        ("/v3.0", "/v3"),
        ("/v3.0/", "/v3"),
        ("/v3.14", "/v3"),
        ("/v3/auth/tokens", "/v3"),
        ("/v3/tokens", "/v3"),
        ("/identity", "/identity/v3"),
        ("/keystone/main/v3/", "/keystone/main/v3"),
    ] {
        let server = Server::start();
        server.set_responses([server.token("t")]);
        let options = Options::new(server.url(form)).user(User::by_id("u", "p"));
        let openstack = OpenStack::new(options.no_proxy()).expect("valid options");
        openstack.token().expect("a token");
        assert_eq!(
            server.lines(),
            [format!("POST {path}/auth/tokens")],
            "{form}"
        );
    }
}

#[test]
fn a_version_is_appended_to_a_compute_endpoint_of_the_catalog() {
    let server = Server::start();
    let catalog = json!([{"type": "compute", "endpoints": [
        {"interface": "public", "region": "R", "url": server.url("/nova")},
    ]}]);
    server.set_responses([
        token("t", 3600, &catalog),
        Response::ok(&json!({"image": image(1)})),
    ]);
    let openstack = OpenStack::new(server.options()).expect("valid options");
    let compute = openstack.compute_v2().expect("an endpoint");
    compute.get_image(id(1)).retrieve().expect("an image");
    assert_eq!(
        server.lines()[1],
        format!("GET /nova/v2.1/images/{}", id(1))
    );
}

#[test]
fn the_error_for_a_300_lists_the_versions() {
    let body = json!({"choices": [{"id": "v2.0"}, {"id": "v2.1", "status": "CURRENT"}]});
    let server = Server::with_handler(move |_| Response::json(300, &body));
    let error = server.compute().get_image(id(1)).retrieve();
    assert_eq!(
        error.expect_err("an error").message(),
        "the server offers the versions v2.0, v2.1; check the endpoint URL"
    );
}

#[test]
fn a_token_can_have_numeric_ids_and_a_null_project() {
    let body = json!({"token": {"user": {"id": 5, "name": 6}, "project": null, "catalog": null}});
    let response = Response::json(201, &body).header("X-Subject-Token", "t");
    let server = Server::with_responses([response]);
    let openstack = OpenStack::new(server.options()).expect("valid options");
    let token = openstack.token().expect("a token");
    assert_eq!((token.user_id(), token.project_id()), (Some("5"), None));
    let error = openstack.compute_v2().expect_err("an error");
    assert_eq!(
        error.to_string(),
        "no public endpoint of type \"compute\": the token has no catalog; set a project, or the \
         endpoint"
    );
}

fn unauthorized() -> Response {
    fault(401, "error", "Not you.")
}

#[track_caller]
fn rejected(response: Response, change: impl FnOnce(Options) -> Options) -> Error {
    let server = Server::with_responses([response]);
    let options = change(Options::new(server.url("")).no_proxy());
    let openstack = OpenStack::new(options).expect("valid options");
    let error = openstack.token().expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Unauthorized, "{error:?}");
    assert_eq!(error.message(), "Not you.");
    assert!(!format!("{error:?}").contains("pa55word"), "{error:?}");
    error
}

#[test]
fn the_error_for_a_401_of_keystone_names_the_credentials_without_their_secret() {
    let default = || Domain::by_name("Default");
    let error = rejected(unauthorized(), |options| {
        let project = Project::by_name("demo", Domain::by_id("d"));
        let user = User::by_name("me", "pa55word", default());
        options.user(user).scope(Scope::Project(project))
    });
    let hint = " (sent user {\"domain\":{\"name\":\"Default\"},\"name\":\"me\"} and scope \
                {\"project\":{\"domain\":{\"id\":\"d\"},\"name\":\"demo\"}}; Keystone does not \
                report which value or secret is wrong)";
    assert!(error.to_string().contains(hint), "{error}");

    let error = rejected(unauthorized(), |options| {
        options.application_credential(ApplicationCredential::by_id("a", "pa55word"))
    });
    let hint = " (sent application credential {\"id\":\"a\",\"secret\":\"***\"}; Keystone does \
                not report which value or secret is wrong)";
    assert!(error.to_string().contains(hint), "{error}");
}

#[test]
fn a_rejected_token_and_multi_factor_authentication_have_messages_of_their_own() {
    let expired = " (the token is expired or revoked, or another cloud issued it)";
    let scope = || Scope::Project(Project::by_id("p"));
    let error = rejected(unauthorized(), |options| {
        options.token_id("pa55word").scope(scope())
    });
    assert!(error.to_string().contains(expired), "{error}");

    let receipt = unauthorized().header("Openstack-Auth-Receipt", "r");
    let error = rejected(receipt, |options| {
        options.user(User::by_id("u", "pa55word"))
    });
    let hint = " (more authentication methods are required (multi-factor), which is unsupported; \
                authenticate with another client and set its token)";
    assert!(error.to_string().contains(hint), "{error}");

    // Nova rejects a token that cannot be renewed, and a new token.
    let server = Server::with_handler(|_| unauthorized());
    let error = server.compute().get_image(id(1)).retrieve();
    let error = error.expect_err("an error").to_string();
    assert!(error.contains(expired), "{error}");
    let server = Server::start();
    let url = server.url(COMPUTE);
    server.set_handler(move |request| match request.method.as_str() {
        "POST" => token(
            "t",
            3600,
            &json!([{"type": "compute", "endpoints": [{"interface": "public", "url": url}]}]),
        ),
        _ => unauthorized(),
    });
    let openstack = OpenStack::new(server.options()).expect("valid options");
    let compute = openstack.compute_v2().expect("an endpoint");
    let error = compute.get_image(id(1)).retrieve().expect_err("an error");
    let hint = " (a new token is rejected, too: the endpoint may belong to another cloud)";
    assert!(error.to_string().contains(hint), "{error}");
}
