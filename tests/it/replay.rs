//! Answers that real services gave, byte for byte, and what each call of this
//! crate makes of them: `tests/replay/recorded` has a file for each, recorded
//! from Keystone 30 and Nova 34.

mod authentication;
mod call;
mod expected;
mod recorded;

use self::call::{Call, Verb};
use self::recorded::{Recorded, Wire, pairs};
use crate::support::{Request, Server};
use opencloud::Error;
use opencloud::compute::v2::ListImages;
use serde_json::Value;

/// What was checked, for the line at the end.
#[derive(Debug, Default)]
struct Counts {
    exact: usize,
    refused: usize,
    near: usize,
}

fn replay_all(wire: Wire) {
    let mut counts = Counts::default();
    for case in Recorded::all() {
        let call = Call::of(&case);
        let call = call.unwrap_or_else(|| panic!("{}: which call is that?", case.name));
        replay(&case, &call, wire, &mut counts);
    }
    let Counts {
        exact,
        refused,
        near,
    } = counts;
    println!(
        "{wire:?}: {} cases; of {exact} the crate sends the very request, of {near} one near to \
         it, and {refused} it refuses to send",
        exact + refused + near
    );
    assert!(exact + refused + near >= 150, "{counts:?}");
    assert!(exact >= 100, "{counts:?}");
}

fn replay(case: &Recorded, call: &Call, wire: Wire, counts: &mut Counts) {
    let name = &case.name;
    let server = Server::playing([case.answer(wire)]);
    let outcome = call.run(&server);
    let requests = server.requests();
    if expected::is_refused(case, call) {
        counts.refused += 1;
        assert_eq!(requests, [], "{name}");
        match outcome {
            Err(Error::Invalid(details)) => {
                let said = details.message();
                let is_whole = said.ends_with("nothing was sent");
                assert!(
                    is_whole || said.contains("is not a microversion"),
                    "{name}: {said}"
                );
            }
            other => panic!("{name}: not refused but {other:?}"),
        }
        return;
    }
    assert_eq!(requests.len(), 1, "{name}: {outcome:?}");
    check_request(case, call, &requests[0]);
    let is_exact = call.is_exact(case);
    *(if is_exact {
        &mut counts.exact
    } else {
        &mut counts.near
    }) += 1;
    match (case.status, outcome) {
        (200..=299, Ok(value)) => assert_eq!(value, expected::value(case, call), "{name}"),
        (200..=299, Err(error)) => panic!("{name}: {error}"),
        (_, Ok(value)) => panic!("{name}: no error but {value}"),
        (_, Err(error)) => check_error(case, call, &error, &server),
    }
}

/// Whether the crate sent what was recorded, as far as it can send that.
fn check_request(case: &Recorded, call: &Call, sent: &Request) {
    let (name, asked) = (&case.name, &case.request);
    assert_eq!(sent.method, asked.method, "{name}");
    assert_eq!(sent.segments(), asked.segments(), "{name}");
    let version = call
        .microversion
        .as_ref()
        .map(|version| format!("compute {version}"));
    assert_eq!(
        sent.header("openstack-api-version"),
        version.as_deref(),
        "{name}"
    );
    if !call.is_exact(case) {
        return;
    }
    let (mut sent_query, mut asked_query) = (pairs(sent), pairs(asked));
    if matches!(call.verb, Verb::List { .. }) && !asked.target.contains("limit=") {
        // It never asks for a list without an end.
        asked_query.push(("limit".to_owned(), "1000".to_owned()));
    }
    if !asked.target.contains("page_size=") {
        // How Nova asks Glance is the crate's to say.
        sent_query.retain(|(name, _)| name != "page_size");
    }
    sent_query.sort();
    asked_query.sort();
    assert_eq!(sent_query, asked_query, "{name}");
    if asked.body.is_empty() {
        assert_eq!(sent.body, "", "{name}");
    } else {
        assert_eq!(sent.json(), asked.json(), "{name}");
        assert_eq!(
            sent.header("content-type"),
            Some("application/json"),
            "{name}"
        );
    }
}

fn check_error(case: &Recorded, call: &Call, error: &Error, server: &Server) {
    let name = &case.name;
    let expected = expected::refusal(case, call);
    assert_eq!(expected::told(error), expected, "{name}");
    // The whole line that a person sees, the services' capitals aside.
    let whole = format!(
        "{} {}: {} {}: {} (request id {})",
        case.request.method,
        server.url(&server.requests()[0].target),
        case.status,
        case.reason,
        expected.words,
        expected.request_id
    );
    assert_eq!(
        error.to_string().to_lowercase(),
        whole.to_lowercase(),
        "{name}"
    );
}

#[test]
fn every_recorded_answer_comes_out_as_it_reads() {
    replay_all(Wire::Close);
}

#[test]
fn every_recorded_answer_comes_out_the_same_on_a_connection_that_stays() {
    replay_all(Wire::KeepAlive);
}

#[test]
fn every_recorded_answer_comes_out_the_same_without_its_length() {
    replay_all(Wire::NoLength);
}

#[test]
fn a_recorded_next_link_is_followed_as_it_was_recorded() {
    let (first, second) = (Recorded::named("02-04"), Recorded::named("02-06"));
    for wire in [Wire::Close, Wire::KeepAlive, Wire::NoLength] {
        let server = Server::playing([first.answer(wire), second.answer(wire)]);
        let list = ListImages::new().page_size(2).limit(4);
        let images = server.compute().list_images(list);
        let images: Vec<_> = images.map(|image| image.map(|image| image.id)).collect();
        let ids: Vec<_> = images.into_iter().map(|id| id.expect("an image")).collect();

        let recorded = [first.json(), second.json()].map(Option::unwrap_or_default);
        let recorded = recorded.iter().filter_map(|page| page["images"].as_array());
        let recorded = recorded.flatten().map(|image| image["id"].as_str());
        assert_eq!(recorded.collect::<Option<Vec<_>>>().expect("ids"), ids);
        let asked = [&first, &second].map(Recorded::query);
        let sent: Vec<_> = server.requests().iter().map(pairs).collect();
        assert_eq!(sent, asked);
    }
}

#[test]
fn the_recorded_answers_are_of_every_sort() {
    let all = Recorded::all();
    for group in 1..=10 {
        let of_group = all
            .iter()
            .filter(|case| case.name.starts_with(&format!("{group:02}-")));
        assert!(of_group.count() >= 3, "group {group}");
    }
    let mut statuses: Vec<_> = all.iter().map(|case| case.status).collect();
    statuses.sort_unstable();
    statuses.dedup();
    let every = [200, 201, 204, 400, 401, 403, 404, 406, 413, 500, 503];
    assert_eq!(statuses, every);
    let images = all
        .iter()
        .filter_map(Recorded::json)
        .map(|body| body["image"]["status"].clone());
    let images: Vec<_> = images.filter(Value::is_string).collect();
    for status in ["ACTIVE", "SAVING", "UNKNOWN"] {
        assert!(images.contains(&Value::from(status)), "{status}");
    }
}
