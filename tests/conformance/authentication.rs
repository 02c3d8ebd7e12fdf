//! Every way to sign in, and what comes of each.

use opencloud::compute::v2::ListImages;
use opencloud::{
    ApplicationCredential, Domain, OpenStack, Options, Project, Scope, ServiceOptions, User,
    UserRef,
};

use crate::cloud::cloud;
use crate::error_snapshot::{kind, refused, said};
use crate::secret_scan::{self, WRONG};

/// Signs in, sees that the token is for that project, and lists an image.
#[track_caller]
fn works_in_demo(options: Options) -> OpenStack {
    secret_scan::value(&options);
    let openstack = OpenStack::new(options).expect("valid options");
    let compute = openstack.compute_v2().expect("a token and Nova");
    let token = openstack.token().expect("the same token");
    assert_eq!(token.project_id(), Some(cloud().project_id("demo")));
    assert!(token.expires_at().expect("an end") > jiff::Timestamp::now());
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
fn a_user_signs_in_by_name_and_the_domains_id() {
    works_in_demo(cloud().address().user(by_name()).scope(demo()));
}

#[test]
fn a_user_signs_in_by_name_and_the_domains_name() {
    let domain = || Domain::by_name("Default");
    let user = User::by_name("demo", cloud().password("demo"), domain());
    let scope = Scope::Project(Project::by_name("demo", domain()));
    works_in_demo(cloud().address().user(user).scope(scope));
}

#[test]
fn a_user_signs_in_by_id() {
    let id = cloud().user_id("demo");
    let user = User::by_id(&id, cloud().password("demo"));
    let openstack = works_in_demo(cloud().address().user(user).scope(demo()));
    assert_eq!(
        openstack.token().expect("a token").user_id(),
        Some(id.as_str())
    );
}

#[test]
fn an_application_credential_signs_in_by_id() {
    let (id, secret) = cloud().application_credential();
    let credential = ApplicationCredential::by_id(id, secret);
    works_in_demo(cloud().address().application_credential(credential));
}

#[test]
fn an_application_credential_signs_in_by_name_with_its_user() {
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
        works_in_demo(cloud().address().application_credential(credential));
    }
}

#[test]
fn an_application_credential_signs_in_whatever_scope_is_asked_for() {
    let (id, secret) = cloud().application_credential();
    let credential = ApplicationCredential::by_id(id, secret);
    works_in_demo(
        cloud()
            .address()
            .application_credential(credential)
            .scope(Scope::System),
    );
}

#[test]
fn a_token_for_nothing_is_scoped_to_a_project() {
    let options = cloud().address().user(by_name()).scope(Scope::Unscoped);
    let openstack = OpenStack::new(options).expect("valid options");
    let token = openstack.token().expect("an unscoped token");
    assert_eq!(token.project_id(), None);
    let token = serde_json::to_value(&token).expect("a token as JSON");
    let token = token["id"].as_str().expect("its id").to_owned();
    works_in_demo(cloud().address().token_id(token).scope(demo()));
}

#[test]
fn a_token_of_a_project_is_scoped_to_it_again() {
    works_in_demo(
        cloud()
            .address()
            .token_id(cloud().new_token("demo"))
            .scope(demo()),
    );
}

#[test]
fn the_auth_url_is_taken_with_and_without_version_and_slash() {
    let with = cloud().identity();
    let without = with.strip_suffix("/v3").expect("an address with a version");
    for address in [with, without] {
        for end in ["", "/", "//"] {
            let options = Options::new(format!("{address}{end}")).no_proxy();
            works_in_demo(options.user(by_name()).scope(demo()));
        }
    }
}

#[test]
fn without_a_scope_there_is_no_catalogue_and_the_error_says_so() {
    for options in [cloud().address(), cloud().address().scope(Scope::Unscoped)] {
        let openstack = OpenStack::new(options.user(by_name())).expect("valid options");
        let error = refused(openstack.compute_v2());
        assert_eq!(kind(&error), "NoEndpoint");
        assert_eq!(
            said(&error),
            format!(
                "no public endpoint of type \"compute\" in region \"{}\": the token has no \
                 catalog; set a project, or the endpoint",
                cloud().region()
            )
        );
    }
}

