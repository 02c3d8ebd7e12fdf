//! [`ListImages`]: the options of a list of images.

use std::fmt::Display;

use super::types::ImageStatus;
use crate::error::{Error, Result};

/// The default page size: Nova's own maximum. Nova sends no next link after a
/// larger page.
const DEFAULT_PAGE_SIZE: u32 = 1000;

/// The smallest default page size of python-glanceclient, with which Nova requests
/// images from Glance. It is 20 in old releases and 200 in current ones.
/// <https://opendev.org/openstack/python-glanceclient/src/branch/master/glanceclient/v2/images.py>
const GLANCE_DEFAULT_PAGE_SIZE: u64 = 20;

/// Glance's maximum page size.
const GLANCE_MAX_PAGE_SIZE: u64 = 1000;

/// The statuses by which Glance can filter.
const GLANCE_STATUSES: &str = "active, deactivated, deleted, importing, killed, \
    pending_delete, queued, saving, uploading";

/// The options of [`Compute::list_images`](super::Compute::list_images).
///
/// ```
/// use opencloud::compute::v2::ListImages;
///
/// let all = ListImages::new();
/// let some = ListImages::detailed().status("ACTIVE").name("cirros").limit(10);
/// ```
///
/// Nova compares the values of all filters exactly; there is no filter for a part
/// of a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct ListImages {
    pub(super) detailed: bool,
    pub(super) limit: Option<u64>,
    pub(super) page_size: Option<u32>,
    pub(super) marker: Option<String>,
    filters: Vec<(String, String)>,
}

impl ListImages {
    /// Lists all images, with id, name and links only.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lists all images, with all fields.
    pub fn detailed() -> Self {
        true.into()
    }

    /// Limits the total number of images. With 0, the list is empty and no request
    /// is sent.
    pub fn limit(mut self, images: u64) -> Self {
        self.limit = Some(images);
        self
    }

    /// Sets the number of images per request; the default is 1000. Nova accepts
    /// larger pages, but responds more slowly, and each page is kept in memory. Nova
    /// requests pages of the same size, up to 1000, from Glance.
    pub fn page_size(mut self, images: u32) -> Self {
        self.page_size = Some(images);
        self
    }

    /// Starts the list after the image with this id, in the server's order.
    pub fn marker(mut self, id: impl Into<String>) -> Self {
        self.marker = Some(id.into());
        self
    }

    /// Filters by the exact name.
    ///
    /// A name with a colon is sent with the prefix `eq:`, because Glance would
    /// parse the text before the colon as an operator.
    pub fn name(self, name: impl Into<String>) -> Self {
        let name = name.into();
        let exact = if name.contains(':') {
            format!("eq:{name}")
        } else {
            name
        };
        self.filter("name", exact)
    }

