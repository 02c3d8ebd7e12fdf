//! Every way to authenticate, and every error.

use opencloud::compute::v2::ListImages;
use opencloud::{
    ApplicationCredential, Domain, OpenStack, Options, Project, Scope, ServiceOptions, User,
    UserRef,
};

use crate::cloud::cloud;
use crate::error_snapshot::{expect_error, kind, snapshot};
use crate::secret_scan::{self};

/// Checks that authentication returns a valid token for the project `demo`.
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

pub(crate) fn demo() -> Scope {
    Scope::Project(Project::by_id(cloud().project_id("demo")))
}

pub(crate) fn by_name() -> User {
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
