//! Authentication: checks the body of `POST /auth/tokens` and issues a token.

use crate::cloud::{APPLICATION_CREDENTIAL_SECRET, Cloud, Token, TokenScope, User};
use crate::json::Json;

use super::error::KeystoneError;
use super::schema::check_schema;

/// Issues a token and returns its id.
pub(super) fn authenticate(cloud: &mut Cloud, body: &[u8]) -> Result<String, KeystoneError> {
    let invalid = || KeystoneError::missing("valid JSON", "request body");
    let body = match std::str::from_utf8(body).map_err(|_| invalid())? {
        "" => Json::Null,
        text => Json::parse(text).ok_or_else(invalid)?,
    };
    let auth = match body.get("auth") {
        None | Some(Json::Null) => return Err(KeystoneError::missing("auth", "request body")),
        Some(auth) => auth,
    };
    check_schema(auth)?;
    let methods = methods(auth);
    let identity = auth.get("identity").unwrap_or(&Json::Null);
    let supported = [
        "external",
        "password",
        "token",
        "oauth1",
        "mapped",
        "application_credential",
        "ec2credential",
    ];
    for method in &methods {
        if !supported.contains(&method.as_str()) {
            let mut error =
                KeystoneError::new(401, "Attempted to authenticate with an unsupported method.");
            error.identity = "\"identity\":{\"methods\":[\"external\",\"password\",\"token\",\"oauth1\",\
                                \"mapped\",\"application_credential\",\"ec2credential\"]},";
            return Err(error);
        }
        if identity.get(method).is_none() {
            return Err(KeystoneError::missing(method, "identity"));
        }
    }
    let by_credential = methods.iter().any(|it| it == "application_credential");
    if by_credential && auth.get("scope").is_some() {
        let text = "Error authenticating with application credential: Application credentials cannot request a scope.";
        return Err(KeystoneError {
            identity: "\"identity\":{},",
            ..KeystoneError::new(401, text)
        });
    }
    let scope = auth
        .get("scope")
        .map(|scope| find_scope(cloud, scope))
        .transpose()?;
    let (user, previous) = find_user(cloud, &methods, identity)?;
    let scope = match scope {
        None if by_credential => TokenScope::Project(user.project),
        None => TokenScope::Unscoped,
        Some(scope) => scope,
    };
    let allowed = match &scope {
        TokenScope::Unscoped => true,
        TokenScope::Project(name) => user.project == *name,
        TokenScope::System => user.roles.contains(&"admin"),
    };
    if !allowed {
        return Err(KeystoneError::unauthorized());
    }
    let name = user.name;
    let mut all = methods;
    for method in previous.iter().flat_map(|it| &it.methods) {
        if !all.contains(method) {
            all.push(method.clone());
        }
    }
    Ok(cloud.issue(name, scope, all, previous.as_ref()))
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

/// Whether the `domain` of a user or project is the default domain.
fn in_default_domain(owner: &Json, kind: &str) -> Result<bool, KeystoneError> {
    let domain = owner
        .get("domain")
        .ok_or_else(|| KeystoneError::missing("domain", kind))?;
    Ok(match domain.get_text("id") {
        Some(id) => id == "default",
        None => domain.get_text("name") == Some("Default"),
    })
}

fn find_scope(cloud: &Cloud, scope: &Json) -> Result<TokenScope, KeystoneError> {
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
        ["unscoped"] => Ok(TokenScope::Unscoped),
        ["system"] if scope.map().is_some() => Ok(TokenScope::System),
        ["domain" | "OS-TRUST:trust"] if scope.map().is_some() => {
            Err(KeystoneError::unauthorized())
        }
        ["project"] if scope.map().is_some() => {
            let project = scope.get("project").unwrap_or(&Json::Null);
            let found = match (project.get_text("id"), project.get_text("name")) {
                (Some(id), _) => cloud.projects.iter().find(|(_, it)| it == id),
                (None, Some(name)) => {
                    let in_domain = in_default_domain(project, "project")?;
                    cloud
                        .projects
                        .iter()
                        .find(|(it, _)| *it == name)
                        .filter(|_| in_domain)
                }
                (None, None) => {
                    let text = "Invalid input for field scope/project: id or name must be present.";
                    return Err(KeystoneError::new(400, text));
                }
            };
            found
                .map(|(name, _)| TokenScope::Project(name))
                .ok_or_else(KeystoneError::unauthorized)
        }
        _ => Err(KeystoneError::missing(
            "system, project, domain, OS-TRUST:trust or unscoped",
            "scope",
        )),
    }
}

