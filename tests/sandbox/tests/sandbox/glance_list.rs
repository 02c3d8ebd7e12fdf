//! The lists of Glance.

use std::time::Duration;

use opencloud_sandbox::{NewImage, Sandbox};

use crate::http::{glance, glance_as, glance_error};

/// Lists images, and returns their names and the path of the next page.
#[track_caller]
fn page(sandbox: &Sandbox, query: &str) -> (Vec<String>, Option<String>) {
    let (status, body) = glance(sandbox, "GET", &format!("/images{query}"), "");
    assert_eq!(status, "200 OK", "{query}");
    let text = |rest: &str| rest.split('"').next().unwrap().to_owned();
    let names = body.split("\"name\": \"").skip(1).map(text).collect();
    let next = body
        .split_once("\"next\": \"/v2")
        .map(|(_, rest)| text(rest));
    (names, next)
}

/// A sandbox with images of these names, the first of which is the newest.
fn with_images<const N: usize>(names: [&str; N], change: fn(NewImage) -> NewImage) -> Sandbox {
    let sandbox = Sandbox::builder().empty().start();
    for (age, name) in (0..).zip(names) {
        let image = NewImage::named(name).age(Duration::from_secs(age));
        sandbox.add_image(change(image));
    }
    sandbox
}

#[track_caller]
fn assert_error(query: &str, status: &str, message: &str) {
    let sandbox = with_images(["a"], |it| it);
    assert_eq!(
        glance(&sandbox, "GET", &format!("/images?{query}"), ""),
        glance_error(status, message),
        "{query}"
    );
}

#[test]
fn a_list_has_links_with_its_query() {
    let sandbox = Sandbox::builder().empty().start();
    let list = |query: &str| glance(&sandbox, "GET", &format!("/images{query}"), "").1;
    assert_eq!(
        list(""),
        r#"{"images": [], "first": "/v2/images", "schema": "/v2/schemas/images"}"#
    );
    assert_eq!(
        list("?limit=2&name=a+b&limit=3&marker="),
        glance_error("400 Bad Request", "No image found with ID ").1
    );
    assert_eq!(
        list("?name=a%20b&limit=2&bogus"),
        r#"{"images": [], "first": "/v2/images?name=a+b&limit=2&bogus=", "schema": "/v2/schemas/images"}"#
    );
}

#[test]
fn a_page_without_a_limit_has_25_images() {
    let sandbox = Sandbox::builder().empty().start();
    sandbox.add_images(30);
    let (names, next) = page(&sandbox, "");
    assert_eq!((names.len(), &*names[24]), (25, "seed-00025"));
    let (names, next) = page(&sandbox, &next.unwrap()["/images".len()..]);
    assert_eq!((names.len(), next), (5, None));
}

#[test]
fn a_page_has_at_most_the_configured_number_of_images() {
    let builder = Sandbox::builder().empty();
    let sandbox = builder.limit_param_default(3).api_limit_max(5).start();
    let ids = sandbox.add_images(9);
    assert_eq!(page(&sandbox, "").0.len(), 3);
    let (names, next) = page(&sandbox, "?limit=10");
    assert_eq!(names.len(), 5);
    let expected = format!("/images?limit=10&marker={}", ids[4]);
    assert_eq!(next, Some(expected));
}

#[test]
fn a_full_last_page_has_a_link_to_an_empty_page() {
    let sandbox = with_images(["a", "b"], |it| it);
    let (names, next) = page(&sandbox, "?limit=2");
    assert_eq!(names, ["a", "b"]);
    let (names, next) = page(&sandbox, &next.unwrap()["/images".len()..]);
    assert_eq!((names.len(), next), (0, None));
}

#[test]
fn the_link_to_the_next_page_has_only_the_last_of_a_repeated_parameter() {
    let sandbox = with_images(["a", "b", "c"], |it| it.tag("red").tag("round"));
    let (names, next) = page(&sandbox, "?tag=red&limit=1&tag=round");
    assert_eq!(names, ["a"]);
    let next = next.unwrap();
    assert!(
        next.starts_with("/images?tag=round&limit=1&marker="),
        "{next}"
    );
}

