//! Signing in: what Keystone makes of the body of `POST /auth/tokens`.

use crate::cloud::{APPLICATION_CREDENTIAL_SECRET, Cloud, Token, TokenScope, User};
use crate::json::Json;

/// What Keystone refuses with.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) message: String,
    /// A part of the error's text, of which clients take no notice.
    pub(crate) identity: &'static str,
}

impl Refusal {
    pub(crate) fn new(status: u16, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            identity: "",
        }
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(401, "The request you have made requires authentication.")
    }

    fn expecting(what: &str, place: &str) -> Self {
        Self::new(
            400,
            format!(
                "Expecting to find {what} in {place}. The server could not comply with the request \
                 since it is either malformed or otherwise incorrect. The client is assumed to be in error."
            ),
        )
    }

    /// The first line of what the schema says; Keystone adds the schema.
    fn schema(field: &str, message: &str) -> Self {
        let field = if field.is_empty() {
            String::new()
        } else {
            format!("Invalid input for field '{field}': ")
        };
        Self::new(400, format!("{field}{message}"))
    }
}

/// Makes a token, and answers its id.
pub(crate) fn sign_in(cloud: &mut Cloud, body: &[u8]) -> Result<String, Refusal> {
    let body = match std::str::from_utf8(body) {
        Ok("") => Json::Null,
        Ok(text) => {
            Json::parse(text).ok_or_else(|| Refusal::expecting("valid JSON", "request body"))?
        }
        Err(_) => return Err(Refusal::expecting("valid JSON", "request body")),
    };
    let auth = match body.get("auth") {
        None | Some(Json::Null) => return Err(Refusal::expecting("auth", "request body")),
        Some(auth) => auth,
    };
    check(auth)?;
    let methods = methods(auth);
    let identity = auth.get("identity").unwrap_or(&Json::Null);
    let known = [
        "external",
        "password",
        "token",
        "oauth1",
        "mapped",
        "application_credential",
        "ec2credential",
    ];
    for method in &methods {
        if !known.contains(&method.as_str()) {
            let mut refusal =
                Refusal::new(401, "Attempted to authenticate with an unsupported method.");
            refusal.identity = "\"identity\":{\"methods\":[\"external\",\"password\",\"token\",\"oauth1\",\
                                \"mapped\",\"application_credential\",\"ec2credential\"]},";
            return Err(refusal);
        }
        if identity.get(method).is_none() {
            return Err(Refusal::expecting(method, "identity"));
        }
    }
    let by_application = methods.iter().any(|it| it == "application_credential");
    if by_application && auth.get("scope").is_some() {
        let text = "Error authenticating with application credential: Application credentials cannot request a scope.";
        return Err(Refusal {
            identity: "\"identity\":{},",
            ..Refusal::new(401, text)
        });
    }
    let scope = auth
        .get("scope")
        .map(|scope| find_scope(cloud, scope))
        .transpose()?;
    let (user, before) = find_user(cloud, &methods, identity)?;
    let scope = match scope {
        None if by_application => TokenScope::Project(user.project),
        None => TokenScope::Nothing,
        Some(scope) => scope,
    };
    let allowed = match &scope {
        TokenScope::Nothing => true,
        TokenScope::Project(name) => user.project == *name,
        TokenScope::System => user.roles.contains(&"admin"),
    };
    if !allowed {
        return Err(Refusal::unauthorized());
    }
    let name = user.name;
    let mut all = methods;
    for method in before.iter().flat_map(|it| &it.methods) {
        if !all.contains(method) {
            all.push(method.clone());
        }
    }
    Ok(cloud.issue(name, scope, all, before.as_ref()))
}

