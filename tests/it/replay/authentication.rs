//! [`Options`] that send a recorded authentication request, and the result.

use opencloud::{
    ApplicationCredential, Domain, OpenStack, Options, Project, Result, Scope, ServiceOptions,
    User, UserRef,
};
use serde_json::{Value, json};

/// The options that send this body, if there are any.
pub(crate) fn options(url: &str, body: &str) -> Option<Options> {
    let body: Value = serde_json::from_str(body).ok()?;
    let (identity, scope) = (&body["auth"]["identity"], &body["auth"]["scope"]);
    let options = match identity["methods"][0].as_str()? {
        "password" => {
            let user = &identity["password"]["user"];
            let password = user["password"].as_str()?;
            let user = match user["id"].as_str() {
                Some(id) => User::by_id(id, password),
                None => User::by_name(user["name"].as_str()?, password, domain(&user["domain"])?),
            };
            base(url).user(user)
        }
        "application_credential" if scope.is_null() => {
            let part = &identity["application_credential"];
            let secret = part["secret"].as_str()?;
            let credential = if let Some(id) = part["id"].as_str() {
                ApplicationCredential::by_id(id, secret)
            } else {
                let user = &part["user"];
                let user = UserRef::by_name(user["name"].as_str()?, domain(&user["domain"])?);
                ApplicationCredential::by_name(part["name"].as_str()?, secret, user)
            };
            base(url).application_credential(credential)
        }
        _ => return None,
    };
    match scope {
        Value::Null => Some(options),
        scope => {
            let project = &scope["project"];
            let project = Project::by_name(project["name"].as_str()?, domain(&project["domain"])?);
            Some(options.scope(Scope::Project(project)))
        }
    }
}

/// Some options, for a request that no options send.
pub(crate) fn any(url: &str) -> Options {
    base(url).user(User::by_id("u", "p"))
}

fn base(url: &str) -> Options {
    Options::new(url).no_proxy().tries(1)
}

fn domain(domain: &Value) -> Option<Domain> {
    match domain["id"].as_str() {
        Some(id) => Some(Domain::by_id(id)),
        None => domain["name"].as_str().map(Domain::by_name),
    }
}

/// Authenticates, and returns the scope of the token and the endpoint of Nova.
pub(crate) fn run(options: Options) -> Result<Value> {
    let openstack = OpenStack::new(options)?;
    let token = openstack.token()?;
    let compute = openstack.compute_v2_with(ServiceOptions::new().region("RegionOne"));
    Ok(json!({
        "user": token.user_id(),
        "project": token.project_id(),
        "expires": token.expires_at().map(|time| time.to_string()),
        "compute": compute.ok().map(|compute| compute.endpoint().to_owned()),
    }))
}
