//! [`ListImages`]: which images to list, and how.

use std::fmt::Display;

use super::types::ImageStatus;
use crate::error::{Error, Result};

/// How many images one request asks for unless told otherwise: Nova's own
/// maximum, above which it gives no next link.
const PAGE_SIZE: u32 = 1000;

/// How many images Nova asks Glance for at a time, by way of python-glanceclient,
/// where nothing else is said: 200 on the releases of today, 20 on those before.
/// <https://opendev.org/openstack/python-glanceclient/src/branch/master/glanceclient/v2/images.py>
const LEAST_STEP: u64 = 20;

/// The most that Glance gives at a time.
const LONGEST_STEP: u64 = 1000;

/// Which images to list, and how: the options of
/// [`Compute::list_images`](super::Compute::list_images).
///
/// ```
/// use opencloud::compute::v2::{ImageStatus, ListImages};
///
/// let all = ListImages::new();
/// let some = ListImages::detailed().status(ImageStatus::Active).name("cirros").limit(10);
/// ```
///
/// What is not set is not asked for. Nova compares every filter exactly; it
/// has none for a part of a name.
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
    /// Every image, with id, name and links only. Sends nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Every image, with all that Nova knows about it. Sends nothing.
    pub fn detailed() -> Self {
        Self {
            detailed: true,
            ..Self::default()
        }
    }

    /// At most that many images in all; 0 is none, and no request.
    pub fn limit(mut self, images: u64) -> Self {
        self.limit = Some(images);
        self
    }

    /// How many images one request asks for; 1000 unless set. Above 1000 Nova
    /// sends more, but slower, and this crate keeps them all in memory. Nova is
    /// told, as its own `page_size`, to ask Glance for as many at a time.
    pub fn page_size(mut self, images: u32) -> Self {
        self.page_size = Some(images);
        self
    }

    /// Only what comes after the image with that id, in the server's order.
    pub fn marker(mut self, id: impl Into<String>) -> Self {
        self.marker = Some(id.into());
        self
    }

    /// Only images of exactly that name.
    ///
    /// A name with a colon is sent as `eq:` and the name, because Glance takes
    /// what is before the colon for an operator and does not know it.
    pub fn name(self, name: impl Into<String>) -> Self {
        let name = name.into();
        let exact = if name.contains(':') {
            format!("eq:{name}")
        } else {
            name
        };
        self.filter("name", exact)
    }

    /// Only images that changed at that time or later: a
    /// [`Timestamp`](jiff::Timestamp), or text such as `2026-11-23T12:00:00Z`.
    #[allow(clippy::needless_pass_by_value, reason = "text and times alike")]
    pub fn changes_since(self, time: impl Display) -> Self {
        self.filter("changes-since", time.to_string())
    }

    /// Only images of that server, by its id or URL: its snapshots.
    pub fn server(self, id_or_url: impl Into<String>) -> Self {
        self.filter("server", id_or_url.into())
    }

    /// Only images that Nova shows with that status.
    ///
    /// Nova compares with Glance's words and not with those it shows, so
    /// [`Saving`](ImageStatus::Saving) is sent as `in:queued,saving`, and so
    /// on. [`Other`](ImageStatus::Other) is sent as it is.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "reads as the sample: status(ImageStatus::Active)"
    )]
    pub fn status(self, status: ImageStatus) -> Self {
        self.filter("status", status.filter().to_owned())
    }

    /// Only images of that type, such as `snapshot`: the property `image_type`.
    pub fn image_type(self, kind: impl Into<String>) -> Self {
        self.filter("type", kind.into())
    }

    /// Only images whose `min_disk` is exactly that many GiB; not a minimum.
    pub fn min_disk(self, gib: u64) -> Self {
        self.filter("minDisk", gib.to_string())
    }

    /// Only images whose `min_ram` is exactly that many MiB; not a minimum.
    pub fn min_ram(self, mib: u64) -> Self {
        self.filter("minRam", mib.to_string())
    }

    /// Only images with that property, such as `architecture`, of that value.
    ///
    /// Nova damages names that begin with one of the letters `p r o e t y` or
    /// with `-`: it would look for something else and find nothing. The listing
    /// then fails with [`Error::Invalid`](crate::Error::Invalid), and nothing
    /// is sent; list in detail and compare
    /// [`Image::metadata`](super::Image::metadata) instead.
    pub fn property(self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.filter(&format!("property-{}", key.into()), value.into())
    }

    fn filter(mut self, name: &str, value: String) -> Self {
        self.filters.retain(|(known, _)| known != name);
        self.filters.push((name.to_owned(), value));
        self
    }

    /// How many images to ask for in one request.
    pub(super) fn page(&self) -> u32 {
        self.page_size.unwrap_or(PAGE_SIZE)
    }

    /// The filters as the query has them, or why they cannot be sent.
    pub(super) fn query(&self) -> Result<Vec<(String, String)>> {
        if self.page_size == Some(0) {
            return Err(Error::invalid(
                "a page of 0 images would never end; nothing was sent",
            ));
        }
        for (name, _) in &self.filters {
            if let Some(property) = name.strip_prefix("property-") {
                check_property(property)?;
            }
        }
        let mut query = self.filters.clone();
        query.extend(
            self.step()
                .map(|step| ("page_size".to_owned(), step.to_string())),
        );
        Ok(query)
    }

    /// How many images Nova is to ask Glance for at a time: all of a page, or
    /// else an old one asks fifty times.
    fn step(&self) -> Option<u64> {
        let page = u64::from(self.page()).min(self.limit.unwrap_or(u64::MAX));
        (page > LEAST_STEP).then_some(page.min(LONGEST_STEP))
    }
}

