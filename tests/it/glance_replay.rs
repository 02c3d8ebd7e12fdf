//! Replays recorded responses of a real Glance, and checks the request and the
//! result of the call that belongs to each.

mod call;
mod expected;

use opencloud::image::v2::{ImageStatus, ImageUpdate, ListImages};
use opencloud::{Error, ErrorKind, Result};
use serde_json::{Value, json};

use self::call::{Call, Outcome, Verb, data_of};
use crate::replay::recorded::{Exchange, Wire, pairs};
use crate::support::{Request, Response, Server, TOKEN, active_image, glance_image};

/// All exchanges with Glance, by name.
fn recorded() -> Vec<Exchange> {
    Exchange::of_file("glance-33.jsonl")
}

/// The first exchange whose name starts with this.
#[track_caller]
fn named(prefix: &str) -> Exchange {
    let mut all = recorded().into_iter();
    all.find(|exchange| exchange.name.starts_with(prefix))
        .expect("an exchange with this name")
}

/// The number of exchanges of each sort.
#[derive(Debug, Default)]
struct Counts {
    exact: usize,
    rejected: usize,
    similar: usize,
}

fn replay_all(wire: Wire) {
    let all = recorded();
    let mut counts = Counts::default();
    for exchange in &all {
        replay(exchange, &all, wire, &mut counts);
    }
    println!("{wire:?}: {counts:?}");
    assert!(counts.exact >= 300, "{counts:?}");
    assert_eq!(counts.exact + counts.rejected + counts.similar, all.len());
}

fn replay(exchange: &Exchange, all: &[Exchange], wire: Wire, counts: &mut Counts) {
    let name = &exchange.name;
    let call = Call::of(exchange);
    let server = server(exchange, &call, all, wire);
    let outcome = call.run(&server);
    let requests = server.requests();
    if expected::is_rejected(&call) {
        counts.rejected += 1;
        assert_eq!(requests, [], "{name}");
        let error = outcome.expect_err(name);
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{name}: {error}");
        let message = error.message();
        assert!(message.ends_with("nothing was sent"), "{name}: {message}");
        return;
    }
    let sent = requests
        .iter()
        .find(|request| is_recorded(call.verb, request));
    let sent = sent.unwrap_or_else(|| panic!("{name}: sent {requests:?}, {outcome:?}"));
    check_request(exchange, &call, sent);
    if call.is_exact {
        counts.exact += 1;
    } else {
        counts.similar += 1;
    }
    match (exchange.response.status, outcome) {
        (200..=299, outcome) => check_success(exchange, &call, all, outcome),
        (_, Ok(outcome)) => panic!("{name}: no error but {outcome:?}"),
        (_, Err(error)) => check_error(exchange, &call, &error, &server.url(&sent.target)),
    }
}

/// Whether this is the request of the call that was recorded, and not one before or
/// after it.
fn is_recorded(verb: Verb, request: &Request) -> bool {
    let (method, below) = verb.request();
    let segments = request.segments();
    let above = match verb {
        Verb::List | Verb::Create => 2,
        _ => 3,
    };
    request.method == method && segments.len() >= above && segments[above..] == *below
}

/// A server with the recorded response. It has the image for the requests before an
/// upload and after a download, and the rest of the data for a download that is
/// continued.
fn server(exchange: &Exchange, call: &Call, all: &[Exchange], wire: Wire) -> Server {
    let verb = call.verb;
    let mut recorded = Some(exchange.response.for_server(wire));
    let data = match verb {
        Verb::Upload => call.data.clone(),
        _ => data_of(exchange),
    };
    let image = image_of(exchange, call, all, &data);
    Server::with_handler(move |request| {
        let is_recorded = is_recorded(verb, request);
        match recorded.take_if(|_| is_recorded) {
            Some(response) => response,
            None if is_recorded => rest_of(&data, request),
            None => Response::ok(&image),
        }
    })
}

/// The image of an upload or download, as the service shows it.
fn image_of(exchange: &Exchange, call: &Call, all: &[Exchange], data: &str) -> Value {
    match recorded_image(exchange, call, all) {
        Some(image) => image,
        None if call.verb == Verb::Download && exchange.response.status == 204 => {
            let mut queued = glance_image(1);
            queued["id"] = call.id.as_str().into();
            queued
        }
        None => active_image(&call.id, data),
    }
}

