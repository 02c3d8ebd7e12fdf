//! The parts of the configuration that only the crate itself can see: secrets
//! and options.

use std::time::Duration;

use secrecy::ExposeSecret;

use super::{Config, Settings};
use crate::credentials::{CredentialId, Identifier, UserRef};
use crate::{Domain, Interface, Options, Project, Scope, ServiceOptions};

#[path = "../../tests/config/fixture.rs"]
pub(super) mod fixture;

pub(super) const BASE: [(&str, &str); 3] = [
    ("OS_AUTH_URL", "https://one.example/v3"),
    ("OS_USERNAME", "demo"),
    ("OS_PASSWORD", "pw"),
];

fn settings(variables: &[(&str, &str)]) -> Settings {
    fixture::Root::new().config(variables).resolve().unwrap()
}

/// The options of these variables, laid over `BASE`.
pub(super) fn options(variables: &[(&str, &str)]) -> Options {
    settings(&[&BASE[..], variables].concat())
        .options()
        .unwrap()
}

/// The options of these variables alone.
fn options_of(variables: &[(&str, &str)]) -> Options {
    settings(variables).options().unwrap()
}

#[track_caller]
pub(super) fn refused(variables: &[(&str, &str)], message: &str) {
    let error = fixture::Root::new()
        .config(variables)
        .resolve()
        .and_then(|s| s.options());
    assert_eq!(error.unwrap_err().to_string(), message);
}

#[cfg(feature = "clouds-yaml")]
#[test]
fn every_secret_of_the_table_is_the_one_that_openstacksdk_takes() {
    let mut count = 0;
    for case in fixture::cases() {
        let root = fixture::Root::new();
        let Ok(settings) = case.lay(&root).resolve() else {
            continue;
        };
        if case.expected.settings.is_none() {
            continue;
        }
        for key in ["password", "token", "application_credential_secret"] {
            let found = settings.secret(key).map(ExposeSecret::expose_secret);
            assert_eq!(
                found,
                case.expected.secrets.get(key).map(String::as_str),
                "{}",
                case.name
            );
            count += usize::from(found.is_some());
        }
    }
    assert!(count > 150, "{count} secrets");
}

#[cfg(feature = "clouds-yaml")]
#[test]
fn no_secret_of_the_table_is_shown() {
    for case in fixture::cases() {
        let root = fixture::Root::new();
        let config = case.lay(&root);
        let resolved = config.resolve();
        let options = resolved.as_ref().map(Settings::options).ok();
        let json = resolved
            .as_ref()
            .map(|settings| serde_json::to_string(settings).unwrap())
            .ok();
        let shown = format!("{config:?} {resolved:?} {options:?} {json:?}");
        assert!(!shown.contains("hunter2"), "{}: {shown}", case.name);
    }
}

#[test]
fn a_user_by_name_is_in_the_domain_default_when_none_is_said() {
    let options = options(&[("OS_PROJECT_NAME", "demo")]);
    assert_eq!(options.auth_url, "https://one.example/v3");
    let user = options.user.unwrap();
    assert_eq!(
        user.id,
        Identifier::Name("demo".into(), Domain::by_id("default"))
    );
    assert_eq!(user.password.expose_secret(), "pw");
    let project = Project::by_name("demo", Domain::by_id("default"));
    assert_eq!(options.scope, Some(Scope::Project(project)));
    assert_eq!(
        (options.service.region, options.compute),
        (None, ServiceOptions::new())
    );
    assert!(!options.http.insecure && !options.no_auth && options.token_id.is_none());
}

#[test]
fn a_default_domain_counts_where_no_other_is_said() {
    let with = |variable| {
        let options = options(&[
            variable,
            ("OS_PROJECT_NAME", "p"),
            ("OS_PROJECT_DOMAIN_NAME", "P"),
        ]);
        assert_eq!(
            options.scope,
            Some(Scope::Project(Project::by_name("p", Domain::by_name("P"))))
        );
        options.user.unwrap().id
    };
    let named = |domain| Identifier::Name("demo".into(), domain);
    assert_eq!(
        with(("OS_DEFAULT_DOMAIN", "d1")),
        named(Domain::by_id("d1"))
    );
    assert_eq!(
        with(("OS_DEFAULT_DOMAIN_ID", "d2")),
        named(Domain::by_id("d2"))
    );
    assert_eq!(
        with(("OS_DEFAULT_DOMAIN_NAME", "D3")),
        named(Domain::by_name("D3"))
    );
}

#[test]
fn an_id_stands_before_a_name() {
    let options = options(&[
        ("OS_USER_ID", "u1"),
        ("OS_PROJECT_ID", "p1"),
        ("OS_PROJECT_NAME", "demo"),
        ("OS_USER_DOMAIN_NAME", "D"),
    ]);
    assert_eq!(options.user.unwrap().id, Identifier::Id("u1".into()));
    assert_eq!(options.scope, Some(Scope::Project(Project::by_id("p1"))));
}