impl From<bool> for ListImages {
    /// `true` lists in detail, as PHP's `listImages(true)`.
    fn from(detailed: bool) -> Self {
        Self {
            detailed,
            ..Self::default()
        }
    }
}

/// Nova takes the prefix `property-` away as if it were a set of letters:
/// `lstrip('property-')` in
/// <https://opendev.org/openstack/nova/src/branch/master/nova/image/glance.py>.
fn check_property(name: &str) -> Result<()> {
    let kept = name.trim_start_matches(|c| "property-".contains(c));
    if name.is_empty() {
        return Err(Error::invalid(
            "a property filter needs the property's name; nothing was sent",
        ));
    }
    if kept.len() == name.len() {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "Nova cannot filter by the property {name:?}: it drops every letter of \"property-\" from \
         the front of the name and would look for {kept:?}; list in detail and compare the \
         metadata instead; nothing was sent"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(list: &ListImages) -> Vec<(String, String)> {
        list.query().expect("a good query")
    }

    #[test]
    fn every_filter_has_novas_name_and_arrives_as_given() {
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
    fn a_status_is_asked_for_in_glances_words() {
        for (status, sent) in [
            (ImageStatus::Saving, "in:queued,saving"),
            (ImageStatus::Deleted, "in:deleted,pending_delete"),
            (ImageStatus::Error, "killed"),
            (ImageStatus::Unknown, "in:deactivated,importing,uploading"),
            (ImageStatus::Other("deactivated".into()), "deactivated"),
        ] {
            assert_eq!(query(&ListImages::new().status(status))[0].1, sent);
        }
    }

    #[test]
    fn a_time_is_sent_as_it_is_written() {
        let time: jiff::Timestamp = "2026-11-23T12:00:00Z".parse().expect("a time");
        assert_eq!(
            query(&ListImages::new().changes_since(time))[0].1,
            "2026-11-23T12:00:00Z"
        );
    }

    #[test]
    fn a_name_with_a_colon_is_no_operator() {
        for (name, sent) in [("a", "a"), ("a:b", "eq:a:b"), ("in:a,b", "eq:in:a,b")] {
            assert_eq!(query(&ListImages::new().name(name))[0].1, sent);
        }
    }

    #[test]
    fn a_filter_said_twice_is_the_last_one() {
        let list = ListImages::new().name("a").name("b").limit(1);
        assert_eq!(query(&list), [("name".into(), "b".into())]);
    }

    #[test]
    fn nova_is_told_to_ask_for_a_page_at_once() {
        let step = |list: ListImages| {
            query(&list)
                .pop()
                .map(|(name, step)| format!("{name}={step}"))
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
            assert_eq!(step(list.clone()).as_deref(), sent, "{list:?}");
        }
    }

    #[test]
    fn a_property_that_nova_would_damage_is_refused() {
        let refused = ListImages::new().property("os_distro", "ubuntu").query();
        assert_eq!(
            refused.expect_err("a refusal").to_string(),
            "Nova cannot filter by the property \"os_distro\": it drops every letter of \
             \"property-\" from the front of the name and would look for \"s_distro\"; list in \
             detail and compare the metadata instead; nothing was sent"
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
    fn a_page_of_nothing_is_refused() {
        assert_eq!(
            ListImages::new()
                .page_size(0)
                .query()
                .expect_err("a refusal")
                .to_string(),
            "a page of 0 images would never end; nothing was sent"
        );
    }
}
