//! The expected result of a call, derived from the recorded response with
//! `serde_json` alone.

use opencloud::{Error, ErrorKind};
use serde_json::{Value, json};

use super::call::{Call, Verb};
use super::recorded::Exchange;
use crate::support::{Request, TOKEN_REJECTED};

/// The parts of an error that a recorded response determines.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: ErrorKind,
    pub(crate) status: u16,
    pub(crate) message: String,
    pub(crate) request_id: String,
}

/// Whether the crate must reject the call before it sends a request: an invalid
/// path segment, a microversion without the operation, a filter that Nova
/// mangles, or metadata that breaks an image.
pub(crate) fn is_rejected(exchange: &Exchange, call: &Call) -> bool {
    let item = match &call.verb {
        Verb::GetItem(key) | Verb::SetItem(key) | Verb::DeleteItem(key) => Some(key.as_str()),
        _ => None,
    };
    let is_of_image = !matches!(call.verb, Verb::Authenticate | Verb::List { .. });
    let is_invalid = |segment: &str| {
        ["", ".", ".."].contains(&segment) || segment.contains(|c: char| c == '/' || c.is_control())
    };
    let is_mangled = |(name, _): &(String, String)| {
        name.strip_prefix("property-")
            .is_some_and(|name| "property-".contains(&name[..1]))
    };
    let is_write = matches!(
        call.verb,
        Verb::SetItem(_) | Verb::ResetMetadata | Verb::MergeMetadata
    );
    let ignored = [
        "checksum",
        "disk_format",
        "id",
        "min_disk",
        "min_ram",
        "name",
        "os_hidden",
        "owner",
        "visibility",
    ];
    let is_ignored = |(key, _): &(String, String)| ignored.contains(&key.trim());
    let is_harmful = |(key, value): &(String, String)| {
        ["mappings", "block_device_mapping"].contains(&key.trim())
            || value.chars().any(|c| c > '\u{ffff}')
    };
    let has_harmful_item = || call.items.iter().flatten().any(is_harmful);
    (is_of_image && (is_invalid(&call.id) || call.id.contains(char::is_whitespace)))
        || (is_write && call.items.iter().flatten().any(is_ignored))
        || item.is_some_and(is_invalid)
        || call
            .microversion
            .as_deref()
            .is_some_and(|version| is_too_new(&call.verb, version))
        || exchange.query().iter().any(is_mangled)
        || (is_write && exchange.response.status == 500 && has_harmful_item())
}

/// Whether this microversion is invalid or no longer has the operation.
fn is_too_new(verb: &Verb, version: &str) -> bool {
    let last = match verb {
        Verb::Authenticate | Verb::List { .. } | Verb::Retrieve | Verb::Delete => (2, 35),
        _ => (2, 38),
    };
    let Some((major, minor)) = version.split_once('.') else {
        return true;
    };
    let (Ok(major), Ok(minor)) = (major.parse::<u32>(), minor.parse::<u32>()) else {
        return true;
    };
    (major, minor) > last
}

/// The result of a successful call, as [`Call::run`](super::call::Call::run)
/// returns it.
pub(crate) fn value(exchange: &Exchange, call: &Call) -> Value {
    let body = exchange.response.json().unwrap_or_default();
    match &call.verb {
        Verb::Authenticate => token(&body["token"]),
        Verb::List { .. } => body["images"].clone(),
        Verb::Retrieve => body["image"].clone(),
        Verb::Delete => Value::Null,
        Verb::GetMetadata | Verb::ResetMetadata | Verb::MergeMetadata => body["metadata"].clone(),
        Verb::GetItem(key) | Verb::SetItem(key) => {
            // Nova stores the key without surrounding spaces.
            let value = body["meta"]
                .as_object()
                .and_then(|meta| meta.values().next());
            json!({key.trim(): value})
        }
        Verb::DeleteItem(_) => json!({}),
    }
}

fn token(token: &Value) -> Value {
    let time = token["expires_at"]
        .as_str()
        .map(|time| time.replace(".000000Z", "Z"));
    let services = token["catalog"].as_array().cloned().unwrap_or_default();
    let compute = services.iter().find(|service| service["type"] == "compute");
    let endpoints = compute.and_then(|service| service["endpoints"].as_array());
    let public = endpoints.and_then(|all| all.iter().find(|it| it["interface"] == "public"));
    json!({
        "user": token["user"]["id"],
        "project": token["project"]["id"],
        "expires": time,
        "compute": public.map(|endpoint| &endpoint["url"]),
    })
}

