//! Uploads that Glance rejects, or that fail.

use std::io::{self, Read};
use std::time::Duration;

use opencloud::image::v2::{ImageStatus, Upload};

use crate::cloud::{SIZE_CAP, cloud};
use crate::error_snapshot::{expect_error, kind};
use crate::fixtures::delete_while_saving;
use crate::glance::{TestImage, image, stored_data};
use crate::image_service::{check_error, check_forbidden, data, image_of, images};

/// Larger than a body that is sent without `Expect: 100-continue`.
const LARGE: usize = 3 << 20;

/// The message for an upload to this image.
fn message(id: &str, text: &str) -> String {
    format!("PUT GLANCE/images/{id}/file: {text} (request id ID)")
}

/// Checks that the image has no data, and that data can be uploaded.
#[track_caller]
fn check_usable(made: &TestImage) {
    let mut image = image_of(made);
    // Glance may still be handling the failed upload.
    let limit = Duration::from_secs(60);
    image.wait_until("queued", limit).expect("a queued image");
    assert_eq!((image.size, &image.checksum), (None, &None));
    image.upload_data(b"again").expect("an upload");
    assert_eq!(stored_data(made), b"again");
}

#[test]
fn a_second_upload_is_a_conflict_and_changes_nothing() {
    let active = image().data(b"first").create();
    let deactivated = image().data(b"first").create();
    deactivated.deactivate();
    for (made, status) in [(&active, "active"), (&deactivated, "deactivated")] {
        check_error(
            image_of(made).upload_data(b"second"),
            "Conflict",
            &message(
                made,
                &format!(
                    "409 Conflict: Image status transition from {status} to saving is not allowed"
                ),
            ),
        );
    }
    assert_eq!(stored_data(&active), b"first");
}

#[test]
fn a_large_second_upload_is_rejected_and_changes_nothing() {
    let made = image().data(b"first").create();
    for upload in [
        Upload::from_reader(io::repeat(7)).length(50 << 20),
        Upload::from_reader(io::repeat(7).take(50 << 20)),
    ] {
        // Glance closes the connection when it responds. A busy Glance responds after
        // the data is sent, so that the response can be lost.
        let error = expect_error(image_of(&made).upload_data(upload));
        let kind = kind(&error);
        assert!(["Conflict", "Connection"].contains(&&*kind), "{error}");
    }
    assert_eq!(stored_data(&made), b"first");
}

#[test]
fn an_image_without_formats_accepts_no_data() {
    for (fields, text) in [
        (
            &["disk_format", "container_format"][..],
            "Properties disk_format, container_format",
        ),
        (&["disk_format"], "Property disk_format"),
        (&["container_format"], "Property container_format"),
    ] {
        let new = fields.iter().fold(image(), |new, field| new.without(field));
        let made = new.queued().create();
        check_error(
            image_of(&made).upload_data(b"data"),
            "BadRequest",
            &message(
                &made,
                &format!("400 Bad Request: {text} must be set prior to saving data."),
            ),
        );
        assert_eq!(made.in_glance()["status"], "queued");
    }
}

#[test]
fn after_data_of_a_wrong_format_the_image_can_only_be_deleted_except_in_zed() {
    let made = image().with("disk_format", "qcow2").queued().create();
    let mut image = image_of(&made);
    if cloud().is_zed() {
        image.upload_data(&[0; 1000]).expect("Zed accepts any data");
        return;
    }
    check_error(
        image.upload_data(&[0; 1000]),
        "UnexpectedStatus",
        &format!(
            "PUT GLANCE/images/{}/file: 415 Unsupported Media Type: The request media type \
             application/octet-stream is not supported by this server. Image disk_format qcow2 \
             does not match stream data raw (the image cannot be used any more: delete it) \
             (request id ID)",
            &*made
        ),
    );
    check_error(
        image.wait_until_active(Duration::from_secs(120)),
        "WaitFailed",
        &format!(
            "image {} cannot become active: its data was rejected, and it can only be deleted",
            &*made
        ),
    );
    assert_eq!(image.status, Some(ImageStatus::Queued));
    check_error(
        image.upload_data(b"again"),
        "UnexpectedStatus",
        &message(
            &made,
            "500 Internal Server Error: The server has either erred or is incapable of performing \
             the requested operation.",
        ),
    );
    image.delete().expect("a deletion");
}

