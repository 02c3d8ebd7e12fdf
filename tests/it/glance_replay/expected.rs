//! The expected result of a call, derived from the recorded response with
//! `serde_json` alone.

use jiff::Timestamp;
use opencloud::image::v2::Image;
use opencloud::{Error, ErrorKind};
use serde_json::{Map, Value};

use super::call::{Call, Verb};
use crate::replay::recorded::Exchange;
use crate::support::TOKEN_REJECTED;

/// The fields of an image that are not metadata.
const BASE_FIELDS: &str = "checksum container_format created_at deleted deleted_at direct_url \
    disk_format file id image_id location locations min_disk min_ram name os_hash_algo os_hash_value \
    os_hidden owner protected schema self size status stores tags updated_at virtual_size \
    visibility";

/// The query parameters of a list that are not filters by a property.
const NOT_PROPERTIES: &str = "changes-since created_at deleted id limit locations marker \
    member_status members metadata name os_hidden owner properties protected size sort sort_dir \
    sort_key status tag tags updated_at visibility";

fn contains_name(names: &str, name: &str) -> bool {
    names.split_whitespace().any(|known| known == name)
}

/// Whether the crate must reject the call before it sends a request.
pub(crate) fn is_rejected(call: &Call) -> bool {
    let is_path_invalid = |segment: &str| {
        ["", ".", ".."].contains(&segment) || segment.contains(|c: char| c == '/' || c.is_control())
    };
    let is_filter = call.verb == Verb::List;
    let is_key_invalid = |key: &str| {
        if is_filter {
            key.is_empty()
                || contains_name(NOT_PROPERTIES, key)
                || key.ends_with("_min")
                || key.ends_with("_max")
        } else {
            contains_name(BASE_FIELDS, key) || key.trim() != key
        }
    };
    let is_harmful = |(key, value): &(String, Option<String>)| {
        ["mappings", "block_device_mapping"].contains(&key.as_str())
            && value
                .as_ref()
                .is_some_and(|value| serde_json::from_str::<Value>(value).is_err())
    };
    is_path_invalid(&call.id)
        || call.properties.iter().any(|(key, _)| is_key_invalid(key))
        || (!is_filter && call.properties.iter().any(is_harmful))
        || (!is_filter && call.tags.iter().any(|tag| is_path_invalid(tag)))
}

/// Whether the server ignored a property of a patch.
pub(crate) fn lost_property<'a>(exchange: &Exchange, call: &'a Call) -> Option<&'a str> {
    let image = exchange.response.json().unwrap_or_default();
    let mut written = call.properties.iter();
    let lost = written.find(|(key, value)| match value {
        Some(value) => image[key] != value.as_str(),
        None => image.get(key).is_some(),
    });
    (call.verb == Verb::Update)
        .then_some(lost)?
        .map(|(key, _)| key.as_str())
}

/// The images of a successful response.
pub(crate) fn images(exchange: &Exchange, call: &Call) -> Vec<Value> {
    let body = exchange.response.json().unwrap_or_default();
    match call.verb {
        Verb::List => body["images"].as_array().cloned().expect("images"),
        Verb::Create | Verb::Retrieve | Verb::Update => vec![body],
        _ => Vec::new(),
    }
}

/// Compares every field of an image with the JSON that the server sent.
pub(crate) fn check_image(image: &Image, sent: &Value, name: &str) {
    let mut sent = sent.clone();
    // Glance returns `1.0` as sent, and the crate parses it as 1.
    if sent["min_disk"] == 1.0 {
        sent["min_disk"] = 1.into();
    }
    assert_eq!(
        serde_json::to_value(image).expect("JSON"),
        sent,
        "{name}: serialized"
    );
    let text = |field: &str| sent[field].as_str();
    let number = |field: &str| sent[field].as_u64();
    let time = |field: &str| text(field).map(|time| time.parse::<Timestamp>().expect("a time"));
    assert_eq!(Some(&*image.id), text("id"), "{name}");
    for (field, value) in [
        ("name", &image.name),
        ("owner", &image.owner),
        ("disk_format", &image.disk_format),
        ("container_format", &image.container_format),
        ("checksum", &image.checksum),
        ("os_hash_algo", &image.os_hash_algo),
        ("os_hash_value", &image.os_hash_value),
    ] {
        assert_eq!(value.as_deref(), text(field), "{name}: {field}");
    }
    for (field, value) in [
        ("size", image.size),
        ("virtual_size", image.virtual_size),
        ("min_disk", image.min_disk),
        ("min_ram", image.min_ram),
    ] {
        assert_eq!(value, number(field), "{name}: {field}");
    }
    let status = image.status.as_ref().map(ToString::to_string);
    assert_eq!(status.as_deref(), text("status"), "{name}");
    let visibility = image.visibility.as_ref().map(ToString::to_string);
    assert_eq!(visibility.as_deref(), text("visibility"), "{name}");
    assert_eq!(image.protected, sent["protected"].as_bool(), "{name}");
    assert_eq!(image.hidden, sent["os_hidden"].as_bool(), "{name}");
    let tags = sent["tags"].as_array().expect("tags");
    let tags: Vec<_> = tags.iter().filter_map(Value::as_str).collect();
    assert_eq!(image.tags, tags, "{name}");
    assert_eq!(image.created, time("created_at"), "{name}");
    assert_eq!(image.updated, time("updated_at"), "{name}");
    let metadata = serde_json::to_value(&image.metadata).expect("JSON");
    assert_eq!(metadata, Value::from(properties(&sent)), "{name}: metadata");
}

