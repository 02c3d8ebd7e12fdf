//! The requests and connections of lists and threads, counted by a [`Relay`].

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use opencloud::compute::v2::{Compute, ListImages};
use opencloud::{OpenStack, ServiceOptions};

use crate::cloud::cloud;
use crate::relay::Relay;

fn compute(relay: &Relay) -> Compute {
    let openstack = OpenStack::new(cloud().options("demo")).expect("valid options");
    let endpoint = ServiceOptions::new().endpoint(&relay.url);
    openstack.compute_v2_with(endpoint).expect("an endpoint")
}

#[test]
fn with_prefetch_the_next_page_is_requested_while_the_caller_processes_a_page() {
    let relay = Relay::start(cloud().nova());
    let list = compute(&relay).list_images(ListImages::new().page_size(2));
    let mut pages = list.prefetch().pages();
    pages.next().expect("an item").expect("a page");
    // Two pages are requested before the first is returned, and the third by prefetch.
    let deadline = Instant::now() + Duration::from_secs(60);
    while relay.requests() < 3 {
        assert!(Instant::now() < deadline, "{} requests", relay.requests());
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn eight_threads_open_at_most_one_connection_each() {
    let relay = Relay::start_keep_alive(cloud().nova());
    let compute = compute(&relay);
    let id = cloud().image_id("plain");
    let barrier = Barrier::new(8);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..5 {
                    barrier.wait();
                    compute.get_image(id).retrieve().expect("the image");
                }
            });
        }
    });
    assert_eq!(relay.requests(), 8 * 5);
    assert!(relay.connections() <= 8 + 1, "{}", relay.connections());
}
