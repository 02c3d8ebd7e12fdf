//! The visibility of images in the Image service.

use std::collections::BTreeSet;

use opencloud::image::v2::{ListImages, Visibility};

use crate::cloud::{cloud, unique};
use crate::glance::image;
use crate::image_service::{check_found, found_by};

#[test]
fn a_list_has_exactly_the_images_that_are_visible_to_the_user() {
    let listed = |user| -> BTreeSet<&str> {
        let found = found_by(user, ListImages::new());
        let ids: BTreeSet<_> = found.iter().map(|image| &*image.id).collect();
        assert_eq!(ids.len(), found.len(), "an image is listed twice");
        let labels = cloud().labels();
        labels
            .filter_map(|(label, id)| ids.contains(id).then_some(label))
            .collect()
    };
    let all = || cloud().labels().map(|(label, _)| label);
    let invisible = ["other-private", "other-community", "hidden"];
    let visible: BTreeSet<_> = all().filter(|label| !invisible.contains(label)).collect();
    assert_eq!(listed("demo"), visible);
    assert_eq!(listed("demo-reader"), visible);
    let of_other =
        all().filter(|label| label.starts_with("other-") || label.starts_with("public-"));
    assert_eq!(listed("other"), of_other.collect());
    let of_all = all().filter(|label| !["hidden", "other-community"].contains(label));
    assert_eq!(listed("admin"), of_all.collect());
}

#[test]
fn a_visibility_selects_the_images_with_it() {
    let name = unique("visibility");
    let named = || ListImages::new().name(&name);
    let make = |owner, visibility: &str| {
        image()
            .named(&name)
            .owner(owner)
            .with("visibility", visibility)
            .queued()
            .create()
    };
    let private = make("demo", "private");
    let shared = make("demo", "shared");
    let mine = make("demo", "community");
    let public = make("admin", "public");
    let community = make("other", "community");
    let _invisible = make("other", "private");
    let _not_shared = make("other", "shared");

    check_found(named(), &[&private, &shared, &mine, &public]);
    check_found(named().visibility(Visibility::Private), &[&private]);
    check_found(named().visibility(Visibility::Shared), &[&shared]);
    check_found(named().visibility(Visibility::Public), &[&public]);
    check_found(named().visibility("Community"), &[&mine, &community]);
    check_found(
        named().visibility(Visibility::All),
        &[&private, &shared, &mine, &public, &community],
    );
}

#[test]
fn member_status_selects_the_images_that_others_share() {
    let name = unique("member");
    let make = || {
        image()
            .named(&name)
            .owner("other")
            .with("visibility", "shared")
            .queued()
            .create()
    };
    let shared = |status: &str| {
        let image = make();
        image.share("demo", status);
        image
    };
    let mine = image().named(&name).queued().create();
    let (accepted, pending, rejected) = (shared("accepted"), shared("pending"), shared("rejected"));
    let _not_shared = make();
    let named = || ListImages::new().name(&name);

    check_found(named(), &[&mine, &accepted]);
    check_found(named().member_status("accepted"), &[&mine, &accepted]);
    check_found(named().member_status("pending"), &[&mine, &pending]);
    check_found(named().member_status("rejected"), &[&mine, &rejected]);
    check_found(
        named().member_status("all"),
        &[&mine, &accepted, &pending, &rejected],
    );
    check_found(
        named().member_status("pending").visibility("shared"),
        &[&pending],
    );
    let owner = cloud().project_id("other");
    check_found(named().owner(owner).member_status("rejected"), &[&rejected]);
}

#[test]
fn hidden_images_are_only_in_a_list_of_hidden_images() {
    let name = unique("hidden");
    let make = |hidden: bool| {
        image()
            .named(&name)
            .with("os_hidden", hidden)
            .queued()
            .create()
    };
    let (hidden, shown) = (make(true), make(false));
    let named = || ListImages::new().name(&name);
    check_found(named(), &[&shown]);
    check_found(named().hidden(false), &[&shown]);
    check_found(named().hidden(true), &[&hidden]);
}
