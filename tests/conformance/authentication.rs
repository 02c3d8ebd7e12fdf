//! Every way to authenticate, and every error.

use opencloud::compute::v2::ListImages;
use opencloud::{
    ApplicationCredential, Domain, OpenStack, Options, Project, Scope, ServiceOptions, User,
    UserRef,
};

use crate::cloud::cloud;
use crate::error_snapshot::{check_versions, expect_error, kind, snapshot};
use crate::secret_scan::{self, WRONG};
use serde_json::{Value, json};

/// The hint for a token that Keystone rejects.
const TOKEN_REJECTED: &str = "(the token is expired or revoked, or another cloud issued it)";

/// Checks that authentication gives a token for the project `demo` that works.
#[track_caller]
fn check_demo(options: Options) -> OpenStack {
    secret_scan::value(&options);
    let openstack = OpenStack::new(options).expect("valid options");
    let compute = openstack.compute_v2().expect("a service");
    let token = openstack.token().expect("a token");
    assert_eq!(token.project_id(), Some(cloud().project_id("demo")));
    assert!(token.expires_at().expect("a time") > jiff::Timestamp::now());
    let listed: Vec<_> = compute.list_images(ListImages::new().limit(1)).collect();
    assert!(matches!(&listed[..], [Ok(_)]), "{listed:?}");
    secret_scan::value(&openstack);
    secret_scan::value(&token);
    secret_scan::value(&listed);
    openstack
}

fn demo() -> Scope {
    Scope::Project(Project::by_id(cloud().project_id("demo")))
}

fn by_name() -> User {
    User::by_name("demo", cloud().password("demo"), Domain::by_id("default"))
}

#[test]
fn a_user_authenticates_by_name_and_domain_id() {
    check_demo(cloud().address().user(by_name()).scope(demo()));
}

#[test]
fn a_user_authenticates_by_name_and_domain_name() {
    let domain = || Domain::by_name("Default");
    let user = User::by_name("demo", cloud().password("demo"), domain());
    let scope = Scope::Project(Project::by_name("demo", domain()));
    check_demo(cloud().address().user(user).scope(scope));
}

#[test]
fn a_user_authenticates_by_id() {
    let id = cloud().user_id("demo");
    let user = User::by_id(&id, cloud().password("demo"));
    let openstack = check_demo(cloud().address().user(user).scope(demo()));
    assert_eq!(
        openstack.token().expect("a token").user_id(),
        Some(id.as_str())
    );
}

#[test]
fn an_application_credential_authenticates_by_id() {
    let (id, secret) = cloud().application_credential();
    let credential = ApplicationCredential::by_id(id, secret);
    check_demo(cloud().address().application_credential(credential));
}

#[test]
fn an_application_credential_authenticates_by_name_and_user() {
    let (_, secret) = cloud().application_credential();
    let id = cloud().user_id("demo");
    for user in [
        UserRef::by_id(id),
        UserRef::by_name("demo", Domain::by_id("default")),
        UserRef::by_name("demo", Domain::by_name("Default")),
        User::by_name(
            "demo",
            "this password is not sent",
            Domain::by_id("default"),
        )
        .into(),
    ] {
        let credential = ApplicationCredential::by_name("demo-app", secret, user);
        check_demo(cloud().address().application_credential(credential));
    }
}

#[test]
fn the_scope_is_ignored_with_an_application_credential() {
    let (id, secret) = cloud().application_credential();
    let credential = ApplicationCredential::by_id(id, secret);
    check_demo(
        cloud()
            .address()
            .application_credential(credential)
            .scope(Scope::System),
    );
}

#[test]
fn an_unscoped_token_can_be_scoped_to_a_project() {
    let options = cloud().address().user(by_name()).scope(Scope::Unscoped);
    let openstack = OpenStack::new(options).expect("valid options");
    let token = openstack.token().expect("a token");
    assert_eq!(token.project_id(), None);
    let token = serde_json::to_value(&token).expect("JSON");
    let token = token["id"].as_str().expect("an id").to_owned();
    check_demo(cloud().address().token_id(token).scope(demo()));
}

#[test]
fn a_project_scoped_token_can_be_scoped_again() {
    check_demo(
        cloud()
            .address()
            .token_id(cloud().new_token("demo"))
            .scope(demo()),
    );
}

#[test]
fn the_auth_url_may_have_a_version_and_a_trailing_slash() {
    let with = cloud().identity();
    let without = with.strip_suffix("/v3").expect("a URL with a version");
    for url in [with, without] {
        for end in ["", "/", "//"] {
            let options = Options::new(format!("{url}{end}")).no_proxy();
            check_demo(options.user(by_name()).scope(demo()));
        }
    }
}

#[test]
fn without_a_scope_there_is_no_catalog() {
    for options in [cloud().address(), cloud().address().scope(Scope::Unscoped)] {
        let openstack = OpenStack::new(options.user(by_name())).expect("valid options");
        let error = expect_error(openstack.compute_v2());
        assert_eq!(kind(&error), "NoEndpoint");
        assert_eq!(
            snapshot(&error),
            format!(
                "no public endpoint of type \"compute\" in region \"{}\": the token has no \
                 catalog; set a project, or the endpoint",
                cloud().region()
            )
        );
    }
}

#[test]
fn nova_responds_with_500_to_an_unscoped_token() {
    let options = cloud().address().user(by_name()).scope(Scope::Unscoped);
    let openstack = OpenStack::new(options).expect("valid options");
    let nova = ServiceOptions::new().endpoint(cloud().nova());
    let compute = openstack.compute_v2_with(nova).expect("a service");
    let error = compute
        .list_images(false)
        .next()
        .expect("an error")
        .expect_err("an error");
    assert_eq!(
        (kind(&error).as_str(), error.status()),
        ("UnexpectedStatus", Some(500))
    );
    assert!(
        error.message().starts_with("Unexpected API Error. "),
        "{error}"
    );
}

#[test]
fn an_administrator_authenticates_with_system_scope() {
    let user = User::by_name("admin", cloud().password("admin"), Domain::by_id("default"));
    let options = cloud().address().user(user).scope(Scope::System);
    let openstack = OpenStack::new(options).expect("valid options");
    assert_eq!(openstack.token().expect("a token").project_id(), None);
    let compute = openstack.compute_v2().expect("a service");
    assert_eq!(compute.endpoint(), cloud().nova());
    let listed = compute.list_images(ListImages::new().limit(1)).next();
    assert!(matches!(listed, Some(Ok(_))), "{listed:?}");
}

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
    format!("(sent {sent}; Keystone does not report which of these or the secret is wrong)")
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
    check_user(User::by_id(&*id, ""), &json!({"id": id}));
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
        &*cloud().project_id("other"),
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
    check_versions(&error);
}