    /// Filters by the time of the last update: at this time or later. The time is
    /// a [`Timestamp`](https://docs.rs/jiff/1/jiff/struct.Timestamp.html), or text such as `2026-11-23T12:00:00Z`.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "accepts text and timestamps without a reference"
    )]
    pub fn changes_since(self, time: impl Display) -> Self {
        self.filter("changes-since", time.to_string())
    }

    /// Filters by the server from which the images were created: its id or URL.
    pub fn server(self, id_or_url: impl Into<String>) -> Self {
        self.filter("server", id_or_url.into())
    }

    /// Filters by the status that Nova shows.
    ///
    /// Nova compares the filter with Glance's statuses, and not with its own.
    /// So [`Saving`](ImageStatus::Saving) is sent as `in:queued,saving`, for
    /// example. [`Other`](ImageStatus::Other) is sent unchanged: it must be a status
    /// of Glance, or several, such as `in:active,deactivated`. Any other status is
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput), because Nova would
    /// send an empty list.
    pub fn status(self, status: impl Into<ImageStatus>) -> Self {
        let filter = status.into().filter().to_owned();
        self.filter("status", filter)
    }

    /// Filters by the property `image_type`, such as `snapshot`.
    pub fn image_type(self, image_type: impl Into<String>) -> Self {
        self.filter("type", image_type.into())
    }

    /// Filters by `min_disk` in GiB. The value must be equal; it is not a minimum.
    pub fn min_disk(self, gib: u64) -> Self {
        self.filter("minDisk", gib.to_string())
    }

    /// Filters by `min_ram` in MiB. The value must be equal; it is not a minimum.
    pub fn min_ram(self, mib: u64) -> Self {
        self.filter("minRam", mib.to_string())
    }

    /// Filters by the value of a property, such as `architecture`.
    ///
    /// Nova strips the characters `p r o e t y -` from the start of the name and
    /// searches for the rest. For a name that starts with one of them the list
    /// fails with [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput), and
    /// nothing is sent. Compare the [`metadata`](super::Image::metadata) of a
    /// detailed list instead.
    pub fn property(self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.filter(&format!("property-{}", key.into()), value.into())
    }

    fn filter(mut self, name: &str, value: String) -> Self {
        self.filters.retain(|(known, _)| known != name);
        self.filters.push((name.to_owned(), value));
        self
    }

    /// The number of images per request.
    pub(super) fn images_per_request(&self) -> u32 {
        self.page_size.unwrap_or(DEFAULT_PAGE_SIZE)
    }

    /// The query of the request, without the parameters of the page.
    pub(super) fn query(&self) -> Result<Vec<(String, String)>> {
        if self.page_size == Some(0) {
            return Err(Error::invalid(
                "the page size must not be 0; nothing was sent",
            ));
        }
        for (name, value) in &self.filters {
            if name == "status" {
                check_status(value)?;
            } else if let Some(property) = name.strip_prefix("property-") {
                check_property(property)?;
            }
        }
        let mut query = self.filters.clone();
        if let Some(size) = self.glance_page_size() {
            query.push(("page_size".to_owned(), size.to_string()));
        }
        Ok(query)
    }

    /// The number of images that Nova requests from Glance at a time. With the default
    /// of Glance's client, an old Nova would send fifty requests for one page.
    fn glance_page_size(&self) -> Option<u64> {
        let page_size = u64::from(self.images_per_request()).min(self.limit.unwrap_or(u64::MAX));
        (page_size > GLANCE_DEFAULT_PAGE_SIZE).then_some(page_size.min(GLANCE_MAX_PAGE_SIZE))
    }
}

impl From<bool> for ListImages {
    /// `true` is a detailed list, as in PHP's `listImages(true)`.
    fn from(detailed: bool) -> Self {
        Self {
            detailed,
            ..Self::default()
        }
    }
}

fn check_status(filter: &str) -> Result<()> {
    let is_known = |status: &str| {
        let mut known = GLANCE_STATUSES.split(", ");
        known.any(|known| known.eq_ignore_ascii_case(status))
    };
    let is_valid = match filter.strip_prefix("in:") {
        Some(statuses) => statuses.split(',').all(is_known),
        None => is_known(filter),
    };
    if is_valid {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "invalid status filter {filter:?}: expected ACTIVE, SAVING, DELETED, ERROR, UNKNOWN or one \
         of Glance's statuses {GLANCE_STATUSES}; nothing was sent"
    )))
}

