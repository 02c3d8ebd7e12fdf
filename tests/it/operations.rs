//! Every operation on one image: what it sends, and what it does to the image here.

use std::time::Duration;

use opencloud::compute::v2::{Image, Metadata};
use opencloud::{Error, ErrorKind};
use serde_json::{Value, json};

use crate::support::{Answer, COMPUTE, Request, Server, TOKEN, fault, id, image, images};

const KEY: &str = "a b+c/d?e#f%41:ü";
const KEY_IN_A_PATH: &str = "a%20b+c%2Fd%3Fe%23f%2541:%C3%BC";

/// An image here that has `old` as its metadata, and what Nova shows of it.
fn old_image(server: &Server) -> Image {
    let mut image = server.compute().get_image(id(1));
    image.metadata = Metadata::from([("old", "1"), ("k", "0")]);
    image
}

fn metadata(items: &Value) -> Answer {
    Answer::ok(&json!({"metadata": items}))
}

fn as_json(metadata: &Metadata) -> Value {
    serde_json::to_value(metadata).expect("JSON")
}

/// The only request, and that it has all its headers and no others.
#[track_caller]
fn only(server: &Server) -> Request {
    let requests = server.requests();
    assert_eq!(requests.len(), 1, "{:?}", server.lines());
    let request = requests[0].clone();
    let mut headers = request.headers.clone();
    headers.sort();
    let length = request.body.len().to_string();
    let address = server.address().to_string();
    let mut expected = vec![("accept", "application/json")];
    if !request.body.is_empty() {
        expected.extend([
            ("content-length", &*length),
            ("content-type", "application/json"),
        ]);
    }
    expected.extend([
        ("host", &*address),
        (
            "user-agent",
            concat!("opencloud/", env!("CARGO_PKG_VERSION")),
        ),
        ("x-auth-token", TOKEN),
    ]);
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    assert_eq!(headers, expected);
    request
}

#[test]
fn retrieve_fills_every_field() {
    let server = Server::playing([Answer::ok(&json!({"image": {
        "id": id(1), "name": "cirros", "status": "SAVING", "progress": 25, "minDisk": 1,
        "minRam": 64, "OS-EXT-IMG-SIZE:size": 12345, "created": "2026-11-23T12:00:00Z",
        "updated": "2026-11-23T12:00:01Z", "metadata": {"architecture": "x86_64"},
        "OS-DCF:diskConfig": "AUTO",
        "server": {"id": "s", "links": [{"rel": "self", "href": "http://nova/servers/s"}]},
        "links": [{"rel": "self", "href": "http://nova/images/1"}],
    }}))]);
    let mut image = server.compute().get_image(id(1));
    assert_eq!(
        (&image.name, &image.status, image.links.len()),
        (&None, &None, 0)
    );
    image.retrieve().expect("an image");
    let request = only(&server);
    assert_eq!(request.line(), format!("GET {COMPUTE}/images/{}", id(1)));
    assert_eq!(request.body, "");
    assert_eq!(
        format!("{image:?}"),
        format!(
            "Image {{ id: \"{}\", name: Some(\"cirros\"), links: [Link {{ rel: \"self\", href: \
             \"http://nova/images/1\", kind: None }}], metadata: {{\"architecture\": \
             Text(\"x86_64\")}}, min_disk: Some(1), min_ram: Some(64), progress: Some(25), size: \
             Some(12345), status: Some(Saving), created: Some(2026-11-23T12:00:00Z), updated: \
             Some(2026-11-23T12:00:01Z), server: Some(ServerRef {{ id: \"s\", links: [Link {{ rel: \
             \"self\", href: \"http://nova/servers/s\", kind: None }}] }}), disk_config: \
             Some(Auto), .. }}",
            id(1)
        )
    );
}

#[test]
fn delete_sends_delete_and_takes_204() {
    let server = Server::playing([Answer::empty(204)]);
    server
        .compute()
        .get_image(id(1))
        .delete()
        .expect("a deletion");
    assert_eq!(
        only(&server).line(),
        format!("DELETE {COMPUTE}/images/{}", id(1))
    );
}

