//! `Debug` is short for responses of any size.

use std::fmt::Debug;

use opencloud::OpenStack;
use opencloud::compute::v2::ListImages;
use serde_json::json;

use crate::support::{COMPUTE, Response, Server, images, next_link, token};

#[track_caller]
fn check_short(value: &impl Debug) {
    for text in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(text.len() < 5000, "{} bytes: {text:.200}", text.len());
    }
}

#[test]
fn debug_does_not_print_response_bodies() {
    let server = Server::start();
    let endpoint = json!({"interface": "public", "url": server.url(COMPUTE)});
    let other = json!({"type": "other", "endpoints": vec![endpoint.clone(); 10_000]});
    let catalog = json!([{"type": "compute", "endpoints": [endpoint]}, other]);
    let page = || Response::ok(&next_link(images(0..30_000), "?marker=x"));
    assert!(page().bytes().len() > 2 << 20);
    server.set_responses([
        token("t", 3600, &catalog),
        page(),
        Response::ok(&images(30_000..40_000)),
        page(),
        Response::ok(&images(30_000..40_000)),
    ]);
    let openstack = OpenStack::new(server.options()).expect("valid options");
    let compute = openstack.compute_v2().expect("an endpoint");
    let mut list = compute.list_images(ListImages::new().page_size(30_000));
    let image = list.next().expect("an item").expect("an image");
    check_short(&image);
    check_short(&list);
    let mut pages = list.pages();
    check_short(&pages);
    pages.next().expect("an item").expect("a page");
    check_short(&pages);
    let mut list = compute.list_images(ListImages::new().page_size(30_000));
    list = list.prefetch();
    list.next().expect("an item").expect("an image");
    check_short(&list);
    check_short(&list.pages());
    check_short(&openstack);
    check_short(&compute);
    check_short(&openstack.token().expect("a token"));
}

#[test]
fn debug_of_an_error_does_not_print_the_response_body() {
    for response in [
        Response::new(400, "x".repeat(2 << 20)),
        Response::html(502, &"<p>x</p>".repeat(1 << 18)),
        Response::new(200, "{".repeat(2 << 20)),
    ] {
        let server = Server::with_responses([response]);
        let compute = server.compute_with(|options| options.tries(1));
        let mut list = compute.list_images(ListImages::new());
        check_short(&list.next().expect("an item").expect_err("an error"));
    }
}
