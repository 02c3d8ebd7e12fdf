//! Identity v3: the sign-in, as a value.

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Value, json};

use crate::credentials::{ApplicationCredential, Domain, Scope, User, Which, Who};
use crate::error::{Error, Result};
use crate::options::Options;
use crate::request::{Body, Method, Request};

/// Whether there is anything to sign in with.
pub(crate) fn can_sign_in(options: &Options) -> bool {
    options.user.is_some() || options.application_credential.is_some() || options.token_id.is_some()
}

/// `POST /v3/auth/tokens`: sign in.
///
/// <https://docs.openstack.org/api-ref/identity/v3/#authentication-and-token-management>
pub(crate) fn post_tokens(options: &Options) -> Result<Request> {
    let (identity, scope) = identity(options)?;
    let auth = Auth {
        auth: Parts { identity, scope },
    };
    let text = serde_json::to_string(&auth)
        .map_err(|error| Error::invalid(format!("cannot write the sign-in request: {error}")))?;
    let mut request = Request::new(Method::Post, ["auth", "tokens"]);
    request.body = Some(Body::Secret(SecretString::from(text)));
    request.repeatable = true;
    Ok(request)
}

/// How to say who it is, and for what. Exactly one way must be given.
fn identity(options: &Options) -> Result<(Identity<'_>, Option<Value>)> {
    let scope = options.scope.as_ref().map(scope);
    match (
        &options.user,
        &options.application_credential,
        &options.token_id,
    ) {
        (Some(user), None, None) => Ok((Identity::password(user)?, scope)),
        (None, None, Some(token)) => Ok((Identity::token(token), scope)),
        // Keystone refuses an application credential that comes with a scope.
        (None, Some(credential), None) => Ok((Identity::credential(credential), None)),
        (None, None, None) => Err(Error::invalid(
            "there is nothing to sign in with: give a user, an application credential or a token",
        )),
        _ => Err(Error::invalid(
            "there is more than one way to sign in: give one of user, application credential \
             and token",
        )),
    }
}

#[derive(Serialize)]
struct Auth<'a> {
    auth: Parts<'a>,
}

#[derive(Serialize)]
struct Parts<'a> {
    identity: Identity<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<Value>,
}

/// The secrets in it are borrowed, so that no copy of them is left behind.
#[derive(Default, Serialize)]
struct Identity<'a> {
    methods: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<Password<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<TokenId<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    application_credential: Option<Named<'a>>,
}

#[derive(Serialize)]
struct Password<'a> {
    user: Named<'a>,
}

#[derive(Serialize)]
struct TokenId<'a> {
    id: &'a str,
}

#[derive(Default, Serialize)]
struct Named<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
}

impl<'a> Identity<'a> {
    fn password(user: &'a User) -> Result<Self> {
        let password = user.password.as_ref().ok_or_else(|| {
            Error::invalid("the user has no password: use User::by_id or User::by_name")
        })?;
        let mut named = match &user.who {
            Who::Id(id) => Named {
                id: Some(id),
                ..Named::default()
            },
            Who::Name(name, domain) => Named {
                name: Some(name),
                domain: Some(self::domain(domain)),
                ..Named::default()
            },
        };
        named.password = Some(password.expose_secret());
        let password = Some(Password { user: named });
        Ok(Self {
            methods: ["password"],
            password,
            ..Self::default()
        })
    }

    fn token(token: &'a SecretString) -> Self {
        let token = Some(TokenId {
            id: token.expose_secret(),
        });
        Self {
            methods: ["token"],
            token,
            ..Self::default()
        }
    }

    fn credential(credential: &'a ApplicationCredential) -> Self {
        let mut named = match &credential.which {
            Which::Id(id) => Named {
                id: Some(id),
                ..Named::default()
            },
            Which::Name(name, user) => Named {
                name: Some(name),
                user: Some(who(user)),
                ..Named::default()
            },
        };
        named.secret = Some(credential.secret.expose_secret());
        let application_credential = Some(named);
        Self {
            methods: ["application_credential"],
            application_credential,
            ..Self::default()
        }
    }
}

fn domain(domain: &Domain) -> Value {
    match domain {
        Domain::Id(id) => json!({"id": id}),
        Domain::Name(name) => json!({"name": name}),
    }
}

fn who(who: &Who) -> Value {
    match who {
        Who::Id(id) => json!({"id": id}),
        Who::Name(name, of) => json!({"name": name, "domain": domain(of)}),
    }
}

fn scope(scope: &Scope) -> Value {
    match scope {
        Scope::Project(project) => json!({"project": who(&project.0)}),
        Scope::Domain(of) => json!({"domain": domain(of)}),
        Scope::System => json!({"system": {"all": true}}),
        Scope::Trust(id) => json!({"OS-TRUST:trust": {"id": id}}),
        Scope::Unscoped => json!("unscoped"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::Project;

    #[track_caller]
    fn body(options: &Options) -> Value {
        let request = post_tokens(options).expect("a sign-in request");
        assert_eq!(
            request.url("http://keystone/v3").expect("a URL"),
            "http://keystone/v3/auth/tokens"
        );
        match request.body {
            Some(Body::Secret(text)) => {
                serde_json::from_str(text.expose_secret()).expect("a JSON body")
            }
            other => panic!("not a secret body: {other:?}"),
        }
    }

    fn options() -> Options {
        Options::new("http://keystone")
    }

    #[test]
    fn a_user_signs_in_by_id_or_by_name() {
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
    fn a_token_signs_in_and_can_ask_for_another_scope() {
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
        let owner = User::name_only("u", Domain::by_id("d"));
        let credential = ApplicationCredential::by_name("a", "s", owner);
        assert_eq!(
            body(&options().application_credential(credential)),
            json!({"auth": {"identity": {"methods": ["application_credential"],
                "application_credential": {"name": "a", "secret": "s",
                    "user": {"name": "u", "domain": {"id": "d"}}}}}})
        );
    }

    #[test]
    fn every_scope_is_sent_as_keystone_has_it() {
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
    fn there_must_be_exactly_one_way_to_sign_in() {
        let refusal = |options: Options| post_tokens(&options).expect_err("a refusal").to_string();
        assert_eq!(
            refusal(options()),
            "there is nothing to sign in with: give a user, an application credential or a token"
        );
        assert_eq!(
            refusal(options().user(User::by_id("u", "p")).token_id("t")),
            "there is more than one way to sign in: give one of user, application credential and token"
        );
        assert_eq!(
            refusal(options().user(User::id_only("u"))),
            "the user has no password: use User::by_id or User::by_name"
        );
    }
}
