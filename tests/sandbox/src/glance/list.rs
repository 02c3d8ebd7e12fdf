//! Lists images.

use crate::cloud::{Caller, Cloud};
use crate::http::{Request, Response};
use crate::image::Image;
use crate::text::{parameters, quote_plus};

use super::errors::{ApiError, forbidden};
use super::json;
use super::parameters::unique;
use super::query::Query;
use super::sort::{is_after, order};
use super::view::image_json;

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