fn methods(auth: &Json) -> Vec<String> {
    match auth.get("identity").and_then(|it| it.get("methods")) {
        Some(Json::List(items)) => items
            .iter()
            .filter_map(Json::text)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

/// The parts of Keystone's schema that a client is likely to meet.
fn check(auth: &Json) -> Result<(), Refusal> {
    let wrong = |value: &Json, kind: &str| format!("{} is not of type '{kind}'", value.repr());
    if auth.map().is_none() {
        return Err(Refusal::schema("", &wrong(auth, "object")));
    }
    let identity = auth
        .get("identity")
        .ok_or_else(|| Refusal::schema("", "'identity' is a required property"))?;
    match identity.get("methods") {
        None => {
            return Err(Refusal::schema(
                "identity",
                "'methods' is a required property",
            ));
        }
        Some(Json::List(_)) => {}
        Some(other) => return Err(Refusal::schema("identity/methods", &wrong(other, "array"))),
    }
    if let Some(Json::Map(_)) = identity.get("token") {
        if identity.get("token").and_then(|it| it.get("id")).is_none() {
            return Err(Refusal::schema(
                "identity/token",
                "'id' is a required property",
            ));
        }
    }
    let user = identity.get("password").and_then(|it| it.get("user"));
    for field in ["id", "name", "password"] {
        match user.and_then(|it| it.get(field)) {
            None | Some(Json::Text(_)) => {}
            Some(other) => {
                return Err(Refusal::schema(
                    &format!("identity/password/user/{field}"),
                    &wrong(other, "string"),
                ));
            }
        }
    }
    match auth.get("scope") {
        None | Some(Json::Map(_) | Json::Text(_)) => Ok(()),
        Some(other) => Err(Refusal::schema(
            "scope",
            &format!("{} is not of type 'object', 'string'", other.repr()),
        )),
    }
}

/// Whether a `domain` is the only one there is.
fn in_domain(owner: &Json, of: &str) -> Result<bool, Refusal> {
    let domain = owner
        .get("domain")
        .ok_or_else(|| Refusal::expecting("domain", of))?;
    Ok(match domain.get_text("id") {
        Some(id) => id == "default",
        None => domain.get_text("name") == Some("Default"),
    })
}

fn find_scope(cloud: &Cloud, scope: &Json) -> Result<TokenScope, Refusal> {
    let kinds: Vec<&str> = match scope {
        Json::Text(text) => vec![text],
        scope => scope
            .map()
            .unwrap_or_default()
            .iter()
            .map(|(key, _)| key.as_str())
            .collect(),
    };
    match kinds[..] {
        ["unscoped"] => Ok(TokenScope::Nothing),
        ["system"] if scope.map().is_some() => Ok(TokenScope::System),
        ["domain" | "OS-TRUST:trust"] if scope.map().is_some() => Err(Refusal::unauthorized()),
        ["project"] if scope.map().is_some() => {
            let project = scope.get("project").unwrap_or(&Json::Null);
            let found = match (project.get_text("id"), project.get_text("name")) {
                (Some(id), _) => cloud.projects.iter().find(|(_, it)| it == id),
                (None, Some(name)) => {
                    let here = in_domain(project, "project")?;
                    cloud
                        .projects
                        .iter()
                        .find(|(it, _)| *it == name)
                        .filter(|_| here)
                }
                (None, None) => {
                    let text = "Invalid input for field scope/project: id or name must be present.";
                    return Err(Refusal::new(400, text));
                }
            };
            found
                .map(|(name, _)| TokenScope::Project(name))
                .ok_or_else(Refusal::unauthorized)
        }
        _ => Err(Refusal::expecting(
            "system, project, domain, OS-TRUST:trust or unscoped",
            "scope",
        )),
    }
}

/// The user whom every method names, and the token with which it was proved.
fn find_user<'a>(
    cloud: &'a Cloud,
    methods: &[String],
    identity: &Json,
) -> Result<(&'a User, Option<Token>), Refusal> {
    let mut found: Option<&User> = None;
    let mut before = None;
    for method in methods {
        let part = identity.get(method).unwrap_or(&Json::Null);
        let user = match method.as_str() {
            "password" => by_password(cloud, part)?,
            "token" => {
                let token = known(cloud, part.get_text("id").unwrap_or_default())?;
                before = Some(token.clone());
                cloud.user(token.user).ok_or_else(Refusal::unauthorized)?
            }
            "application_credential" => by_application_credential(cloud, part)?,
            _ => return Err(Refusal::unauthorized()),
        };
        if found.is_some_and(|it| it.name != user.name) {
            return Err(Refusal::unauthorized());
        }
        found = Some(user);
    }
    Ok((found.ok_or_else(Refusal::unauthorized)?, before))
}

/// A user by id, or by name and domain.
fn named<'a>(cloud: &'a Cloud, user: &Json) -> Result<Option<&'a User>, Refusal> {
    if let Some(id) = user.get_text("id") {
        return Ok(cloud.users.iter().find(|it| it.id == id));
    }
    let Some(name) = user.get_text("name") else {
        let text = "Invalid input for field identity/password/user: id or name must be present.";
        return Err(Refusal::new(400, text));
    };
    let here = in_domain(user, "user")?;
    Ok(cloud.user(name).filter(|_| here))
}