#[test]
fn each_scope_comes_out() {
    let scope = |variable| options(&[variable]).scope;
    assert_eq!(
        scope(("OS_DOMAIN_ID", "d")),
        Some(Scope::Domain(Domain::by_id("d")))
    );
    assert_eq!(
        scope(("OS_DOMAIN_NAME", "D")),
        Some(Scope::Domain(Domain::by_name("D")))
    );
    assert_eq!(scope(("OS_SYSTEM_SCOPE", "all")), Some(Scope::System));
    assert_eq!(scope(("OS_TRUST_ID", "t")), Some(Scope::Trust("t".into())));
    assert_eq!(scope(("OS_REGION_NAME", "R")), None);
}

#[test]
fn two_scopes_and_unknown_ones_are_refused() {
    let with = |more: &[(&'static str, &'static str)]| [&BASE[..], more].concat();
    refused(
        &with(&[("OS_PROJECT_ID", "p"), ("OS_TRUST_ID", "t")]),
        "the environment asks for a project and a trust: a token is valid for one of them",
    );
    refused(
        &with(&[("OS_SYSTEM_SCOPE", "some")]),
        "OS_SYSTEM_SCOPE: system_scope \"some\" is none: it has to be \"all\"",
    );
}

#[test]
fn a_token_comes_with_its_scope() {
    let url = ("OS_AUTH_URL", "https://one.example");
    let options = options_of(&[url, ("OS_TOKEN", "abc"), ("OS_PROJECT_ID", "p")]);
    assert_eq!(options.token_id.unwrap().expose_secret(), "abc");
    assert_eq!(options.scope, Some(Scope::Project(Project::by_id("p"))));
    assert!(options.user.is_none());
}

#[test]
fn a_token_with_an_endpoint_needs_no_address() {
    let nova = ("OS_COMPUTE_ENDPOINT_OVERRIDE", "https://nova.example/v2.1");
    let options = options_of(&[("OS_TOKEN", "abc"), nova]);
    assert_eq!(options.auth_url, "");
    assert_eq!(
        options.compute,
        ServiceOptions::new().endpoint("https://nova.example/v2.1")
    );
    refused(
        &[("OS_TOKEN", "abc"), nova, ("OS_PROJECT_ID", "p")],
        "OS_AUTH_URL is not set, which auth_type token needs",
    );
}

#[test]
fn an_application_credential_has_no_scope_beside_it() {
    let url = ("OS_AUTH_URL", "https://one.example");
    let secret = ("OS_APPLICATION_CREDENTIAL_SECRET", "s");
    let by_id = options_of(&[
        url,
        secret,
        ("OS_APPLICATION_CREDENTIAL_ID", "i"),
        ("OS_PROJECT_ID", "p"),
    ]);
    let credential = by_id.application_credential.unwrap();
    assert!(matches!(credential.id, CredentialId::Id(id) if id == "i"));
    assert_eq!(credential.secret.expose_secret(), "s");
    assert_eq!(by_id.scope, None);

    let by_name = options_of(&[
        url,
        secret,
        ("OS_APPLICATION_CREDENTIAL_NAME", "n"),
        ("OS_USERNAME", "u"),
        ("OS_USER_DOMAIN_NAME", "D"),
    ]);
    let CredentialId::Name(name, user) = by_name.application_credential.unwrap().id else {
        panic!()
    };
    assert_eq!(
        (name.as_str(), user),
        ("n", UserRef::by_name("u", Domain::by_name("D")))
    );

    let named = [url, secret, ("OS_APPLICATION_CREDENTIAL_NAME", "n")];
    let of_an_id = options_of(&[&named[..], &[("OS_USER_ID", "u1")]].concat());
    let CredentialId::Name(_, user) = of_an_id.application_credential.unwrap().id else {
        panic!()
    };
    assert_eq!(user, UserRef::by_id("u1"));
    refused(
        &named,
        "neither OS_USER_ID nor OS_USERNAME is set, which auth_type v3applicationcredential needs",
    );
    refused(
        &[url, secret],
        "neither OS_APPLICATION_CREDENTIAL_ID nor OS_APPLICATION_CREDENTIAL_NAME is set, which \
         auth_type v3applicationcredential needs",
    );
}

#[test]
fn no_one_needs_an_endpoint_only() {
    let options = options_of(&[
        ("OS_AUTH_TYPE", "none"),
        ("OS_ENDPOINT", "https://nova.example"),
    ]);
    assert!(options.no_auth);
    assert_eq!(
        options.compute,
        ServiceOptions::new().endpoint("https://nova.example")
    );

    let admin = options_of(&[
        ("OS_AUTH_TYPE", "admin_token"),
        ("OS_ENDPOINT", "https://nova.example"),
        ("OS_TOKEN", "abc"),
    ]);
    assert_eq!(admin.token_id.unwrap().expose_secret(), "abc");
    assert!(!admin.no_auth);
    assert_eq!(admin.scope, None);
}

