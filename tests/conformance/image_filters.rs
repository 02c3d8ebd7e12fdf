//! Every filter of the Image service selects the matching images, and no others.

use jiff::{Timestamp, ToSpan};
use opencloud::image::v2::{ImageStatus, ListImages};
use serde_json::json;

use crate::cloud::{cloud, unique};
use crate::glance::{TestImage, image};
use crate::image_service::{check_found, check_list_error, image_of};

#[test]
fn one_or_several_statuses_select_the_images_with_one_of_them() {
    let name = unique("status");
    let named = || ListImages::new().name(&name);
    let active = image().named(&name).create();
    let queued = image().named(&name).queued().create();
    let deactivated = image().named(&name).create();
    deactivated.deactivate();

    check_found(named(), &[&active, &queued, &deactivated]);
    check_found(named().status(ImageStatus::Active), &[&active]);
    check_found(named().status("ACTIVE"), &[&active]);
    check_found(named().status(ImageStatus::Queued), &[&queued]);
    check_found(named().status(ImageStatus::Deactivated), &[&deactivated]);
    check_found(
        named().status("in:active,Deactivated"),
        &[&active, &deactivated],
    );
    for status in ["saving", "killed", "deleted", "pending_delete", "importing"] {
        check_found(named().status(status), &[]);
    }
}

#[test]
fn an_unknown_status_is_rejected_before_a_request() {
    for (filter, status) in [("bogus", "bogus"), ("in:active,bogus", "bogus"), ("", "")] {
        check_list_error(
            ListImages::new().status(filter),
            "InvalidInput",
            &format!(
                "unknown status {status:?}: expected active, queued, saving, deactivated, \
                 uploading, importing, killed, deleted or pending_delete; nothing was sent"
            ),
        );
    }
}

#[test]
fn a_name_is_compared_exactly() {
    let unique = unique("n");
    let names = [
        format!("{unique} a/b?c=d&e%20f #\"quoted\"\t'x' <y> \\z"),
        format!("{unique} 1+1=2"),
        format!("{unique} образ データ café"),
        format!("{unique} 12:30:00+01:00"),
        format!("in:{unique},{unique} образ"),
        format!("eq:{unique}"),
        format!("{unique}:"),
        format!(":{unique}"),
        format!("{unique},{unique}"),
        format!("\"{unique}\""),
        format!("'{unique}: \"a\", b"),
        unique.clone(),
        unique.to_uppercase(),
    ];
    let images: Vec<_> = names
        .iter()
        .map(|name| image().named(name).queued().create())
        .collect();
    for (name, image) in names.iter().zip(&images) {
        check_found(ListImages::new().name(name), &[image]);
    }
    check_found(ListImages::new().name(&unique[..unique.len() - 1]), &[]);
}

#[test]
fn an_unknown_visibility_or_member_status_is_a_bad_request() {
    check_list_error(
        ListImages::new().visibility("bogus"),
        "BadRequest",
        "GET GLANCE/images?visibility=bogus&limit=1000: 400 Bad Request: Invalid visibility \
         value: bogus (request id ID)",
    );
    check_list_error(
        ListImages::new().member_status("bogus"),
        "BadRequest",
        "GET GLANCE/images?member_status=bogus&limit=1000: 400 Bad Request: Invalid status: bogus \
         (request id ID)",
    );
}

#[test]
fn size_min_and_size_max_are_inclusive_and_exclude_images_without_data() {
    let name = unique("size");
    let named = || ListImages::new().name(&name);
    let make = |data: &[u8]| image().named(&name).data(data).create();
    let (empty, small, large) = (make(b""), make(b"12"), make(b"1234"));
    let queued = image().named(&name).queued().create();

    check_found(named(), &[&empty, &small, &large, &queued]);
    check_found(named().size_min(0), &[&empty, &small, &large]);
    check_found(named().size_min(2), &[&small, &large]);
    check_found(named().size_min(3), &[&large]);
    check_found(named().size_max(2), &[&empty, &small]);
    check_found(named().size_min(1).size_max(3), &[&small]);
    check_found(named().size_min(4).size_max(2), &[]);
}

#[test]
fn a_size_of_more_than_63_bits_is_a_server_error() {
    let size = u64::MAX;
    check_list_error(
        ListImages::new().size_max(size),
        "UnexpectedStatus",
        &format!(
            "GET GLANCE/images?size_max={size}&limit=1000: 500 Internal Server Error: The server \
             has either erred or is incapable of performing the requested operation. (request id \
             ID)"
        ),
    );
}

#[test]
fn several_tags_select_the_images_with_all_of_them_on_every_page() {
    let name = unique("tags");
    let named = || ListImages::new().name(&name);
    let make = |tags: &[&str]| {
        image()
            .named(&name)
            .with("tags", json!(tags))
            .queued()
            .create()
    };
    let both: Vec<_> = (0..5).map(|_| make(&["a", "b c"])).collect();
    let only_a = make(&["a"]);
    let only_b = make(&["b c", "ключ", "in:a"]);
    let both: Vec<_> = both.iter().collect();

    check_found(named().tag("a").tag("b c"), &both);
    check_found(named().tag("b c").tag("a").page_size(2), &both);
    check_found(named().tag("a"), &[&both[..], &[&only_a]].concat());
    check_found(named().tag("ключ"), &[&only_b]);
    check_found(named().tag("in:a"), &[&only_b]);
    for tag in ["A", "b", "a,b c", "unknown"] {
        check_found(named().tag(tag), &[]);
    }
}