#[test]
fn a_limit_must_be_a_number_that_is_not_negative() {
    let sandbox = with_images(["a", "b"], |it| it);
    assert_eq!(page(&sandbox, "?limit=0").0.len(), 0);
    assert_eq!(page(&sandbox, "?limit=%201").0.len(), 1);
    assert_eq!(page(&sandbox, "?limit=99999999999999999999").0.len(), 2);
    // The second limit is a filter by a property.
    assert_eq!(page(&sandbox, "?limit=1&limit=2").0.len(), 0);
    let text = "limit param must be positive";
    assert_error("limit=-1", "400 Bad Request", text);
    for query in ["limit=abc", "limit=", "limit=1.5"] {
        let text = "limit param must be an integer";
        assert_error(query, "400 Bad Request", text);
    }
}

#[test]
fn a_marker_must_be_a_visible_image() {
    let unknown = "00000000-1111-4222-8333-444444444444";
    for id in [unknown, "abc", ""] {
        let text = format!("No image found with ID {id}");
        assert_error(&format!("marker={id}"), "400 Bad Request", &text);
    }
    let sandbox = Sandbox::start();
    let private = sandbox.image_id("other-private");
    assert_eq!(
        glance(&sandbox, "GET", &format!("/images?marker={private}"), ""),
        glance_error(
            "403 Forbidden",
            &format!("Forbidding request, image {private} not visible")
        )
    );
    // A hidden image, and one that the filters exclude.
    for (label, query) in [
        ("hidden", "?limit=1"),
        ("plain", "?name=cirros-0.6.2-x86_64-disk"),
    ] {
        let query = format!("{query}&marker={}", sandbox.image_id(label));
        assert_eq!(page(&sandbox, &query).0.len(), 1, "{query}");
    }
}

#[test]
fn images_are_sorted_by_the_requested_keys() {
    let sandbox = with_images(["b", "c", "a"], |it| it);
    for (query, expected) in [
        ("", ["b", "c", "a"]),
        ("?sort=created_at:asc", ["a", "c", "b"]),
        ("?sort=name", ["c", "b", "a"]),
        ("?sort=name:asc", ["a", "b", "c"]),
        ("?sort=size,name:asc", ["a", "b", "c"]),
        ("?sort_key=name&sort_dir=asc", ["a", "b", "c"]),
        ("?sort_dir=asc", ["a", "c", "b"]),
    ] {
        assert_eq!(page(&sandbox, query).0, expected, "{query}");
    }
    let (_, next) = page(&sandbox, "?sort=name:asc&limit=2");
    assert_eq!(page(&sandbox, &next.unwrap()["/images".len()..]).0, ["c"]);
    let keys = "name, status, container_format, disk_format, size, id, created_at, updated_at";
    let text = format!("Invalid sort key: min_disk. It must be one of the following: {keys}.");
    assert_error("sort=min_disk", "400 Bad Request", &text);
    let text = "Invalid sort direction: up";
    assert_error("sort=name:up", "400 Bad Request", text);
    let text = "Old and new sorting syntax cannot be combined";
    assert_error("sort=name&sort_key=size", "400 Bad Request", text);
    let text = "Number of sort dirs does not match the number of sort keys";
    assert_error("sort_dir=asc&sort_dir=asc", "400 Bad Request", text);
}

#[test]
fn a_page_after_an_image_without_a_size_is_empty_or_starts_again() {
    let sandbox = with_images(["a", "b"], |it| it.status("queued"));
    let (_, next) = page(&sandbox, "?sort=size:asc&limit=1");
    assert_eq!(page(&sandbox, &next.unwrap()["/images".len()..]).0.len(), 0);
    let (names, next) = page(&sandbox, "?sort=size:desc&limit=1");
    assert_eq!(page(&sandbox, &next.unwrap()["/images".len()..]).0, names);
}

#[test]
fn a_text_filter_can_have_an_operator() {
    let sandbox = with_images(["a:b", "c,d", "e"], |it| it);
    for (query, expected) in [
        ("?name=e", &["e"][..]),
        ("?name=E", &[]),
        ("?name=eq:a:b", &["a:b"]),
        ("?name=in:a:b,e", &["a:b", "e"]),
        ("?name=in:%22c,d%22,e", &["c,d", "e"]),
        ("?name=c,d", &["c,d"]),
        ("?status=active&limit=1", &["a:b"]),
        ("?status=in:queued,active&limit=1", &["a:b"]),
        ("?status=ACTIVE", &[]),
    ] {
        assert_eq!(page(&sandbox, query).0, expected, "{query}");
    }
    let text = "Unable to filter by unknown operator 'a'.";
    assert_error("name=a:b", "400 Bad Request", text);
    let text = "Invalid filter value \"a. The quote is not closed.";
    assert_error("name=in:%22a", "400 Bad Request", text);
}

