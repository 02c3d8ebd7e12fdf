//! Lists images.

use std::cmp::Ordering;

use jiff::Timestamp;

use crate::cloud::{Caller, Cloud};
use crate::http::{Request, Response};
use crate::image::Image;
use crate::text::{self, parameters, quote_plus, strip};

use super::errors::{ApiError, forbidden};
use super::filters::Filter;
use super::json;
use super::view::image_json;

const SORT_KEYS: [&str; 8] = [
    "name",
    "status",
    "container_format",
    "disk_format",
    "size",
    "id",
    "created_at",
    "updated_at",
];

/// The longest id that Glance looks up.
const MAX_ID: usize = 36;

pub(super) fn list(
    cloud: &Cloud,
    caller: &Caller,
    request: &Request,
) -> Result<Response, ApiError> {
    let all = parameters(request.query()).ok_or_else(|| {
        let cause = "Either the URL or the request body contained characters";
        let text =
            format!("Error decoding your request. {cause} that could not be decoded by Glance");
        ApiError::new(400, text)
    })?;
    let query = Query::parse(&all)?;
    if caller.unscoped {
        return Err(forbidden("get_images").into());
    }
    let limit = query.limit.unwrap_or(cloud.limit_param_default);
    let limit = limit.min(cloud.api_limit_max);
    let filter = query.filter()?;
    let marker = query.marker.as_deref();
    let marker = marker
        .map(|id| find_marker(cloud, caller, id))
        .transpose()?;
    let shown = |image: &&Image| {
        image.hidden == query.hidden
            && image.status != "killed"
            && query.has_visibility(caller, image)
            && marker.is_none_or(|marker| is_after(image, marker, &query.sort))
            && filter.matches(image)
    };
    let mut images: Vec<&Image> = cloud.images.after(None).filter(shown).collect();
    images.sort_by(|a, b| order(a, b, &query.sort));
    images.truncate(limit);
    Ok(json(200, page(caller, &all, &images, limit)))
}

/// The parameters of a list. If one is repeated, some use the first and some use
/// the last, as in Glance.
struct Query {
    limit: Option<usize>,
    marker: Option<String>,
    member_status: String,
    visibility: Option<String>,
    hidden: bool,
    protected: Option<bool>,
    tags: Option<Vec<String>>,
    /// Keys, and whether they are sorted in descending order.
    sort: Vec<(String, bool)>,
    /// All others.
    filters: Vec<(String, String)>,
}

impl Query {
    fn parse(all: &[(String, String)]) -> Result<Self, ApiError> {
        let mut rest = all.to_vec();
        let limit = take(&mut rest, "limit");
        let marker = take(&mut rest, "marker");
        let member_status = take(&mut rest, "member_status");
        let member_status = member_status.unwrap_or_else(|| "accepted".to_owned());
        let tags = take_all(&mut rest, "tag");
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
        let characters = take(&mut rest, "tags");
        let characters = characters.map(|it| it.chars().map(String::from).collect());
        let tags = if tags.is_empty() {
            characters
        } else {
            Some(tags)
        };
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

    fn filter(&self) -> Result<Filter, ApiError> {
        if last(&self.filters, "changes-since").is_some() {
            return Err(ApiError::unexpected());
        }
        let mut filter = Filter::new(&self.filters)?;
        if let Some(protected) = self.protected {
            filter.require(move |image| image.protected == protected);
        }
        for tag in self.tags.clone().unwrap_or_default() {
            filter.require(move |image| image.tags.contains(&tag));
        }
        Ok(filter)
    }

    fn has_visibility(&self, caller: &Caller, image: &Image) -> bool {
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

/// The keys of the order, from `sort`, or from `sort_key` and `sort_dir`.
fn take_sort(parameters: &mut Vec<(String, String)>) -> Result<Vec<(String, bool)>, ApiError> {
    let (mut keys, mut directions) = (Vec::new(), Vec::new());
    if let Some(sort) = take(parameters, "sort") {
        if last(parameters, "sort_key").is_some() || last(parameters, "sort_dir").is_some() {
            let text = "Old and new sorting syntax cannot be combined";
            return Err(ApiError::new(400, text));
        }
        for part in strip(&sort).split(',') {
            let (key, direction) = part.split_once(':').unwrap_or((part, ""));
            keys.push(check_key(strip(key))?);
            let direction = if direction.is_empty() {
                "desc"
            } else {
                strip(direction)
            };
            directions.push(is_descending(direction)?);
        }
    } else {
        for key in take_all(parameters, "sort_key") {
            keys.push(check_key(&key)?);
        }
        for direction in take_all(parameters, "sort_dir") {
            directions.push(is_descending(&direction)?);
        }
        if directions.len() > 1 && directions.len() != keys.len() {
            let text = "Number of sort dirs does not match the number of sort keys";
            return Err(ApiError::new(400, text));
        }
    }
    if keys.is_empty() {
        keys.push("created_at".to_owned());
    }
    let default = match directions[..] {
        [one] => one,
        _ => true,
    };
    directions.resize(keys.len(), default);
    let mut sort: Vec<(String, bool)> = keys.into_iter().zip(directions).collect();
    for key in ["created_at", "id"] {
        if !sort.iter().any(|(it, _)| it == key) {
            sort.push((key.to_owned(), default));
        }
    }
    Ok(sort)
}

fn check_key(key: &str) -> Result<String, ApiError> {
    if SORT_KEYS.contains(&key) {
        return Ok(key.to_owned());
    }
    let keys = SORT_KEYS.join(", ");
    let text = format!("Invalid sort key: {key}. It must be one of the following: {keys}.");
    Err(ApiError::new(400, text))
}

fn is_descending(direction: &str) -> Result<bool, ApiError> {
    match direction {
        "asc" => Ok(false),
        "desc" => Ok(true),
        _ => Err(ApiError::new(
            400,
            format!("Invalid sort direction: {direction}"),
        )),
    }
}

fn find_marker<'a>(cloud: &'a Cloud, caller: &Caller, id: &str) -> Result<&'a Image, ApiError> {
    if id.chars().count() > MAX_ID {
        let text = "Image with the given id %(image_id)s was not found";
        return Err(ApiError::new(400, text));
    }
    let image = cloud.images.get(id);
    let image = image.ok_or_else(|| ApiError::new(400, format!("No image found with ID {id}")))?;
    if !caller.can_see(image) {
        let text = format!("Forbidding request, image {id} not visible");
        return Err(ApiError::new(403, text));
    }
    Ok(image)
}

/// The value of a sort key. In `SQLite`, null is less than every number, and every
/// number is less than every text.
#[derive(PartialEq, PartialOrd, Eq, Ord)]
enum Value<'a> {
    Null,
    Number(u64),
    Time(Timestamp),
    Text(&'a str),
}

impl Value<'_> {
    /// The value, or another one for null.
    fn or(self, other: Self) -> Self {
        if self == Self::Null { other } else { self }
    }
}

