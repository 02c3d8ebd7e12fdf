//! Every filter finds what it says, and nothing else.

use jiff::{Timestamp, ToSpan};
use opencloud::compute::v2::{ImageStatus, ListImages};

use crate::cloud::{cloud, ids, listed, unique};
use crate::error_snapshot::{kind, refused, said};
use crate::glance::{Made, image};

/// The same ids in the same order, whatever that is.
#[track_caller]
fn finds(list: ListImages, expected: &[&Made]) {
    let mut got = listed(list.clone().page_size(1));
    assert_eq!(got, listed(list), "by pages of one");
    got.sort();
    let mut expected: Vec<_> = expected.iter().map(|image| image.to_string()).collect();
    expected.sort();
    assert_eq!(got, expected);
}

#[test]
fn a_status_finds_the_images_that_nova_shows_with_it() {
    let name = unique("status");
    let named = || ListImages::new().name(&name);
    let active = image().named(&name).make();
    let queued = image().named(&name).queued().make();
    let deactivated = image().named(&name).make();
    deactivated.deactivate();

    finds(named(), &[&active, &queued, &deactivated]);
    finds(named().status(ImageStatus::Active), &[&active]);
    finds(named().status(ImageStatus::Saving), &[&queued]);
    finds(named().status(ImageStatus::Unknown), &[&deactivated]);
    finds(named().status(ImageStatus::Error), &[]);
    finds(named().status(ImageStatus::Deleted), &[]);
    finds(
        named().status(ImageStatus::Other("queued".into())),
        &[&queued],
    );
    finds(
        named().status(ImageStatus::Other("in:active,deactivated".into())),
        &[&active, &deactivated],
    );
    finds(named().status(ImageStatus::Other("bogus".into())), &[]);

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
fn a_name_is_compared_whole_and_arrives_as_it_is() {
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
        .map(|name| image().named(name).make())
        .collect();
    for (name, image) in names.iter().zip(&images) {
        finds(ListImages::new().name(name), &[image]);
    }
    finds(ListImages::new().name(&unique[..unique.len() - 1]), &[]);
}

#[test]
fn changes_since_is_a_time_at_which_or_after_which_the_image_changed() {
    let name = unique("changed");
    let made = image().named(&name).make();
    let named = || ListImages::new().name(&name);
    let mut image = cloud().compute("demo").get_image(&*made);
    image.retrieve().expect("the image");
    let updated = image.updated.expect("a time");

    finds(named().changes_since(updated - 1.hour()), &[&made]);
    finds(named().changes_since(updated), &[&made]);
    finds(named().changes_since(updated + 2.seconds()), &[]);
    // The same times, with a zone: its sign must not become a space.
    let far = |time: Timestamp| format!("{:.0}", time.display_with_offset(jiff::tz::offset(5)));
    assert!(far(updated).ends_with("+05:00"), "{}", far(updated));
    finds(named().changes_since(far(updated)), &[&made]);
    finds(named().changes_since(far(updated + 2.seconds())), &[]);
}

#[test]
fn a_time_that_is_none_is_the_servers_refusal() {
    let list = ListImages::new().changes_since("yesterday");
    let error = cloud()
        .compute("demo")
        .list_images(list)
        .next()
        .expect("an error");
    let error = refused(error);
    assert_eq!(kind(&error), "BadRequest");
    assert_eq!(
        said(&error),
        format!(
            "GET {}/images?changes-since=yesterday&page_size=1000&limit=1000: 400 Bad Request: HTTP 400 Bad \
             Request: Bad &quot;updated_at&quot; query filter format. Use ISO 8601 DateTime \
             notation. (request id ID)",
            cloud().nova()
        )
    );
}

#[test]
fn a_server_is_found_by_id_and_by_url() {
    let name = unique("snapshot");
    let server = "7d0e2ad4-90ee-4cb3-b6f0-4d2f6c9a1f31";
    let snapshot = image().named(&name).with("instance_uuid", server).make();
    let other = "7d0e2ad4-90ee-4cb3-b6f0-4d2f6c9a1f32";
    let _other = image().named(&name).with("instance_uuid", other).make();
    let named = || ListImages::new().name(&name);
    finds(named().server(server), &[&snapshot]);
    finds(
        named().server(format!("{}/servers/{server}", cloud().nova())),
        &[&snapshot],
    );
    finds(named().server("7d0e2ad4-90ee-4cb3-b6f0-4d2f6c9a1f33"), &[]);
}

#[test]
fn a_type_is_the_property_image_type() {
    let name = unique("type");
    let snapshot = image().named(&name).with("image_type", "snapshot").make();
    let _base = image().named(&name).make();
    finds(
        ListImages::new().name(&name).image_type("snapshot"),
        &[&snapshot],
    );
    finds(ListImages::new().name(&name).image_type("other"), &[]);
}

#[test]
fn min_disk_and_min_ram_are_exact() {
    let name = unique("min");
    let make = |disk, ram| {
        image()
            .named(&name)
            .with("min_disk", disk)
            .with("min_ram", ram)
            .make()
    };
    let (small, large) = (make(1, 64), make(2, 64));
    let named = || ListImages::new().name(&name);
    finds(named().min_disk(1), &[&small]);
    finds(named().min_disk(2), &[&large]);
    finds(named().min_disk(3), &[]);
    finds(named().min_disk(0), &[]);
    finds(named().min_ram(64), &[&small, &large]);
    finds(named().min_ram(63), &[]);
    finds(named().min_ram(64).min_disk(2), &[&large]);
}

#[test]
fn a_property_is_found_by_its_value() {
    let name = unique("property");
    let value = "a&b=c+d e%";
    let mine = image()
        .named(&name)
        .with("architecture", "x86_64")
        .with("hw_note", value)
        .make();
    let _other = image().named(&name).with("architecture", "aarch64").make();
    let named = || ListImages::new().name(&name);
    finds(named().property("architecture", "x86_64"), &[&mine]);
    finds(named().property("hw_note", value), &[&mine]);
    finds(
        named()
            .property("architecture", "x86_64")
            .property("hw_note", value),
        &[&mine],
    );
    finds(named().property("architecture", "riscv64"), &[]);
    finds(named().property("absent", "x"), &[]);
}

#[test]
fn a_property_that_nova_would_damage_is_refused_before_sending() {
    let name = unique("damaged");
    let _made = image().named(&name).with("os_distro", "debian").make();
    // What the server would have answered: nothing, with no word of why.
    let path = format!(
        "/images?name={}&property-os_distro=debian",
        name.replace(' ', "%20")
    );
    let answer = cloud().get("demo", &path).good().json();
    assert_eq!(answer["images"].as_array().map(Vec::len), Some(0));

    let list = ListImages::new()
        .name(&name)
        .property("os_distro", "debian");
    let error = refused(
        cloud()
            .compute("demo")
            .list_images(list)
            .next()
            .expect("an error"),
    );
    assert_eq!(kind(&error), "InvalidInput");
    assert_eq!(
        said(&error),
        "Nova cannot filter by property \"os_distro\": it removes the characters of \"property-\" \
         from the start of the name, and would search for \"s_distro\"; compare the metadata of a \
         detailed list instead; nothing was sent"
    );
}

#[test]
fn filters_hold_on_every_page() {
    let name = unique("pages");
    let make = |disk: u64| {
        image()
            .named(&name)
            .with("min_disk", disk)
            .with("hw_x", "&y")
            .make()
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
        let mut got = ids(cloud()
            .compute("demo")
            .list_images(list.clone().page_size(size)));
        got.sort();
        let mut expected: Vec<_> = images
            .iter()
            .step_by(2)
            .map(|image| image.to_string())
            .collect();
        expected.sort();
        assert_eq!(got, expected, "pages of {size}");
    }
}
