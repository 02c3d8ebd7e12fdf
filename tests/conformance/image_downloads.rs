//! Downloading the data of an image, and every error.

use std::io::{self, Cursor, Write};

use opencloud::image::v2::{Download, Image, Transfer};

use crate::cloud::cloud;
use crate::error_snapshot::{expect_error, kind, snapshot};
use crate::fixtures::damage_data;
use crate::glance::{TestImage, image};
use crate::image_service::{check_error, data, image_of, images, json_of};

/// Larger than several buffers of the client.
const LARGE: usize = 3 << 20;

#[track_caller]
fn downloaded(image: &mut Image) -> (Vec<u8>, Transfer) {
    let mut data = Vec::new();
    let transfer = image.download_data(&mut data).expect("a download");
    (data, transfer)
}

#[track_caller]
fn check_download(made: &TestImage, expected: &[u8]) {
    let mut image = image_of(made);
    let (data, transfer) = downloaded(&mut image);
    assert!(data == expected, "other data");
    let length = expected.len() as u64;
    assert_eq!((transfer.bytes, transfer.verified), (length, true));
    assert_eq!(json_of(&image), made.in_glance());
}

/// The message for a download of this image.
fn message(id: &str, text: &str) -> String {
    format!("GET GLANCE/images/{id}/file: {text} (request id ID)")
}

#[test]
fn a_download_has_the_data_of_the_upload() {
    for length in [0, 1, 100_000, LARGE] {
        let data = data(length);
        check_download(&image().data(&data).create(), &data);
    }
}

#[test]
fn the_progress_ends_with_the_size() {
    let made = image().data(&data(LARGE)).create();
    let mut output = io::sink();
    let mut calls = Vec::new();
    let download = Download::to(&mut output).progress(|done, total| calls.push((done, total)));
    image_of(&made).download_data(download).expect("a download");
    assert!(calls.len() > 2 && calls.is_sorted(), "{calls:?}");
    let length = LARGE as u64;
    assert!(calls.iter().all(|call| call.1 == Some(length)), "{calls:?}");
    assert_eq!(calls.last().map(|call| call.0), Some(length));
}

#[test]
fn an_image_without_data_has_no_data_to_download() {
    let made = image().queued().create();
    let mut output = Vec::new();
    check_error(
        image_of(&made).download_data(&mut output),
        "NoData",
        &message(
            &made,
            "204 No Content: the image has no data (it is queued)",
        ),
    );
    let mut file = Cursor::new(b"part".to_vec());
    check_error(
        image_of(&made).resume_download(&mut file),
        "NoData",
        &message(
            &made,
            "204 No Content: the image has no data (it is queued)",
        ),
    );
    assert!(output.is_empty());
    assert_eq!(file.into_inner(), b"part");
}

#[test]
fn only_an_administrator_downloads_a_deactivated_image() {
    let made = image().data(b"data").create();
    made.deactivate();
    check_error(
        image_of(&made).download_data(&mut io::sink()),
        "Forbidden",
        &message(
            &made,
            "403 Forbidden: The requested image has been deactivated. Image data download is \
             forbidden.",
        ),
    );
    let mut image = cloud().images("admin").get_image(&*made);
    assert_eq!(downloaded(&mut image).0, b"data");
    image.reactivate().expect("a reactivation");
    check_download(&made, b"data");
}

#[test]
fn public_community_and_shared_images_can_be_downloaded() {
    for label in ["public-small", "other-community", "other-shared"] {
        let (data, transfer) = downloaded(&mut images().get_image(cloud().image_id(label)));
        let start = format!("{label}\n");
        assert!(data.starts_with(start.as_bytes()), "{label}");
        assert!(transfer.verified);
    }
}

#[test]
fn downloading_a_missing_image_is_not_found() {
    for id in [
        "00000000-1111-4222-8333-444444444444",
        "abc",
        cloud().image_id("other-private"),
    ] {
        let mut image = images().get_image(id);
        let message = format!(
            "GET GLANCE/images/{id}: 404 Not Found: No image found with ID {id} (request id ID)"
        );
        let outcome = image.download_data(&mut io::sink());
        check_error(outcome, "NotFound", &message);
        let outcome = image.resume_download(&mut Cursor::new(Vec::new()));
        check_error(outcome, "NotFound", &message);
    }
}