#[test]
fn what_is_missing_is_named() {
    let url = ("OS_AUTH_URL", "https://one.example");
    refused(
        &[url],
        "OS_PASSWORD is not set, which auth_type password needs",
    );
    refused(
        &[url, ("OS_PASSWORD", "pw")],
        "neither OS_USERNAME nor OS_USER_ID is set, which auth_type password needs",
    );
    refused(
        &[url, ("OS_USERNAME", "u"), ("OS_AUTH_TYPE", "token")],
        "OS_TOKEN is not set, which auth_type token needs",
    );
}

#[test]
fn region_and_interface_are_for_every_service_and_compute_has_its_own() {
    let options = options(&[
        ("OS_REGION_NAME", "R1"),
        ("OS_INTERFACE", "internalURL"),
        ("OS_COMPUTE_REGION_NAME", "R2"),
        ("OS_COMPUTE_INTERFACE", "admin"),
        ("OS_COMPUTE_SERVICE_NAME", "nova"),
        ("OS_COMPUTE_API_VERSION", "2.35"),
    ]);
    let all = ServiceOptions::new()
        .region("R1")
        .interface(Interface::Internal);
    assert_eq!(options.service, all);
    let compute = ServiceOptions::new()
        .region("R2")
        .interface(Interface::Admin)
        .name("nova");
    assert_eq!(options.compute, compute.microversion("2.35"));
}

#[test]
fn image_and_identity_have_their_own_options() {
    let variables = [
        ("OS_IMAGE_ENDPOINT_OVERRIDE", "https://glance"),
        ("OS_IDENTITY_INTERFACE", "admin"),
    ];
    let settings = settings(&[&BASE[..], &variables].concat());
    assert_eq!(
        settings.service("image"),
        ServiceOptions::new().endpoint("https://glance")
    );
    let identity = ServiceOptions::new().interface(Interface::Admin);
    assert_eq!(settings.service("identity"), identity);
    assert_eq!(settings.service("compute"), ServiceOptions::new());
}

#[test]
fn an_override_gets_the_project_where_its_id_is_known() {
    let nova = (
        "OS_COMPUTE_ENDPOINT_OVERRIDE",
        "https://nova/%(project_id)s/%(tenant_id)s",
    );
    let endpoint = |project| options(&[nova, project]).compute.endpoint.unwrap();
    assert_eq!(endpoint(("OS_PROJECT_ID", "p1")), "https://nova/p1/p1");
    assert_eq!(endpoint(("OS_PROJECT_NAME", "demo")), nova.1);
}

#[test]
fn certificates_and_time_outs_come_out() {
    let with = options(&[
        ("OS_CACERT", "~/ca.pem"),
        ("OS_CERT", "/c.pem"),
        ("OS_KEY", "/k.pem"),
        ("OS_API_TIMEOUT", "2.5"),
        ("HOME", "/home/demo"),
    ]);
    assert_eq!(
        with.http.cacert.unwrap().to_str(),
        Some("/home/demo/ca.pem")
    );
    assert_eq!(
        with.http.client_certificate,
        Some(("/c.pem".into(), "/k.pem".into()))
    );
    let limit = Some(Duration::from_millis(2500));
    assert_eq!(
        (with.http.connect_timeout, with.http.read_timeout),
        (limit, limit)
    );
    assert_eq!(with.http.call_timeout, None);

    let one_file = options(&[("OS_CERT", "/both.pem"), ("OS_INSECURE", "yes")]);
    let both = Some(("/both.pem".into(), "/both.pem".into()));
    assert_eq!(one_file.http.client_certificate, both);
    assert!(one_file.http.insecure);
    assert_eq!(one_file.http.read_timeout, Some(Duration::from_secs(60)));
}

#[test]
fn the_configuration_shows_no_variable() {
    let config = Config::from_cloud("demo").with_environment([("OS_PASSWORD", "hunter2")]);
    assert_eq!(
        format!("{config:?}"),
        r#"Config { cloud: Some("demo"), region: None, overlay_env: false, .. }"#
    );
}

#[cfg(not(feature = "clouds-yaml"))]
#[test]
fn without_the_feature_a_cloud_of_a_file_is_refused_by_its_name() {
    let feature = "no file was looked for: this program was built without the feature \
                   `clouds-yaml` of the crate `opencloud`";
    refused(
        &[("OS_CLOUD", "demo")],
        &format!("the cloud \"demo\" that OS_CLOUD names was not found: {feature}"),
    );
    let error = fixture::Root::new()
        .config(&[])
        .resolve()
        .unwrap_err()
        .to_string();
    assert!(error.ends_with(feature), "{error}");
}
