//! [`Compute`]: the service, and what it gives.

use super::image::Image;
use super::list::ListImages;
use super::pages::Images;
use crate::service::Service;

/// The Compute service, version 2.
///
/// A clone shares the token and the connections.
#[derive(Clone, Debug)]
pub struct Compute(Service);

impl Compute {
    pub(crate) fn new(service: Service) -> Self {
        Self(service)
    }

    /// The images that this user may see, newest first. Sends nothing until the
    /// first `next()`; then `GET /images`, or `GET /images/detail`, once a page.
    ///
    /// `list_images(true)` lists in detail, as in PHP. The list is complete,
    /// however many pages it takes, unless [`ListImages::limit`] says less.
    /// Images may be deleted while they are listed.
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
        Images::new(self.0.clone(), list.into())
    }

    /// The image with that id. Sends nothing: every field but the id is empty
    /// until [`Image::retrieve`].
    pub fn get_image(&self, id: impl Into<String>) -> Image {
        Image::unknown(id.into(), self.0.clone())
    }

    /// The address below which every request of this service goes.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        self.0.endpoint()
    }
}