/// The recorded image of a recorded upload or download.
fn recorded_image(exchange: &Exchange, call: &Call, all: &[Exchange]) -> Option<Value> {
    let is_after_upload = call.verb == Verb::Upload && exchange.response.status == 204;
    let mut images = all
        .iter()
        .filter(|other| other.response.status == 200 && other.request.method == "GET")
        .filter_map(|other| other.response.json())
        .filter(|image| image["id"] == call.id.as_str());
    images.find(|image| match call.verb {
        Verb::Upload => is_after_upload && image["status"] == "active",
        // A download without data is of an image that had none yet, or lost it.
        _ => exchange.response.status == 204 || image["status"] == "active",
    })
}

/// The response to a request for the rest of the data.
fn rest_of(data: &str, request: &Request) -> Response {
    let range = request.header("range").expect("a range");
    let start = range
        .strip_prefix("bytes=")
        .and_then(|range| range.strip_suffix('-'));
    let start: usize = start.and_then(|start| start.parse().ok()).expect("a start");
    let range = format!("bytes {start}-{}/{}", data.len() - 1, data.len());
    Response::new(206, &data[start..]).header("Content-Range", range)
}

/// Compares the sent request with the recorded one, as far as the crate can send it.
fn check_request(exchange: &Exchange, call: &Call, sent: &Request) {
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

fn check_success(exchange: &Exchange, call: &Call, all: &[Exchange], outcome: Result<Outcome>) {
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
    // Without progress a download is not continued, because the test sets one attempt.
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
                "expected the data from byte {}, found the Content-Range {range:?}; the output is \
                 incomplete",
                call.data.len()
            ),
            None => format!(
                "the transferred data ({length} bytes) has another size or hash than image {} \
                 ({length} bytes); the output is incomplete or wrong",
                call.id,
                length = data.len()
            ),
        };
        assert_eq!(error.message(), message, "{name}");
        return;
    }
    let outcome = outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(outcome.data, data, "{name}");
    assert_eq!(outcome.transfer, Some((data.len() as u64, true)), "{name}");
}

