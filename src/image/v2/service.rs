//! [`ImageService`]: the Image service.

use super::image::Image;
use super::list_images::ListImages;
use super::new_image::NewImage;
use super::{Images, api, decode};
use crate::error::{Error, ErrorKind, Result};
use crate::list::{Cursor, List, PageFetcher};
use crate::service::{Service, ServiceType};

pub(crate) const IMAGE: ServiceType = ServiceType {
    name: "image",
    version: "v2",
    microversion_header: None,
    replacement: "",
};

/// The Image service, version 2.
///
/// A clone shares the token and the connections.
#[derive(Clone, Debug)]
pub struct ImageService(Service);

impl ImageService {
    pub(crate) fn new(service: Service) -> Self {
        Self(service)
    }

    /// Lists the images that the user can see, newest first. Sends nothing until
    /// the first call of `next`, then `GET /v2/images` for each page.
    ///
    /// The list returns all pages, unless [`ListImages::limit`] is set. Images can be
    /// deleted while they are listed.
    ///
    /// # Errors
    ///
    /// The iterator returns [`ErrorKind::InvalidInput`], before anything is sent, for
    /// a page size of 0, an unknown status and some properties: see
    /// [`ListImages::status`] and [`ListImages::property`]. It returns
    /// [`ErrorKind::BadRequest`] for a filter that Glance rejects, and if the image
    /// of [`ListImages::marker`] does not exist. After an error the iterator ends.
    ///
    /// <https://docs.openstack.org/api-ref/image/v2/#list-images>
    ///
    /// ```
    /// # fn main() -> opencloud::Result<()> {
    /// # let sandbox = opencloud_sandbox::Sandbox::start();
    /// # let images = opencloud::OpenStack::new(sandbox.options())?.images_v2()?;
    /// use opencloud::image::v2::{ImageStatus, ListImages};
    ///
    /// for image in images.list_images(ListImages::new().status(ImageStatus::Active)) {
    ///     println!("{}", image?.id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_images(&self, list: impl Into<ListImages>) -> Images {
        let list = list.into();
        let marker = list.marker.clone();
        let cursor = list.query().map(|filters| {
            let request = api::get_images(filters);
            Cursor::new(request, list.images_per_request(), list.limit, list.marker)
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
        Image::new(id.into(), self.0.clone())
    }

    /// Creates an image without data, whose status is
    /// [`Queued`](super::ImageStatus::Queued); [`Image::upload_data`] adds the data.
    /// Sends `POST /v2/images`, which is not repeated if the server may have
    /// processed it.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::InvalidInput`], before anything is sent, for a property that is
    ///   a field of the image, such as `owner`.
    /// - [`ErrorKind::BadRequest`] for a value that Glance rejects, such as an unknown
    ///   format.
    /// - [`ErrorKind::Conflict`] if the id is used or was used before.
    /// - [`ErrorKind::Forbidden`] if the user may not create images, or public ones.
    ///
    /// <https://docs.openstack.org/api-ref/image/v2/#create-image>
    pub fn create_image(&self, image: NewImage) -> Result<Image> {
        image.0.validate()?;
        let response = self.0.send(&api::post_image(image.body()))?;
        let mut created = decode::image(&response)?;
        created.service = self.0.clone().into();
        Ok(created)
    }

    /// The URL of the endpoint, below which every request is sent.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        self.0.endpoint()
    }
}

/// Glance sends 400 if the image of the marker was deleted, and 403 if this project
/// can no longer see it.
fn is_marker_deleted(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::BadRequest | ErrorKind::Forbidden)
}
