//! `Debug` of clients, lists and errors is short, and prints no content of files.

use std::fmt::Debug;
use std::{env, fs};

use opencloud::compute::v2::ListImages;
use opencloud::{ErrorKind, OpenStack};

use crate::cloud::{cloud, unique};
use crate::error_snapshot::expect_error;
use crate::fixtures::Fixtures;
use crate::secret_scan;

#[track_caller]
fn check_short(value: &impl Debug) {
    secret_scan::value(value);
    let text = format!("{value:?}");
    assert!(text.len() < 5000, "{} bytes: {text:.200}", text.len());
}

#[test]
fn debug_of_clients_and_lists_does_not_print_response_bodies() {
    let _fixtures = Fixtures::shared();
    let compute = cloud().compute("demo");
    let mut list = compute.list_images(ListImages::detailed());
    let image = list.next().expect("an item").expect("an image");
    check_short(&image);
    check_short(&list);
    let mut pages = list.pages();
    pages.next().expect("an item").expect("a page");
    check_short(&pages);
    check_short(&compute);
    check_short(&cloud().openstack("demo"));
}

#[test]
fn no_part_of_a_damaged_key_is_printed() {
    let tls = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tls");
    let key = fs::read_to_string(format!("{tls}/client.key")).expect("a key");
    for line in key.lines().filter(|line| !line.contains("-----")) {
        secret_scan::watch_token(line);
    }
    // A key without line breaks, in a file and in place of its path.
    let damaged = key.replace('\n', " ");
    let path = env::temp_dir().join(unique("opencloud-key").replace(' ', "-"));
    fs::write(&path, &damaged).expect("a file");
    for key in [path.clone(), key.into(), damaged.into()] {
        let certificate = format!("{tls}/client.pem");
        let options = cloud().options("demo").client_certificate(certificate, key);
        check_short(&options);
        let error = expect_error(OpenStack::new(options));
        check_short(&error);
        assert_eq!(error.kind(), ErrorKind::Tls);
    }
    fs::remove_file(path).expect("a removed file");
}
