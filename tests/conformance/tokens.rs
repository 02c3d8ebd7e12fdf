//! Tokens: kept and given back, revoked, expired, and used without Keystone.

use std::thread;

use opencloud::compute::v2::{Compute, ListImages};
use opencloud::{Domain, OpenStack, Options, ServiceOptions, Token, User};
use serde_json::{Value, json};

use crate::cloud::{cloud, ids, listed, unique};
use crate::error_snapshot::{kind, refused, said};
use crate::glance::image;
use crate::secret_scan::{self, WRONG};

/// The words of Nova for a token that it does not take.
fn nova_refuses(what: &str) -> String {
    format!(
        "GET {}{what}: 401 Unauthorized: The request you have made requires authentication. \
         (request id ID)",
        cloud().nova()
    )
}

/// demo, signed in for one case alone.
fn demo() -> OpenStack {
    OpenStack::new(cloud().options("demo")).expect("valid options")
}

fn exported(openstack: &OpenStack) -> Value {
    let token = openstack.token().expect("a token");
    secret_scan::value(&token);
    serde_json::to_value(token).expect("a token as JSON")
}

fn imported(token: &Value) -> Token {
    serde_json::from_value(token.clone()).expect("a token from JSON")
}

fn secret(token: &Value) -> &str {
    token["id"].as_str().expect("the id of a token")
}

#[track_caller]
fn lists(compute: &Compute) {
    assert_eq!(
        ids(compute.list_images(ListImages::new().limit(1))).len(),
        1
    );
}

#[test]
fn a_token_that_was_kept_is_used_without_signing_in() {
    let token = exported(&demo());
    // With a wrong password: signing in would be an error.
    let wrong = User::by_name("demo", WRONG, Domain::by_id("default"));
    for options in [cloud().address(), cloud().address().user(wrong)] {
        let again = OpenStack::new(options.cached_token(imported(&token))).expect("valid options");
        lists(
            &again
                .compute_v2()
                .expect("the endpoint of the token that was kept"),
        );
        assert_eq!(exported(&again), token);
    }
}

#[test]
fn one_token_serves_clones_and_services() {
    let openstack = demo();
    let before = exported(&openstack);
    lists(&openstack.compute_v2().expect("a service"));
    lists(&openstack.clone().compute_v2().expect("a service"));
    assert_eq!(exported(&openstack.clone()), before);
}

#[test]
fn a_token_that_was_revoked_is_replaced_by_signing_in_again() {
    let openstack = demo();
    let compute = openstack.compute_v2().expect("a service");
    let before = exported(&openstack);
    cloud().revoke(secret(&before));
    lists(&compute);
    let after = exported(&openstack);
    assert_ne!(secret(&before), secret(&after));
    // The new one stays.
    lists(&compute);
    assert_eq!(exported(&openstack), after);
}

#[test]
fn a_revoked_token_without_credentials_is_the_callers_error() {
    let token = exported(&demo());
    cloud().revoke(secret(&token));
    let options = cloud().address().cached_token(imported(&token));
    let compute = OpenStack::new(options)
        .expect("valid options")
        .compute_v2()
        .expect("a service");
    let error = compute
        .list_images(false)
        .next()
        .expect("an error")
        .expect_err("an error");
    assert_eq!(kind(&error), "Unauthorized");
    assert_eq!(
        said(&error),
        nova_refuses("/images?page_size=1000&limit=1000")
    );
}

#[test]
fn writing_with_a_revoked_token_signs_in_again_too() {
    let image = image().make();
    for write in 0..4 {
        let openstack = demo();
        let compute = openstack.compute_v2().expect("a service");
        cloud().revoke(secret(&exported(&openstack)));
        let mut image = compute.get_image(&*image);
        match write {
            0 => image.reset_metadata([("a", "1")]).expect("a PUT"),
            1 => image.merge_metadata([("b", "2")]).expect("a POST"),
            2 => image.set_metadata_item("c", "3").expect("a PUT"),
            _ => image.delete_metadata_item("a").expect("a DELETE"),
        }
    }
    assert_eq!(cloud().metadata_of(&image), json!({"b": "2", "c": "3"}));
}

