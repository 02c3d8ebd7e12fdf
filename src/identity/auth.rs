//! The request for a token, as a value.

use http::Method;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::credentials::{ApplicationCredential, CredentialId, Domain, Identifier, Scope, User};
use crate::error::{Error, ErrorKind, Result};
use crate::http::fault::Fault;
use crate::http::request::Request;
use crate::options::Options;

/// The hint for a 401 if a token was sent.
pub(crate) const TOKEN_REJECTED: &str =
    "the token is expired or revoked, or another cloud issued it";

pub(super) fn has_credentials(options: &Options) -> bool {
    options.user.is_some() || options.application_credential.is_some() || options.token_id.is_some()
}

/// The secret that the request contains, to redact it in messages of the server.
pub(super) fn secret_of(options: &Options) -> &str {
    let password = options.user.as_ref().map(|user| &user.password);
    let credential = options.application_credential.as_ref();
    let secret = credential.map(|credential| &credential.secret);
    password
        .or(secret)
        .or(options.token_id.as_ref())
        .map_or("", ExposeSecret::expose_secret)
}

/// `POST /v3/auth/tokens`:
/// <https://docs.openstack.org/api-ref/identity/v3/#authentication-and-token-management>
pub(super) fn post_tokens(options: &Options) -> Result<Request> {
    let mut auth = json!({"auth": {"identity": identity(options)?}});
    // Keystone rejects an application credential with a scope.
    if let (Some(scope), None) = (&options.scope, &options.application_credential) {
        auth["auth"]["scope"] = self::scope(scope);
    }
    let mut request = Request::new(Method::POST, ["auth", "tokens"])
        .classify(classify)
        .json(&auth);
    request.idempotent = true;
    request.unauthorized_hint = unauthorized_hint(options);
    Ok(request)
}

/// The hint for a 401, with the credentials but without their secret.
fn unauthorized_hint(options: &Options) -> String {
    let sent = match (&options.user, &options.application_credential) {
        (Some(user), _) => {
            let scope = options.scope.as_ref().map(scope);
            let scope = scope.map_or("no scope".to_owned(), |scope| format!("scope {scope}"));
            format!("user {} and {scope}", identifier(&user.id))
        }
        (None, Some(credential)) => {
            let mut credential = application_credential(credential);
            credential["secret"] = "***".into();
            format!("application credential {credential}")
        }
        (None, None) => return TOKEN_REJECTED.to_owned(),
    };
    format!("sent {sent}; Keystone does not report which value or secret is wrong")
}

/// Keystone sends 404 for an unknown token or application credential.
fn classify(fault: &Fault) -> Option<ErrorKind> {
    (fault.status == 404 && !fault.name.is_empty()).then_some(ErrorKind::Unauthorized)
}

fn identity(options: &Options) -> Result<Value> {
    match (
        &options.user,
        &options.application_credential,
        &options.token_id,
    ) {
        (Some(user), None, None) => Ok(json!({
            "methods": ["password"], "password": {"user": password(user)},
        })),
        (None, None, Some(token)) => Ok(json!({
            "methods": ["token"], "token": {"id": token.expose_secret()},
        })),
        (None, Some(credential), None) => Ok(json!({
            "methods": ["application_credential"],
            "application_credential": application_credential(credential),
        })),
        (None, None, None) => Err(Error::invalid(
            "no credentials: set a user, an application credential or a token",
        )),
        _ => Err(Error::invalid(
            "conflicting credentials: set only one of user, application credential and token",
        )),
    }
}

fn password(user: &User) -> Value {
    let mut json = identifier(&user.id);
    json["password"] = user.password.expose_secret().into();
    json
}

fn application_credential(credential: &ApplicationCredential) -> Value {
    let secret = credential.secret.expose_secret();
    match &credential.id {
        CredentialId::Id(id) => json!({"id": id, "secret": secret}),
        CredentialId::Name(name, user) => {
            json!({"name": name, "user": identifier(&user.0), "secret": secret})
        }
    }
}

fn domain(domain: &Domain) -> Value {
    match domain {
        Domain::Id(id) => json!({"id": id}),
        Domain::Name(name) => json!({"name": name}),
    }
}

