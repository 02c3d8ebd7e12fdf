//! Every filter selects the matching images, and no others.

use jiff::{Timestamp, ToSpan};
use opencloud::compute::v2::{ImageStatus, ListImages};

use crate::cloud::{cloud, ids, listed, unique};
use crate::error_snapshot::{expect_error, kind, snapshot};
use crate::glance::{TestImage, image};

/// Checks which images are listed, and that the page size does not change their order.
#[track_caller]
fn check_found(list: ListImages, expected: &[&TestImage]) {
    let mut actual = listed(list.clone().page_size(1));
    assert_eq!(actual, listed(list), "pages of 1");
    actual.sort();
    let mut expected: Vec<_> = expected.iter().map(|image| image.to_string()).collect();
    expected.sort();
    assert_eq!(actual, expected);
}

#[test]
fn a_status_selects_the_images_that_nova_shows_with_it() {
    let name = unique("status");
    let named = || ListImages::new().name(&name);
    let active = image().named(&name).create();
    let queued = image().named(&name).queued().create();
    let deactivated = image().named(&name).create();
    deactivated.deactivate();

    check_found(named(), &[&active, &queued, &deactivated]);
    check_found(named().status(ImageStatus::Active), &[&active]);
    check_found(named().status(ImageStatus::Saving), &[&queued]);
    check_found(named().status(ImageStatus::Unknown), &[&deactivated]);
    check_found(named().status(ImageStatus::Error), &[]);
    check_found(named().status(ImageStatus::Deleted), &[]);
    check_found(
        named().status(ImageStatus::Other("queued".into())),
        &[&queued],
    );
    check_found(
        named().status(ImageStatus::Other("in:active,deactivated".into())),
        &[&active, &deactivated],
    );
    let mut bogus = cloud().compute("demo").list_images(named().status("bogus"));
    let error = expect_error(bogus.next().expect("an item"));
    assert_eq!(kind(&error), "InvalidInput");

    for image in cloud()
        .compute("demo")
        .list_images(ListImages::detailed().name(&name))
    {
        let image = image.expect("an image");
        let status = image.status.clone().expect("a status");
        assert!(
            listed(named().status(status.clone())).contains(&image.id),
            "{status}"
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
        format!("{unique}:"),
        unique.clone(),
        unique.to_uppercase(),
    ];
    let images: Vec<_> = names
        .iter()
        .map(|name| image().named(name).create())
        .collect();
    for (name, image) in names.iter().zip(&images) {
        check_found(ListImages::new().name(name), &[image]);
    }
    check_found(ListImages::new().name(&unique[..unique.len() - 1]), &[]);
}

#[test]
fn changes_since_selects_images_changed_at_or_after_a_time() {
    let name = unique("changed");
    let made = image().named(&name).create();
    let named = || ListImages::new().name(&name);
    let mut image = cloud().compute("demo").get_image(&*made);
    image.retrieve().expect("the image");
    let updated = image.updated.expect("a time");

    check_found(named().changes_since(updated - 1.hour()), &[&made]);
    check_found(named().changes_since(updated), &[&made]);
    check_found(named().changes_since(updated + 2.seconds()), &[]);
    // The same times with an offset, whose sign must not become a space.
    let with_offset =
        |time: Timestamp| format!("{:.0}", time.display_with_offset(jiff::tz::offset(5)));
    assert!(
        with_offset(updated).ends_with("+05:00"),
        "{}",
        with_offset(updated)
    );
    check_found(named().changes_since(with_offset(updated)), &[&made]);
    check_found(
        named().changes_since(with_offset(updated + 2.seconds())),
        &[],
    );
}

#[test]
fn an_invalid_time_is_a_bad_request() {
    let list = ListImages::new().changes_since("yesterday");
    let error = cloud()
        .compute("demo")
        .list_images(list)
        .next()
        .expect("an error");
    let error = expect_error(error);
    assert_eq!(kind(&error), "BadRequest");
    assert_eq!(
        snapshot(&error),
        format!(
            "GET {}/images?changes-since=yesterday&page_size=1000&limit=1000: 400 Bad Request: HTTP 400 Bad \
             Request: Bad &quot;updated_at&quot; query filter format. Use ISO 8601 DateTime \
             notation. (request id ID)",
            cloud().nova()
        )
    );
}

#[test]
fn server_selects_by_id_or_by_url() {
    let name = unique("snapshot");
    let server = "7d0e2ad4-90ee-4cb3-b6f0-4d2f6c9a1f31";
    let snapshot = image().named(&name).with("instance_uuid", server).create();
    let other = "7d0e2ad4-90ee-4cb3-b6f0-4d2f6c9a1f32";
    let _other = image().named(&name).with("instance_uuid", other).create();
    let named = || ListImages::new().name(&name);
    check_found(named().server(server), &[&snapshot]);
    check_found(
        named().server(format!("{}/servers/{server}", cloud().nova())),
        &[&snapshot],
    );
    check_found(named().server("7d0e2ad4-90ee-4cb3-b6f0-4d2f6c9a1f33"), &[]);
}

#[test]
fn image_type_selects_by_the_property_image_type() {
    let name = unique("type");
    let snapshot = image().named(&name).with("image_type", "snapshot").create();
    let _base = image().named(&name).create();
    check_found(
        ListImages::new().name(&name).image_type("snapshot"),
        &[&snapshot],
    );
    check_found(ListImages::new().name(&name).image_type("other"), &[]);
}

#[test]
fn min_disk_and_min_ram_select_exact_values() {
    let name = unique("min");
    let make = |disk, ram| {
        image()
            .named(&name)
            .with("min_disk", disk)
            .with("min_ram", ram)
            .create()
    };
    let (small, large) = (make(1, 64), make(2, 64));
    let named = || ListImages::new().name(&name);
    check_found(named().min_disk(1), &[&small]);
    check_found(named().min_disk(2), &[&large]);
    check_found(named().min_disk(3), &[]);
    check_found(named().min_disk(0), &[]);
    check_found(named().min_ram(64), &[&small, &large]);
    check_found(named().min_ram(63), &[]);
    check_found(named().min_ram(64).min_disk(2), &[&large]);
}

#[test]
fn property_selects_by_key_and_value() {
    let name = unique("property");
    let value = "a&b=c+d e%";
    let matching = image()
        .named(&name)
        .with("architecture", "x86_64")
        .with("hw_note", value)
        .create();
    let _other = image()
        .named(&name)
        .with("architecture", "aarch64")
        .create();
    let named = || ListImages::new().name(&name);
    check_found(named().property("architecture", "x86_64"), &[&matching]);
    check_found(named().property("hw_note", value), &[&matching]);
    check_found(
        named()
            .property("architecture", "x86_64")
            .property("hw_note", value),
        &[&matching],
    );
    check_found(named().property("architecture", "riscv64"), &[]);
    check_found(named().property("absent", "x"), &[]);
}

#[test]
fn a_property_name_that_nova_would_mangle_is_rejected_before_a_request() {
    let name = unique("mangled");
    let _made = image().named(&name).with("os_distro", "debian").create();
    // The server would return an empty list without a reason.
    let path = format!(
        "/images?name={}&property-os_distro=debian",
        name.replace(' ', "%20")
    );
    let page = cloud().get("demo", &path).success().json();
    assert_eq!(page["images"].as_array().map(Vec::len), Some(0));

    let list = ListImages::new()
        .name(&name)
        .property("os_distro", "debian");
    let error = expect_error(
        cloud()
            .compute("demo")
            .list_images(list)
            .next()
            .expect("an error"),
    );
    assert_eq!(kind(&error), "InvalidInput");
    assert_eq!(
        snapshot(&error),
        "Nova cannot filter by property \"os_distro\": it strips the characters of \"property-\" \
         from the start of the name and searches for \"s_distro\"; compare the metadata of a \
         detailed list instead; nothing was sent"
    );
}

#[test]
fn filters_apply_to_every_page() {
    let name = unique("pages");
    let make = |disk: u64| {
        image()
            .named(&name)
            .with("min_disk", disk)
            .with("hw_x", "&y")
            .create()
    };
    let images: Vec<_> = (0..8).map(|n| make(n % 2 + 1)).collect();
    let list = ListImages::detailed()
        .name(&name)
        .min_disk(1)
        .property("hw_x", "&y");
    let list = list
        .status(ImageStatus::Active)
        .changes_since("2020-01-01T00:00:00+01:00");
    for size in [1, 2, 3, 4] {
        let mut actual = ids(cloud()
            .compute("demo")
            .list_images(list.clone().page_size(size)));
        actual.sort();
        let mut expected: Vec<_> = images
            .iter()
            .step_by(2)
            .map(|image| image.to_string())
            .collect();
        expected.sort();
        assert_eq!(actual, expected, "pages of {size}");
    }
}