/// The user whom all methods identify, and the token of the method `token`.
fn find_user<'a>(
    cloud: &'a Cloud,
    methods: &[String],
    identity: &Json,
) -> Result<(&'a User, Option<Token>), KeystoneError> {
    let mut found: Option<&User> = None;
    let mut previous = None;
    for method in methods {
        let part = identity.get(method).unwrap_or(&Json::Null);
        let user = match method.as_str() {
            "password" => by_password(cloud, part)?,
            "token" => {
                let token = validate(cloud, part.get_text("id").unwrap_or_default())?;
                previous = Some(token.clone());
                cloud
                    .user(token.user)
                    .ok_or_else(KeystoneError::unauthorized)?
            }
            "application_credential" => by_application_credential(cloud, part)?,
            _ => return Err(KeystoneError::unauthorized()),
        };
        if found.is_some_and(|it| it.name != user.name) {
            return Err(KeystoneError::unauthorized());
        }
        found = Some(user);
    }
    Ok((found.ok_or_else(KeystoneError::unauthorized)?, previous))
}

/// Finds a user by id, or by name and domain.
fn lookup_user<'a>(cloud: &'a Cloud, user: &Json) -> Result<Option<&'a User>, KeystoneError> {
    if let Some(id) = user.get_text("id") {
        return Ok(cloud.users.iter().find(|it| it.id == id));
    }
    let Some(name) = user.get_text("name") else {
        let text = "Invalid input for field identity/password/user: id or name must be present.";
        return Err(KeystoneError::new(400, text));
    };
    let in_domain = in_default_domain(user, "user")?;
    Ok(cloud.user(name).filter(|_| in_domain))
}

fn by_password<'a>(cloud: &'a Cloud, part: &Json) -> Result<&'a User, KeystoneError> {
    let Some(user) = part.get("user") else {
        return Err(KeystoneError::missing("user", "None"));
    };
    let password = user.get_text("password");
    let found = lookup_user(cloud, user)?;
    found
        .filter(|it| Some(it.password.as_str()) == password)
        .ok_or_else(KeystoneError::unauthorized)
}

fn by_application_credential<'a>(cloud: &'a Cloud, part: &Json) -> Result<&'a User, KeystoneError> {
    let unknown = |credential: &str| {
        KeystoneError::new(
            404,
            format!("Could not find Application Credential: {credential}."),
        )
    };
    match (part.get_text("id"), part.get_text("name")) {
        (Some(id), _) if id != cloud.application_credential => return Err(unknown(id)),
        (Some(_), _) => {}
        (None, name) => {
            let user = part
                .get("user")
                .ok_or_else(|| KeystoneError::missing("user", "application credential"))?;
            let user = lookup_user(cloud, user)?.ok_or_else(|| match user.get_text("id") {
                None => {
                    let name = user.get_text("name").unwrap_or_default();
                    KeystoneError::new(404, format!("Could not find user: {name}."))
                }
                Some(_) => KeystoneError::unauthorized(),
            })?;
            if user.name != "demo" || name != Some("demo-app") {
                return Err(KeystoneError::unauthorized());
            }
        }
    }
    let secret = part.get_text("secret") == Some(APPLICATION_CREDENTIAL_SECRET);
    cloud
        .user("demo")
        .filter(|_| secret)
        .ok_or_else(KeystoneError::unauthorized)
}

/// Returns a token if it is valid.
pub(super) fn validate<'a>(cloud: &'a Cloud, id: &str) -> Result<&'a Token, KeystoneError> {
    if !cloud.tokens.contains_key(id) {
        return Err(KeystoneError::new(404, "Could not recognize Fernet token"));
    }
    cloud
        .valid(id)
        .ok_or_else(|| KeystoneError::new(404, "Failed to validate token"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn error(auth: &str) -> (u16, String) {
        let mut cloud = Cloud::new(String::new());
        let body = format!("{{\"auth\": {auth}}}");
        let error = authenticate(&mut cloud, body.as_bytes()).expect_err(auth);
        (error.status, error.message)
    }

    #[test]
    fn a_missing_field_is_named_in_the_error() {
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
            assert_eq!(error(auth), (400, format!("{message}{tail}")), "{auth}");
        }
        assert_eq!(
            error("\"x\""),
            (400, "'x' is not of type 'object'".to_owned())
        );
        assert_eq!(error(r#"{"identity": {"methods": []}}"#).0, 401);
    }

    #[test]
    fn a_token_issued_for_a_token_expires_with_it() {
        let mut cloud = Cloud::new(String::new());
        let first = cloud.issue(
            "demo",
            TokenScope::Unscoped,
            vec!["password".to_owned()],
            None,
        );
        let id = cloud.project("demo").unwrap();
        let body = format!(
            r#"{{"auth": {{"identity": {{"methods": ["token"], "token": {{"id": "{first}"}}}},
            "scope": {{"project": {{"id": "{id}"}}}}}}}}"#
        );
        let second = authenticate(&mut cloud, body.as_bytes()).unwrap();
        let (first, second) = (&cloud.tokens[&first], &cloud.tokens[&second]);
        assert_eq!(second.expires, first.expires);
        assert_eq!(second.methods, ["token", "password"]);
        assert_eq!(second.scope, TokenScope::Project("demo"));
    }
}