fn check_error(exchange: &Exchange, call: &Call, error: &Error, url: &str) {
    let name = &exchange.name;
    let expected = expected::failure(exchange, call);
    assert_eq!(expected::actual(error), expected, "{name}");
    // The names of two statuses have changed.
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

#[test]
fn recorded_glance_responses_on_closed_connections_give_the_expected_results() {
    replay_all(Wire::Close);
}

#[test]
fn recorded_glance_responses_on_keep_alive_connections_give_the_expected_results() {
    replay_all(Wire::KeepAlive);
}

#[test]
fn recorded_glance_responses_without_content_length_give_the_expected_results() {
    replay_all(Wire::NoLength);
}

#[test]
fn the_recorded_glance_exchanges_cover_every_status_and_operation() {
    let all = recorded();
    let mut statuses: Vec<_> = all
        .iter()
        .map(|exchange| exchange.response.status)
        .collect();
    statuses.sort_unstable();
    statuses.dedup();
    let every = [
        200, 201, 204, 206, 300, 302, 400, 401, 403, 404, 405, 409, 413, 415, 416, 500,
    ];
    assert_eq!(statuses, every);
    let calls: Vec<_> = all.iter().map(Call::of).collect();
    for verb in Verb::ALL {
        let count = |is_success: bool| {
            let mut pairs = all.iter().zip(&calls);
            pairs.any(|(exchange, call)| {
                call.is_exact && call.verb == verb && (exchange.response.status < 300) == is_success
            })
        };
        assert!(count(true), "{verb:?} succeeds");
        assert!(count(false), "{verb:?} fails");
    }
    let images = all.iter().filter_map(|exchange| exchange.response.json());
    let images: Vec<_> = images.map(|body| body["status"].clone()).collect();
    for status in [
        ImageStatus::Queued,
        ImageStatus::Saving,
        ImageStatus::Active,
        ImageStatus::Deactivated,
        ImageStatus::Uploading,
        ImageStatus::Importing,
    ] {
        assert!(images.contains(&json!(status)), "{status}");
    }
}

#[test]
fn the_second_page_is_requested_with_both_tags_of_the_recorded_query() {
    // Glance's own next link has only one of the tags, and 21-9ba is its page.
    let (first, second) = (named("21-9b-"), named("21-9bb-"));
    for wire in [Wire::Close, Wire::KeepAlive, Wire::NoLength] {
        let server =
            Server::with_responses([&first, &second].map(|it| it.response.for_server(wire)));
        let list = ListImages::new().tag("red").tag("round").page_size(3);
        let images = server.images_v2().list_images(list);
        let images = images.collect::<Result<Vec<_>>>().expect("a list");
        let sent = first.response.json().expect("JSON");
        let sent = sent["images"].as_array().expect("images");
        assert_eq!(images.len(), 3);
        for (image, sent) in images.iter().zip(sent) {
            expected::check_image(image, sent, "21-9b");
        }
        let sorted = |mut query: Vec<(String, String)>| {
            query.sort();
            query
        };
        let sent: Vec<_> = server.requests().iter().map(pairs).map(sorted).collect();
        assert_eq!(sent, [&first, &second].map(|it| sorted(it.query())));
    }
}

/// The properties that a recorded patch adds, or the only one that it removes.
fn change(call: &Call) -> Option<&[(String, Option<String>)]> {
    let is_alone = call.properties.len() == 1;
    let adds = call.properties.iter().all(|(_, value)| value.is_some());
    let has_only_properties = call.update
        == call
            .properties
            .iter()
            .fold(ImageUpdate::new(), |update, (key, value)| match value {
                Some(value) => update.property(key, value),
                None => update.remove_property(key),
            });
    (has_only_properties && call.is_exact && (adds || is_alone)).then_some(&*call.properties)
}

#[test]
fn recorded_patches_of_properties_are_sent_by_the_metadata_methods() {
    let mut count = 0;
    for exchange in recorded() {
        let name = &exchange.name;
        let call = Call::of(&exchange);
        let Some(properties) = change(&call).filter(|_| call.verb == Verb::Update) else {
            continue;
        };
        if expected::is_rejected(&call) {
            continue;
        }
        count += 1;
        let server = Server::with_responses([exchange.response.for_server(Wire::Close)]);
        let service = server.images_v2_with(|options| options.tries(1));
        let mut image = service.get_image(&call.id);
        let outcome = match properties {
            [(key, Some(value))] => image.set_metadata_item(key, value),
            [(key, None)] => image.delete_metadata_item(key),
            items => {
                let items = items.iter().map(|(key, value)| (key, value.as_ref()));
                image.merge_metadata(items.map(|(key, value)| (key, value.expect("a value"))))
            }
        };
        let requests = server.requests();
        assert_eq!(requests.len(), 1, "{name}");
        check_request(&exchange, &call, &requests[0]);
        if exchange.response.status == 200 {
            let outcome = outcome.map(|()| Outcome {
                images: vec![image],
                ..Outcome::default()
            });
            check_success(&exchange, &call, &[], outcome);
        } else {
            let error = outcome.expect_err(name);
            check_error(&exchange, &call, &error, &server.url(&requests[0].target));
        }
    }
    assert!(count >= 60, "{count}");
}

#[test]
fn the_metadata_methods_read_the_properties_of_every_recorded_image() {
    let mut count = 0;
    for exchange in recorded() {
        let name = &exchange.name;
        let call = Call::of(&exchange);
        let is_image = call.verb == Verb::Retrieve && exchange.response.status == 200;
        if !is_image || !call.is_exact || expected::is_rejected(&call) {
            continue;
        }
        count += 1;
        let response = exchange.response.for_server(Wire::KeepAlive);
        let server = Server::with_handler(move |_| response.clone());
        let mut image = server.images_v2().get_image(&call.id);
        let sent = expected::properties(&exchange.response.json().expect("an image"));
        let metadata = image.get_metadata().expect("metadata");
        assert_eq!(metadata, image.metadata, "{name}");
        assert_eq!(json!(metadata), Value::from(sent.clone()), "{name}");
        for (key, value) in &sent {
            let read = image.get_metadata_item(key).expect(name);
            let value = value.as_str().unwrap_or("null");
            assert_eq!(read, value, "{name}: {key}");
        }
        for key in ["no_such_item", "owner"] {
            let error = image.get_metadata_item(key).expect_err(name);
            assert_eq!(error.kind(), ErrorKind::KeyNotFound, "{name}");
        }
    }
    assert!(count >= 60, "{count}");
}

#[test]
fn a_reset_of_metadata_sends_the_recorded_patch() {
    let (image, patch) = (named("38-05-"), named("38-06-"));
    let server =
        Server::with_responses([&image, &patch].map(|it| it.response.for_server(Wire::Close)));
    let call = Call::of(&patch);
    let mut image = server.images_v2().get_image(&call.id);
    image.reset_metadata([("b", "2")]).expect("a reset");
    let sent = patch.response.json().expect("an image");
    expected::check_image(&image, &sent, "38-06");
    let requests = server.requests();
    assert_eq!(
        server.lines(),
        [
            format!("GET /v2/images/{}", call.id),
            format!("PATCH /v2/images/{}", call.id)
        ]
    );
    check_request(&patch, &call, &requests[1]);
}