#[test]
fn owner_selects_the_images_of_a_project() {
    let name = unique("owner");
    let mine = image().named(&name).queued().create();
    let other = image()
        .named(&name)
        .owner("other")
        .with("visibility", "community")
        .queued()
        .create();
    let named = || ListImages::new().name(&name).visibility("all");
    check_found(named(), &[&mine, &other]);
    check_found(named().owner(cloud().project_id("demo")), &[&mine]);
    check_found(named().owner(cloud().project_id("other")), &[&other]);
    check_found(named().owner("unknown"), &[]);
}

#[test]
fn changes_since_selects_images_changed_at_or_after_a_time() {
    let name = unique("changed");
    let made = image().named(&name).create();
    let named = || ListImages::new().name(&name);
    let mut image = image_of(&made);
    image.retrieve().expect("the image");
    let updated = image.updated.expect("a time");

    check_found(named().changes_since(updated - 1.hour()), &[&made]);
    check_found(named().changes_since(updated), &[&made]);
    check_found(named().changes_since(updated + 2.seconds()), &[]);
    // The same times with an offset, whose sign must not become a space.
    let with_offset =
        |time: Timestamp| format!("{:.0}", time.display_with_offset(jiff::tz::offset(5)));
    check_found(named().changes_since(with_offset(updated)), &[&made]);
    check_found(
        named().changes_since(with_offset(updated + 2.seconds())),
        &[],
    );
}

#[test]
fn an_invalid_time_is_a_bad_request() {
    check_list_error(
        ListImages::new().changes_since("yesterday"),
        "BadRequest",
        "GET GLANCE/images?updated_at=gte%3Ayesterday&limit=1000: 400 Bad Request: Bad \"updated_at\" query \
         filter format. Use ISO 8601 DateTime notation. (request id ID)",
    );
}

#[test]
fn server_selects_by_id_or_by_url() {
    let name = unique("snapshot");
    let make = |server: &str| {
        image()
            .named(&name)
            .with("instance_uuid", server)
            .queued()
            .create()
    };
    let server = "7d0e2ad4-90ee-4cb3-b6f0-4d2f6c9a1f31";
    let snapshot = make(server);
    let _other = make("7d0e2ad4-90ee-4cb3-b6f0-4d2f6c9a1f32");
    let named = || ListImages::new().name(&name);
    check_found(named().server(server), &[&snapshot]);
    let url = format!("{}/servers/{server}", cloud().nova());
    check_found(named().server(url), &[&snapshot]);
    check_found(named().server("7d0e2ad4-90ee-4cb3-b6f0-4d2f6c9a1f33"), &[]);
}

#[test]
fn image_type_and_other_properties_select_exact_values() {
    let name = unique("property");
    let value = "a&b=c+d e%";
    let matching = image()
        .named(&name)
        .with("image_type", "snapshot")
        .with("os_distro", "debian")
        .with("operator", "in:a,b")
        .with("note", value)
        .queued()
        .create();
    let other = image().named(&name).with("os_distro", "arch").create();
    let named = || ListImages::new().name(&name);
    check_found(named().image_type("snapshot"), &[&matching]);
    check_found(named().image_type("other"), &[]);
    check_found(named().property("os_distro", "debian"), &[&matching]);
    check_found(named().property("os_distro", "arch"), &[&other]);
    check_found(named().property("os_distro", "Arch"), &[]);
    check_found(named().property("operator", "in:a,b"), &[&matching]);
    check_found(named().property("operator", "a"), &[]);
    check_found(
        named()
            .property("note", value)
            .property("os_distro", "debian"),
        &[&matching],
    );
    check_found(named().property("absent", "x"), &[]);
}

#[test]
fn a_property_name_that_means_another_filter_is_rejected_before_a_request() {
    for (key, reason) in [
        ("limit", "this name is not a property"),
        ("owner", "this name is not a property"),
        ("properties", "this name is not a property"),
        ("protected", "this name is not a property"),
        ("changes-since", "this name is not a property"),
        ("", "the name is empty"),
        (
            "hw_min",
            "Glance does not treat names that end in _min or _max as properties",
        ),
    ] {
        check_list_error(
            ListImages::new().property(key, "x"),
            "InvalidInput",
            &format!(
                "Glance cannot filter by property {key:?}: {reason}; compare the metadata of the \
                 images instead; nothing was sent"
            ),
        );
    }
}

#[test]
fn min_disk_and_min_ram_select_exact_values() {
    let name = unique("min");
    let make = |disk, ram| {
        image()
            .named(&name)
            .with("min_disk", disk)
            .with("min_ram", ram)
            .queued()
            .create()
    };
    let (small, large) = (make(1, 64), make(2, 64));
    let named = || ListImages::new().name(&name);
    check_found(named().min_disk(1), &[&small]);
    check_found(named().min_disk(2), &[&large]);
    check_found(named().min_disk(0), &[]);
    check_found(named().min_ram(64), &[&small, &large]);
    check_found(named().min_ram(63), &[]);
    check_found(named().min_ram(64).min_disk(2), &[&large]);
}

#[test]
fn filters_apply_to_every_page() {
    let name = unique("pages");
    let make = |disk: u64| {
        image()
            .named(&name)
            .with("min_disk", disk)
            .with("hw_x", "&y")
            .with("tags", json!(["t"]))
            .create()
    };
    let images: Vec<_> = (0..6).map(|n| make(n % 2 + 1)).collect();
    let expected: Vec<&TestImage> = images.iter().step_by(2).collect();
    let list = ListImages::new()
        .name(&name)
        .min_disk(1)
        .property("hw_x", "&y")
        .tag("t")
        .status(ImageStatus::Active)
        .size_min(1)
        .changes_since("2020-01-01T00:00:00+01:00")
        .sort("size", "asc")
        .sort("id", "desc");
    for size in [1, 2, 3] {
        check_found(list.clone().page_size(size), &expected);
    }
}