#[test]
fn an_upload_to_a_missing_image_is_not_found() {
    for id in [
        "00000000-1111-4222-8333-444444444444",
        "abc",
        cloud().image_id("other-private"),
    ] {
        check_error(
            images().get_image(id).upload_data(b"data"),
            "NotFound",
            &message(id, &format!("404 Not Found: No image found with ID {id}")),
        );
    }
}

#[test]
fn an_upload_to_images_of_others_is_forbidden() {
    for label in ["other-community", "other-shared", "public-small"] {
        let mut image = images().get_image(cloud().image_id(label));
        let request = format!("PUT GLANCE/images/{}/file", image.id);
        check_forbidden(image.upload_data(b"data"), &request, "upload_image");
    }
}

#[test]
fn after_a_reader_that_ends_early_the_image_accepts_other_data() {
    for length in [10_usize, LARGE] {
        let made = image().queued().create();
        let data = data(length / 2);
        let upload = Upload::from_reader(data.as_slice()).length(length as u64);
        check_error(
            image_of(&made).upload_data(upload),
            "Io",
            &format!(
                "PUT GLANCE/images/{}/file: the reader ended after {} of {length} bytes",
                &*made,
                length / 2
            ),
        );
        check_usable(&made);
    }
}

#[test]
fn after_a_reader_that_fails_the_image_accepts_other_data() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is broken"))
        }
    }
    for length in [Some(LARGE as u64), None] {
        let made = image().queued().create();
        let upload = Upload::from_reader((&b"12345"[..]).chain(Failing));
        let upload = match length {
            Some(length) => upload.length(length),
            None => upload,
        };
        check_error(
            image_of(&made).upload_data(upload),
            "Io",
            &format!(
                "PUT GLANCE/images/{}/file: the reader failed after 5 bytes",
                &*made
            ),
        );
        check_usable(&made);
    }
}

#[test]
fn after_an_upload_over_the_size_limit_the_image_accepts_other_data() {
    let made = image().queued().create();
    for length in [Some(SIZE_CAP as u64 + 1), None] {
        let upload = Upload::from_reader(io::repeat(7).take(SIZE_CAP as u64 + 1));
        let upload = match length {
            Some(length) => upload.length(length),
            None => upload,
        };
        let error = expect_error(image_of(&made).upload_data(upload));
        // Glance can close the connection before the client has sent everything.
        match kind(&error).as_str() {
            "UnexpectedStatus" => {
                assert_eq!(error.status(), Some(413));
                assert_eq!(
                    error.message(),
                    "The incoming image is too large: The provided image is too large."
                );
            }
            other => assert_eq!(other, "Connection", "{error}"),
        }
        let mut image = image_of(&made);
        let limit = Duration::from_secs(60);
        image.wait_until("queued", limit).expect("a queued image");
    }
    check_usable(&made);
}

#[test]
fn an_image_that_is_deleted_during_its_upload_is_not_found() {
    struct Deleting<'a>(&'a TestImage);
    impl Read for Deleting<'_> {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            delete_while_saving(self.0);
            Ok(0)
        }
    }
    let made = image().queued().create();
    let reader = (&b"data"[..]).chain(Deleting(&made));
    check_error(
        image_of(&made).upload_data(Upload::from_reader(reader)),
        "NotFound",
        &message(
            &made,
            &format!(
                "410 Gone: Image {} could not be found after upload. The image may have been \
                 deleted during the upload, cleaning up the chunks uploaded.",
                &*made
            ),
        ),
    );
    check_error(
        image_of(&made).retrieve(),
        "NotFound",
        &format!(
            "GET GLANCE/images/{id}: 404 Not Found: No image found with ID {id} (request id ID)",
            id = &*made
        ),
    );
}
