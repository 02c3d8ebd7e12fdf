//! Properties of any list, any string and any JSON, checked with random input.
//!
//! The generator is in `support/random.rs`, because the usual crates require a newer
//! Rust than this crate.

use std::env;
use std::sync::atomic::{AtomicUsize, Ordering};

use opencloud::compute::v2::{Image, Images, ListImages, Metadata};
use opencloud::{ErrorKind, OpenStack, Result};
use serde_json::{Value, json};

use crate::support::random::{Random, for_any};
use crate::support::{COMPUTE, Nova, Request, Response, Server, fault, id};

/// A fault from which the crate recovers.
#[derive(Clone, Copy, Debug)]
enum Recoverable {
    Status(u16),
    Reset,
    Cut,
    Unauthorized,
}

impl Recoverable {
    const ALL: [Self; 7] = [
        Self::Status(429),
        Self::Status(502),
        Self::Status(503),
        Self::Status(504),
        Self::Reset,
        Self::Cut,
        Self::Unauthorized,
    ];

    /// The faulty response that replaces this one.
    fn response(self, correct: Response, random: &mut Random) -> Response {
        match self {
            Self::Status(status) => Response::empty(status).header("Retry-After", "0"),
            Self::Reset => Response::reset(),
            Self::Cut => {
                let cut = random.below(correct.bytes().len());
                correct.cut(cut)
            }
            Self::Unauthorized => fault(401, "error", "no"),
        }
    }
}

/// A server with these responses and random faults: for each request at most one 401
/// response, and at most two other faults, each of which counts as an attempt.
pub(crate) fn faulty(
    mut respond: impl FnMut(&Request) -> Response + Send + 'static,
    mut random: Random,
    interval: usize,
) -> Server {
    let server = Server::start();
    let tokens: Vec<_> = (0..200)
        .map(|number| server.token(&format!("t{number}")))
        .collect();
    let (mut issued, mut attempts, mut unauthorized) = (0, 0, false);
    server.set_handler(move |request: &Request| {
        if request.method == "POST" {
            issued += 1;
            return tokens[issued].clone();
        }
        let correct = respond(request);
        let fault = random.one_of(&Recoverable::ALL);
        let is_401 = matches!(fault, Recoverable::Unauthorized);
        let is_allowed = if is_401 { !unauthorized } else { attempts < 2 };
        if !is_allowed || !random.once_in(interval) {
            (attempts, unauthorized) = (0, false);
            return correct;
        }
        attempts += usize::from(!is_401);
        unauthorized |= is_401;
        fault.response(correct, &mut random)
    });
    server
}

/// The ids of the list, by a random way to iterate.
fn ids(mut list: Images, random: &mut Random) -> Result<Vec<String>> {
    if random.once_in(3) {
        list = list.prefetch();
    }
    let first: Vec<_> = list.by_ref().take(random.below(4)).collect();
    let rest: Vec<_> = if random.once_in(2) {
        let pages = list.pages().collect::<Result<Vec<_>>>()?;
        pages.into_iter().flatten().map(Ok).collect()
    } else {
        list.collect()
    };
    first
        .into_iter()
        .chain(rest)
        .map(|image| image.map(|image| image.id))
        .collect()
}

#[test]
fn any_list_is_complete_for_every_way_of_paging_and_recoverable_fault() {
    for_any(100, |random, size| {
        let mut nova = Nova {
            most: 1 + random.below(12),
            links: !random.once_in(3),
            ignores_limit: random.once_in(8),
            ..Nova::new(random.below(size + 1))
        };
        // Without next links, a page that is shorter than requested is the last.
        let page_size = 1 + random.below(if nova.links { 15 } else { nova.most });
        let limit = random.once_in(2).then(|| random.below(size + 3));
        let mut list =
            ListImages::new().page_size(u32::try_from(page_size).expect("a small number"));
        if let Some(limit) = limit {
            list = list.limit(limit as u64);
        }
        let context = format!("{nova:?}, {list:?}");
        let count = limit.unwrap_or(usize::MAX).min(nova.images.len());
        let interval = 2 + random.below(8);
        let server = faulty(
            move |request| nova.respond(request),
            Random(random.number()),
            interval,
        );
        let openstack = OpenStack::new(server.options()).expect("valid options");
        let compute = openstack.compute_v2().expect("a service");
        let ids = ids(compute.list_images(list), random).expect(&context);
        assert_eq!(ids, (0..count).map(id).collect::<Vec<_>>(), "{context}");
    });
}

/// An operation on an image, with a key and a value.
type Call = fn(&mut Image, &str, &str) -> Result<()>;

/// A server that has every image and item, and returns the metadata that is set.
fn accepting() -> Server {
    Server::with_handler(|request| {
        if request.method == "DELETE" {
            return Response::empty(204);
        }
        if !request.body.is_empty() {
            return Response::ok(&request.json());
        }
        let segments = request.segments();
        let key = segments.last().expect("a segment");
        Response::ok(&json!({"image": {"id": segments[2]}, "meta": {key: "v"}}))
    })
}

