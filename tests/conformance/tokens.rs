//! Tokens: cached, revoked, expired, and used without Keystone.

use std::thread;

use opencloud::compute::v2::{Compute, ListImages};
use opencloud::{Domain, OpenStack, Options, ServiceOptions, Token, User};
use serde_json::{Value, json};

use crate::cloud::{cloud, ids, listed, unique};
use crate::error_snapshot::{expect_error, kind, snapshot};
use crate::glance::image;
use crate::secret_scan::{self, WRONG};

/// The error for a token that Nova rejects.
fn unauthorized(path: &str) -> String {
    format!(
        "GET {}{path}: 401 Unauthorized: The request you have made requires authentication. \
         (the token is expired or revoked, or another cloud issued it) (request id ID)",
        cloud().nova()
    )
}

/// A client of the user `demo` for one case.
fn demo() -> OpenStack {
    OpenStack::new(cloud().options("demo")).expect("valid options")
}

fn exported(openstack: &OpenStack) -> Value {
    let token = openstack.token().expect("a token");
    secret_scan::value(&token);
    serde_json::to_value(token).expect("JSON")
}

fn imported(token: &Value) -> Token {
    serde_json::from_value(token.clone()).expect("a token")
}

fn secret(token: &Value) -> &str {
    token["id"].as_str().expect("an id")
}

#[track_caller]
fn check_list(compute: &Compute) {
    assert_eq!(
        ids(compute.list_images(ListImages::new().limit(1))).len(),
        1
    );
}

#[test]
fn a_cached_token_is_used_without_authentication() {
    let token = exported(&demo());
    // With a wrong password, so that authentication would fail.
    let wrong = User::by_name("demo", WRONG, Domain::by_id("default"));
    for options in [cloud().address(), cloud().address().user(wrong)] {
        let again = OpenStack::new(options.cached_token(imported(&token))).expect("valid options");
        check_list(&again.compute_v2().expect("a service"));
        assert_eq!(exported(&again), token);
    }
}

#[test]
fn clones_and_services_share_one_token() {
    let openstack = demo();
    let before = exported(&openstack);
    check_list(&openstack.compute_v2().expect("a service"));
    check_list(&openstack.clone().compute_v2().expect("a service"));
    assert_eq!(exported(&openstack.clone()), before);
}

#[test]
fn a_revoked_token_is_replaced() {
    let openstack = demo();
    let compute = openstack.compute_v2().expect("a service");
    let before = exported(&openstack);
    cloud().revoke(secret(&before));
    check_list(&compute);
    let after = exported(&openstack);
    assert_ne!(secret(&before), secret(&after));
    // The new token is not replaced.
    check_list(&compute);
    assert_eq!(exported(&openstack), after);
}

#[test]
fn a_revoked_token_without_credentials_is_unauthorized() {
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
        snapshot(&error),
        unauthorized("/images?page_size=1000&limit=1000")
    );
}

#[test]
fn a_revoked_token_is_replaced_when_writing() {
    let image = image().create();
    for write in 0..4 {
        let openstack = demo();
        let compute = openstack.compute_v2().expect("a service");
        cloud().revoke(secret(&exported(&openstack)));
        let mut image = compute.get_image(&*image);
        match write {
            0 => image.reset_metadata([("a", "1")]).expect("a reset"),
            1 => image.merge_metadata([("b", "2")]).expect("a merge"),
            2 => image.set_metadata_item("c", "3").expect("a reset"),
            _ => image.delete_metadata_item("a").expect("a deletion"),
        }
    }
    assert_eq!(cloud().raw_metadata(&image), json!({"b": "2", "c": "3"}));
}

#[test]
fn a_list_continues_after_its_token_was_revoked() {
    let name = unique("revoked");
    let images: Vec<_> = (0..7).map(|_| image().named(&name).create()).collect();
    let openstack = demo();
    let compute = openstack.compute_v2().expect("a service");
    let mut list = compute.list_images(ListImages::new().name(&name).page_size(2));
    let mut actual = ids(list.by_ref().take(3));
    cloud().revoke(secret(&exported(&openstack)));
    actual.extend(ids(list));
    let mut expected: Vec<_> = images.iter().map(|image| image.to_string()).collect();
    actual.sort();
    expected.sort();
    assert_eq!(actual, expected);
}

#[test]
fn all_threads_succeed_after_their_shared_token_was_revoked() {
    let openstack = demo();
    let compute = openstack.compute_v2().expect("a service");
    cloud().revoke(secret(&exported(&openstack)));
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| check_list(&compute));
        }
    });
}

#[test]
fn an_expired_cached_token_is_replaced_with_the_credentials() {
    let mut token = exported(&demo());
    token["expires_at"] = json!("2020-01-01T00:00:00Z");
    token["id"] = json!("expired");
    let options = cloud().options("demo").cached_token(imported(&token));
    let openstack = OpenStack::new(options).expect("valid options");
    check_list(&openstack.compute_v2().expect("a service"));
    assert_ne!(secret(&exported(&openstack)), "expired");
}

#[test]
fn an_expired_token_without_credentials_is_an_error_with_the_expiry_time() {
    let mut token = exported(&demo());
    token["expires_at"] = json!("2020-01-01T00:00:00Z");
    let options = cloud().address().cached_token(imported(&token));
    let error = expect_error(OpenStack::new(options).expect("valid options").compute_v2());
    assert_eq!(kind(&error), "InvalidInput");
    assert_eq!(
        snapshot(&error),
        "the token expired at 2020-01-01T00:00:00Z, and there are no credentials to request \
         another one"
    );
}

/// A service with a token and an endpoint, without Keystone.
fn without_keystone(token: &str) -> Compute {
    let options = Options::new("http://127.0.0.1:1/").no_proxy();
    let openstack = OpenStack::new(options.token_id(token)).expect("valid options");
    let nova = ServiceOptions::new().endpoint(cloud().nova());
    openstack.compute_v2_with(nova).expect("a service")
}

#[test]
fn with_a_token_and_an_endpoint_keystone_is_not_used() {
    let image = image().create();
    let compute = without_keystone(&cloud().new_token("demo"));
    check_list(&compute);
    let mut image = compute.get_image(&*image);
    image.retrieve().expect("the image");
    image.merge_metadata([("a", "b")]).expect("a merge");
    image.delete().expect("a deletion");
}

#[test]
fn an_invalid_token_is_unauthorized() {
    for token in ["none", &"x".repeat(200), "gAAAAAB-damaged_", WRONG] {
        let mut image = without_keystone(token).get_image("any");
        let error = expect_error(image.retrieve());
        assert_eq!(kind(&error), "Unauthorized");
        assert_eq!(snapshot(&error), unauthorized("/images/any"));
    }
}

#[test]
fn a_revoked_token_without_keystone_is_unauthorized() {
    let token = cloud().new_token("demo");
    cloud().revoke(&token);
    let error = expect_error(without_keystone(&token).get_image("any").delete());
    assert_eq!(kind(&error), "Unauthorized");
    assert_eq!(
        snapshot(&error),
        unauthorized("/images/any").replacen("GET", "DELETE", 1)
    );
}

#[test]
fn each_user_sees_the_images_of_their_project() {
    let image = image().create();
    let can_retrieve = |user| cloud().compute(user).get_image(&*image).retrieve().is_ok();
    assert_eq!(
        ["demo", "demo-reader", "other", "admin"].map(can_retrieve),
        [true, true, false, true]
    );
    assert!(listed(ListImages::new()).contains(&image.to_string()));
}
