//! The calls that list, show and delete images.

use crate::cloud::Cloud;
use crate::image::Image;
use crate::text::percent_decode;

use super::call::Call;
use super::fault::{Fault, Outcome};
use super::filter::{Filter, glance_fault};
use super::query::Query;
use super::view::{self, View};

pub(super) fn list(cloud: &Cloud, call: &Call<'_>, detailed: bool) -> Outcome {
    let query = Query::parse(call.query())?;
    call.check_catalog()?;
    let filter = Filter::new(&query)?;
    let marker = query
        .marker()
        .map(|it| find_marker(cloud, call, it))
        .transpose()?;
    let view = View::new(call, Some(&query), &cloud.image_url());
    let mut out = String::from("{\"images\": [");
    let (mut count, mut last) = (0, "");
    let listed = |image: &&Image| {
        let visible = match filter.visibility() {
            Some("all") => call.caller.can_see(image),
            Some(only) => image.visibility == only && call.caller.can_see(image),
            None => call.caller.lists(image),
        };
        visible && !image.hidden && image.status != "killed" && filter.matches(image)
    };
    let images = cloud.images.after(marker).filter(listed);
    for image in images.take(query.limit().unwrap_or(usize::MAX)) {
        out.push_str(if count == 0 { "" } else { ", " });
        if detailed {
            view.detailed(&mut out, image)?;
        } else {
            // Nova also converts the metadata for a list without details.
            view::metadata(image)?;
            view.summary(&mut out, image);
        }
        (count, last) = (count + 1, &image.id);
    }
    out.push(']');
    let full = query
        .limit()
        .unwrap_or(cloud.max_limit)
        .min(cloud.max_limit);
    if full > 0 && count == full {
        let collection = if detailed { "images/detail" } else { "images" };
        let link = query.next(&format!("{}/{collection}", view.base), last);
        let link = crate::json::quote(&link);
        out += &format!(", \"images_links\": [{{\"rel\": \"next\", \"href\": {link}}}]");
    }
    out.push('}');
    Ok(Some(out))
}

/// Finds the image of a marker. Nova does not quote the id in its request to
/// Glance, so the id ends where a parameter of a URL ends.
fn find_marker<'a>(cloud: &'a Cloud, call: &Call<'_>, marker: &str) -> Result<&'a Image, Fault> {
    let id = marker
        .split(['&', '#'])
        .next()
        .unwrap_or_default()
        .replace('+', " ");
    let id = String::from_utf8_lossy(&percent_decode(&id)).into_owned();
    let Some(image) = cloud.images.get(&id) else {
        return Err(glance_fault(400, &format!("No image found with ID {id}")));
    };
    if !call.caller.can_see(image) {
        let text = format!("Forbidding request, image {id} not visible");
        return Err(glance_fault(403, &text));
    }
    Ok(image)
}

/// Finds an image. Nova does not quote the id in its request to Glance, so the
/// id ends where the path of a URL ends.
pub(super) fn find<'a>(cloud: &'a Cloud, call: &Call<'_>, id: &str) -> Result<&'a Image, Fault> {
    call.check_catalog()?;
    let id = id.split(['?', '#']).next().unwrap_or_default();
    let image = cloud
        .images
        .get(id)
        .filter(|image| call.caller.can_see(image));
    image.ok_or_else(Fault::image_not_found)
}

pub(super) fn show(cloud: &Cloud, call: &Call<'_>, id: &str) -> Outcome {
    Query::parse(call.query())?;
    let image = find(cloud, call, id)?;
    let mut out = String::from("{\"image\": ");
    View::new(call, None, &cloud.image_url()).detailed(&mut out, image)?;
    Ok(Some(out + "}"))
}

pub(super) fn delete(cloud: &mut Cloud, call: &Call<'_>, id: &str) -> Outcome {
    let image = find(cloud, call, id)?;
    if image.protected || !call.caller.can_modify(image) {
        return Err(Fault::new(403, "You are not allowed to delete the image."));
    }
    let id = image.id.clone();
    cloud.images.remove(&id);
    Ok(None)
}
