//! Many threads and many requests: every result is correct, and nothing leaks.
//!
//! The tests read `/proc`, so they run on Linux only.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use opencloud::compute::v2::{Compute, Image, ListImages};
use opencloud::{ErrorKind, Result};
use opencloud_sandbox::{Fault, NewImage, Sandbox, Wire};

use crate::alone;
use crate::support::subprocess::{SandboxProcess, serve};

const THREADS: usize = 64;
const ROUNDS: usize = 20;
const TOKEN_LIFE: Duration = Duration::from_secs(10);

/// Resources of this process.
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
#[ignore = "run in another process by the test with 64 threads"]
fn child_with_faults_and_short_token_lifetimes() {
    let builder = Sandbox::builder()
        .empty()
        .wire(Wire::KeepAlive)
        .token_life(TOKEN_LIFE);
    let sandbox = builder.start();
    for thread in 0..THREADS {
        sandbox.add_image(NewImage::named(format!("kept-{thread}")));
        for round in 0..ROUNDS {
            sandbox.add_image(NewImage::named(format!("deleted-{thread}-{round}")));
        }
    }
    sandbox.fail(Fault::status(503).header("Retry-After", "0").every(25));
    sandbox.fail(Fault::reset().on("GET", "/compute").every(50));
    serve(&sandbox);
}

#[test]
fn sixty_four_threads_share_one_service_despite_faults_and_expiring_tokens() {
    let _alone = alone();
    let mut cloud = SandboxProcess::start("load::child_with_faults_and_short_token_lifetimes");
    // Among so many requests, one has four faults or expired tokens in a row.
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
    let seconds = began.elapsed().as_secs_f64();
    let operations = operations.into_inner();
    let connections_open = most_files.into_inner().saturating_sub(before);
    let (authentications, connections_made) = cloud.counts();
    println!(
        "{operations} operations in {seconds:.1} s, {authentications} authentications, \
         {connections_made} connections, at most {connections_open} open"
    );
    assert!(operations >= 10_000, "{operations}");
    // A token is renewed when a tenth of its lifetime is left.
    let expired = seconds / (0.9 * TOKEN_LIFE.as_secs_f64());
    let authentications = f64::from(u32::try_from(authentications).expect("a small number"));
    assert!(
        authentications <= 1.0 + expired,
        "{authentications} in {seconds} s"
    );
    // One for each thread, and the idle ones.
    assert!(connections_open <= THREADS + 16, "{connections_open}");
}

/// The work of one thread, on images of its own, and their expected metadata.
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

    /// Makes and checks nine operations, and returns their number.
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
        let error = self.image.get_metadata_item(&key).expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::KeyNotFound, "{error}");

        let mut image = named(self.compute, &format!("deleted-{}-{round}", self.number));
        image.delete().expect("a deletion");
        let error = image.retrieve().expect_err("an error");
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

/// The only image with this name.
#[track_caller]
fn named(compute: &Compute, name: &str) -> Image {
    let list = compute.list_images(ListImages::detailed().name(name));
    let mut images = list.collect::<Result<Vec<_>>>().expect("a list");
    assert_eq!(images.len(), 1, "{name}");
    images.remove(0)
}

#[test]
#[ignore = "run in another process by the test with 2,000 lists"]
fn child_with_thirty_images() {
    let sandbox = Sandbox::builder().empty().wire(Wire::KeepAlive).start();
    sandbox.add_images(30);
    serve(&sandbox);
}

#[test]
fn two_thousand_lists_leak_no_memory_threads_or_connections() {
    let _alone = alone();
    let cloud = SandboxProcess::start("load::child_with_thirty_images");
    let compute = cloud.compute(|options| options);
    (0..200).for_each(|number| list(&compute, number));
    let before = usage_at_rest(usize::MAX);
    (0..2000).for_each(|number| list(&compute, number));
    let after = usage_at_rest(before.threads);
    println!("before: {before:?}, after: {after:?}");
    assert!(after.threads <= before.threads, "{before:?}, {after:?}");
    // At most two connections are in use at once, and stay open.
    assert!(after.files <= before.files + 1, "{before:?}, {after:?}");
    assert!(
        after.memory_kib <= before.memory_kib + 512,
        "{before:?}, {after:?}"
    );
}

/// The resources once the threads of abandoned lists have ended.
fn usage_at_rest(threads: usize) -> Usage {
    let began = Instant::now();
    loop {
        let usage = Usage::now();
        if usage.threads <= threads || began.elapsed() > Duration::from_secs(10) {
            return usage;
        }
        thread::yield_now();
    }
}

/// Lists in one of four ways.
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
        // Dropped while a page is being fetched.
        _ => images
            .prefetch()
            .take(5)
            .collect::<Result<Vec<_>>>()
            .map(|all| all.len() + 25),
    };
    assert_eq!(counted.expect("a list"), 30);
}
