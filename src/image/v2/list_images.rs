//! [`ListImages`]: the options of a list of images.

use std::fmt::Display;

use super::types::{ImageStatus, Visibility};
use crate::error::{Error, Result};

/// Glance's maximum page size, unless the cloud changes it.
const DEFAULT_PAGE_SIZE: u32 = 1000;

/// Query parameters that are not properties. Glance fails with 500 for some.
const NOT_PROPERTIES: &str = "changes-since created_at deleted id limit locations marker \
    member_status members metadata name os_hidden owner properties protected size sort sort_dir \
    sort_key status tag tags updated_at visibility";

/// The options of [`ImageService::list_images`](super::ImageService::list_images).
///
/// ```
/// use opencloud::image::v2::{ListImages, Visibility};
///
/// let all = ListImages::new();
/// let newest = ListImages::new()
///     .visibility(Visibility::Private)
///     .tag("build")
///     .sort("created_at", "desc")
///     .limit(1);
/// ```
///
/// Glance compares the values of all filters exactly; there is no filter for a part
/// of a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct ListImages {
    pub(super) limit: Option<u64>,
    pub(super) page_size: Option<u32>,
    pub(super) marker: Option<String>,
    filters: Vec<(String, String)>,
    tags: Vec<String>,
    sort: Vec<String>,
}

impl ListImages {
    /// Lists all images that the user can see, except hidden ones and community
    /// images of other projects.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same as [`new`](Self::new): the Image service lists all fields.
    pub fn detailed() -> Self {
        Self::new()
    }

    /// Limits the total number of images. With 0, the list is empty and no request
    /// is sent.
    pub fn limit(mut self, images: u64) -> Self {
        self.limit = Some(images);
        self
    }

    /// Sets the number of images per request; the default is 1000. The server may
    /// send smaller pages.
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
        let operator = if name.contains(':') { "eq:" } else { "" };
        self.filter("name", format!("{operator}{name}"))
    }

    /// Filters by the visibility. [`All`](Visibility::All) adds the community
    /// images of other projects.
    pub fn visibility(self, visibility: impl Into<Visibility>) -> Self {
        self.filter("visibility", visibility.into().as_str())
    }

    /// Filters the images that other projects share with this one: `accepted`,
    /// which is the default, `pending`, `rejected` or `all`.
    pub fn member_status(self, status: impl Into<String>) -> Self {
        self.filter("member_status", status)
    }

    /// Filters by the id of the project that owns the images.
    pub fn owner(self, project_id: impl Into<String>) -> Self {
        self.filter("owner", project_id)
    }

    /// Filters by the status, or by several: `in:queued,saving`. An unknown status is
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput), because Glance would
    /// send an empty list.
    pub fn status(self, status: impl Into<ImageStatus>) -> Self {
        let status = status.into().as_str().to_lowercase();
        self.filter("status", status)
    }

    /// Filters by the size of the data: at least this number of bytes.
    pub fn size_min(self, bytes: u64) -> Self {
        self.filter("size_min", bytes.to_string())
    }

    /// Filters by the size of the data: at most this number of bytes.
    pub fn size_max(self, bytes: u64) -> Self {
        self.filter("size_max", bytes.to_string())
    }

    /// Filters by a tag. If this is called several times, the images have all of
    /// the tags.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// Sorts by a field, `asc` or `desc`: `created_at`, `updated_at`, `name`,
    /// `status`, `size`, `id`, `disk_format` or `container_format`. If this is
    /// called several times, the first field is compared first. By default the
    /// newest images are first.
    pub fn sort(mut self, key: impl Display, direction: impl Display) -> Self {
        self.sort.push(format!("{key}:{direction}"));
        self
    }

    /// Filters by the time of the last update: at this time or later. The time is
    /// a [`Timestamp`](https://docs.rs/jiff/1/jiff/struct.Timestamp.html), or text such as `2026-11-23T12:00:00Z`.
    pub fn changes_since(self, time: impl Display) -> Self {
        self.filter("updated_at", format!("gte:{time}"))
    }

    /// Filters by the server from which Nova created the images: its id or URL.
    pub fn server(self, id_or_url: impl Into<String>) -> Self {
        let url = id_or_url.into();
        let id = url.trim_end_matches('/').rsplit('/').next();
        self.filter("instance_uuid", id.unwrap_or_default())
    }

    /// Filters by the property `image_type`, such as `snapshot`.
    pub fn image_type(self, image_type: impl Into<String>) -> Self {
        self.filter("image_type", image_type)
    }

    /// Filters by `min_disk` in GiB. The value must be equal; it is not a minimum.
    pub fn min_disk(self, gib: u64) -> Self {
        self.filter("min_disk", gib.to_string())
    }

    /// Filters by `min_ram` in MiB. The value must be equal; it is not a minimum.
    pub fn min_ram(self, mib: u64) -> Self {
        self.filter("min_ram", mib.to_string())
    }

    /// Filters by whether an image is hidden. Hidden images are in no other list.
    pub fn hidden(self, hidden: bool) -> Self {
        self.filter("os_hidden", hidden.to_string())
    }

    /// Filters by the value of a property, such as `architecture`.
    ///
    /// A name that Glance does not treat as a property, such as `limit` or
    /// `size_min`, is
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput), and nothing is
    /// sent.
    pub fn property(self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.filter(&format!("property {}", key.into()), value)
    }

    fn filter(mut self, name: &str, value: impl Into<String>) -> Self {
        self.filters.retain(|(known, _)| known != name);
        self.filters.push((name.to_owned(), value.into()));
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
        let mut query = Vec::new();
        for (name, value) in &self.filters {
            let property = name.strip_prefix("property ");
            if let Some(property) = property {
                check_property(property)?;
            } else if name == "status" {
                check_status(value)?;
            }
            query.push((property.unwrap_or(name).to_owned(), value.clone()));
        }
        query.extend(self.tags.iter().map(|tag| ("tag".to_owned(), tag.clone())));
        if !self.sort.is_empty() {
            query.push(("sort".to_owned(), self.sort.join(",")));
        }
        Ok(query)
    }
}

