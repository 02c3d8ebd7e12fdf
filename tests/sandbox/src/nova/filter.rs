//! [`Filter`]: Nova's filters for a list.

use crate::glance;
use crate::image::Image;
use crate::text::html_escape;

use super::fault::Fault;
use super::query::Query;

/// The conditions for the images of a list.
pub(super) struct Filter {
    conditions: glance::Filter,
    visibility: Option<String>,
}

/// An error of Glance as Nova returns it.
pub(super) fn glance_fault(code: u16, message: &str) -> Fault {
    let (title, text) = (
        crate::http::reason(code),
        html_escape(message).replace('\n', ": "),
    );
    Fault::new(code, format!("HTTP {code} {title}: {text}"))
}

impl Filter {
    pub(super) fn new(query: &Query) -> Result<Self, Fault> {
        let mut filters: Vec<(String, String)> = Vec::new();
        for (name, value) in query.filters() {
            if let Some((name, value)) = translate(name, value) {
                match filters.iter_mut().find(|(other, _)| *other == name) {
                    Some(pair) => pair.1 = value,
                    None => filters.push((name, value)),
                }
            }
        }
        let visibility = filters.iter().find(|(name, _)| name == "visibility");
        let visibility = visibility.map(|(_, value)| value.clone());
        let known = ["", "community", "public", "private", "shared", "all"];
        if let Some(value) = visibility
            .as_ref()
            .filter(|it| !known.contains(&it.as_str()))
        {
            let text = format!("Invalid visibility value: {value}");
            return Err(glance_fault(400, &text));
        }
        // Glance sets these itself, or they are not filters.
        filters.retain(|(name, _)| {
            ![
                "visibility",
                "deleted",
                "limit",
                "marker",
                "member_status",
                "sort_key",
                "sort_dir",
            ]
            .contains(&name.as_str())
        });
        let conditions = glance::Filter::new(&filters).map_err(|(code, text)| match code {
            500 => Fault::unexpected("glanceclient.exc.HTTPInternalServerError"),
            code => glance_fault(code, &text),
        })?;
        Ok(Self {
            conditions,
            visibility,
        })
    }

    pub(super) fn matches(&self, image: &Image) -> bool {
        self.conditions.matches(image)
    }

    /// The visibility to filter by. The list then has images of any owner.
    pub(super) fn visibility(&self) -> Option<&str> {
        self.visibility.as_deref()
    }
}

/// Translates a parameter of Nova to a filter of Glance. Nova strips the
/// characters of `property-` from the start of the name, not the prefix.
fn translate(name: &str, value: &str) -> Option<(String, String)> {
    let server_id = || {
        value
            .rsplit_once('/')
            .map_or(value, |(_, id)| id)
            .to_owned()
    };
    let value = value.to_owned();
    Some(match name {
        "name" => ("name".to_owned(), value),
        "status" => ("status".to_owned(), value.to_lowercase()),
        "minRam" => ("min_ram".to_owned(), value),
        "minDisk" => ("min_disk".to_owned(), value),
        "changes-since" => ("updated_at".to_owned(), format!("gte:{value}")),
        "server" | "property-instance_uuid" => ("instance_uuid".to_owned(), server_id()),
        "type" => ("image_type".to_owned(), value),
        name => {
            let rest = name.strip_prefix("property-")?;
            (
                rest.trim_start_matches(['p', 'r', 'o', 'e', 't', 'y', '-'])
                    .to_owned(),
                value,
            )
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_loses_the_characters_of_the_prefix() {
        let name = |it: &str| translate(it, "x").map(|(name, _)| name);
        assert_eq!(name("property-os_distro").as_deref(), Some("s_distro"));
        assert_eq!(
            name("property-architecture").as_deref(),
            Some("architecture")
        );
        assert_eq!(name("property-type").as_deref(), Some(""));
        assert_eq!(name("bogus"), None);
    }
}
