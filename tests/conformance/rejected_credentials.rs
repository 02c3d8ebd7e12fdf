//! The errors for credentials that Keystone rejects, and for a wrong `auth_url`.

use opencloud::{
    ApplicationCredential, Domain, ErrorKind, OpenStack, Options, Project, Scope, User, UserRef,
};
use serde_json::{Value, json};

use crate::authentication::{by_name, demo};
use crate::cloud::cloud;
use crate::error_snapshot::{expect_error, kind, snapshot};
use crate::secret_scan::{self, WRONG};

/// The hint for a token that Keystone rejects.
const TOKEN_REJECTED: &str = "(the token is expired or revoked, or another cloud issued it)";

/// Checks that Keystone rejects these credentials, and that the error names them.
#[track_caller]
fn check_unauthorized(options: Options, sent: &str) {
    secret_scan::value(&options);
    let openstack = OpenStack::new(options).expect("valid options");
    let error = expect_error(openstack.compute_v2());
    assert_eq!(kind(&error), "Unauthorized");
    assert_eq!(
        snapshot(&error),
        format!(
            "POST {}/auth/tokens: 401 Unauthorized: The request you have made requires \
             authentication. {} (request id ID)",
            cloud().identity(),
            hint(sent)
        )
    );
}

/// The part of the error that this crate adds.
fn hint(sent: &str) -> String {
    format!("(sent {sent}; Keystone does not report which value or secret is wrong)")
}

/// Checks that Keystone rejects this user of the project `demo`.
#[track_caller]
fn check_user(user: User, sent: &Value) {
    let scope = json!({"project": {"id": cloud().project_id("demo")}});
    check_unauthorized(
        cloud().address().user(user).scope(demo()),
        &format!("user {sent} and scope {scope}"),
    );
}

/// Checks that Keystone rejects this scope of the user `demo`.
#[track_caller]
fn check_scope(scope: Scope, sent: &Value) {
    let user = json!({"name": "demo", "domain": {"id": "default"}});
    check_unauthorized(
        cloud().address().user(by_name()).scope(scope),
        &format!("user {user} and scope {sent}"),
    );
}

#[test]
fn a_wrong_password_is_unauthorized() {
    check_user(
        User::by_name("demo", WRONG, Domain::by_id("default")),
        &json!({"name": "demo", "domain": {"id": "default"}}),
    );
    let id = cloud().user_id("demo");
    check_user(User::by_id(&id, ""), &json!({"id": id}));
}

#[test]
fn an_unknown_user_or_domain_is_unauthorized() {
    let password = || cloud().password("demo");
    check_user(
        User::by_name("unknown", password(), Domain::by_id("default")),
        &json!({"name": "unknown", "domain": {"id": "default"}}),
    );
    check_user(
        User::by_name("demo", password(), Domain::by_id("unknown")),
        &json!({"name": "demo", "domain": {"id": "unknown"}}),
    );
    check_user(
        User::by_name("demo", password(), Domain::by_name("Unknown")),
        &json!({"name": "demo", "domain": {"name": "Unknown"}}),
    );
    for id in ["0123456789abcdef0123456789abcdef", "special id: ключ/%?"] {
        check_user(User::by_id(id, password()), &json!({"id": id}));
    }
}

#[test]
fn a_scope_without_a_role_is_unauthorized() {
    for id in [
        cloud().project_id("other"),
        "0123456789abcdef0123456789abcdef",
    ] {
        let scope = Scope::Project(Project::by_id(id));
        check_scope(scope, &json!({"project": {"id": id}}));
    }
    for name in ["other", "unknown"] {
        let scope = Scope::Project(Project::by_name(name, Domain::by_id("default")));
        let sent = json!({"project": {"name": name, "domain": {"id": "default"}}});
        check_scope(scope, &sent);
    }
    check_scope(
        Scope::Project(Project::by_name("demo", Domain::by_name("Unknown"))),
        &json!({"project": {"name": "demo", "domain": {"name": "Unknown"}}}),
    );
    for name in ["Default", "Unknown"] {
        let scope = Scope::Domain(Domain::by_name(name));
        check_scope(scope, &json!({"domain": {"name": name}}));
    }
    let scope = Scope::Domain(Domain::by_id("default"));
    check_scope(scope, &json!({"domain": {"id": "default"}}));
    check_scope(Scope::System, &json!({"system": {"all": true}}));
}

