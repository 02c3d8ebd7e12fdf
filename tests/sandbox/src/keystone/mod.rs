//! Keystone: version documents, tokens and the catalog.

mod authentication;
mod error;
mod schema;

use crate::cloud::{Cloud, Token};
use crate::http::{Request, Response, reason};
use crate::json::quote;
use crate::text;

use error::KeystoneError;

/// Responds to a request; `path` is the part after `/identity`.
pub(crate) fn respond(cloud: &mut Cloud, request: &Request, path: &str) -> Response {
    let allowed =
        || ["GET", "HEAD", "POST", "DELETE", "OPTIONS"].contains(&request.method.as_str());
    match (request.method.as_str(), path) {
        ("GET" | "HEAD", "" | "/") => versions(request),
        ("GET" | "HEAD", "/v3" | "/v3/") => {
            json(200, format!("{{\"version\": {}}}", version(request)))
        }
        ("POST", "/v3/auth/tokens") => {
            let issued = authentication::authenticate(cloud, &request.body);
            issued.map_or_else(|it| error_response(request, &it), |id| token(cloud, request, &id, 201))
        }
        ("GET" | "HEAD", "/v3/auth/tokens") => {
            let found = subject(cloud, request, "identity:validate_token");
            found.map_or_else(|it| error_response(request, &it), |id| token(cloud, request, &id, 200))
        }
        ("DELETE", "/v3/auth/tokens") => {
            match subject(cloud, request, "identity:revoke_token") {
                Err(error) => error_response(request, &error),
                Ok(id) => {
                    if let Some(token) = cloud.tokens.get_mut(&id) {
                        token.revoked = true;
                    }
                    response(204)
                }
            }
        }
        (_, "/v3/auth/tokens") if !allowed() => {
            let text = "{\"message\": \"The method is not allowed for the requested URL.\"}\n";
            json(405, text.to_owned()).header("Allow", "DELETE, HEAD, POST, OPTIONS, GET")
        }
        ("GET", "/v3/auth/catalog") => match caller(cloud, request) {
            Err(error) => error_response(request, &error),
            Ok(token) if cloud.roles(token).is_empty() => {
                let text = "You are not authorized to perform the requested action.";
                error_response(request, &KeystoneError::new(403, text))
            }
            Ok(_) => {
                let link = quote(&format!("{}/identity/v3/auth/catalog", request.origin()));
                json(200, format!("{{\"catalog\": {}, \"links\": {{\"self\": {link}}}}}\n", catalog(cloud)))
            }
        },
        _ => {
            let text = "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n\
                        <p>The requested URL was not found on the server. If you entered the URL manually \
                        please check your spelling and try again.</p>\n";
            let kind = "text/html; charset=utf-8";
            response(404).header("Content-Type", kind).length().body(text)
        }
    }
    .header("Vary", "X-Auth-Token")
    .header("x-openstack-request-id", format!("req-{}", text::uuid()))
}

/// A response with the reason phrase in upper case, as Keystone sends it.
fn response(status: u16) -> Response {
    let mut response = Response::new(status);
    response.reason = reason(status).to_uppercase();
    response
}

fn json(status: u16, body: String) -> Response {
    let mut response = response(status)
        .header("Content-Type", "application/json")
        .length()
        .body(body);
    if status == 200 {
        "OK".clone_into(&mut response.reason);
    }
    response
}

fn version(request: &Request) -> String {
    let link = quote(&format!("{}/identity/v3/", request.origin()));
    format!(
        "{{\"id\": \"v3.14\", \"status\": \"stable\", \"updated\": \"2020-04-07T00:00:00Z\", \
         \"links\": [{{\"rel\": \"self\", \"href\": {link}}}], \"media-types\": [{{\"base\": \
         \"application/json\", \"type\": \"application/vnd.openstack.identity-v3+json\"}}]}}"
    )
}

fn versions(request: &Request) -> Response {
    json(
        300,
        format!("{{\"versions\": {{\"values\": [{}]}}}}", version(request)),
    )
    .header("Location", format!("{}/identity/v3/", request.origin()))
}

/// The response to a request that failed.
fn error_response(request: &Request, error: &KeystoneError) -> Response {
    let (status, title) = (error.status, reason(error.status));
    let identity = &error.identity;
    let message = quote(&error.message);
    let body = format!(
        "{{\"error\":{{\"code\":{status},{identity}\"message\":{message},\"title\":\"{title}\"}}}}\n"
    );
    let response = json(status, body);
    if status != 401 {
        return response;
    }
    response.header(
        "WWW-Authenticate",
        format!("Keystone uri=\"{}/identity/v3\"", request.origin()),
    )
}