/// The properties of an image: its metadata.
pub(crate) fn properties(image: &Value) -> Map<String, Value> {
    let mut properties = image.as_object().cloned().unwrap_or_default();
    properties.retain(|key, _| !contains_name(BASE_FIELDS, key));
    properties
}

/// The parts of an error that a recorded response determines.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: ErrorKind,
    pub(crate) status: u16,
    pub(crate) message: String,
    pub(crate) request_id: String,
}

impl Failure {
    /// The request id, as an error prints it.
    pub(crate) fn request_id_in_line(&self) -> String {
        match self.request_id.as_str() {
            "" => String::new(),
            id => format!("(request id {id})"),
        }
    }
}

/// The error that a call must return.
pub(crate) fn failure(exchange: &Exchange, call: &Call) -> Failure {
    let message = message(exchange);
    let kind = match exchange.response.status {
        300 => ErrorKind::NoSuchApi,
        400 => ErrorKind::BadRequest,
        401 => ErrorKind::Unauthorized,
        403 => ErrorKind::Forbidden,
        404 if message == "The resource could not be found." => ErrorKind::NoSuchApi,
        404 | 410 => ErrorKind::NotFound,
        // Only a patch can change a property that is missing.
        409 if call.verb == Verb::Update && message.ends_with(" does not exist.") => {
            ErrorKind::KeyNotFound
        }
        409 => ErrorKind::Conflict,
        _ => ErrorKind::UnexpectedStatus,
    };
    let request_id = exchange.response.header("x-openstack-request-id");
    Failure {
        kind,
        status: exchange.response.status,
        message,
        request_id: request_id.unwrap_or_default().to_owned(),
    }
}

/// The hint that the error adds to the message.
pub(crate) fn hint(failure: &Failure, call: &Call) -> &'static str {
    match (failure.kind, failure.status) {
        (ErrorKind::Unauthorized, _) => TOKEN_REJECTED,
        (ErrorKind::NoSuchApi, 404) => "(the URL does not exist: check the endpoint)",
        // The crate always sends the right media type, so the format is wrong.
        (_, 415) if call.verb == Verb::Upload => "(the image cannot be used any more: delete it)",
        _ => "",
    }
}

/// The server's message, in each form of an error response, on one line.
fn message(exchange: &Exchange) -> String {
    let response = &exchange.response;
    let body = response.json().unwrap_or_default();
    let text = if response.status == 300 {
        let versions = body["versions"].as_array().expect("versions");
        let versions: Vec<_> = versions.iter().filter_map(|it| it["id"].as_str()).collect();
        let versions = versions.join(", ");
        format!("the server offers the versions {versions}; check the endpoint URL")
    } else if response.status == 302 {
        let location = response.header("location").expect("a location");
        format!(
            "the server redirects to {location}, and redirects are not followed, because they \
             would send the token there; if that is the right address, configure it"
        )
    } else if let Some(message) = body["message"].as_str() {
        message.replace("<br />", " ")
    } else if let Some((_, after)) = response.body.split_once("</h1>") {
        let (text, _) = after.split_once("</body>").expect("a body");
        unescaped(&text.replace("<br />", " "))
    } else {
        // Plain text: the status is the first line, and the message is another.
        let (_, text) = response.body.split_once('\n').unwrap_or_default();
        assert_eq!(text.trim().lines().count(), 1, "{}", exchange.name);
        return text.trim().to_owned();
    };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = match text.char_indices().nth(1000) {
        Some((end, _)) => format!("{}… ({} bytes in all)", &text[..end], text.len()),
        None => text,
    };
    let escape = |c: char| match c {
        c if c.is_control() => c.escape_default().to_string(),
        c => c.into(),
    };
    text.chars().map(escape).collect()
}

/// Replaces the character references of HTML that Glance sends.
fn unescaped(html: &str) -> String {
    let mut text = html.to_owned();
    while let Some(start) = text.find("&#") {
        let end = start + text[start..].find(';').expect("the end of a reference");
        let digits = &text[start + 2..end];
        let code = match digits.strip_prefix('x') {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => digits.parse(),
        };
        let character = char::from_u32(code.expect("a number")).expect("a character");
        text.replace_range(start..=end, &character.to_string());
    }
    text.replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
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
