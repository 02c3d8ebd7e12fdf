//! Nova: the version documents and the image proxy.

mod call;
mod fault;
mod filter;
mod images;
mod limits;
mod metadata;
mod microversion;
mod query;

mod schema;
mod update;
mod version;
mod view;

use crate::cloud::Cloud;
use crate::http::{Request, Response};
use crate::json::{Json, quote};
use crate::webob::error_page;

use call::{Call, with_request_ids};
use fault::{Fault, Outcome};

/// The largest body that Nova reads.
const MAX_BODY: usize = 114_688;

/// The resource that a path names.
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

/// Responds to a request; `path` is the part after `/compute`.
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
    with_request_ids(respond_to_call(cloud, request, call, rest))
}

fn respond_to_call(
    cloud: &mut Cloud,
    request: &Request,
    mut call: Call<'_>,
    rest: &str,
) -> Response {
    if request.body.len() > MAX_BODY {
        let text = "Request is too large. Larger than max_request_body_size (%s).";
        return error_page(request, 413, text).close();
    }
    let token = request.header_list("X-Auth-Token").unwrap_or_default();
    let Some(caller) = cloud.caller(&token) else {
        return unauthorized(cloud).close();
    };
    call.set_caller(caller);
    // In Python, `$` also matches before a newline at the end.
    let rest = rest.strip_suffix('\n').unwrap_or(rest);
    let parts: Vec<&str> = rest.split('/').collect();
    let Some((project, route)) = find(&request.method, &parts) else {
        return error_page(request, 404, "The resource could not be found.").close();
    };
    if let Err(fault) = call.set_version(request) {
        return call.fault_response(&fault).close();
    }
    match execute(cloud, request, &call, project, route) {
        Ok(body) => call.response(body),
        // Nova checks the type before it reads the body.
        Err(fault) if fault.code == 415 => call.fault_response(&fault).close(),
        Err(fault) => call.fault_response(&fault),
    }
}

/// Finds the resource of a path, and the id of the project if the path begins with one.
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

/// Finds the resource of a path. An unsupported method is handled like an unknown path.
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

/// Makes the checks that are common to all calls, in Nova's order, and executes the call.
fn execute(
    cloud: &mut Cloud,
    request: &Request,
    call: &Call<'_>,
    project: Option<&str>,
    route: Route<'_>,
) -> Outcome {
    if let Some(kind) = request.header_list("Content-Type") {
        let supported = [
            "",
            "text/plain",
            "application/json",
            "application/vnd.openstack.compute+json",
        ];
        if !supported.contains(&kind.split(';').next().unwrap_or_default().trim()) {
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
    let max_minor = match route {
        Route::List { .. } | Route::Image(_) => 35,
        Route::Metadata(_) | Route::Item(..) => 38,
        Route::Version | Route::Servers | Route::Limits | Route::Quota(_) => u64::MAX,
    };
    if call.minor() > max_minor {
        return Err(Fault::not_found());
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
