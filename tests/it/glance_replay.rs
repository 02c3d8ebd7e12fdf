//! Replays recorded responses of a real Glance, and checks the request and the
//! result of the call that belongs to each.

mod arguments;
mod call;
mod check;
mod expected;
mod server;

use opencloud::image::v2::{ImageStatus, ImageUpdate, ListImages};
use opencloud::{ErrorKind, Result};
use serde_json::{Value, json};

use self::call::{Call, Outcome, Verb};
use self::check::{check_error, check_request, check_success};
use self::server::{is_recorded, server};
use crate::replay::recorded::{Exchange, Wire, pairs};
use crate::support::Server;

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

/// The number of exchanges of each kind.
#[derive(Debug, Default)]
struct Counts {
    exact: usize,
    rejected: usize,
    similar: usize,
}

/// Replays every exchange, or every nth one.
fn replay_each(nth: usize, wire: Wire) -> Counts {
    let all = recorded();
    let mut counts = Counts::default();
    for exchange in all.iter().step_by(nth) {
        replay(exchange, &all, wire, &mut counts);
    }
    println!("{wire:?}: {counts:?}");
    counts
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

#[test]
fn recorded_glance_responses_on_closed_connections_give_the_expected_results() {
    let counts = replay_each(4, Wire::Close);
    assert!(counts.exact >= 100, "{counts:?}");
}

#[test]
fn recorded_glance_responses_on_keep_alive_connections_give_the_expected_results() {
    let counts = replay_each(1, Wire::KeepAlive);
    assert!(counts.exact >= 300, "{counts:?}");
    assert_eq!(
        counts.exact + counts.rejected + counts.similar,
        recorded().len()
    );
}

#[test]
fn recorded_glance_responses_without_content_length_give_the_expected_results() {
    let counts = replay_each(4, Wire::NoLength);
    assert!(counts.exact >= 100, "{counts:?}");
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
    // The recorded next link has only one of the tags, and leads to the page 21-9ba.
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
