//! Replays recorded responses of real services, and checks the request and the
//! result of the call that belongs to each.

mod authentication;
mod call;
mod expected;
pub(crate) mod recorded;

use self::call::{Call, Verb};
use self::recorded::{Exchange, Wire, pairs};
use crate::support::{Request, Server};
use opencloud::compute::v2::ListImages;
use opencloud::{Error, ErrorKind};
use serde_json::Value;

/// The number of exchanges of each kind.
#[derive(Debug, Default)]
struct Counts {
    exact: usize,
    rejected: usize,
    similar: usize,
}

fn replay_all(wire: Wire) {
    let mut counts = Counts::default();
    for exchange in Exchange::all() {
        let call = Call::of(&exchange);
        let call = call.unwrap_or_else(|| panic!("{}: no such call", exchange.name));
        replay(&exchange, &call, wire, &mut counts);
    }
    println!("{wire:?}: {counts:?}");
    assert!(counts.exact >= 400, "{counts:?}");
    assert_eq!(counts.exact + counts.rejected + counts.similar, 561);
}

fn replay(exchange: &Exchange, call: &Call, wire: Wire, counts: &mut Counts) {
    let name = &exchange.name;
    let server = Server::with_responses([exchange.response.for_server(wire)]);
    let outcome = call.run(&server);
    let requests = server.requests();
    if expected::is_rejected(exchange, call) {
        counts.rejected += 1;
        assert_eq!(requests, [], "{name}");
        match outcome {
            Err(error) if error.kind() == ErrorKind::InvalidInput => {
                let message = error.message();
                assert!(
                    message.ends_with("nothing was sent")
                        || message.starts_with("invalid microversion"),
                    "{name}: {message}"
                );
            }
            other => panic!("{name}: not rejected but {other:?}"),
        }
        return;
    }
    assert_eq!(requests.len(), 1, "{name}: {outcome:?}");
    check_request(exchange, call, &requests[0]);
    if call.is_exact(exchange) {
        counts.exact += 1;
    } else {
        counts.similar += 1;
    }
    match (exchange.response.status, outcome) {
        (200..=299, Ok(value)) => assert_eq!(value, expected::value(exchange, call), "{name}"),
        (200..=299, Err(error)) => panic!("{name}: {error}"),
        (_, Ok(value)) => panic!("{name}: no error but {value}"),
        (_, Err(error)) => check_error(exchange, call, &error, &server),
    }
}

/// Compares the sent request with the recorded one, as far as the crate can send it.
fn check_request(exchange: &Exchange, call: &Call, sent: &Request) {
    let (name, recorded) = (&exchange.name, &exchange.request);
    assert_eq!(sent.method, recorded.method, "{name}");
    assert_eq!(sent.segments(), recorded.segments(), "{name}");
    let version = call
        .microversion
        .as_ref()
        .map(|version| format!("compute {version}"));
    assert_eq!(
        sent.header("openstack-api-version"),
        version.as_deref(),
        "{name}"
    );
    if !call.is_exact(exchange) {
        return;
    }
    let (mut sent_query, mut recorded_query) = (pairs(sent), pairs(recorded));
    if matches!(call.verb, Verb::List { .. }) && !recorded.target.contains("limit=") {
        // The crate never requests a list without a limit.
        recorded_query.push(("limit".to_owned(), "1000".to_owned()));
    }
    if !recorded.target.contains("page_size=") {
        // The crate chooses how Nova requests pages from Glance.
        sent_query.retain(|(name, _)| name != "page_size");
    }
    sent_query.sort();
    recorded_query.sort();
    assert_eq!(sent_query, recorded_query, "{name}");
    if recorded.body.is_empty() {
        assert_eq!(sent.body, "", "{name}");
    } else {
        assert_eq!(sent.json(), recorded.json(), "{name}");
        assert_eq!(
            sent.header("content-type"),
            Some("application/json"),
            "{name}"
        );
    }
}

fn check_error(exchange: &Exchange, call: &Call, error: &Error, server: &Server) {
    let name = &exchange.name;
    let expected = expected::failure(exchange, call);
    let sent = &server.requests()[0];
    assert_eq!(expected::actual(error), expected, "{name}");
    // Keystone writes the reason phrase in capitals, and that of 413 has changed.
    let reason = &exchange.response.reason;
    let reason = reason.replace("Request Entity Too Large", "Payload Too Large");
    let line = format!(
        "{} {}: {} {}: {}{} (request id {})",
        exchange.request.method,
        server.url(&sent.target),
        exchange.response.status,
        reason,
        expected.message,
        expected::hint(&expected, sent),
        expected.request_id
    );
    assert_eq!(
        error.to_string().to_lowercase(),
        line.to_lowercase(),
        "{name}"
    );
}

#[test]
fn recorded_responses_on_closed_connections_give_the_expected_results() {
    replay_all(Wire::Close);
}

#[test]
fn recorded_responses_on_keep_alive_connections_give_the_expected_results() {
    replay_all(Wire::KeepAlive);
}

#[test]
fn recorded_responses_without_content_length_give_the_expected_results() {
    replay_all(Wire::NoLength);
}

#[test]
fn the_request_for_the_next_page_has_the_query_of_the_recorded_next_link() {
    let (first, second) = (Exchange::named("02-04"), Exchange::named("02-06"));
    for wire in [Wire::Close, Wire::KeepAlive, Wire::NoLength] {
        let server = Server::with_responses([
            first.response.for_server(wire),
            second.response.for_server(wire),
        ]);
        let list = ListImages::new().page_size(2).limit(4);
        let images = server.compute().list_images(list);
        let images: Vec<_> = images.map(|image| image.map(|image| image.id)).collect();
        let ids: Vec<_> = images.into_iter().map(|id| id.expect("an image")).collect();

        let recorded = [&first, &second]
            .map(|exchange| exchange.response.json())
            .map(Option::unwrap_or_default);
        let recorded = recorded.iter().filter_map(|page| page["images"].as_array());
        let recorded = recorded.flatten().map(|image| image["id"].as_str());
        assert_eq!(recorded.collect::<Option<Vec<_>>>().expect("ids"), ids);
        let expected = [&first, &second].map(Exchange::query);
        let sent: Vec<_> = server.requests().iter().map(pairs).collect();
        assert_eq!(sent, expected);
    }
}

#[test]
fn the_recorded_exchanges_cover_every_status_and_group() {
    let all = Exchange::all();
    for group in 1..=10 {
        let of_group = all
            .iter()
            .filter(|exchange| exchange.name.starts_with(&format!("{group:02}-")));
        assert!(of_group.count() >= 3, "group {group}");
    }
    let mut statuses: Vec<_> = all
        .iter()
        .map(|exchange| exchange.response.status)
        .collect();
    statuses.sort_unstable();
    statuses.dedup();
    let every = [200, 201, 204, 400, 401, 403, 404, 406, 413, 500, 503];
    assert_eq!(statuses, every);
    let images = all
        .iter()
        .filter_map(|exchange| exchange.response.json())
        .map(|body| body["image"]["status"].clone());
    let images: Vec<_> = images.filter(Value::is_string).collect();
    for status in ["ACTIVE", "SAVING", "UNKNOWN"] {
        assert!(images.contains(&Value::from(status)), "{status}");
    }
}
