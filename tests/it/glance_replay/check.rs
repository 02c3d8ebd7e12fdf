//! Compares a sent request with the recorded one, and a result with the recorded
//! response.

use opencloud::{Error, ErrorKind, Result};
use serde_json::Value;

use super::arguments::data_of;
use super::call::{Call, Outcome, Verb};
use super::expected;
use super::server::image_of;
use crate::replay::recorded::{Exchange, pairs};
use crate::support::{Request, TOKEN};

/// Compares the sent request with the recorded one, as far as the crate can send it.
pub(crate) fn check_request(exchange: &Exchange, call: &Call, sent: &Request) {
    let (name, recorded) = (&exchange.name, &exchange.request);
    assert_eq!(sent.header("accept"), Some("application/json"), "{name}");
    assert_eq!(sent.header("x-auth-token"), Some(TOKEN), "{name}");
    if !call.is_exact {
        return;
    }
    assert_eq!(sent.method, recorded.method, "{name}");
    assert_eq!(sent.segments(), recorded.segments(), "{name}");
    let (mut sent_query, mut recorded_query) = (pairs(sent), pairs(recorded));
    if call.verb == Verb::List && !recorded.target.contains("limit=") {
        // The crate never requests a list without a limit.
        recorded_query.push(("limit".to_owned(), "1000".to_owned()));
    }
    sent_query.sort();
    recorded_query.sort();
    assert_eq!(sent_query, recorded_query, "{name}");
    assert_eq!(sent.header("range"), recorded.header("range"), "{name}");
    match call.verb {
        Verb::Create | Verb::Update => {
            assert_eq!(sorted(sent.json()), sorted(recorded.json()), "{name}");
        }
        _ => assert_eq!(sent.body, recorded.body, "{name}"),
    }
    let media_type = match call.verb {
        Verb::Create => Some("application/json"),
        Verb::Update => Some("application/openstack-images-v2.1-json-patch"),
        Verb::Upload => Some("application/octet-stream"),
        _ => None,
    };
    assert_eq!(sent.header("content-type"), media_type, "{name}");
    if media_type.is_some() {
        // Glance rejects a chunked body, except that of an upload.
        let length = sent.body.len().to_string();
        assert_eq!(sent.header("content-length"), Some(&*length), "{name}");
    }
}

/// A patch with its operations in the order of their paths.
fn sorted(mut body: Value) -> Value {
    if let Some(operations) = body.as_array_mut() {
        operations.sort_by_key(|operation| operation["path"].to_string());
    }
    body
}

pub(crate) fn check_success(
    exchange: &Exchange,
    call: &Call,
    all: &[Exchange],
    outcome: Result<Outcome>,
) {
    let name = &exchange.name;
    if let Some(key) = expected::lost_property(exchange, call) {
        let error = outcome.expect_err(name);
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{name}");
        let message = format!(
            "the server accepted the metadata item {key:?} and did not store it; use another key"
        );
        assert_eq!(error.message(), message, "{name}");
        return;
    }
    if call.verb == Verb::Download {
        return check_download(exchange, call, all, outcome);
    }
    let outcome = outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
    let images = expected::images(exchange, call);
    assert_eq!(outcome.images.len(), images.len(), "{name}");
    for (image, sent) in outcome.images.iter().zip(&images) {
        expected::check_image(image, sent, name);
    }
    if call.verb == Verb::Upload {
        let bytes = call.data.len() as u64;
        assert_eq!(outcome.transfer, Some((bytes, true)), "{name}");
    }
}

fn check_download(exchange: &Exchange, call: &Call, all: &[Exchange], outcome: Result<Outcome>) {
    let (name, response) = (&exchange.name, &exchange.response);
    let data = data_of(exchange);
    if response.status == 204 {
        let error = outcome.expect_err(name);
        assert_eq!(error.kind(), ErrorKind::NoData, "{name}: {error}");
        let image = image_of(exchange, call, all, &data);
        let status = match image["status"].as_str().expect("a status") {
            "active" => "active, but its store has lost the data",
            status => status,
        };
        let message = format!("the image has no data (it is {status})");
        assert_eq!(error.message(), message, "{name}");
        return;
    }
    let start = format!("bytes {}-", call.data.len());
    let range = response.header("content-range");
    let is_changed = response.body != data && response.body.eq_ignore_ascii_case(&data);
    // A download without progress is not continued, because only one attempt is set.
    let has_no_progress = response.is_cut() && response.body.is_empty();
    if has_no_progress {
        let error = outcome.expect_err(name);
        let kinds = [ErrorKind::Connection, ErrorKind::InvalidResponse];
        assert!(kinds.contains(&error.kind()), "{name}: {error}");
        return;
    }
    let wrong_range = range.filter(|range| !range.starts_with(&start));
    if is_changed || wrong_range.is_some() {
        let error = outcome.expect_err(name);
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{name}: {error}");
        let message = match wrong_range {
            Some(range) => format!(
                "expected the data from byte {}, found the Content-Range {range:?}",
                call.data.len()
            ),
            None => format!(
                "the transferred data has another hash than image {}; the output is incomplete \
                 or wrong",
                call.id
            ),
        };
        assert_eq!(error.message(), message, "{name}");
        return;
    }
    let outcome = outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(outcome.data, data, "{name}");
    assert_eq!(outcome.transfer, Some((data.len() as u64, true)), "{name}");
}

pub(crate) fn check_error(exchange: &Exchange, call: &Call, error: &Error, url: &str) {
    let name = &exchange.name;
    let expected = expected::failure(exchange, call);
    assert_eq!(expected::actual(error), expected, "{name}");
    // The reason phrases of two statuses have changed.
    let reason = &exchange.response.reason;
    let reason = reason.replace("Request Entity Too Large", "Payload Too Large");
    let reason = reason.replace("Request Range", "Range");
    let mut line = format!(
        "{} {url}: {} {reason}: {}",
        call.verb.request().0,
        expected.status,
        expected.message
    );
    for addition in [
        expected::hint(&expected, call),
        &expected.request_id_in_line(),
    ] {
        if !addition.is_empty() {
            line.extend([" ", addition]);
        }
    }
    assert_eq!(error.to_string(), line, "{name}");
}
