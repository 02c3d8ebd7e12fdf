//! The thread that fetches the next page.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::{Duration, Instant};

use log::{LevelFilter, Log, Metadata, Record};
use opencloud::compute::v2::ListImages;
use serde_json::json;

use crate::alone;
use crate::support::{Response, Server, images, next_link};

/// A logger that panics in the thread that fetches the next page.
struct Panicking;

impl Log for Panicking {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, _: &Record<'_>) {
        let prefetches = thread::current().name() == Some("opencloud-prefetch");
        assert!(!prefetches, "the logger is broken");
    }

    fn flush(&self) {}
}

/// A server with two full pages and a shorter one.
fn three_pages() -> Server {
    let server = Server::start();
    server.set_responses([
        Response::ok(&next_link(images(0..2), "?marker=1")),
        Response::ok(&next_link(images(2..4), "?marker=3")),
        Response::ok(&images(4..5)),
    ]);
    server
}

/// Waits until the server has received this number of requests.
fn wait_for_requests(server: &Server, count: usize) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while server.requests().len() < count {
        assert!(Instant::now() < deadline, "{:?}", server.lines());
        thread::yield_now();
    }
}

#[test]
fn with_prefetch_the_next_page_is_requested_while_the_caller_processes_a_page() {
    let _alone = alone();
    let list = |server: &Server| server.compute().list_images(ListImages::new().page_size(2));
    // Without prefetch, only the page of the next marker is requested.
    let server = three_pages();
    let mut pages = list(&server).pages();
    for requests in [2, 3, 3] {
        pages.next().expect("an item").expect("a page");
        assert_eq!(server.requests().len(), requests);
    }
    let server = three_pages();
    let mut pages = list(&server).prefetch().pages();
    pages.next().expect("an item").expect("a page");
    wait_for_requests(&server, 3);
    assert_eq!(pages.count(), 2);
    // The same, image by image.
    let server = three_pages();
    let mut images = list(&server).prefetch();
    images.next().expect("an item").expect("an image");
    wait_for_requests(&server, 2);
    images.next().expect("an item").expect("an image");
    wait_for_requests(&server, 3);
    assert_eq!(images.count(), 3);
}

#[test]
fn a_panic_while_prefetching_is_resumed_in_the_caller() {
    let _alone = alone();
    log::set_logger(&Panicking).expect("the only logger");
    log::set_max_level(LevelFilter::Debug);
    let server = Server::start();
    let more = next_link(images(0..2), "?marker=x");
    server.set_responses([Response::ok(&more), Response::ok(&json!({"images": []}))]);
    let mut list = server
        .compute()
        .list_images(ListImages::new().page_size(2))
        .prefetch();
    list.next().expect("an item").expect("an image");
    // The last image of a page is returned after the next page was fetched.
    let panic = catch_unwind(AssertUnwindSafe(|| list.next())).expect_err("a panic");
    log::set_max_level(LevelFilter::Off);
    assert_eq!(panic.downcast_ref(), Some(&"the logger is broken"));
}