/// The token in the `X-Auth-Token` header.
fn caller<'a>(cloud: &'a Cloud, request: &Request) -> Result<&'a Token, KeystoneError> {
    let id = request.header_list("X-Auth-Token").unwrap_or_default();
    cloud.valid(&id).ok_or_else(KeystoneError::unauthorized)
}

/// The token id in the `X-Subject-Token` header.
fn subject(cloud: &Cloud, request: &Request, action: &str) -> Result<String, KeystoneError> {
    let caller = caller(cloud, request)?;
    let forbidden = || {
        let text = format!("You are not authorized to perform the requested action: {action}.");
        KeystoneError::new(403, text)
    };
    let id = request
        .header_list("X-Subject-Token")
        .ok_or_else(forbidden)?;
    let token = authentication::validate(cloud, &id)?;
    let own = token.user == caller.user || cloud.roles(caller).contains(&"admin");
    if own { Ok(id) } else { Err(forbidden()) }
}

fn token(cloud: &Cloud, request: &Request, id: &str, status: u16) -> Response {
    let body = cloud
        .tokens
        .get(id)
        .map(|it| token_json(cloud, it, request.query() != "nocatalog"));
    json(status, body.unwrap_or_default()).header("X-Subject-Token", id)
}

/// The body of a response with a token.
fn token_json(cloud: &Cloud, token: &Token, with_catalog: bool) -> String {
    use crate::cloud::TokenScope::{Project, System, Unscoped};

    let domain = "{\"id\": \"default\", \"name\": \"Default\"}";
    let list = |it: &[String]| it.iter().map(|it| quote(it)).collect::<Vec<_>>().join(", ");
    let user = cloud.user(token.user).map_or("", |it| it.id.as_str());
    let mut out = format!(
        "{{\"token\": {{\"methods\": [{}], \"user\": {{\"domain\": {domain}, \"id\": \"{user}\", \
         \"name\": \"{}\", \"password_expires_at\": null}}, \"audit_ids\": [{}], \
         \"expires_at\": \"{}\", \"issued_at\": \"{}\"",
        list(&token.methods),
        token.user,
        list(&token.audit_ids),
        format_time(token.expires),
        format_time(token.issued),
    );
    let role = |name: &&str| {
        format!(
            "{{\"id\": \"{}\", \"name\": \"{name}\"}}",
            cloud.role_ids[*name]
        )
    };
    let roles = cloud
        .roles(token)
        .iter()
        .map(role)
        .collect::<Vec<_>>()
        .join(", ");
    match &token.scope {
        Unscoped => {}
        Project(name) => {
            let id = cloud.project(name).unwrap_or_default();
            out += &format!(
                ", \"project\": {{\"domain\": {domain}, \"id\": \"{id}\", \"name\": \"{name}\"}}, \
                 \"is_domain\": false, \"roles\": [{roles}]"
            );
        }
        System => out += &format!(", \"roles\": [{roles}], \"system\": {{\"all\": true}}"),
    }
    if with_catalog && token.scope != Unscoped {
        out += &format!(", \"catalog\": {}", catalog(cloud));
    }
    if token
        .methods
        .iter()
        .any(|it| it == "application_credential")
    {
        let id = &cloud.application_credential;
        out += &format!(
            ", \"application_credential\": {{\"id\": \"{id}\", \"name\": \"demo-app\", \"restricted\": true}}"
        );
    }
    out + "}}"
}

fn format_time(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}

fn catalog(cloud: &Cloud) -> String {
    let services = [
        ("identity", "keystone", cloud.identity_url()),
        ("image", "glance", cloud.image_url()),
        ("compute", "nova", cloud.compute_url()),
    ];
    let service = |((kind, name, url), ids): (&(&str, &str, String), &[String])| {
        let endpoint = |(interface, id): (&str, &String)| {
            format!(
                "{{\"id\": \"{id}\", \"interface\": \"{interface}\", \"region_id\": \"RegionOne\", \
                 \"url\": \"{url}\", \"region\": \"RegionOne\"}}"
            )
        };
        let endpoints: Vec<String> = ["public", "internal", "admin"]
            .into_iter()
            .zip(&ids[1..])
            .map(endpoint)
            .collect();
        let endpoints = endpoints.join(", ");
        format!(
            "{{\"endpoints\": [{endpoints}], \"id\": \"{}\", \"type\": \"{kind}\", \"name\": \"{name}\"}}",
            ids[0]
        )
    };
    let services: Vec<String> = services
        .iter()
        .zip(cloud.catalog_ids.chunks(4))
        .map(service)
        .collect();
    format!("[{}]", services.join(", "))
}
