//! Every operation on one image: its request, and the changed fields of the image.

use opencloud::compute::v2::{Image, Metadata};
use serde_json::{Value, json};

use crate::support::{COMPUTE, Request, Response, Server, TOKEN, fault, id, image, images};

const KEY: &str = "a b+c?e#f%41:ü";
const ENCODED_KEY: &str = "a%20b+c%3Fe%23f%2541:%C3%BC";

/// An image that already has metadata.
fn image_with_metadata(server: &Server) -> Image {
    let mut image = server.compute().get_image(id(1));
    image.metadata = Metadata::from([("old", "1"), ("k", "0")]);
    image
}

fn metadata(items: &Value) -> Response {
    Response::ok(&json!({"metadata": items}))
}

fn as_json(metadata: &Metadata) -> Value {
    serde_json::to_value(metadata).expect("JSON")
}

/// The only request; checks that it has exactly the expected headers.
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
fn retrieve_sets_every_field() {
    let server = Server::with_responses([Response::ok(&json!({"image": {
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
             Some(Auto), extra: {{}}, service: Some(Service {{ type: \"compute\", \
             endpoint: \"{}\", .. }}) }}",
            id(1),
            server.url(COMPUTE)
        )
    );
}

#[test]
fn delete_sends_a_delete_request() {
    let server = Server::with_responses([Response::empty(204)]);
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
fn get_metadata_returns_and_stores_the_metadata() {
    let server = Server::with_responses([metadata(&json!({"a": "1", "kernel_id": null}))]);
    let mut image = image_with_metadata(&server);
    let returned = image.get_metadata().expect("metadata");
    assert_eq!(
        only(&server).line(),
        format!("GET {COMPUTE}/images/{}/metadata", id(1))
    );
    assert_eq!(as_json(&returned), json!({"a": "1", "kernel_id": null}));
    assert_eq!(image.metadata, returned);
}

#[test]
fn reset_metadata_sends_put_and_stores_the_response() {
    let server = Server::with_responses([metadata(&json!({"a": "1", "added": "by the server"}))]);
    let mut image = image_with_metadata(&server);
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
fn reset_metadata_without_items_sends_an_empty_map() {
    let server = Server::with_responses([metadata(&json!({}))]);
    let mut image = image_with_metadata(&server);
    image.clear_metadata().expect("a reset");
    assert_eq!(only(&server).body, r#"{"metadata":{}}"#);
    assert!(image.metadata.is_empty());
}

#[test]
fn merge_metadata_sends_post_and_stores_the_response() {
    let server = Server::with_responses([metadata(&json!({"old": "1", "k": "v"}))]);
    let mut image = image_with_metadata(&server);
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
fn get_metadata_item_returns_and_stores_the_item() {
    let server = Server::with_responses([Response::ok(&json!({"meta": {KEY: "new"}}))]);
    let mut image = image_with_metadata(&server);
    assert_eq!(image.get_metadata_item(KEY).expect("an item"), "new");
    let expected = format!("GET {COMPUTE}/images/{}/metadata/{ENCODED_KEY}", id(1));
    assert_eq!(only(&server).line(), expected);
    assert_eq!(
        as_json(&image.metadata),
        json!({"old": "1", "k": "0", KEY: "new"})
    );
}

#[test]
fn an_item_that_is_not_a_string_is_returned_as_json_text() {
    let server =
        Server::with_responses([Response::ok(&json!({"meta": {"mappings": [{"a": null}]}}))]);
    let mut image = image_with_metadata(&server);
    assert_eq!(
        image.get_metadata_item("mappings").expect("an item"),
        r#"[{"a":null}]"#
    );
    assert_eq!(as_json(&image.metadata)["mappings"], json!([{"a": null}]));
}

#[test]
fn set_metadata_item_sends_put_and_stores_the_response() {
    let server = Server::with_responses([Response::ok(&json!({"meta": {KEY: "as stored"}}))]);
    let mut image = image_with_metadata(&server);
    image.set_metadata_item(KEY, "new").expect("an item");
    let request = only(&server);
    let expected = format!("PUT {COMPUTE}/images/{}/metadata/{ENCODED_KEY}", id(1));
    assert_eq!(request.line(), expected);
    assert_eq!(request.json(), json!({"meta": {KEY: "new"}}));
    assert_eq!(
        as_json(&image.metadata),
        json!({"old": "1", "k": "0", KEY: "as stored"})
    );
}

#[test]
fn an_item_is_stored_under_the_key_without_surrounding_spaces() {
    let server = Server::with_responses([Response::ok(&json!({"meta": {" k ": "v"}}))]);
    let mut image = image_with_metadata(&server);
    image.set_metadata_item(" k ", "v").expect("an item");
    assert_eq!(as_json(&image.metadata), json!({"old": "1", "k": "v"}));
}

#[test]
fn delete_metadata_item_removes_the_item_from_the_image() {
    let server = Server::with_responses([Response::empty(204)]);
    let mut image = image_with_metadata(&server);
    image.delete_metadata_item("k").expect("a deletion");
    assert_eq!(
        only(&server).line(),
        format!("DELETE {COMPUTE}/images/{}/metadata/k", id(1))
    );
    assert_eq!(as_json(&image.metadata), json!({"old": "1"}));
}

#[test]
fn a_failed_operation_does_not_change_the_image() {
    let rejected = || fault(400, "badRequest", "no");
    let server = Server::with_handler(move |_| rejected());
    let mut image = image_with_metadata(&server);
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
fn an_image_of_a_list_can_be_deleted() {
    let server = Server::with_responses([Response::ok(&images(1..2)), Response::empty(204)]);
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
fn a_response_about_another_image_or_item_is_an_error() {
    let server = Server::with_responses([
        Response::ok(&json!({"image": image(2)})),
        Response::ok(&json!({"meta": {"other": "x"}})),
        Response::ok(&json!({"metadata": [1]})),
    ]);
    let mut image_1 = server.compute().get_image(id(1));
    let url = server.url(&format!("{COMPUTE}/images/{}", id(1)));
    assert_eq!(
        image_1.retrieve().expect_err("an error").to_string(),
        format!("GET {url}: 200 OK: the image has another id, {:?}", id(2))
    );
    assert_eq!(
        image_1
            .get_metadata_item("k")
            .expect_err("an error")
            .to_string(),
        format!("GET {url}/metadata/k: 200 OK: \"meta\" has no item \"k\"")
    );
    assert_eq!(
        format!(
            "{:#}",
            anyhow::Error::new(image_1.get_metadata().expect_err("an error"))
        ),
        format!("GET {url}/metadata: 200 OK: \"metadata\" is not an object")
    );
}
