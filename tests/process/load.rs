//! Many threads and many calls: every outcome right, and nothing piles up.
//!
//! What is measured is in `/proc`, so these tests are for Linux.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use opencloud::compute::v2::{Compute, Image, ListImages};
use opencloud::{ErrorKind, Result};
use opencloud_sandbox::{Fault, NewImage, Sandbox, Wire};

use crate::alone;
use crate::support::subprocess::{Apart, serve};

const THREADS: usize = 64;
const ROUNDS: usize = 20;
const TOKEN_LIFE: Duration = Duration::from_secs(10);

/// What this process has of something.
#[derive(Clone, Copy, Debug)]
struct Usage {
    memory_kib: usize,
    files: usize,
    threads: usize,
}

impl Usage {
    fn now() -> Self {
        let status = fs::read_to_string("/proc/self/status").expect("a status");
        let number = |name: &str| {
            let line = status
                .lines()
                .find(|line| line.starts_with(name))
                .expect(name);
            line.split_whitespace()
                .nth(1)
                .expect(name)
                .parse()
                .expect(name)
        };
        Self {
            memory_kib: number("VmRSS:"),
            files: files(),
            threads: number("Threads:"),
        }
    }
}

fn files() -> usize {
    fs::read_dir("/proc/self/fd").expect("a folder").count()
}

#[test]
#[ignore = "the other process of the test with 64 threads"]
fn a_cloud_with_short_tokens_that_fails_one_request_in_twenty() {
    let builder = Sandbox::builder()
        .empty()
        .wire(Wire::KeepAlive)
        .token_life(TOKEN_LIFE);
    let sandbox = builder.start();
    for thread in 0..THREADS {
        sandbox.add_image(NewImage::named(format!("kept-{thread}")));
        for round in 0..ROUNDS {
            sandbox.add_image(NewImage::named(format!("gone-{thread}-{round}")));
        }
    }
    sandbox.fail(Fault::status(503).header("Retry-After", "0").every(25));
    sandbox.fail(Fault::reset().on("GET", "/compute").every(50));
    serve(&sandbox);
}

#[test]
fn sixty_four_threads_share_one_service_through_faults_and_short_tokens() {
    let _alone = alone();
    let mut cloud =
        Apart::start("load::a_cloud_with_short_tokens_that_fails_one_request_in_twenty");
    // With so many requests, one meets a fault or the end of a token four times in a row.
    let compute = cloud.compute(|options| options.tries(20));
    let before = files();
    let (operations, most_files) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let began = Instant::now();
    thread::scope(|scope| {
        for number in 0..THREADS {
            let (compute, operations, most_files) = (&compute, &operations, &most_files);
            scope.spawn(move || {
                let mut user = User::new(compute, number);
                for round in 0..ROUNDS {
                    operations.fetch_add(user.round(round), Ordering::Relaxed);
                    most_files.fetch_max(files(), Ordering::Relaxed);
                }
            });
        }
    });
    let lasted = began.elapsed().as_secs_f64();
    let operations = operations.into_inner();
    let connections_open = most_files.into_inner().saturating_sub(before);
    let (sign_ins, connections_made) = cloud.counts();
    println!(
        "{operations} operations in {lasted:.1} s, {sign_ins} sign-ins, {connections_made} \
         connections made, at most {connections_open} open"
    );
    assert!(operations >= 10_000, "{operations}");
    // A token is renewed when a tenth of its life is left.
    let ends = lasted / (0.9 * TOKEN_LIFE.as_secs_f64());
    let sign_ins = f64::from(u32::try_from(sign_ins).expect("a small number"));
    assert!(sign_ins <= 1.0 + ends, "{sign_ins} in {lasted} s");
    // One for each thread, and those that are kept.
    assert!(connections_open <= THREADS + 16, "{connections_open}");
}

/// One thread's work, on images that are its own, with what they must be like.
struct User<'a> {
    compute: &'a Compute,
    number: usize,
    image: Image,
    metadata: BTreeMap<String, String>,
}