#[test]
fn nova_cannot_serve_a_token_for_nothing() {
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
fn an_administrator_signs_in_for_the_whole_system() {
    let user = User::by_name("admin", cloud().password("admin"), Domain::by_id("default"));
    let options = cloud().address().user(user).scope(Scope::System);
    let openstack = OpenStack::new(options).expect("valid options");
    assert_eq!(openstack.token().expect("a token").project_id(), None);
    let compute = openstack.compute_v2().expect("a catalogue");
    assert_eq!(compute.endpoint(), cloud().nova());
    let listed = compute.list_images(ListImages::new().limit(1)).next();
    assert!(matches!(listed, Some(Ok(_))), "{listed:?}");
}

/// Sees that Keystone refuses to sign in, and in which words.
#[track_caller]
fn is_refused(options: Options) {
    secret_scan::value(&options);
    let openstack = OpenStack::new(options).expect("valid options");
    let error = refused(openstack.compute_v2());
    assert_eq!(kind(&error), "Unauthorized");
    assert_eq!(
        said(&error),
        format!(
            "POST {}/auth/tokens: 401 Unauthorized: The request you have made requires \
             authentication. (request id ID)",
            cloud().identity()
        )
    );
}

#[test]
fn a_wrong_password_is_refused() {
    let user = User::by_name("demo", WRONG, Domain::by_id("default"));
    is_refused(cloud().address().user(user).scope(demo()));
    let user = User::by_id(cloud().user_id("demo"), "");
    is_refused(cloud().address().user(user).scope(demo()));
}

#[test]
fn an_unknown_user_or_domain_is_refused_like_a_wrong_password() {
    let password = || cloud().password("demo");
    for user in [
        User::by_name("nobody", password(), Domain::by_id("default")),
        User::by_name("demo", password(), Domain::by_id("nowhere")),
        User::by_name("demo", password(), Domain::by_name("Nowhere")),
        User::by_id("0123456789abcdef0123456789abcdef", password()),
        User::by_id("odd id: ключ/%?", password()),
    ] {
        is_refused(cloud().address().user(user).scope(demo()));
    }
}

#[test]
fn a_scope_that_the_user_has_no_part_in_is_refused() {
    for scope in [
        Scope::Project(Project::by_id(cloud().project_id("other"))),
        Scope::Project(Project::by_name("other", Domain::by_id("default"))),
        Scope::Project(Project::by_id("0123456789abcdef0123456789abcdef")),
        Scope::Project(Project::by_name("nothing", Domain::by_id("default"))),
        Scope::Project(Project::by_name("demo", Domain::by_name("Nowhere"))),
        Scope::Domain(Domain::by_id("default")),
        Scope::Domain(Domain::by_name("Default")),
        Scope::Domain(Domain::by_name("Nowhere")),
        Scope::System,
    ] {
        is_refused(cloud().address().user(by_name()).scope(scope));
    }
}

#[test]
fn an_unknown_trust_is_refused() {
    is_refused(
        cloud()
            .address()
            .user(by_name())
            .scope(Scope::Trust("0".repeat(32))),
    );
}

#[test]
fn a_wrong_application_credential_is_refused() {
    let (id, secret) = cloud().application_credential();
    let user = || UserRef::by_name("demo", Domain::by_id("default"));
    let other = || UserRef::by_name("other", Domain::by_id("default"));
    for credential in [
        ApplicationCredential::by_id(id, WRONG),
        ApplicationCredential::by_name("demo-app", WRONG, user()),
        ApplicationCredential::by_name("nothing", secret, user()),
        ApplicationCredential::by_name("demo-app", secret, other()),
    ] {
        is_refused(cloud().address().application_credential(credential));
    }
}

/// Sees that Keystone does not find what the sign-in names.
#[track_caller]
fn is_not_found(options: Options, words: &str) {
    let error = refused(OpenStack::new(options).expect("valid options").compute_v2());
    assert_eq!(kind(&error), "Unauthorized");
    assert_eq!(
        said(&error),
        format!(
            "POST {}/auth/tokens: 404 Not Found: {words} (request id ID)",
            cloud().identity()
        )
    );
}

#[test]
fn an_unknown_application_credential_is_not_found() {
    let credential = ApplicationCredential::by_id("0".repeat(32), "any");
    is_not_found(
        cloud().address().application_credential(credential),
        &format!("Could not find Application Credential: {}.", "0".repeat(32)),
    );
}

#[test]
fn a_token_that_is_none_is_not_found_by_keystone() {
    let damaged = cloud().new_token("demo").replace('A', "B");
    secret_scan::watch_token(&damaged);
    for token in ["none", "gAAAAABn0", WRONG, &damaged] {
        is_not_found(
            cloud().address().token_id(token).scope(demo()),
            "Could not recognize Fernet token",
        );
    }
}

#[test]
fn a_revoked_token_cannot_be_scoped_anew() {
    let token = cloud().new_token("demo");
    cloud().revoke(&token);
    is_not_found(
        cloud().address().token_id(token).scope(demo()),
        "Failed to validate token",
    );
}

#[test]
fn an_auth_url_that_leads_to_nova_is_refused_by_it() {
    let options = Options::new(cloud().nova())
        .no_proxy()
        .user(by_name())
        .scope(demo());
    let error = refused(OpenStack::new(options).expect("valid options").compute_v2());
    assert_eq!(kind(&error), "Unauthorized");
    assert_eq!(
        said(&error),
        format!(
            "POST {}/v3/auth/tokens: 401 Unauthorized: The request you have made requires \
             authentication. (request id ID)",
            cloud().nova()
        )
    );
}

#[test]
fn an_auth_url_that_leads_to_glance_is_not_followed() {
    let options = Options::new(cloud().glance())
        .no_proxy()
        .user(by_name())
        .scope(demo());
    let error = refused(OpenStack::new(options).expect("valid options").compute_v2());
    assert_eq!(
        (kind(&error).as_str(), error.status()),
        ("UnexpectedStatus", Some(300))
    );
    assert_eq!(
        error.message(),
        "the server offers several addresses; check the endpoint URL"
    );
}
