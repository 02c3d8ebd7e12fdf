//! The memory of a list depends on the page size, and not on its length.

use opencloud::compute::v2::{Images, ListImages};
use opencloud_sandbox::{Sandbox, Wire};
use peak_alloc::PeakAlloc;

use crate::alone;
use crate::support::subprocess::{SandboxProcess, serve};

/// Counts the allocations of the whole process, so the server is another process.
#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

const FEW: usize = 1000;
const MANY: usize = 100_000;

#[test]
#[ignore = "run in another process by the next test"]
fn child_with_a_hundred_thousand_images() {
    let sandbox = Sandbox::builder().empty().wire(Wire::KeepAlive).start();
    sandbox.add_images(MANY);
    serve(&sandbox);
}

#[test]
fn listing_a_hundred_thousand_images_needs_no_more_memory_than_a_thousand() {
    let _alone = alone();
    let cloud = SandboxProcess::start("memory::child_with_a_hundred_thousand_images");
    let compute = cloud.compute(|options| options);
    let brief = |limit: usize| compute.list_images(ListImages::new().limit(limit as u64));
    let detailed = |limit: usize| compute.list_images(ListImages::detailed().limit(limit as u64));
    check(
        "brief, one by one",
        |limit| one_by_one(brief(limit)),
        MANY / 5,
    );
    check("detailed, by page", |limit| by_page(detailed(limit)), MANY);
    check(
        "detailed, prefetched",
        |limit| one_by_one(detailed(limit).prefetch()),
        MANY / 5,
    );
}

/// Checks that a list of `many` images needs no more memory than one of a few.
#[track_caller]
fn check(way: &str, list: impl Fn(usize) -> usize, many: usize) {
    let peak = |count| {
        ALLOCATED.reset_peak_usage();
        let before = ALLOCATED.current_usage();
        assert_eq!(list(count), count, "{way}");
        ALLOCATED.peak_usage() - before
    };
    let (of_few, of_many) = (peak(FEW), peak(many));
    println!("{way}: {of_few} bytes for {FEW} images, {of_many} for {many}");
    assert!(
        of_many <= of_few + (2 << 20),
        "{way}: {of_few} bytes, then {of_many}"
    );
}

fn one_by_one(images: Images) -> usize {
    images.fold(0, |count, image| count + usize::from(image.is_ok()))
}

fn by_page(images: Images) -> usize {
    images.pages().fold(0, |count, page| {
        count + page.map_or(0, |page| page.images.len())
    })
}