fn by_password<'a>(cloud: &'a Cloud, part: &Json) -> Result<&'a User, Refusal> {
    let Some(user) = part.get("user") else {
        return Err(Refusal::expecting("user", "None"));
    };
    let password = user.get_text("password");
    let found = named(cloud, user)?;
    found
        .filter(|it| Some(it.password.as_str()) == password)
        .ok_or_else(Refusal::unauthorized)
}

fn by_application_credential<'a>(cloud: &'a Cloud, part: &Json) -> Result<&'a User, Refusal> {
    let unknown = |what: &str| {
        Refusal::new(
            404,
            format!("Could not find Application Credential: {what}."),
        )
    };
    match (part.get_text("id"), part.get_text("name")) {
        (Some(id), _) if id != cloud.application_credential => return Err(unknown(id)),
        (Some(_), _) => {}
        (None, name) => {
            let place = "application credential";
            let user = part
                .get("user")
                .ok_or_else(|| Refusal::expecting("user", place))?;
            let user = named(cloud, user)?.ok_or_else(|| match user.get_text("id") {
                None => {
                    let name = user.get_text("name").unwrap_or_default();
                    Refusal::new(404, format!("Could not find user: {name}."))
                }
                Some(_) => Refusal::unauthorized(),
            })?;
            if user.name != "demo" || name != Some("demo-app") {
                return Err(Refusal::unauthorized());
            }
        }
    }
    let secret = part.get_text("secret") == Some(APPLICATION_CREDENTIAL_SECRET);
    cloud
        .user("demo")
        .filter(|_| secret)
        .ok_or_else(Refusal::unauthorized)
}

/// A token that is valid.
pub(crate) fn known<'a>(cloud: &'a Cloud, id: &str) -> Result<&'a Token, Refusal> {
    if !cloud.tokens.contains_key(id) {
        return Err(Refusal::new(404, "Could not recognize Fernet token"));
    }
    cloud
        .valid(id)
        .ok_or_else(|| Refusal::new(404, "Failed to validate token"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(auth: &str) -> (u16, String) {
        let mut cloud = Cloud::new(String::new());
        let body = format!("{{\"auth\": {auth}}}");
        let refusal = sign_in(&mut cloud, body.as_bytes()).expect_err(auth);
        (refusal.status, refusal.message)
    }

    #[test]
    fn a_body_that_lacks_something_is_refused_with_what_it_lacks() {
        let tail = " The server could not comply with the request since it is either malformed or \
                    otherwise incorrect. The client is assumed to be in error.";
        for (auth, message) in [
            ("null", "Expecting to find auth in request body."),
            (
                r#"{"identity": {"methods": ["password"]}}"#,
                "Expecting to find password in identity.",
            ),
            (
                r#"{"identity": {"methods": ["password"], "password": {}}}"#,
                "Expecting to find user in None.",
            ),
            (
                r#"{"identity": {"methods": ["password"], "password": {"user": {"name": "demo"}}}}"#,
                "Expecting to find domain in user.",
            ),
        ] {
            assert_eq!(refused(auth), (400, format!("{message}{tail}")), "{auth}");
        }
        assert_eq!(
            refused("\"x\""),
            (400, "'x' is not of type 'object'".to_owned())
        );
        assert_eq!(refused(r#"{"identity": {"methods": []}}"#).0, 401);
    }

    #[test]
    fn a_token_got_with_a_token_ends_when_that_one_does() {
        let mut cloud = Cloud::new(String::new());
        let first = cloud.issue(
            "demo",
            TokenScope::Nothing,
            vec!["password".to_owned()],
            None,
        );
        let id = cloud.project("demo").unwrap();
        let body = format!(
            r#"{{"auth": {{"identity": {{"methods": ["token"], "token": {{"id": "{first}"}}}},
            "scope": {{"project": {{"id": "{id}"}}}}}}}}"#
        );
        let second = sign_in(&mut cloud, body.as_bytes()).unwrap();
        let (first, second) = (&cloud.tokens[&first], &cloud.tokens[&second]);
        assert_eq!(second.expires, first.expires);
        assert_eq!(second.methods, ["token", "password"]);
        assert_eq!(second.scope, TokenScope::Project("demo"));
    }
}