fn value<'a>(image: &'a Image, key: &str) -> Value<'a> {
    let text = |it: &'a Option<String>| it.as_deref().map_or(Value::Null, Value::Text);
    match key {
        "name" => text(&image.name),
        "status" => Value::Text(&image.status),
        "container_format" => text(&image.container_format),
        "disk_format" => text(&image.disk_format),
        "size" => image.size.map_or(Value::Null, Value::Number),
        "id" => Value::Text(&image.id),
        "updated_at" => Value::Time(image.updated),
        _ => Value::Time(image.created),
    }
}

fn order(a: &Image, b: &Image, sort: &[(String, bool)]) -> Ordering {
    let by = |(key, descending): &(String, bool)| {
        let ordering = value(a, key).cmp(&value(b, key));
        if *descending {
            ordering.reverse()
        } else {
            ordering
        }
    };
    sort.iter()
        .map(by)
        .find(|it| it.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// Whether an image is after the marker. Glance compares null as 0 or an empty
/// text, but null in the marker always as an empty text.
fn is_after(image: &Image, marker: &Image, sort: &[(String, bool)]) -> bool {
    for (key, descending) in sort {
        let null = if key == "size" {
            Value::Number(0)
        } else {
            Value::Text("")
        };
        let marker = value(marker, key).or(Value::Text(""));
        match value(image, key).or(null).cmp(&marker) {
            Ordering::Equal => {}
            ordering => return ordering.is_lt() == *descending,
        }
    }
    false
}

/// The body of a page.
fn page(caller: &Caller, query: &[(String, String)], images: &[&Image], limit: usize) -> String {
    let views: Vec<String> = images
        .iter()
        .map(|image| image_json(caller, image))
        .collect();
    let mut parameters = unique(query);
    parameters.retain(|(name, _)| name != "marker");
    let first = path(&parameters);
    let schema = "\"schema\": \"/v2/schemas/images\"";
    let views = views.join(", ");
    let mut out = format!("{{\"images\": [{views}], \"first\": \"{first}\", {schema}");
    if let Some(last) = images.last().filter(|_| images.len() == limit) {
        parameters.push(("marker".to_owned(), last.id.clone()));
        out += &format!(", \"next\": \"{}\"", path(&parameters));
    }
    out + "}"
}

fn path(parameters: &[(String, String)]) -> String {
    let pairs = parameters.iter();
    let pairs = pairs.map(|(key, value)| format!("{}={}", quote_plus(key), quote_plus(value)));
    let query = pairs.collect::<Vec<_>>().join("&");
    if query.is_empty() {
        return "/v2/images".to_owned();
    }
    format!("/v2/images?{query}")
}

/// Removes a parameter and returns its value. If it is repeated, only the first.
fn take(parameters: &mut Vec<(String, String)>, name: &str) -> Option<String> {
    let position = parameters.iter().position(|(it, _)| it == name)?;
    Some(parameters.remove(position).1)
}

fn take_all(parameters: &mut Vec<(String, String)>, name: &str) -> Vec<String> {
    let next = || take(parameters, name).map(|it| strip(&it).to_owned());
    std::iter::from_fn(next).collect()
}

fn last<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = parameters.iter().rev().find(|(it, _)| it == name);
    found.map(|(_, value)| value.as_str())
}

/// Each parameter once, at its first position and with its last value.
fn unique(parameters: &[(String, String)]) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for (name, value) in parameters {
        match found.iter_mut().find(|(it, _)| it == name) {
            Some(pair) => pair.1.clone_from(value),
            None => found.push((name.clone(), value.clone())),
        }
    }
    found
}
