//! Filters of a list: the query that is sent.

use opencloud::ErrorKind;
use opencloud::compute::v2::{ImageStatus, ListImages};

use crate::support::{Response, Server, images};

/// The query of a list request with these options, without `limit`: as sent, and
/// decoded.
#[track_caller]
fn query(list: ListImages) -> (String, Vec<(String, String)>) {
    let server = Server::with_handler(|_| Response::ok(&images(0..1)));
    server
        .compute()
        .list_images(list.page_size(9))
        .next()
        .expect("an item")
        .expect("an image");
    let request = server.requests().remove(0);
    let (_, query) = request.target.split_once('?').expect("a query");
    let query = query
        .trim_end_matches("limit=9")
        .trim_end_matches('&')
        .to_owned();
    let pairs = url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    (query, pairs)
}

#[test]
fn every_filter_is_sent_under_its_parameter_name() {
    let (sent, _) = query(
        ListImages::new()
            .name("cirros")
            .changes_since("2026-11-23T12:00:00Z")
            .server("http://nova/servers/1")
            .status(ImageStatus::Active)
            .image_type("snapshot")
            .min_disk(20)
            .min_ram(512)
            .property("architecture", "x86_64"),
    );
    assert_eq!(
        sent,
        "name=cirros&changes-since=2026-11-23T12%3A00%3A00Z&server=http%3A%2F%2Fnova%2Fservers%2F1\
         &status=ACTIVE&type=snapshot&minDisk=20&minRam=512&property-architecture=x86_64"
    );
}

#[test]
fn special_characters_in_filter_values_are_percent_encoded() {
    for text in [
        "2026-11-23T12:00:00+01:00",
        "a&b=c;d#e?f%41 g+h:i/j",
        "\r\nX-Evil: 1\0",
        "in:a,b",
        "дата \u{1f4be}",
        "",
    ] {
        let (sent, pairs) = query(ListImages::new().name(text).changes_since(text));
        // Glance treats the text before a colon as an operator.
        let name = if text.contains(':') {
            format!("eq:{text}")
        } else {
            text.to_owned()
        };
        let expected = [
            ("name".to_owned(), name),
            ("changes-since".to_owned(), text.to_owned()),
        ];
        assert_eq!(pairs, expected, "{sent}");
        assert!(sent.bytes().all(|byte| byte.is_ascii_graphic()), "{sent}");
    }
}

#[test]
fn a_timestamp_is_sent_in_utc() {
    let time: jiff::Timestamp = "2026-11-23T12:00:00.5+01:00".parse().expect("a time");
    let (sent, _) = query(ListImages::new().changes_since(time));
    assert_eq!(sent, "changes-since=2026-11-23T11%3A00%3A00.5Z");
}

#[test]
fn a_status_selects_all_glance_states_that_nova_maps_to_it() {
    for (status, sent) in [
        (ImageStatus::Active, "ACTIVE"),
        (ImageStatus::Saving, "in:queued,saving"),
        (ImageStatus::Deleted, "in:deleted,pending_delete"),
        (ImageStatus::Error, "killed"),
        (ImageStatus::Unknown, "in:deactivated,importing,uploading"),
        (ImageStatus::Other("deactivated".into()), "deactivated"),
        ("SAVING".into(), "in:queued,saving"),
    ] {
        let (_, pairs) = query(ListImages::new().status(status));
        assert_eq!(pairs, [("status".to_owned(), sent.to_owned())]);
    }
}

#[test]
fn a_filter_set_twice_is_sent_once_with_the_last_value() {
    let (sent, _) = query(ListImages::new().name("a").min_ram(1).name("b"));
    assert_eq!(sent, "minRam=1&name=b");
}

#[test]
fn a_property_name_that_nova_would_mangle_is_rejected_before_a_request() {
    let server = Server::start();
    for (name, kept) in [
        ("os_distro", "s_distro"),
        ("type", ""),
        ("property-x", "x"),
        ("ramdisk_id", "amdisk_id"),
        ("-", ""),
    ] {
        let mut list = server
            .compute()
            .list_images(ListImages::new().property(name, "x"));
        let error = list.next().expect("an item").expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error:?}");
        assert_eq!(
            error.to_string(),
            format!(
                "Nova cannot filter by property {name:?}: it strips the characters of \
                 \"property-\" from the start of the name and searches for {kept:?}; compare \
                 the metadata of a detailed list instead; nothing was sent"
            )
        );
        assert!(list.next().is_none());
    }
    let mut pages = server
        .compute()
        .list_images(ListImages::new().property("", "x"))
        .pages();
    let error = pages.next().expect("an item").expect_err("an error");
    assert_eq!(
        error.to_string(),
        "a property filter has an empty name; nothing was sent"
    );
    assert!(pages.next().is_none());
    assert_eq!(server.requests(), []);
}

#[test]
fn a_page_size_of_zero_is_rejected_before_a_request() {
    let server = Server::start();
    let mut list = server.compute().list_images(ListImages::new().page_size(0));
    let error = list.next().expect("an item").expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error:?}");
    assert_eq!(
        error.to_string(),
        "the page size must not be 0; nothing was sent"
    );
    assert_eq!(server.requests(), []);
}