#[test]
fn an_unknown_trust_is_unauthorized() {
    let id = "0".repeat(32);
    check_scope(
        Scope::Trust(id.clone()),
        &json!({"OS-TRUST:trust": {"id": id}}),
    );
}

#[test]
fn a_wrong_application_credential_is_unauthorized() {
    let (id, secret) = cloud().application_credential();
    let user = || UserRef::by_name("demo", Domain::by_id("default"));
    let other = || UserRef::by_name("other", Domain::by_id("default"));
    let named = |name, user| {
        let user = json!({"name": user, "domain": {"id": "default"}});
        json!({"name": name, "secret": "***", "user": user})
    };
    for (credential, sent) in [
        (
            ApplicationCredential::by_id(id, WRONG),
            json!({"id": id, "secret": "***"}),
        ),
        (
            ApplicationCredential::by_name("demo-app", WRONG, user()),
            named("demo-app", "demo"),
        ),
        (
            ApplicationCredential::by_name("unknown", secret, user()),
            named("unknown", "demo"),
        ),
        (
            ApplicationCredential::by_name("demo-app", secret, other()),
            named("demo-app", "other"),
        ),
    ] {
        check_unauthorized(
            cloud().address().application_credential(credential),
            &format!("application credential {sent}"),
        );
    }
}

/// Checks that Keystone responds with 404 and this message.
#[track_caller]
fn check_not_found(options: Options, message: &str, hint: &str) {
    let error = expect_error(OpenStack::new(options).expect("valid options").compute_v2());
    assert_eq!(kind(&error), "Unauthorized");
    assert_eq!(
        snapshot(&error),
        format!(
            "POST {}/auth/tokens: 404 Not Found: {message} {hint} (request id ID)",
            cloud().identity()
        )
    );
}

#[test]
fn an_unknown_application_credential_is_not_found() {
    let id = "0".repeat(32);
    let credential = ApplicationCredential::by_id(&*id, "any");
    let sent = json!({"id": id, "secret": "***"});
    check_not_found(
        cloud().address().application_credential(credential),
        &format!("Could not find Application Credential: {id}."),
        &hint(&format!("application credential {sent}")),
    );
}

#[test]
fn an_invalid_token_is_not_found_by_keystone() {
    let damaged = cloud().new_token("demo").replace('A', "B");
    secret_scan::watch_token(&damaged);
    for token in ["none", "gAAAAABn0", WRONG, &damaged] {
        check_not_found(
            cloud().address().token_id(token).scope(demo()),
            "Could not recognize Fernet token",
            TOKEN_REJECTED,
        );
    }
}

#[test]
fn a_revoked_token_cannot_be_scoped() {
    let token = cloud().new_token("demo");
    cloud().revoke(&token);
    check_not_found(
        cloud().address().token_id(token).scope(demo()),
        "Failed to validate token",
        TOKEN_REJECTED,
    );
}

#[test]
fn an_auth_url_of_nova_is_unauthorized() {
    let options = Options::new(cloud().nova())
        .no_proxy()
        .user(by_name())
        .scope(demo());
    let error = expect_error(OpenStack::new(options).expect("valid options").compute_v2());
    assert_eq!(kind(&error), "Unauthorized");
    let message = snapshot(&error);
    let expected = format!(
        "POST {}/v3/auth/tokens: 401 Unauthorized: The request you have made requires \
         authentication. (sent ",
        cloud().nova()
    );
    assert!(message.starts_with(&expected), "{message}");
}

#[test]
fn an_auth_url_of_glance_is_an_error() {
    let options = Options::new(cloud().glance())
        .no_proxy()
        .user(by_name())
        .scope(demo());
    let error = expect_error(OpenStack::new(options).expect("valid options").compute_v2());
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::UnexpectedStatus, Some(300))
    );
    let message = error.message();
    assert!(
        message.starts_with("the server offers the versions v2.")
            && message.ends_with("; check the endpoint URL"),
        "{message}"
    );
}
