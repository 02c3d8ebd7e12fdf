//! What a recorded answer has to come out as, read from the answer itself with
//! nothing but `serde_json`.

use opencloud::{Error, Missing};
use serde_json::{Value, json};

use super::call::{Call, Verb};
use super::recorded::Recorded;

/// An error, as far as a recorded answer tells.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) kind: &'static str,
    pub(crate) status: u16,
    pub(crate) words: String,
    pub(crate) request_id: String,
    pub(crate) missing: Option<Missing>,
}

/// Whether the crate has to refuse the call before it sends anything: what
/// cannot be in a path, a microversion without the call, a filter that Nova
/// damages, and what Nova could only answer 500 to.
pub(crate) fn is_refused(case: &Recorded, call: &Call) -> bool {
    let item = match &call.verb {
        Verb::GetItem(key) | Verb::SetItem(key) | Verb::DeleteItem(key) => Some(key.as_str()),
        _ => None,
    };
    let is_of_image = !matches!(call.verb, Verb::SignIn | Verb::List { .. });
    let lost = |segment: &str| ["", ".", ".."].contains(&segment);
    let damaged = |(name, _): &(String, String)| {
        name.strip_prefix("property-")
            .is_some_and(|name| "property-".contains(&name[..1]))
    };
    let is_write = matches!(
        call.verb,
        Verb::SetItem(_) | Verb::ResetMetadata | Verb::MergeMetadata
    ) && call.items.as_ref().is_some_and(|items| !items.is_empty());
    let is_outage = String::from_utf8_lossy(&case.body).contains("GlanceConnectionFailed");
    (is_of_image && lost(&call.id))
        || item.is_some_and(lost)
        || call
            .microversion
            .as_deref()
            .is_some_and(|version| is_too_new(&call.verb, version))
        || case.query().iter().any(damaged)
        || (is_write && case.status == 500 && !is_outage)
}

/// Whether that microversion has the call no more, or is none.
fn is_too_new(verb: &Verb, version: &str) -> bool {
    let last = match verb {
        Verb::SignIn | Verb::List { .. } | Verb::Retrieve | Verb::Delete => (2, 35),
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

/// What a call gives, when the answer is that: the same value as
/// [`Call::run`](super::call::Call::run).
pub(crate) fn value(case: &Recorded, call: &Call) -> Value {
    let body = case.json().unwrap_or_default();
    match &call.verb {
        Verb::SignIn => token(&body["token"]),
        Verb::List { .. } => body["images"].clone(),
        Verb::Retrieve => body["image"].clone(),
        Verb::Delete => Value::Null,
        Verb::GetMetadata | Verb::ResetMetadata | Verb::MergeMetadata => body["metadata"].clone(),
        Verb::GetItem(key) | Verb::SetItem(key) => {
            // Under the name under which Nova stores it.
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

/// What a call fails with, when the answer is that.
pub(crate) fn refusal(case: &Recorded, call: &Call) -> Refusal {
    let kind = match case.status {
        400 => "BadRequest",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "NotFound",
        409 => "Conflict",
        429 => "OverLimit",
        _ => "Status",
    };
    let words = words(case);
    let is_html = case.json().is_none();
    let is_item = matches!(
        call.verb,
        Verb::GetItem(_) | Verb::SetItem(_) | Verb::DeleteItem(_)
    );
    let missing = match (case.status, words.as_str()) {
        (404, "Image not found.") => Some(Missing::Image),
        (404, "Invalid metadata key") => Some(Missing::MetadataItem),
        (404, "The resource could not be found.") if is_item && !is_html => {
            Some(Missing::MetadataItem)
        }
        (404, _) => Some(Missing::Call),
        _ => None,
    };
    let request_id = case
        .header("x-openstack-request-id")
        .expect("a request id")
        .to_owned();
    Refusal {
        kind,
        status: case.status,
        words,
        request_id,
        missing,
    }
}

/// The server's own words: the one message of a fault, or the sentence below
/// the headline of a page; what a terminal would obey is escaped.
fn words(case: &Recorded) -> String {
    let text = String::from_utf8(case.body.clone()).expect("text");
    let words = if let Some(fault) = case.json() {
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
        let (_, after) = text.split_once("</h1>").expect("a headline");
        let (sentence, _) = after.split_once("<br />").expect("a sentence");
        sentence.trim().to_owned()
    };
    let long = words.char_indices().nth(1000).map(|(end, _)| end);
    let words = match long {
        Some(end) => format!("{}… ({} bytes in all)", &words[..end], words.len()),
        None => words,
    };
    let escape = |c: char| {
        if c.is_control() {
            c.escape_default().to_string()
        } else {
            c.into()
        }
    };
    words.chars().map(escape).collect()
}

/// The same of an error of this crate.
pub(crate) fn told(error: &Error) -> Refusal {
    let kind = match error {
        Error::Unauthorized(_) => "Unauthorized",
        Error::Forbidden(_) => "Forbidden",
        Error::NotFound(_) => "NotFound",
        Error::BadRequest(_) => "BadRequest",
        Error::Conflict(_) => "Conflict",
        Error::OverLimit(_) => "OverLimit",
        Error::Status(_) => "Status",
        _ => "another",
    };
    let details = error.details();
    Refusal {
        kind,
        status: details.status().unwrap_or_default(),
        words: details.message().to_owned(),
        request_id: details.request_id().unwrap_or_default().to_owned(),
        missing: details.missing(),
    }
}