#[test]
fn other_filters_compare_numbers_times_and_booleans() {
    let sandbox = with_images(["a", "b"], |it| it.min_disk(10).protected().tag("t"));
    let both = |query: &str| page(&sandbox, query).0.len() == 2;
    for query in [
        "?size_min=100",
        "?size_max=100",
        "?min_disk=10",
        "?min_disk_min=1_0",
        "?created_at=gt:2020-01-01T00:00:00Z",
        "?updated_at=lte:2100-01-01",
        "?protected=true",
        "?os_hidden=False",
        "?tag=t",
        "?tag=t&tag=t",
    ] {
        assert!(both(query), "{query}");
    }
    for query in [
        "?size_min=101",
        "?size_max=99",
        "?min_disk=abc",
        "?created_at=2020-01-01T00:00:00Z",
        "?protected=false",
        "?os_hidden=true",
        "?tag=t&tag=u",
        "?tag=in:t,u",
    ] {
        assert!(!both(query), "{query}");
    }
    let text = "Unable to filter on a range with a non-numeric value.";
    assert_error("size_min=abc", "400 Bad Request", text);
    let text = "Bad \"created_at\" query filter format. Use ISO 8601 DateTime notation.";
    assert_error("created_at=yesterday", "400 Bad Request", text);
    let text = "Unable to filter on a unknown operator.";
    assert_error("created_at=in:2020-01-01", "400 Bad Request", text);
    let rule = "filter. Valid values are 'true' or 'false'.";
    let text = format!("Invalid value 'True' for 'protected' {rule}");
    assert_error("protected=True", "400 Bad Request", &text);
    let text = "The \"changes-since\" filter is no longer available on v2.";
    assert_error("changes-since=x", "400 Bad Request", text);
    for query in ["foo_min=1", "size_min=99999999999999999999", "properties=x"] {
        let text =
            "The server has either erred or is incapable of performing the requested operation.";
        assert_error(query, "500 Internal Server Error", text);
    }
    let cause = "Either the URL or the request body contained characters";
    let text = format!("Error decoding your request. {cause} that could not be decoded by Glance");
    assert_error("name=%ff", "400 Bad Request", &text);
}

#[test]
fn checksum_selects_the_images_with_it() {
    let sandbox = with_images(["a", "b"], |it| it.data("data"));
    sandbox.add_image(NewImage::named("c").data("other"));
    let md5 = "8d777f385d3dfec8815d20f7496026dc";
    let (names, _) = page(&sandbox, &format!("?checksum={md5}&os_hash_algo=sha512"));
    assert_eq!(names, ["a", "b"]);
    assert_eq!(page(&sandbox, "?checksum=x").0.len(), 0);
}

#[test]
fn any_other_filter_compares_a_property() {
    let sandbox = with_images(["a", "b"], |it| {
        it.metadata([("note", "in:x,y"), ("k", "v")])
    });
    assert_eq!(page(&sandbox, "?note=in:x,y&k=v").0.len(), 2);
    assert_eq!(page(&sandbox, "?note=x").0.len(), 0);
    assert_eq!(page(&sandbox, "?no_such=").0.len(), 0);
}

#[test]
fn visibility_selects_the_images_with_it() {
    let sandbox = Sandbox::start();
    let names = |query: &str| page(&sandbox, &format!("?limit=100&{query}")).0;
    assert_eq!(names("visibility=public").len(), 2);
    assert_eq!(names("visibility=shared"), ["shared with demo"]);
    assert_eq!(names("visibility=community"), ["community"]);
    assert!(!names("").contains(&"community".to_owned()));
    assert!(names("visibility=all").contains(&"community".to_owned()));
    assert_eq!(names("os_hidden=true"), ["hidden"]);
    let text = "Invalid visibility value: in:public";
    assert_error("visibility=in:public", "400 Bad Request", text);
    assert_error("member_status=x", "400 Bad Request", "Invalid status: x");
    let (_, body) = glance_as(&sandbox, "admin", "GET", "/images?limit=100", "");
    assert!(body.contains("private to another project") && !body.contains("\"community\""));
}