/// The error that a call must return.
pub(crate) fn failure(exchange: &Exchange, call: &Call) -> Failure {
    let message = message(exchange);
    let is_html = exchange.response.json().is_none();
    let is_item = matches!(
        call.verb,
        Verb::GetItem(_) | Verb::SetItem(_) | Verb::DeleteItem(_)
    );
    let kind = match (exchange.response.status, message.as_str()) {
        (400, _) => ErrorKind::BadRequest,
        (401, _) => ErrorKind::Unauthorized,
        (403, message) if message.starts_with("HTTP 401 Unauthorized") => ErrorKind::Unauthorized,
        (403, _) => ErrorKind::Forbidden,
        (404, "Image not found.") => ErrorKind::NotFound,
        (404, "Invalid metadata key") => ErrorKind::KeyNotFound,
        (404, "The resource could not be found.") if is_item && !is_html => ErrorKind::KeyNotFound,
        (404, _) => ErrorKind::NoSuchApi,
        (409, _) => ErrorKind::Conflict,
        (429, _) => ErrorKind::RateLimited,
        _ => ErrorKind::UnexpectedStatus,
    };
    let request_id = exchange
        .response
        .header("x-openstack-request-id")
        .expect("a request id")
        .to_owned();
    Failure {
        kind,
        status: exchange.response.status,
        message,
        request_id,
    }
}

/// The hint that the error adds to the message.
pub(crate) fn hint(failure: &Failure, sent: &Request) -> String {
    if failure.kind == ErrorKind::KeyNotFound {
        let key = sent.segments().pop().unwrap_or_default();
        return format!(" (metadata item {key:?})");
    }
    if failure.kind == ErrorKind::NoSuchApi {
        return " (the URL does not exist: check the endpoint)".to_owned();
    }
    // Nova sends 403 if Glance rejects the token.
    if failure.kind != ErrorKind::Unauthorized || failure.status == 403 {
        return String::new();
    }
    let body: Value = serde_json::from_str(&sent.body).unwrap_or_default();
    let auth = &body["auth"];
    let mut user = auth["identity"]["password"]["user"].clone();
    let mut credential = auth["identity"]["application_credential"].clone();
    let sent = if let Some(user) = user.as_object_mut() {
        user.remove("password");
        let scope = match &auth["scope"] {
            Value::Null => "no scope".to_owned(),
            scope => format!("scope {scope}"),
        };
        format!("user {} and {scope}", json!(user))
    } else if let Some(credential) = credential.as_object_mut() {
        credential.insert("secret".to_owned(), "***".into());
        format!("application credential {}", json!(credential))
    } else {
        return format!(" {TOKEN_REJECTED}");
    };
    format!(" (sent {sent}; Keystone does not report which value or secret is wrong)")
}

/// The server's message: of a JSON fault, or the text below the heading of an
/// HTML page; control characters are escaped.
fn message(exchange: &Exchange) -> String {
    let text = &exchange.response.body;
    let message = if let Some(fault) = exchange.response.json() {
        let fault = fault
            .as_object()
            .and_then(|fault| fault.values().next())
            .cloned();
        fault.expect("a fault")["message"]
            .as_str()
            .expect("a message")
            .trim()
            .to_owned()
    } else {
        let (_, after) = text.split_once("</h1>").expect("a heading");
        let (sentences, _) = after.split_once("</body>").expect("a body");
        let sentences = sentences.replace("<br />", " ");
        sentences.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let cut = message.char_indices().nth(1000).map(|(end, _)| end);
    let message = match cut {
        Some(end) => format!("{}… ({} bytes in all)", &message[..end], message.len()),
        None => message,
    };
    let escape = |c: char| {
        if c.is_control() {
            c.escape_default().to_string()
        } else {
            c.into()
        }
    };
    message.chars().map(escape).collect()
}

/// The same parts of an error of this crate.
pub(crate) fn actual(error: &Error) -> Failure {
    Failure {
        kind: error.kind(),
        status: error.status().unwrap_or_default(),
        message: error.message().to_owned(),
        request_id: error.request_id().unwrap_or_default().to_owned(),
    }
}