impl From<bool> for ListImages {
    /// The Image service always lists in detail.
    fn from(_detailed: bool) -> Self {
        Self::new()
    }
}

fn check_status(filter: &str) -> Result<()> {
    match filter.strip_prefix("in:") {
        Some(statuses) => statuses.split(',').try_for_each(check_known),
        None => check_known(filter),
    }
}

fn check_known(status: &str) -> Result<()> {
    ImageStatus::from(status).check_known()
}

fn check_property(name: &str) -> Result<()> {
    let reason = if name.is_empty() {
        "the name is empty"
    } else if NOT_PROPERTIES.split(' ').any(|other| other == name) {
        "this name is not a property"
    } else if name.ends_with("_min") || name.ends_with("_max") {
        "Glance does not treat names that end in _min or _max as properties"
    } else {
        return Ok(());
    };
    Err(Error::invalid(format!(
        "Glance cannot filter by property {name:?}: {reason}; compare the metadata of the images \
         instead; nothing was sent"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(list: &ListImages) -> String {
        let query = list.query().expect("a valid query");
        let query = query.iter().map(|(name, value)| format!("{name}={value}"));
        query.collect::<Vec<_>>().join("&")
    }

    #[test]
    fn every_filter_has_its_name_in_glance_and_its_exact_value() {
        let list = ListImages::new()
            .name("a&b=c+d")
            .visibility("Community")
            .member_status("all")
            .owner("p")
            .status("ACTIVE")
            .size_min(1)
            .size_max(2)
            .tag("b")
            .tag("a")
            .sort("name", "asc")
            .sort("id", "desc")
            .changes_since("2026-11-23T12:00:00+01:00")
            .server("http://nova/servers/1/")
            .image_type("snapshot")
            .min_disk(20)
            .min_ram(512)
            .hidden(true)
            .property("architecture", "x86_64");
        assert_eq!(
            query(&list),
            "name=a&b=c+d&visibility=community&member_status=all&owner=p&status=active&size_min=1\
             &size_max=2&updated_at=gte:2026-11-23T12:00:00+01:00&instance_uuid=1\
             &image_type=snapshot&min_disk=20&min_ram=512&os_hidden=true&architecture=x86_64\
             &tag=b&tag=a&sort=name:asc,id:desc"
        );
    }

    #[test]
    fn the_last_value_of_a_filter_is_sent() {
        let list = ListImages::new().name("a").name("b").property("k", "1");
        assert_eq!(query(&list.property("k", "2")), "name=b&k=2");
    }

    #[test]
    fn a_name_with_a_colon_is_sent_with_an_operator() {
        for (name, sent) in [("a", "a"), ("a:b", "eq:a:b"), ("in:a,b", "eq:in:a,b")] {
            assert_eq!(query(&ListImages::new().name(name)), format!("name={sent}"));
        }
    }

    #[test]
    fn an_unknown_status_is_an_error() {
        for (filter, status) in [
            ("ACTVIE", "actvie"),
            ("", ""),
            ("in:", ""),
            ("in:active,x", "x"),
            ("active,queued", "active,queued"),
        ] {
            let error = ListImages::new().status(filter).query();
            assert_eq!(
                error.expect_err("an error").to_string(),
                format!(
                    "unknown status {status:?}: expected active, queued, saving, deactivated, \
                     uploading, importing, killed, deleted or pending_delete; nothing was sent"
                )
            );
        }
        let list = ListImages::new().status("IN:Queued,SAVING");
        assert_eq!(query(&list), "status=in:queued,saving");
    }

    #[test]
    fn a_filter_by_a_name_that_is_not_a_property_is_an_error() {
        for (name, reason) in [
            ("limit", "this name is not a property"),
            ("owner", "this name is not a property"),
            ("changes-since", "this name is not a property"),
            ("", "the name is empty"),
            (
                "hw_min",
                "Glance does not treat names that end in _min or _max as properties",
            ),
        ] {
            let error = ListImages::new().property(name, "x").query();
            assert_eq!(
                error.expect_err("an error").to_string(),
                format!(
                    "Glance cannot filter by property {name:?}: {reason}; compare the metadata of \
                     the images instead; nothing was sent"
                )
            );
        }
        let list = ListImages::new().property("p", "in:a,b").property("x", "");
        assert_eq!(query(&list), "p=in:a,b&x=");
    }

    #[test]
    fn a_page_size_of_0_is_an_error() {
        let error = ListImages::new().page_size(0).query();
        assert_eq!(
            error.expect_err("an error").to_string(),
            "the page size must not be 0; nothing was sent"
        );
    }
}