fn identifier(identifier: &Identifier) -> Value {
    match identifier {
        Identifier::Id(id) => json!({"id": id}),
        Identifier::Name(name, of) => json!({"name": name, "domain": domain(of)}),
    }
}

fn scope(scope: &Scope) -> Value {
    match scope {
        Scope::Project(project) => json!({"project": identifier(&project.0)}),
        Scope::Domain(of) => json!({"domain": domain(of)}),
        Scope::System => json!({"system": {"all": true}}),
        Scope::Trust(id) => json!({"OS-TRUST:trust": {"id": id}}),
        Scope::Unscoped => json!("unscoped"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::{Project, UserRef};

    #[track_caller]
    fn body(options: &Options) -> Value {
        let endpoint = "http://keystone/v3".parse().expect("valid URL");
        let request = post_tokens(options).expect("valid options");
        assert_eq!(
            request.url(&endpoint).map(String::from).expect("valid URL"),
            "http://keystone/v3/auth/tokens"
        );
        let text = request.body.expect("a body");
        serde_json::from_str(text.expose_secret()).expect("valid JSON")
    }

    fn options() -> Options {
        Options::new("http://keystone")
    }

    #[test]
    fn a_user_is_identified_by_id_or_by_name() {
        assert_eq!(
            body(&options().user(User::by_id("u", "p\"w"))),
            json!({"auth": {"identity": {"methods": ["password"],
                "password": {"user": {"id": "u", "password": "p\"w"}}}}})
        );
        assert_eq!(
            body(&options().user(User::by_name("u", "p", Domain::by_name("Default")))),
            json!({"auth": {"identity": {"methods": ["password"], "password": {"user":
                {"name": "u", "domain": {"name": "Default"}, "password": "p"}}}}})
        );
    }

    #[test]
    fn a_token_can_request_another_scope() {
        let project = Project::by_name("p", Domain::by_id("d"));
        assert_eq!(
            body(&options().token_id("t").scope(Scope::Project(project))),
            json!({"auth": {"identity": {"methods": ["token"], "token": {"id": "t"}},
                "scope": {"project": {"name": "p", "domain": {"id": "d"}}}}})
        );
    }

    #[test]
    fn an_application_credential_is_sent_without_a_scope() {
        let credential = ApplicationCredential::by_id("a", "s");
        let scope = Scope::Project(Project::by_id("p"));
        assert_eq!(
            body(&options().application_credential(credential).scope(scope)),
            json!({"auth": {"identity": {"methods": ["application_credential"],
                "application_credential": {"id": "a", "secret": "s"}}}})
        );
        let owner = UserRef::by_name("u", Domain::by_id("d"));
        let credential = ApplicationCredential::by_name("a", "s", owner);
        assert_eq!(
            body(&options().application_credential(credential)),
            json!({"auth": {"identity": {"methods": ["application_credential"],
                "application_credential": {"name": "a", "secret": "s",
                    "user": {"name": "u", "domain": {"id": "d"}}}}}})
        );
    }

    #[test]
    fn scopes_have_the_form_of_keystones_api() {
        let sent = |scope| {
            body(&options().user(User::by_id("u", "p")).scope(scope))["auth"]["scope"].take()
        };
        assert_eq!(
            sent(Scope::Project(Project::by_id("p"))),
            json!({"project": {"id": "p"}})
        );
        assert_eq!(
            sent(Scope::Domain(Domain::by_id("d"))),
            json!({"domain": {"id": "d"}})
        );
        assert_eq!(
            sent(Scope::Domain(Domain::by_name("D"))),
            json!({"domain": {"name": "D"}})
        );
        assert_eq!(sent(Scope::System), json!({"system": {"all": true}}));
        assert_eq!(
            sent(Scope::Trust("t".into())),
            json!({"OS-TRUST:trust": {"id": "t"}})
        );
        assert_eq!(sent(Scope::Unscoped), json!("unscoped"));
    }

    #[test]
    fn exactly_one_kind_of_credentials_is_required() {
        let message = |options: Options| {
            let error = post_tokens(&options).expect_err("invalid credentials");
            error.to_string()
        };
        assert_eq!(
            message(options()),
            "no credentials: set a user, an application credential or a token"
        );
        assert_eq!(
            message(options().user(User::by_id("u", "p")).token_id("t")),
            "conflicting credentials: set only one of user, application credential and token"
        );
    }
}