#[test]
fn a_partial_file_is_completed_and_verified() {
    let data = data(LARGE);
    let made = image().data(&data).create();
    for part in [0, 1, 1 << 20, LARGE - 1, LARGE] {
        let mut file = Cursor::new(data[..part].to_vec());
        let transfer = image_of(&made)
            .resume_download(&mut file)
            .expect("a download");
        assert_eq!((transfer.bytes, transfer.verified), (LARGE as u64, true));
        assert!(file.into_inner() == data, "other data after {part} bytes");
    }
}

#[test]
fn a_download_of_an_empty_image_to_an_empty_file_is_complete() {
    let made = image().data(b"").create();
    let mut file = Cursor::new(Vec::new());
    let transfer = image_of(&made)
        .resume_download(&mut file)
        .expect("a download");
    assert_eq!((transfer.bytes, transfer.verified), (0, true));
}

#[test]
fn a_file_that_does_not_match_the_image_is_an_error() {
    let made = image().data(b"0123456789").create();
    let mut longer = Cursor::new(b"0123456789+".to_vec());
    check_error(
        image_of(&made).resume_download(&mut longer),
        "InvalidResponse",
        &format!(
            "11 bytes were transferred, but image {} has 10; the file is wrong",
            &*made
        ),
    );
    for (part, hint) in [
        (&b"01x3"[..], "the output is incomplete or wrong"),
        (b"01x3456789", "the file is wrong"),
    ] {
        check_error(
            image_of(&made).resume_download(&mut Cursor::new(part.to_vec())),
            "InvalidResponse",
            &format!(
                "the transferred data has another hash than image {}; {hint}",
                &*made
            ),
        );
    }
}

#[test]
fn the_error_of_the_writer_ends_a_download() {
    struct Full(usize);
    impl Write for Full {
        fn write(&mut self, data: &[u8]) -> io::Result<usize> {
            match self.0.min(data.len()) {
                0 => Err(io::ErrorKind::StorageFull.into()),
                count => {
                    self.0 -= count;
                    Ok(count)
                }
            }
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let made = image().data(&data(LARGE)).create();
    for room in [0, 1 << 20] {
        let outcome = image_of(&made).download_data(&mut Full(room));
        check_error(outcome, "Io", "cannot write the data");
    }
}

#[test]
fn an_image_whose_store_lost_the_data_has_no_data() {
    let made = image().data(b"0123456789").create();
    damage_data(&made, None);
    let text = "204 No Content: the image has no data (it is active, but its store has lost the \
                data)";
    check_error(
        image_of(&made).download_data(&mut io::sink()),
        "NoData",
        &message(&made, text),
    );
    check_error(
        image_of(&made).resume_download(&mut Cursor::new(b"012".to_vec())),
        "NoData",
        &message(&made, text),
    );
}

#[test]
fn data_that_the_store_has_changed_is_an_error() {
    let made = image().data(b"0123456789").create();
    damage_data(&made, Some(b"0123456x89"));
    check_error(
        image_of(&made).download_data(&mut io::sink()),
        "InvalidResponse",
        &format!(
            "the transferred data has another hash than image {}; the output is incomplete or \
             wrong",
            &*made
        ),
    );
}

#[test]
fn data_that_the_store_has_truncated_is_an_error() {
    let made = image().data(b"0123456789").create();
    damage_data(&made, Some(b"0123456"));
    let mut output = Vec::new();
    let error = expect_error(image_of(&made).download_data(&mut output));
    let expected = match kind(&error).as_str() {
        "Connection" => {
            "connection lost before the response was complete (after 7 bytes; the output is \
             incomplete)"
        }
        // Without a length, a server ends a response by closing the connection.
        "InvalidResponse" => "the data ended after 7 of 10 bytes; the output is incomplete",
        other => panic!("{other}: {error}"),
    };
    assert!(snapshot(&error).contains(expected), "{error}");
    assert_eq!(output, b"0123456");
}