#[test]
fn get_metadata_gives_and_keeps_what_the_server_has() {
    let server = Server::playing([metadata(&json!({"a": "1", "kernel_id": null}))]);
    let mut image = old_image(&server);
    let got = image.get_metadata().expect("metadata");
    assert_eq!(
        only(&server).line(),
        format!("GET {COMPUTE}/images/{}/metadata", id(1))
    );
    assert_eq!(as_json(&got), json!({"a": "1", "kernel_id": null}));
    assert_eq!(image.metadata, got);
}

#[test]
fn reset_metadata_puts_and_takes_the_servers_answer() {
    let server = Server::playing([metadata(&json!({"a": "1", "added": "by the server"}))]);
    let mut image = old_image(&server);
    image.reset_metadata([("a", "1")]).expect("a reset");
    let request = only(&server);
    assert_eq!(
        request.line(),
        format!("PUT {COMPUTE}/images/{}/metadata", id(1))
    );
    assert_eq!(request.body, r#"{"metadata":{"a":"1"}}"#);
    assert_eq!(
        as_json(&image.metadata),
        json!({"a": "1", "added": "by the server"})
    );
}

#[test]
fn reset_metadata_with_nothing_sends_an_empty_map() {
    let server = Server::playing([metadata(&json!({}))]);
    let mut image = old_image(&server);
    image.reset_metadata([("", ""); 0]).expect("a reset");
    assert_eq!(only(&server).body, r#"{"metadata":{}}"#);
    assert!(image.metadata.is_empty());
}

#[test]
fn merge_metadata_posts_and_takes_the_servers_answer() {
    let server = Server::playing([metadata(&json!({"old": "1", "k": "v"}))]);
    let mut image = old_image(&server);
    image
        .merge_metadata([("k", "v"), ("n", "\0\n\"ü")])
        .expect("a merge");
    let request = only(&server);
    assert_eq!(
        request.line(),
        format!("POST {COMPUTE}/images/{}/metadata", id(1))
    );
    assert_eq!(
        request.json(),
        json!({"metadata": {"k": "v", "n": "\0\n\"ü"}})
    );
    assert_eq!(as_json(&image.metadata), json!({"old": "1", "k": "v"}));
}

#[test]
fn getting_an_item_remembers_it() {
    let server = Server::playing([Answer::ok(&json!({"meta": {KEY: "new"}}))]);
    let mut image = old_image(&server);
    assert_eq!(image.get_metadata_item(KEY).expect("an item"), "new");
    let expected = format!("GET {COMPUTE}/images/{}/metadata/{KEY_IN_A_PATH}", id(1));
    assert_eq!(only(&server).line(), expected);
    assert_eq!(
        as_json(&image.metadata),
        json!({"old": "1", "k": "0", KEY: "new"})
    );
}

#[test]
fn an_item_that_is_no_string_reads_as_its_json() {
    let server = Server::playing([Answer::ok(&json!({"meta": {"mappings": [{"a": null}]}}))]);
    let mut image = old_image(&server);
    assert_eq!(
        image.get_metadata_item("mappings").expect("an item"),
        r#"[{"a":null}]"#
    );
    assert_eq!(as_json(&image.metadata)["mappings"], json!([{"a": null}]));
}

#[test]
fn setting_an_item_takes_the_servers_answer() {
    let server = Server::playing([Answer::ok(&json!({"meta": {KEY: "as stored"}}))]);
    let mut image = old_image(&server);
    image.set_metadata_item(KEY, "new").expect("an item");
    let request = only(&server);
    let expected = format!("PUT {COMPUTE}/images/{}/metadata/{KEY_IN_A_PATH}", id(1));
    assert_eq!(request.line(), expected);
    assert_eq!(request.json(), json!({"meta": {KEY: "new"}}));
    assert_eq!(
        as_json(&image.metadata),
        json!({"old": "1", "k": "0", KEY: "as stored"})
    );
}

#[test]
fn an_item_is_kept_under_the_key_that_the_server_stores() {
    let server = Server::playing([Answer::ok(&json!({"meta": {" k ": "v"}}))]);
    let mut image = old_image(&server);
    image.set_metadata_item(" k ", "v").expect("an item");
    assert_eq!(as_json(&image.metadata), json!({"old": "1", "k": "v"}));
}

#[test]
fn deleting_an_item_takes_it_away_here_too() {
    let server = Server::playing([Answer::empty(204)]);
    let mut image = old_image(&server);
    image.delete_metadata_item("k").expect("a deletion");
    assert_eq!(
        only(&server).line(),
        format!("DELETE {COMPUTE}/images/{}/metadata/k", id(1))
    );
    assert_eq!(as_json(&image.metadata), json!({"old": "1"}));
}

#[test]
fn a_refusal_leaves_the_image_as_it_was() {
    let refused = || fault(400, "badRequest", "no");
    let server = Server::answering(move |_| refused());
    let mut image = old_image(&server);
    image.retrieve().expect_err("an error");
    image.get_metadata().expect_err("an error");
    image.reset_metadata([("a", "b")]).expect_err("an error");
    image.merge_metadata([("a", "b")]).expect_err("an error");
    image.get_metadata_item("k").expect_err("an error");
    image.set_metadata_item("k", "v").expect_err("an error");
    image.delete_metadata_item("k").expect_err("an error");
    image.delete().expect_err("an error");
    assert_eq!(server.requests().len(), 8);
    assert_eq!(as_json(&image.metadata), json!({"old": "1", "k": "0"}));
}

#[test]
fn an_id_or_key_that_changes_the_path_is_refused_before_anything_is_sent() {
    let server = Server::start();
    let compute = server.compute();
    for bad in ["", ".", "..", "a\n"] {
        let refused = |error: Error| {
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error:?}");
            assert_eq!(
                error.to_string(),
                format!(
                    "invalid id or key {bad:?}: it must not be empty, \".\" or \"..\", or contain \
                     control characters; nothing was sent"
                )
            );
        };
        let mut image = compute.get_image(bad);
        refused(image.retrieve().expect_err("an error"));
        refused(image.delete().expect_err("an error"));
        refused(image.get_metadata().expect_err("an error"));
        refused(image.reset_metadata([("a", "b")]).expect_err("an error"));
        refused(image.merge_metadata([("a", "b")]).expect_err("an error"));
        refused(image.get_metadata_item("k").expect_err("an error"));
        refused(
            image
                .wait_until_active(Duration::ZERO)
                .expect_err("an error"),
        );
        refused(
            image
                .wait_until_deleted(Duration::ZERO)
                .expect_err("an error"),
        );
        let mut image = compute.get_image("i");
        refused(image.get_metadata_item(bad).expect_err("an error"));
        refused(image.set_metadata_item(bad, "v").expect_err("an error"));
        refused(image.delete_metadata_item(bad).expect_err("an error"));
    }
    assert_eq!(server.requests(), []);
}

#[test]
fn an_image_of_a_listing_can_do_what_one_by_id_can() {
    let server = Server::playing([Answer::ok(&images(1..2)), Answer::empty(204)]);
    let image = server
        .compute()
        .list_images(false)
        .next()
        .expect("an item")
        .expect("an image");
    image.delete().expect("a deletion");
    assert_eq!(
        server.lines(),
        [
            format!("GET {COMPUTE}/images?page_size=1000&limit=1000"),
            format!("DELETE {COMPUTE}/images/{}", id(1))
        ]
    );
}

#[test]
fn an_answer_about_another_image_or_item_is_an_error() {
    let server = Server::playing([
        Answer::ok(&json!({"image": image(2)})),
        Answer::ok(&json!({"meta": {"other": "x"}})),
        Answer::ok(&json!({"metadata": [1]})),
    ]);
    let mut ours = server.compute().get_image(id(1));
    let url = server.url(&format!("{COMPUTE}/images/{}", id(1)));
    assert_eq!(
        ours.retrieve().expect_err("another image").to_string(),
        format!("GET {url}: 200 OK: it is about another image, {:?}", id(2))
    );
    assert_eq!(
        ours.get_metadata_item("k")
            .expect_err("another item")
            .to_string(),
        format!("GET {url}/metadata/k: 200 OK: there is no item \"k\" in \"meta\"")
    );
    assert_eq!(
        format!(
            "{:#}",
            anyhow::Error::new(ours.get_metadata().expect_err("no map"))
        ),
        format!(
            "GET {url}/metadata: 200 OK: the body is not an object with \"metadata\": invalid type: \
             sequence, expected a map of metadata at line 1 column 12"
        )
    );
}
