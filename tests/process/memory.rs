//! The memory of a list depends on the page size, and not on its length. The memory
//! of an upload and a download does not depend on the size of the image.

use std::io::{self, Read};
use std::time::Instant;

use opencloud::compute::v2::{Images, ListImages};
use opencloud::image::v2::{Transfer, Upload};
use opencloud::{OpenStack, Options, ServiceOptions};
use opencloud_sandbox::{Sandbox, Wire};
use peak_alloc::PeakAlloc;
use ring::digest::{Context, SHA512};
use serde_json::json;

use crate::alone;
use crate::support::subprocess::{SandboxProcess, serve, serve_url};
use crate::support::{Response, Server, id};

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

/// The size of an image, in MiB.
const IMAGE_SIZE: u64 = 300;

#[test]
#[ignore = "run in another process by the next test"]
fn child_with_a_large_image() {
    let block = vec![0; 1 << 20];
    let mut hash = Context::new(&SHA512);
    (0..IMAGE_SIZE).for_each(|_| hash.update(&block));
    let hash = hash.finish();
    let hash = hash.as_ref().iter();
    let hash = hash.fold(String::new(), |hash, byte| hash + &format!("{byte:02x}"));
    let image = json!({
        "id": id(1), "status": "active", "size": IMAGE_SIZE << 20,
        "os_hash_algo": "sha512", "os_hash_value": hash,
    });
    let server = Server::with_handler(move |request| {
        let is_data = request.target.ends_with("/file");
        match request.method.as_str() {
            "PUT" => Response::raw("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")
                .stall(),
            _ if is_data => Response::new(200, &block).repeated(IMAGE_SIZE).close(),
            _ => Response::ok(&image),
        }
    });
    server.reads_only_heads();
    serve_url(&server.url("/v2"));
}

#[test]
fn an_upload_and_a_download_of_300_mib_need_less_than_1_mib() {
    let _alone = alone();
    let server = SandboxProcess::start("memory::child_with_a_large_image");
    let options = Options::new("").token_id("t").no_proxy();
    let endpoint = ServiceOptions::new().endpoint(server.url());
    let images = OpenStack::new(options)
        .and_then(|openstack| openstack.images_v2_with(endpoint))
        .expect("a service");
    let before = ALLOCATED.current_usage();
    let measure = |way: &str, transfer: &dyn Fn() -> Transfer| {
        ALLOCATED.reset_peak_usage();
        let start = Instant::now();
        let transfer = transfer();
        assert_eq!(transfer.bytes, IMAGE_SIZE << 20, "{way}");
        assert!(transfer.verified, "{way}");
        let peak = ALLOCATED.peak_usage() - before;
        println!("{way}: {peak} bytes in {:?}", start.elapsed());
        assert!(peak < 1 << 20, "{way}: {peak} bytes");
    };
    let zeros = || io::repeat(0).take(IMAGE_SIZE << 20);
    measure("upload with a length", &|| {
        let upload = Upload::from_reader(zeros()).length(IMAGE_SIZE << 20);
        let mut image = images.get_image(id(1));
        image.upload_data(upload).expect("an upload")
    });
    measure("upload in chunks", &|| {
        let mut image = images.get_image(id(1));
        let upload = Upload::from_reader(zeros());
        image.upload_data(upload).expect("an upload")
    });
    measure("download", &|| {
        let mut image = images.get_image(id(1));
        image.download_data(&mut io::sink()).expect("a download")
    });
}
