//! Nova: its version documents, and the calls about images.

mod call;
mod filter;
mod images;
mod iso;
mod limits;
mod metadata;
mod microversion;
mod query;
mod refusal;
mod schema;
mod update;
mod version;
mod view;

use crate::cloud::Cloud;
use crate::http::{Request, Response};
use crate::json::{Json, quote};
use crate::webob::error_page;

use call::{Call, identified};
use refusal::{Answer, Fault};

/// The largest body that Nova reads.
const LARGEST_BODY: usize = 114_688;

/// What a path means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Route<'a> {
    Version,
    List { detailed: bool },
    Image(&'a str),
    Metadata(&'a str),
    Item(&'a str, &'a str),
    Servers,
    Limits,
    Quota(&'a str),
}

/// A request below `/compute`; `path` is what follows that.
pub(crate) fn respond(cloud: &mut Cloud, request: &Request, path: &str) -> Response {
    let mut response = dispatch(cloud, request, path);
    // The web server closes the connection because a body was not read.
    response.close &= !request.body.is_empty();
    response
}

fn dispatch(cloud: &mut Cloud, request: &Request, path: &str) -> Response {
    let (base, rest, legacy) = if let Some(rest) = path.strip_prefix("/v2.1/") {
        ("/v2.1", rest, false)
    } else if let Some(rest) = path.strip_prefix("/v2/") {
        ("/v2", rest, true)
    } else {
        return version::document(request, path);
    };
    if rest.is_empty() {
        return version::document(request, path);
    }
    if request.method == "OPTIONS" {
        return Response::new(200).length().close();
    }
    let call = Call::new(request, base, legacy);
    identified(authenticated(cloud, request, call, rest))
}

fn authenticated(cloud: &mut Cloud, request: &Request, mut call: Call<'_>, rest: &str) -> Response {
    if request.body.len() > LARGEST_BODY {
        let text = "Request is too large. Larger than max_request_body_size (%s).";
        return error_page(request, 413, text).close();
    }
    let token = request.header_list("X-Auth-Token").unwrap_or_default();
    let Some(caller) = cloud.caller(&token) else {
        return unauthorized(cloud).close();
    };
    call.set_caller(caller);
    // A pattern's end matches before a last newline, in Python.
    let rest = rest.strip_suffix('\n').unwrap_or(rest);
    let parts: Vec<&str> = rest.split('/').collect();
    let Some((project, route)) = find(&request.method, &parts) else {
        return error_page(request, 404, "The resource could not be found.").close();
    };
    if let Err(fault) = call.set_version(request) {
        return call.refuse(&fault).close();
    }
    match carry_out(cloud, request, &call, project, route) {
        Ok(body) => call.succeed(body),
        // The type is looked at before the body.
        Err(fault) if fault.code == 415 => call.refuse(&fault).close(),
        Err(fault) => call.refuse(&fault),
    }
}

/// What a path means, with the project's id that may stand before it.
fn find<'a>(method: &str, parts: &[&'a str]) -> Option<(Option<&'a str>, Route<'a>)> {
    if let Some(found) = route(method, parts) {
        return Some((None, found));
    }
    let (project, others) = parts.split_first().filter(|(first, _)| is_project(first))?;
    Some((Some(project), route(method, others)?))
}

fn unauthorized(cloud: &Cloud) -> Response {
    let message = "The request you have made requires authentication.";
    let body = format!(
        "{{\"error\": {{\"code\": 401, \"title\": \"Unauthorized\", \"message\": {}}}}}",
        quote(message)
    );
    Response::new(401)
        .header("Content-Type", "application/json")
        .length()
        .header(
            "WWW-Authenticate",
            format!("Keystone uri=\"{}\"", cloud.identity_url()),
        )
        .body(body)
}

fn is_project(part: &str) -> bool {
    !part.is_empty()
        && part
            .bytes()
            .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f' | b'-'))
}

/// A method that a path does not have is a path that is not there.
fn route<'a>(method: &str, parts: &[&'a str]) -> Option<Route<'a>> {
    if parts.len() > 1 && parts[1..].contains(&"") {
        return None;
    }
    Some(match (method, parts) {
        ("GET", [""]) => Route::Version,
        ("GET", ["images"]) => Route::List { detailed: false },
        ("GET", ["images", "detail"]) => Route::List { detailed: true },
        ("GET" | "DELETE", ["images", id]) => Route::Image(id),
        ("GET" | "POST" | "PUT", ["images", id, "metadata"]) => Route::Metadata(id),
        ("GET" | "PUT" | "DELETE", ["images", id, "metadata", key]) => Route::Item(id, key),
        ("GET", ["servers"]) => Route::Servers,
        ("GET", ["limits"]) => Route::Limits,
        ("GET", ["os-quota-sets", project]) => Route::Quota(project),
        _ => return None,
    })
}

/// What every call checks, in Nova's order, and then the call.
fn carry_out(
    cloud: &mut Cloud,
    request: &Request,
    call: &Call<'_>,
    project: Option<&str>,
    route: Route<'_>,
) -> Answer {
    if let Some(kind) = request.header_list("Content-Type") {
        let known = [
            "",
            "text/plain",
            "application/json",
            "application/vnd.openstack.compute+json",
        ];
        if !known.contains(&kind.split(';').next().unwrap_or_default().trim()) {
            return Err(Fault::new(415, "Unsupported Content-Type"));
        }
    }
    let Ok(text) = std::str::from_utf8(&request.body) else {
        let message =
            "The server has either erred or is incapable of performing the requested operation.";
        return Err(Fault::new(500, message));
    };
    let body = match request.method.as_str() {
        "POST" | "PUT" if !text.is_empty() => {
            Json::parse(text).ok_or_else(|| Fault::new(400, "Malformed request body"))?
        }
        _ => Json::Null,
    };
    if let Some(project) = project.filter(|it| Some(*it) != call.caller.project.as_deref()) {
        let own = call.caller.project.as_deref().unwrap_or("None");
        let text = "Malformed request URL: URL's project_id";
        return Err(Fault::new(
            400,
            format!("{text} '{project}' doesn't match Context's project_id '{own}'"),
        ));
    }
    let last = match route {
        Route::List { .. } | Route::Image(_) => 35,
        Route::Metadata(_) | Route::Item(..) => 38,
        Route::Version | Route::Servers | Route::Limits | Route::Quota(_) => u64::MAX,
    };
    if call.minor() > last {
        return Err(Fault::gone());
    }
    match (request.method.as_str(), route) {
        (_, Route::Version) => Ok(Some(version::one(call))),
        (_, Route::List { detailed }) => images::list(cloud, call, detailed),
        ("DELETE", Route::Image(id)) => images::delete(cloud, call, id),
        (_, Route::Image(id)) => images::show(cloud, call, id),
        ("POST", Route::Metadata(id)) => metadata::merge(cloud, call, id, &body),
        ("PUT", Route::Metadata(id)) => metadata::replace(cloud, call, id, &body),
        (_, Route::Metadata(id)) => metadata::show(cloud, call, id),
        ("PUT", Route::Item(id, key)) => metadata::set(cloud, call, id, key, &body),
        ("DELETE", Route::Item(id, key)) => metadata::unset(cloud, call, id, key),
        (_, Route::Item(id, key)) => metadata::show_item(cloud, call, id, key),
        (_, Route::Servers) => limits::servers(call),
        (_, Route::Limits) => Ok(Some(limits::limits())),
        (_, Route::Quota(project)) => Ok(Some(limits::quota(project))),
    }
}
