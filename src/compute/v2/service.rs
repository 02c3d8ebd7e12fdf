//! [`Compute`]: the Compute service.

use super::image::Image;
use super::list_images::ListImages;
use super::{Images, api, decode};
use crate::error::{Error, ErrorKind};
use crate::list::{Cursor, List, PageFetcher};
use crate::service::{Service, ServiceType};

pub(crate) const COMPUTE: ServiceType = ServiceType {
    name: "compute",
    version: "v2.1",
    // The only header that Nova supports before 2.27.
    microversion_header: Some("X-OpenStack-Nova-API-Version"),
    replacement: "the Image service",
};

/// The Compute service, version 2.
///
/// A clone shares the token and the connections.
#[derive(Clone, Debug)]
pub struct Compute(Service);

impl Compute {
    pub(crate) fn new(service: Service) -> Self {
        Self(service)
    }

    /// Lists the images that the user can see, newest first. Sends nothing until
    /// the first call of `next`, then `GET /images` or `GET /images/detail` for each
    /// page.
    ///
    /// `list_images(true)` lists in detail, as in PHP. The list returns all pages,
    /// unless [`ListImages::limit`] is set. Images can be deleted while they are
    /// listed.
    ///
    /// # Errors
    ///
    /// The iterator returns [`ErrorKind::InvalidInput`], before anything is sent, for
    /// a page size of 0, an unknown status and some properties: see
    /// [`ListImages::status`] and [`ListImages::property`]. It returns
    /// [`ErrorKind::BadRequest`] if the image of [`ListImages::marker`] does not
    /// exist. After an error the iterator ends.
    ///
    /// <https://docs.openstack.org/api-ref/compute/#list-images>
    ///
    /// ```
    /// # fn main() -> opencloud::Result<()> {
    /// # let sandbox = opencloud_sandbox::Sandbox::start();
    /// # let compute = opencloud::OpenStack::new(sandbox.options())?.compute_v2()?;
    /// use opencloud::compute::v2::{ImageStatus, ListImages};
    ///
    /// for image in compute.list_images(ListImages::new().status(ImageStatus::Active)) {
    ///     println!("{}", image?.id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_images(&self, list: impl Into<ListImages>) -> Images {
        let list = list.into();
        let operation = if list.detailed {
            api::get_images_detail
        } else {
            api::get_images
        };
        let marker = list.marker.clone();
        let cursor = list.query().map(|filters| {
            Cursor::new(
                operation(filters),
                list.images_per_request(),
                list.limit,
                list.marker,
            )
        });
        let fetcher = PageFetcher {
            service: self.0.clone(),
            cursor: cursor.map_err(Some),
            decode: decode::list,
            is_marker_deleted,
            id: |image: &Image| &image.id,
        };
        List::new(fetcher, marker)
    }

    /// The image with this id. Sends nothing: every field but the id is empty
    /// until [`Image::retrieve`] is called.
    pub fn get_image(&self, id: impl Into<String>) -> Image {
        Image {
            id: id.into(),
            service: Some(self.0.clone()),
            ..Image::default()
        }
    }

    /// The URL of the endpoint, below which every request is sent.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        self.0.endpoint()
    }
}

/// Nova sends 400 if the image of the marker was deleted, and 403 if this project
/// can no longer see it.
fn is_marker_deleted(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::BadRequest | ErrorKind::Forbidden | ErrorKind::NotFound
    )
}
