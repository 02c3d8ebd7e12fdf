//! [`Query`]: the parameters of a list.

use crate::cloud::Caller;
use crate::image::Image;
use crate::text;

use super::errors::ApiError;
use super::filters::Filter;
use super::parameters::{last, take, take_all, unique};
use super::sort::take_sort;

/// The parameters of a list. If a parameter is repeated, it depends on the parameter
/// whether the first or the last value is used, as in Glance.
pub(super) struct Query {
    pub(super) limit: Option<usize>,
    pub(super) marker: Option<String>,
    member_status: String,
    visibility: Option<String>,
    pub(super) hidden: bool,
    protected: Option<bool>,
    tags: Vec<String>,
    /// Keys, and whether they are sorted in descending order.
    pub(super) sort: Vec<(String, bool)>,
    /// All others.
    filters: Vec<(String, String)>,
}

impl Query {
    pub(super) fn parse(all: &[(String, String)]) -> Result<Self, ApiError> {
        let mut rest = all.to_vec();
        let limit = take(&mut rest, "limit");
        let marker = take(&mut rest, "marker");
        let member_status = take(&mut rest, "member_status");
        let member_status = member_status.unwrap_or_else(|| "accepted".to_owned());
        let mut tags = take_all(&mut rest, "tag");
        check_visibility(&rest)?;
        if !["pending", "accepted", "rejected", "all"].contains(&member_status.as_str()) {
            let text = format!("Invalid status: {member_status}");
            return Err(ApiError::new(400, text));
        }
        let limit = limit.map(|it| parse_limit(&it)).transpose()?;
        let sort = take_sort(&mut rest)?;
        let hidden = last(&rest, "os_hidden").unwrap_or("false").to_lowercase();
        let hidden = parse_bool("os_hidden", &hidden)?;
        let protected = last(&rest, "protected");
        let protected = protected
            .map(|it| parse_bool("protected", it))
            .transpose()?;
        // As a filter, `tags` is the list of its characters.
        let characters = take(&mut rest, "tags").unwrap_or_default();
        if tags.is_empty() {
            tags = characters.chars().map(String::from).collect();
        }
        let visibility = take(&mut rest, "visibility");
        rest.retain(|(name, _)| !["os_hidden", "protected", "deleted"].contains(&name.as_str()));
        Ok(Self {
            limit,
            marker,
            member_status,
            visibility,
            hidden,
            protected,
            tags,
            sort,
            filters: unique(&rest),
        })
    }

    pub(super) fn filter(&self) -> Result<Filter, ApiError> {
        if last(&self.filters, "changes-since").is_some() {
            return Err(ApiError::unexpected());
        }
        let mut filter = Filter::new(&self.filters)?;
        if let Some(protected) = self.protected {
            filter.require(move |image| image.protected == protected);
        }
        for tag in self.tags.clone() {
            filter.require(move |image| image.tags.contains(&tag));
        }
        Ok(filter)
    }

    pub(super) fn has_visibility(&self, caller: &Caller, image: &Image) -> bool {
        let visibility = match self.visibility.as_deref() {
            Some("all") => true,
            Some(only) => image.visibility == only,
            None => image.visibility != "community" || caller.owns(image),
        };
        visibility && caller.can_list(image, &self.member_status)
    }
}

fn check_visibility(parameters: &[(String, String)]) -> Result<(), ApiError> {
    let visibility = last(parameters, "visibility").unwrap_or_default();
    if !["", "community", "public", "private", "shared", "all"].contains(&visibility) {
        let text = format!("Invalid visibility value: {visibility}");
        return Err(ApiError::new(400, text));
    }
    if last(parameters, "changes-since").is_some_and(|it| !it.is_empty()) {
        let text = "The \"changes-since\" filter is no longer available on v2.";
        return Err(ApiError::new(400, text));
    }
    Ok(())
}

fn parse_limit(value: &str) -> Result<usize, ApiError> {
    match text::integer(value) {
        None => Err(ApiError::new(400, "limit param must be an integer")),
        Some(..0) => Err(ApiError::new(400, "limit param must be positive")),
        Some(limit) => Ok(usize::try_from(limit).unwrap_or(usize::MAX)),
    }
}

fn parse_bool(name: &str, value: &str) -> Result<bool, ApiError> {
    match value {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => {
            let rule = "filter. Valid values are 'true' or 'false'.";
            let text = format!("Invalid value '{value}' for '{name}' {rule}");
            Err(ApiError::new(400, text))
        }
    }
}
