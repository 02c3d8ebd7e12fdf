//! Next links: how they are used, and which page is the last.

use opencloud::compute::v2::ListImages;
use serde_json::json;

use crate::lists::{all, targets};
use crate::support::{Response, Server, id, images, next_link};

#[test]
fn only_the_query_of_a_next_link_is_used() {
    for link in [
        "http://inside.example:8774/v2.1/images?limit=2&marker=m-1&x=a%26b",
        "https://evil.example/steal?marker=m-1&x=a%26b",
        "http://user:pass@evil.example/?marker=m-1&x=a%26b#f",
        "file:///etc/passwd?marker=m-1&x=a%26b",
        "?marker=m-1&x=a%26b",
        "/v2.1/images?x=a%26b&marker=m-1",
        "images?name=n&x=a%26b&marker=m-1",
        "images?name=another&x=a%26b&marker=m-1",
        "not a url at all?x=a%26b&marker=m-1",
        "\u{1}\r\n://?x=a%26b&marker=m-1",
    ] {
        let server = Server::with_responses([
            Response::ok(&next_link(images(0..2), link)),
            Response::ok(&images(2..3)),
        ]);
        let list = server
            .compute()
            .list_images(ListImages::new().page_size(2).name("n"));
        assert_eq!(all(list).expect("a list"), [0, 1, 2], "{link}");
        assert_eq!(
            targets(&server),
            [
                "images?name=n&limit=2",
                "images?name=n&x=a%26b&limit=2&marker=m-1"
            ],
            "{link}"
        );
        let token = server.requests()[1]
            .header("x-auth-token")
            .map(str::to_owned);
        assert_eq!(token.as_deref(), Some(crate::support::TOKEN));
    }
}

#[test]
fn after_a_next_link_without_a_marker_the_last_id_is_the_marker() {
    for link in [
        "",
        "http://h/images",
        "http://h/images?limit=2",
        "?marker=",
        "%%%",
        "?%zz=%",
    ] {
        let server = Server::with_responses([
            Response::ok(&next_link(images(0..2), link)),
            Response::ok(&images(2..3)),
        ]);
        let list = server.compute().list_images(ListImages::new().page_size(2));
        assert_eq!(all(list).expect("a list"), [0, 1, 2], "{link}");
        assert!(
            targets(&server)[1].ends_with(&format!("limit=2&marker={}", id(1))),
            "{link}"
        );
    }
}

#[test]
fn a_next_link_of_a_megabyte_is_an_error() {
    let link = format!("http://h/?marker={}", "m".repeat(1024 * 1024));
    let server = Server::with_responses([Response::ok(&next_link(images(0..2), &link))]);
    let error = all(server.compute().list_images(ListImages::new().page_size(2)));
    assert_eq!(
        error.expect_err("an error").to_string(),
        "the URL is too long, or a header is invalid; nothing was sent"
    );
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn invalid_next_links_are_ignored() {
    for links in [
        json!(null),
        json!([]),
        json!({}),
        json!("x"),
        json!([null, {"rel": "next"}]),
    ] {
        let mut page = images(0..2);
        page["images_links"] = links;
        let server = Server::with_responses([Response::ok(&page), Response::ok(&images(2..3))]);
        let list = server.compute().list_images(ListImages::new().page_size(2));
        assert_eq!(all(list).expect("a list"), [0, 1, 2]);
    }
}

#[test]
fn a_short_page_is_the_last_unless_it_has_a_next_link() {
    let server = Server::with_responses([
        Response::ok(&next_link(images(0..1), "?marker=a")),
        Response::ok(&next_link(images(1..2), "?marker=b")),
        Response::ok(&images(2..4)),
    ]);
    let list = server.compute().list_images(ListImages::new().page_size(3));
    assert_eq!(all(list).expect("a list"), [0, 1, 2, 3]);
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn an_empty_page_is_the_last_even_with_a_next_link() {
    let server = Server::with_responses([
        Response::ok(&images(0..2)),
        Response::ok(&next_link(images(0..0), "?marker=more")),
    ]);
    let list = server.compute().list_images(ListImages::new().page_size(2));
    assert_eq!(all(list).expect("a list"), [0, 1]);
    assert_eq!(server.requests().len(), 2);
}
