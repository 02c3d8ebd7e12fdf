//! A panic in the thread that fetches the next page.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

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