#[test]
fn a_listing_survives_that_its_token_is_revoked() {
    let name = unique("revoked");
    let images: Vec<_> = (0..7).map(|_| image().named(&name).make()).collect();
    let openstack = demo();
    let compute = openstack.compute_v2().expect("a service");
    let mut listing = compute.list_images(ListImages::new().name(&name).page_size(2));
    let mut got = ids(listing.by_ref().take(3));
    cloud().revoke(secret(&exported(&openstack)));
    got.extend(ids(listing));
    let mut expected: Vec<_> = images.iter().map(|image| image.to_string()).collect();
    got.sort();
    expected.sort();
    assert_eq!(got, expected);
}

#[test]
fn threads_that_share_a_revoked_token_all_succeed() {
    let openstack = demo();
    let compute = openstack.compute_v2().expect("a service");
    cloud().revoke(secret(&exported(&openstack)));
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| lists(&compute));
        }
    });
}

#[test]
fn a_token_that_has_expired_is_renewed_with_the_credentials() {
    let mut token = exported(&demo());
    token["expires_at"] = json!("2020-01-01T00:00:00Z");
    token["id"] = json!("not-a-token-any-more");
    let options = cloud().options("demo").cached_token(imported(&token));
    let openstack = OpenStack::new(options).expect("valid options");
    lists(&openstack.compute_v2().expect("a service"));
    assert_ne!(secret(&exported(&openstack)), "not-a-token-any-more");
}

#[test]
fn a_token_that_has_expired_without_credentials_says_when() {
    let mut token = exported(&demo());
    token["expires_at"] = json!("2020-01-01T00:00:00Z");
    let options = cloud().address().cached_token(imported(&token));
    let error = refused(OpenStack::new(options).expect("valid options").compute_v2());
    assert_eq!(kind(&error), "InvalidInput");
    assert_eq!(
        said(&error),
        "the token expired at 2020-01-01T00:00:00Z, and there are no credentials to request \
         another one"
    );
}

/// A token and an endpoint, and no Keystone anywhere.
fn without_keystone(token: &str) -> Compute {
    let nowhere = Options::new("http://127.0.0.1:1/").no_proxy();
    let openstack = OpenStack::new(nowhere.token_id(token)).expect("valid options");
    let nova = ServiceOptions::new().endpoint(cloud().nova());
    openstack.compute_v2_with(nova).expect("nothing to ask for")
}

#[test]
fn a_token_and_an_endpoint_need_no_keystone() {
    let image = image().make();
    let compute = without_keystone(&cloud().new_token("demo"));
    lists(&compute);
    let mut image = compute.get_image(&*image);
    image.retrieve().expect("the image");
    image.merge_metadata([("a", "b")]).expect("its metadata");
    image.delete().expect("no more image");
}

#[test]
fn a_token_that_is_none_is_refused_by_nova() {
    for token in ["none", &"x".repeat(200), "gAAAAAB-damaged_", WRONG] {
        let mut image = without_keystone(token).get_image("any");
        let error = refused(image.retrieve());
        assert_eq!(kind(&error), "Unauthorized");
        assert_eq!(said(&error), nova_refuses("/images/any"));
    }
}

#[test]
fn a_revoked_token_without_keystone_is_the_callers_error() {
    let token = cloud().new_token("demo");
    cloud().revoke(&token);
    let error = refused(without_keystone(&token).get_image("any").delete());
    assert_eq!(kind(&error), "Unauthorized");
    assert_eq!(
        said(&error),
        nova_refuses("/images/any").replacen("GET", "DELETE", 1)
    );
}

#[test]
fn every_user_sees_the_cloud_with_a_token_of_their_own() {
    let image = image().make();
    let seen = |user| cloud().compute(user).get_image(&*image).retrieve().is_ok();
    assert_eq!(
        ["demo", "demo-reader", "other", "admin"].map(seen),
        [true, true, false, true]
    );
    assert!(listed(ListImages::new()).contains(&image.to_string()));
}