/// Checks that Nova would not change the name of a property: it removes the
/// prefix with `lstrip('property-')`, which removes a set of characters.
/// <https://opendev.org/openstack/nova/src/branch/master/nova/image/glance.py>
fn check_property(name: &str) -> Result<()> {
    let stripped = name.trim_start_matches(|c| "property-".contains(c));
    if name.is_empty() {
        return Err(Error::invalid(
            "a property filter has an empty name; nothing was sent",
        ));
    }
    if stripped.len() == name.len() {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "Nova cannot filter by property {name:?}: it strips the characters of \"property-\" from \
         the start of the name and searches for {stripped:?}; compare the metadata of a detailed \
         list instead; nothing was sent"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(list: &ListImages) -> Vec<(String, String)> {
        list.query().expect("a valid query")
    }

    #[test]
    fn every_filter_has_its_name_in_nova_and_its_exact_value() {
        let list = ListImages::new()
            .name("a&b=c+d")
            .changes_since("2026-11-23T12:00:00+01:00")
            .server("http://nova/servers/1")
            .status(ImageStatus::Active)
            .image_type("snapshot")
            .min_disk(20)
            .min_ram(512)
            .property("architecture", "x86_64");
        let expected = [
            ("name", "a&b=c+d"),
            ("changes-since", "2026-11-23T12:00:00+01:00"),
            ("server", "http://nova/servers/1"),
            ("status", "ACTIVE"),
            ("type", "snapshot"),
            ("minDisk", "20"),
            ("minRam", "512"),
            ("property-architecture", "x86_64"),
            ("page_size", "1000"),
        ];
        assert_eq!(
            query(&list),
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn a_status_is_sent_as_the_statuses_of_glance() {
        for (status, sent) in [
            ("saving".into(), "in:queued,saving"),
            (ImageStatus::Deleted, "in:deleted,pending_delete"),
            (ImageStatus::Error, "killed"),
            (ImageStatus::Unknown, "in:deactivated,importing,uploading"),
            (ImageStatus::Other("deactivated".into()), "deactivated"),
        ] {
            assert_eq!(query(&ListImages::new().status(status))[0].1, sent);
        }
    }

    #[test]
    fn a_status_that_neither_nova_nor_glance_has_is_an_error() {
        let error = ListImages::new().status("ACTVIE").query();
        assert_eq!(
            error.expect_err("an error").to_string(),
            "invalid status filter \"ACTVIE\": expected ACTIVE, SAVING, DELETED, ERROR, UNKNOWN or \
             one of Glance's statuses active, deactivated, deleted, importing, killed, \
             pending_delete, queued, saving, uploading; nothing was sent"
        );
        for status in ["", "in:", "in:active,x", "active,queued"] {
            assert!(ListImages::new().status(status).query().is_err());
        }
        for status in ["active", "Queued", "in:active,deactivated"] {
            assert!(ListImages::new().status(status).query().is_ok());
        }
    }

    #[test]
    fn a_timestamp_is_sent_in_rfc_3339() {
        let time: jiff::Timestamp = "2026-11-23T12:00:00Z".parse().expect("a time");
        assert_eq!(
            query(&ListImages::new().changes_since(time))[0].1,
            "2026-11-23T12:00:00Z"
        );
    }

    #[test]
    fn a_name_with_a_colon_is_sent_with_an_operator() {
        for (name, sent) in [("a", "a"), ("a:b", "eq:a:b"), ("in:a,b", "eq:in:a,b")] {
            assert_eq!(query(&ListImages::new().name(name))[0].1, sent);
        }
    }

    #[test]
    fn the_last_value_of_a_filter_is_sent() {
        let list = ListImages::new().name("a").name("b").limit(1);
        assert_eq!(query(&list), [("name".into(), "b".into())]);
    }

    #[test]
    fn nova_requests_a_whole_page_from_glance() {
        let page_size = |list: ListImages| {
            query(&list)
                .pop()
                .map(|(name, size)| format!("{name}={size}"))
        };
        for (list, sent) in [
            (ListImages::new(), Some("page_size=1000")),
            (
                ListImages::detailed().page_size(3000),
                Some("page_size=1000"),
            ),
            (ListImages::new().page_size(21), Some("page_size=21")),
            (ListImages::new().limit(300), Some("page_size=300")),
            (ListImages::new().limit(20), None),
            (ListImages::new().page_size(20).limit(300), None),
        ] {
            assert_eq!(page_size(list.clone()).as_deref(), sent, "{list:?}");
        }
    }

    #[test]
    fn a_property_name_that_nova_changes_is_an_error() {
        let result = ListImages::new().property("os_distro", "ubuntu").query();
        assert_eq!(
            result.expect_err("an error").to_string(),
            "Nova cannot filter by property \"os_distro\": it strips the characters of \
             \"property-\" from the start of the name and searches for \"s_distro\"; compare the \
             metadata of a detailed list instead; nothing was sent"
        );
        for name in ["p", "ramdisk_id", "e", "type", "y", "-a", ""] {
            assert!(
                ListImages::new().property(name, "x").query().is_err(),
                "{name:?}"
            );
        }
        for name in ["architecture", "hw_disk_bus", "image_type", "P", "_p"] {
            assert!(
                ListImages::new().property(name, "x").query().is_ok(),
                "{name:?}"
            );
        }
    }

    #[test]
    fn a_page_size_of_0_is_an_error() {
        assert_eq!(
            ListImages::new()
                .page_size(0)
                .query()
                .expect_err("an error")
                .to_string(),
            "the page size must not be 0; nothing was sent"
        );
    }
}
