//! Tests of the conversion to options.

use std::time::Duration;

use secrecy::ExposeSecret;

use crate::config::tests::fixture::Root;
use crate::config::tests::{BASE, assert_error, settings};
use crate::credentials::{CredentialId, Identifier, UserRef};
use crate::{Domain, Interface, Options, Project, Scope, ServiceOptions};

/// The options of `BASE` and these variables.
fn options(variables: &[(&str, &str)]) -> Options {
    settings(&[&BASE[..], variables].concat())
        .options()
        .unwrap()
}

/// The options of these variables alone.
fn options_of(variables: &[(&str, &str)]) -> Options {
    settings(variables).options().unwrap()
}

#[test]
fn the_default_domain_has_the_id_default() {
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
fn default_domain_keys_set_the_default_domain() {
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
fn an_id_overrides_a_name() {
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
fn each_scope_is_converted() {
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
fn two_scopes_and_unknown_ones_are_rejected() {
    let with = |more: &[(&'static str, &'static str)]| [&BASE[..], more].concat();
    assert_error(
        &with(&[("OS_PROJECT_ID", "p"), ("OS_TRUST_ID", "t")]),
        "the environment has more than one scope (project, trust): a token is valid for one",
    );
    assert_error(
        &with(&[("OS_SYSTEM_SCOPE", "some")]),
        "OS_SYSTEM_SCOPE: invalid system_scope \"some\": expected \"all\"",
    );
}

#[test]
fn a_token_is_converted_with_its_scope() {
    let url = ("OS_AUTH_URL", "https://one.example");
    let options = options_of(&[url, ("OS_TOKEN", "abc"), ("OS_PROJECT_ID", "p")]);
    assert_eq!(options.token_id.unwrap().expose_secret(), "abc");
    assert_eq!(options.scope, Some(Scope::Project(Project::by_id("p"))));
    assert!(options.user.is_none());
}

#[test]
fn a_token_with_an_endpoint_requires_no_auth_url() {
    let nova = ("OS_COMPUTE_ENDPOINT_OVERRIDE", "https://nova.example/v2.1");
    let options = options_of(&[("OS_TOKEN", "abc"), nova]);
    assert_eq!(options.auth_url, "");
    assert_eq!(
        options.compute,
        ServiceOptions::new().endpoint("https://nova.example/v2.1")
    );
    assert_error(
        &[("OS_TOKEN", "abc"), nova, ("OS_PROJECT_ID", "p")],
        "the environment has no OS_AUTH_URL, which auth_type token requires",
    );
}

#[test]
fn an_application_credential_is_converted_without_a_scope() {
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
    assert_error(
        &named,
        "the environment has no OS_USERNAME or OS_USER_ID, which auth_type v3applicationcredential \
         requires",
    );
    assert_error(
        &[url, secret],
        "the environment has no OS_APPLICATION_CREDENTIAL_ID or OS_APPLICATION_CREDENTIAL_NAME, \
         which auth_type v3applicationcredential requires",
    );
}

#[test]
fn auth_type_none_requires_only_an_endpoint() {
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
fn missing_variables_are_named() {
    let url = ("OS_AUTH_URL", "https://one.example");
    assert_error(
        &[url],
        "the environment has no OS_PASSWORD, which auth_type password requires",
    );
    assert_error(
        &[url, ("OS_PASSWORD", "pw")],
        "the environment has no OS_USERNAME or OS_USER_ID, which auth_type password requires",
    );
    assert_error(
        &[url, ("OS_USERNAME", "u"), ("OS_AUTH_TYPE", "token")],
        "the environment has no OS_TOKEN, which auth_type token requires",
    );
}

#[test]
fn compute_keys_override_region_and_interface() {
    let options = options(&[
        ("OS_REGION_NAME", "R1"),
        ("OS_INTERFACE", "internalURL"),
        ("OS_COMPUTE_REGION_NAME", "R2"),
        ("OS_COMPUTE_INTERFACE", "Admin"),
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
fn certificates_and_timeouts_are_converted() {
    let root = Root::new();
    for name in ["home/ca.pem", "c.pem", "k.pem"] {
        root.write(name, "");
    }
    let path = |name: &str| root.path().join(name).display().to_string();
    let (cert, key) = (path("c.pem"), path("k.pem"));
    let options = |variables: &[(&str, &str)]| {
        let config = root.config(&[&BASE[..], variables].concat());
        config.resolve().unwrap().options().unwrap()
    };
    let with = options(&[
        ("OS_CACERT", "~/ca.pem"),
        ("OS_CERT", &cert),
        ("OS_KEY", &key),
        ("OS_API_TIMEOUT", "2.5"),
    ]);
    assert_eq!(with.http.cacert, Some(path("home/ca.pem").into()));
    assert_eq!(
        with.http.client_certificate,
        Some((cert.clone().into(), key.into()))
    );
    let limit = Some(Duration::from_millis(2500));
    assert_eq!(
        (with.http.connect_timeout, with.http.read_timeout),
        (limit, limit)
    );
    assert_eq!(with.http.call_timeout, None);

    let one_file = options(&[("OS_CERT", &cert), ("OS_INSECURE", "yes")]);
    let both = Some((cert.clone().into(), cert.into()));
    assert_eq!(one_file.http.client_certificate, both);
    assert!(one_file.http.insecure);
    assert_eq!(one_file.http.read_timeout, Some(Duration::from_secs(60)));
}

#[cfg(unix)]
#[test]
fn a_certificate_that_cannot_be_read_is_an_error() {
    let directory = std::env::current_dir().unwrap();
    let not_found = "No such file or directory (os error 2)";
    assert_error(
        &[&BASE[..], &[("OS_CACERT", "gone.pem")]].concat(),
        &format!(
            "OS_CACERT: cannot read `cacert` {}: {not_found}",
            directory.join("gone.pem").display()
        ),
    );
    assert_error(
        &[&BASE[..], &[("OS_CERT", "/gone.pem")]].concat(),
        &format!("OS_CERT: cannot read `cert` /gone.pem: {not_found}"),
    );
    assert_error(
        &[&BASE[..], &[("REQUESTS_CA_BUNDLE", "/gone.pem")]].concat(),
        &format!("REQUESTS_CA_BUNDLE: cannot read `cacert` /gone.pem: {not_found}"),
    );
    let folder = settings(&[&BASE[..], &[("OS_CACERT", "/")]].concat());
    let error = folder.options().unwrap_err().to_string();
    assert_eq!(error, "OS_CACERT: cannot read `cacert` /: is a directory");
}

#[test]
fn microversions_are_parsed() {
    let microversion = |version, default| {
        let variables = [
            ("OS_COMPUTE_API_VERSION", version),
            ("OS_COMPUTE_DEFAULT_MICROVERSION", default),
        ];
        options(&variables).compute.microversion
    };
    for version in ["", "2", "2.0", "2.1", "v2", "v2.1", "2.latest"] {
        assert_eq!(microversion(version, ""), None, "{version}");
        assert_eq!(microversion(version, "2.10").as_deref(), Some("2.10"));
    }
    for version in ["2.35", "v2.35"] {
        assert_eq!(microversion(version, "").as_deref(), Some("2.35"));
    }
    assert_eq!(microversion("2.10", "2.10").as_deref(), Some("2.10"));
    assert_eq!(microversion("", "latest").as_deref(), Some("latest"));
}
