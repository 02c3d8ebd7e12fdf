//! Shared parts of the cases for the Image service.

use opencloud::image::v2::{Image, ImageService, ListImages, NewImage};
use serde_json::Value;

use crate::cloud::{cloud, unique};
use crate::error_snapshot::{expect_error, kind, snapshot};
use crate::glance::{TestImage, image};
use crate::secret_scan;

/// The Image service, for the user `demo`.
pub(crate) fn images() -> ImageService {
    cloud().images("demo")
}

/// An image for the user `demo`.
pub(crate) fn image_of(made: &TestImage) -> Image {
    images().get_image(&**made)
}

/// A new image with a unique name.
pub(crate) fn new_image() -> NewImage {
    NewImage::named(unique("new"))
        .disk_format("raw")
        .container_format("bare")
}

/// Creates an image that is deleted at the end of the case.
#[track_caller]
pub(crate) fn create(new: NewImage) -> (Image, TestImage) {
    let image = images().create_image(new).expect("a new image");
    secret_scan::value(&image);
    let guard = TestImage::of_demo(&image.id);
    (image, guard)
}

/// The images of a list of the user `demo`.
#[track_caller]
pub(crate) fn found(list: ListImages) -> Vec<Image> {
    found_by("demo", list)
}

#[track_caller]
pub(crate) fn found_by(user: &str, list: ListImages) -> Vec<Image> {
    let images: Vec<_> = cloud()
        .images(user)
        .list_images(list)
        .map(|image| image.expect("an image"))
        .collect();
    images.first().inspect(|image| secret_scan::value(image));
    images
}

/// The ids of a list of the user `demo`.
#[track_caller]
pub(crate) fn ids(list: ListImages) -> Vec<String> {
    found(list).into_iter().map(|image| image.id).collect()
}

/// Checks which images a list has, and that the page size does not change their order.
#[track_caller]
pub(crate) fn check_found(list: ListImages, expected: &[&TestImage]) {
    let mut actual = ids(list.clone().page_size(1));
    assert_eq!(actual, ids(list), "pages of 1");
    actual.sort();
    let mut expected: Vec<_> = expected.iter().map(|image| image.to_string()).collect();
    expected.sort();
    assert_eq!(actual, expected);
}

/// Checks the error of a list.
#[track_caller]
pub(crate) fn check_list_error(list: ListImages, expected: &str, message: &str) {
    let mut images = images().list_images(list);
    check_error(images.next().expect("an item"), expected, message);
    assert!(images.next().is_none(), "the list ends after an error");
}

/// Checks the kind and the message of an error, which has `GLANCE` for the URL of the
/// service.
#[track_caller]
pub(crate) fn check_error<T>(outcome: opencloud::Result<T>, expected: &str, message: &str) {
    let error = expect_error(outcome);
    let url = format!("{}/v2", cloud().glance());
    let mut actual = snapshot(&error).replace(&url, "GLANCE");
    // In the wire form `nolength`, a 204 does not announce that the connection is
    // closed, so the next request can fail and be repeated.
    if error.attempts() > 1 {
        actual.truncate(actual.rfind(" (").unwrap_or_default());
    }
    assert_eq!(
        (kind(&error).as_str(), actual.as_str()),
        (expected, message)
    );
}

/// Checks that this request for an image of another project is forbidden. In Zed the
/// message does not name the action.
#[track_caller]
pub(crate) fn check_forbidden<T>(outcome: opencloud::Result<T>, request: &str, action: &str) {
    if cloud().is_zed() {
        assert_eq!(kind(&expect_error(outcome)), "Forbidden");
        return;
    }
    let message = format!(
        "{request}: 403 Forbidden: You are not authorized to complete {action} action. (request id \
         ID)"
    );
    check_error(outcome, "Forbidden", &message);
}

/// The image as JSON, like [`in_glance`](crate::glance::in_glance).
#[track_caller]
pub(crate) fn json_of(image: &Image) -> Value {
    let mut image = image.clone();
    image.tags.sort();
    serde_json::to_value(&image).expect("JSON")
}

/// Data whose bytes differ.
pub(crate) fn data(length: usize) -> Vec<u8> {
    (0..251).cycle().take(length).collect()
}

/// Images with one name, and their ids in the order of the server.
pub(crate) struct TestImages {
    pub(crate) name: String,
    pub(crate) ids: Vec<String>,
    _made: Vec<TestImage>,
}

impl TestImages {
    /// Creates queued images.
    #[track_caller]
    pub(crate) fn create(count: usize) -> Self {
        let name = unique("test_images");
        let made: Vec<_> = (0..count)
            .map(|_| image().named(&name).queued().create())
            .collect();
        let ids = ids(ListImages::new().name(&name));
        assert_eq!(ids.len(), count);
        Self {
            name,
            ids,
            _made: made,
        }
    }

    pub(crate) fn list(&self) -> ListImages {
        ListImages::new().name(&self.name)
    }
}
