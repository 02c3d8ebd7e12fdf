//! Lists, one image, and its deletion.

use crate::cloud::Cloud;
use crate::image::Image;
use crate::text::percent_decode;

use super::call::Call;
use super::filter::{Filter, glance_refuses};
use super::query::Query;
use super::refusal::{Answer, Fault};
use super::view::{self, View};

pub(super) fn list(cloud: &Cloud, call: &Call<'_>, detailed: bool) -> Answer {
    let query = Query::parse(call.query())?;
    call.glance()?;
    let filter = Filter::new(&query)?;
    let marker = query
        .marker()
        .map(|it| find_marker(cloud, call, it))
        .transpose()?;
    let view = View::new(call, Some(&query), &cloud.image_url());
    let mut out = String::from("{\"images\": [");
    let (mut count, mut last) = (0, "");
    let listed = |image: &&Image| {
        let open = match filter.visibility() {
            Some("all") => call.caller.sees(image),
            Some(only) => image.visibility == only && call.caller.sees(image),
            None => call.caller.lists(image),
        };
        open && !image.hidden && image.status != "killed" && filter.holds(image)
    };
    let images = cloud.images.after(marker).filter(listed);
    for image in images.take(query.limit().unwrap_or(usize::MAX)) {
        out.push_str(if count == 0 { "" } else { ", " });
        if detailed {
            view.whole(&mut out, image)?;
        } else {
            // Nova translates every image whole, also for a brief list.
            view::metadata(image)?;
            view.brief(&mut out, image);
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
        let link = query.next(&format!("{}/{collection}", view.own), last);
        let link = crate::json::quote(&link);
        out += &format!(", \"images_links\": [{{\"rel\": \"next\", \"href\": {link}}}]");
    }
    out.push('}');
    Ok(Some(out))
}

/// The image after which a page begins. Nova does not quote the id, so that it
/// ends where a URL's parameter does.
fn find_marker<'a>(cloud: &'a Cloud, call: &Call<'_>, marker: &str) -> Result<&'a Image, Fault> {
    let id = marker
        .split(['&', '#'])
        .next()
        .unwrap_or_default()
        .replace('+', " ");
    let id = String::from_utf8_lossy(&percent_decode(&id)).into_owned();
    let Some(image) = cloud.images.get(&id) else {
        return Err(glance_refuses(400, &format!("No image found with ID {id}")));
    };
    if !call.caller.sees(image) {
        let text = format!("Forbidding request, image {id} not visible");
        return Err(glance_refuses(403, &text));
    }
    Ok(image)
}

/// The image of an id. Nova does not quote the id on its way to Glance, so
/// that it ends where a URL's path does.
pub(super) fn find<'a>(cloud: &'a Cloud, call: &Call<'_>, id: &str) -> Result<&'a Image, Fault> {
    call.glance()?;
    let id = id.split(['?', '#']).next().unwrap_or_default();
    let image = cloud.images.get(id).filter(|image| call.caller.sees(image));
    image.ok_or_else(Fault::image_not_found)
}

pub(super) fn show(cloud: &Cloud, call: &Call<'_>, id: &str) -> Answer {
    Query::parse(call.query())?;
    let image = find(cloud, call, id)?;
    let mut out = String::from("{\"image\": ");
    View::new(call, None, &cloud.image_url()).whole(&mut out, image)?;
    Ok(Some(out + "}"))
}

pub(super) fn delete(cloud: &mut Cloud, call: &Call<'_>, id: &str) -> Answer {
    let image = find(cloud, call, id)?;
    if image.protected || !call.caller.changes(image) {
        return Err(Fault::new(403, "You are not allowed to delete the image."));
    }
    let id = image.id.clone();
    cloud.images.remove(&id);
    Ok(None)
}
