//! Uploading the data of an image.

use std::fs::File;
use std::io::{self, Seek, SeekFrom};

use opencloud::image::v2::{ImageStatus, Upload};
use opencloud::{OpenStack, ServiceOptions};

use crate::cloud::cloud;
use crate::error_snapshot::kind;
use crate::glance::{image, stored_data};
use crate::image_service::{data, image_of, json_of};
use crate::relay::Relay;

/// Larger than a body that is sent without `Expect: 100-continue`.
const LARGE: usize = 3 << 20;

/// Uploads to a new image, and checks the data, the copy and the result.
#[track_caller]
fn check_upload<'a>(upload: impl Into<Upload<'a>>, expected: &[u8]) {
    let made = image().queued().create();
    let mut image = image_of(&made);
    let transfer = image.upload_data(upload).expect("an upload");
    let length = expected.len() as u64;
    assert_eq!((transfer.bytes, transfer.verified), (length, true));
    assert_eq!(
        (&image.status, image.size),
        (&Some(ImageStatus::Active), Some(length))
    );
    assert_eq!(json_of(&image), made.in_glance());
    assert!(stored_data(&made) == expected, "other data");
}

#[test]
fn data_of_any_length_is_stored() {
    for length in [0, 1, 100_000, LARGE] {
        let data = data(length);
        check_upload(data.as_slice(), &data);
    }
    check_upload(b"array", b"array");
    check_upload(b"vector".to_vec(), b"vector");
}

#[test]
fn the_data_of_a_reader_with_or_without_a_length_is_stored() {
    for length in [0, 5, LARGE] {
        let data = data(length);
        check_upload(Upload::from_reader(data.as_slice()), &data);
        let upload = Upload::from_reader(data.as_slice()).length(length as u64);
        check_upload(upload, &data);
    }
}

#[test]
fn only_the_announced_length_of_a_reader_is_sent() {
    check_upload(Upload::from_reader(&b"0123456789"[..]).length(4), b"0123");
    check_upload(Upload::from_reader(io::repeat(7)).length(3), &[7; 3]);
}

#[test]
fn a_file_is_sent_from_its_position() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let expected = std::fs::read(path).expect("a file");
    let open = || File::open(path).expect("a file");
    check_upload(open(), &expected);
    let mut rest = open();
    rest.seek(SeekFrom::Start(10)).expect("a position");
    check_upload(rest, &expected[10..]);
}

#[test]
fn the_progress_ends_with_the_length() {
    let data = data(LARGE);
    for total in [None, Some(LARGE as u64)] {
        let mut calls = Vec::new();
        let upload = Upload::from_reader(data.as_slice());
        let upload = match total {
            Some(total) => upload.length(total),
            None => upload,
        };
        check_upload(
            upload.progress(|done, total| calls.push((done, total))),
            &data,
        );
        assert!(calls.len() > 2 && calls.is_sorted(), "{calls:?}");
        assert_eq!(calls[0].1, total);
        let length = LARGE as u64;
        assert_eq!(calls.last(), Some(&(length, Some(length))));
    }
}

#[test]
fn data_of_the_right_format_sets_the_virtual_size() {
    // The header of a qcow2 image, version 2, with a disk of 1 MiB.
    let mut qcow2 = vec![0; 65536];
    qcow2[..8].copy_from_slice(b"QFI\xfb\0\0\0\x02");
    qcow2[20..24].copy_from_slice(&16_u32.to_be_bytes());
    qcow2[24..32].copy_from_slice(&(1_u64 << 20).to_be_bytes());
    let made = image().with("disk_format", "qcow2").queued().create();
    let mut image = image_of(&made);
    let transfer = image.upload_data(qcow2.as_slice()).expect("an upload");
    assert!(transfer.verified);
    assert_eq!(image.virtual_size, Some(1 << 20));
    assert_eq!(image.size, Some(65536));
}

#[test]
fn protected_shared_and_hidden_images_accept_data() {
    for (field, value) in [("protected", true.into()), ("visibility", "shared".into())] {
        let made = image()
            .with(field, serde_json::Value::clone(&value))
            .queued()
            .create();
        image_of(&made).upload_data(b"data").expect("an upload");
        assert_eq!(made.in_glance()[field], value);
        made.unprotect();
    }
}

#[test]
fn a_large_upload_with_a_revoked_token_succeeds_at_once_or_when_repeated() {
    let made = image().queued().create();
    let openstack = OpenStack::new(cloud().options("demo")).expect("valid options");
    let images = openstack.images_v2().expect("a service");
    let token = serde_json::to_value(openstack.token().expect("a token")).expect("JSON");
    cloud().revoke(token["id"].as_str().expect("an id"));
    let data = data(LARGE);
    let mut image = images.get_image(&*made);
    if let Err(error) = image.upload_data(data.as_slice()) {
        // A busy Glance rejects the token after it has received the data. The upload
        // is not repeated, but the token is replaced.
        assert_eq!(kind(&error), "Unauthorized", "{error}");
        image.upload_data(data.as_slice()).expect("an upload");
    }
    assert!(stored_data(&made) == data, "other data");
}

#[test]
fn data_is_sent_and_received_through_a_relay() {
    for relay in [
        Relay::start(cloud().glance()),
        Relay::start_keep_alive(cloud().glance()),
    ] {
        let options = ServiceOptions::new().endpoint(&relay.url);
        let openstack = cloud().openstack("demo");
        let images = openstack.images_v2_with(options).expect("a service");
        for length in [Some(LARGE), None] {
            let made = image().queued().create();
            let sent = data(LARGE);
            let upload = Upload::from_reader(sent.as_slice());
            let upload = match length {
                Some(length) => upload.length(length as u64),
                None => upload,
            };
            let mut image = images.get_image(&*made);
            assert!(image.upload_data(upload).expect("an upload").verified);
            let mut received = Vec::new();
            image.download_data(&mut received).expect("a download");
            assert!(received == sent, "other data");
        }
        assert_eq!(relay.requests(), 2 * 4);
    }
}