#[test]
fn any_id_key_and_value_is_sent_unchanged_or_rejected() {
    let (sent, rejected) = (AtomicUsize::new(0), AtomicUsize::new(0));
    for_any(700, |random, size| {
        let [id, key, value] = [2, 2, size].map(|size| random.text(size));
        let below = |path: &[&str]| {
            let path = [&[COMPUTE.trim_start_matches('/'), "images", &*id], path].concat();
            path.into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        let (item, metadata) = (below(&["metadata", &key]), below(&["metadata"]));
        let pair = json!({&key: &value});
        let calls: [(Call, _, _); 7] = [
            (|image, _, _| image.retrieve(), below(&[]), Value::Null),
            (|image, _, _| image.delete(), below(&[]), Value::Null),
            (
                |image, key, _| image.get_metadata_item(key).map(drop),
                item.clone(),
                Value::Null,
            ),
            (
                |image, key, _| image.delete_metadata_item(key),
                item.clone(),
                Value::Null,
            ),
            (
                Image::set_metadata_item,
                item.clone(),
                json!({"meta": pair}),
            ),
            (
                |i, k, v| i.merge_metadata([(k, v)]),
                metadata.clone(),
                json!({"metadata": pair}),
            ),
            (
                |i, k, v| i.reset_metadata([(k, v)]),
                metadata.clone(),
                json!({"metadata": pair}),
            ),
        ];
        for (call, path, body) in calls {
            let server = accepting();
            let outcome = call(&mut server.compute().get_image(&id), &key, &value);
            let requests = server.requests();
            if let Err(error) = outcome {
                assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error:?}");
                assert_eq!(requests, [], "{id:?}, {key:?}, {value:?}");
                rejected.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            let [request] = &*requests else {
                panic!("{requests:?}")
            };
            assert_eq!(request.segments(), path);
            let received = if request.body.is_empty() {
                Value::Null
            } else {
                request.json()
            };
            assert_eq!(received, body);
            sent.fetch_add(1, Ordering::Relaxed);
        }
    });
    if env::var_os("OPENCLOUD_TEST_SEED").is_none() {
        let (sent, rejected) = (sent.into_inner(), rejected.into_inner());
        assert!(
            sent > rejected && rejected > 0,
            "{sent} sent, {rejected} rejected"
        );
    }
}

#[test]
fn any_metadata_survives_a_round_trip() {
    for_any(4000, |random, _| {
        let sent = random.map(3);
        let text = serde_json::to_string(&sent).expect("JSON");
        let metadata: Metadata = serde_json::from_str(&text).expect("metadata");
        assert_eq!(
            serde_json::to_value(&metadata).expect("JSON"),
            Value::from(sent.clone())
        );
        let again: Metadata = serde_json::from_value(sent.clone().into()).expect("metadata");
        assert_eq!(again, metadata);
        for (key, value) in &sent {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            assert_eq!(metadata.get(key), Some(&*text));
        }
        assert_eq!(metadata.len(), sent.len());
    });
}

/// An image whose fields have random values.
fn any_image(random: &mut Random, number: usize) -> Value {
    const FIELDS: [&str; 12] = [
        "name",
        "status",
        "progress",
        "minDisk",
        "minRam",
        "OS-EXT-IMG-SIZE:size",
        "created",
        "updated",
        "metadata",
        "links",
        "server",
        "OS-DCF:diskConfig",
    ];
    let mut image = random.map(2);
    for field in FIELDS {
        let typical = [
            json!("ACTIVE"),
            json!(50),
            json!("2026-11-23T12:00:00Z"),
            json!("2026-11-23T12:00:00.000001+01:00"),
            json!([{"rel": "self", "href": random.text(3)}]),
            json!({"id": "s", "links": [{"rel": "bookmark", "href": "h", "type": random.json(1)}]}),
            Value::from(random.map(1)),
        ];
        match random.below(3) {
            0 => {}
            1 => drop(image.insert(field.to_owned(), random.one_of(&typical))),
            _ => drop(image.insert(field.to_owned(), random.json(2))),
        }
    }
    image.insert("id".to_owned(), id(number).into());
    image.into()
}

#[test]
fn any_image_is_decoded_and_survives_a_round_trip() {
    for_any(100, |random, size| {
        let list = |images: Vec<Value>| {
            let page = Response::ok(&json!({"images": images}));
            let server = Server::with_handler(move |_| page.clone());
            let list = server.compute().list_images(ListImages::detailed());
            let images = list.collect::<Result<Vec<_>>>().expect("a list");
            let serialize = |image| serde_json::to_value(image).expect("JSON");
            images.iter().map(serialize).collect::<Vec<_>>()
        };
        let sent: Vec<_> = (0..=size).map(|number| any_image(random, number)).collect();
        let serialized = list(sent.clone());
        assert_eq!(serialized.len(), sent.len());
        assert_eq!(list(serialized.clone()), serialized);
    });
}