impl<'a> User<'a> {
    fn new(compute: &'a Compute, number: usize) -> Self {
        let image = named(compute, &format!("kept-{number}"));
        Self {
            compute,
            number,
            image,
            metadata: BTreeMap::new(),
        }
    }

    /// Nine operations, each checked; their number.
    fn round(&mut self, round: usize) -> usize {
        let (key, value) = (
            format!("k{}", round % 5),
            format!("{}-{round}", self.number),
        );
        self.metadata.insert(key.clone(), value.clone());
        match round % 4 {
            0 => self
                .image
                .merge_metadata([(&key, &value)])
                .expect("a merge"),
            1 => self.image.reset_metadata(&self.metadata).expect("a reset"),
            _ => self.image.set_metadata_item(&key, &value).expect("an item"),
        }
        assert_eq!(self.image.get_metadata_item(&key).expect("an item"), value);
        self.check(&self.image.clone().get_metadata().expect("metadata"));
        self.image.retrieve().expect("an image");
        assert_eq!(self.image.name, Some(format!("kept-{}", self.number)));
        self.check(&self.image.metadata);

        self.image.delete_metadata_item(&key).expect("an item");
        self.metadata.remove(&key);
        let gone = self.image.get_metadata_item(&key).expect_err("no item");
        assert_eq!(gone.kind(), ErrorKind::KeyNotFound, "{gone}");

        let mut gone = named(self.compute, &format!("gone-{}-{round}", self.number));
        gone.delete().expect("a deletion");
        let error = gone.retrieve().expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error:?}");
        9
    }

    #[track_caller]
    fn check(&self, metadata: &opencloud::compute::v2::Metadata) {
        let found: BTreeMap<_, _> = metadata
            .iter()
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        assert_eq!(found, self.metadata);
    }
}

/// The only image of that name.
#[track_caller]
fn named(compute: &Compute, name: &str) -> Image {
    let list = compute.list_images(ListImages::detailed().name(name));
    let mut images = list.collect::<Result<Vec<_>>>().expect("a list");
    assert_eq!(images.len(), 1, "{name}");
    images.remove(0)
}

#[test]
#[ignore = "the other process of the test with 2,000 listings"]
fn a_cloud_with_thirty_images() {
    let sandbox = Sandbox::builder().empty().wire(Wire::KeepAlive).start();
    sandbox.add_images(30);
    serve(&sandbox);
}

#[test]
fn two_thousand_listings_in_a_row_leave_nothing_behind() {
    let _alone = alone();
    let cloud = Apart::start("load::a_cloud_with_thirty_images");
    let compute = cloud.compute(|options| options);
    (0..200).for_each(|number| list(&compute, number));
    let before = settled(usize::MAX);
    (0..2000).for_each(|number| list(&compute, number));
    let after = settled(before.threads);
    println!("before: {before:?}, after: {after:?}");
    assert!(after.threads <= before.threads, "{before:?}, {after:?}");
    // As many connections are kept as were ever in use at once: two.
    assert!(after.files <= before.files + 1, "{before:?}, {after:?}");
    assert!(
        after.memory_kib <= before.memory_kib + 512,
        "{before:?}, {after:?}"
    );
}

/// What is used once no thread of an abandoned listing is left.
fn settled(threads: usize) -> Usage {
    let began = Instant::now();
    loop {
        let usage = Usage::now();
        if usage.threads <= threads || began.elapsed() > Duration::from_secs(10) {
            return usage;
        }
        thread::yield_now();
    }
}

/// A listing in one of the ways in which there are.
fn list(compute: &Compute, number: usize) {
    let images = compute.list_images(ListImages::detailed().page_size(16));
    let counted = match number % 4 {
        0 => images.collect::<Result<Vec<_>>>().map(|all| all.len()),
        1 => images
            .pages()
            .try_fold(0, |count, page| Ok(count + page?.images.len())),
        2 => images
            .prefetch()
            .collect::<Result<Vec<_>>>()
            .map(|all| all.len()),
        // Given up in the middle, with a page on its way.
        _ => images
            .prefetch()
            .take(5)
            .collect::<Result<Vec<_>>>()
            .map(|all| all.len() + 25),
    };
    assert_eq!(counted.expect("a list"), 30);
}
