//! Decodes the bodies of responses into [`Image`]s.

use serde::Deserialize;
use serde_json::{Map, Result as JsonResult, Value, from_str, from_value, json};

use super::image::Image;
use crate::error::Result;
use crate::http::response::Response;
use crate::list::RawPage;
use crate::service::Service;

#[derive(Deserialize)]
#[serde(expecting = "an object with a list \"images\"")]
struct ListBody<T> {
    images: Vec<T>,
    next: Option<String>,
}

/// Decodes the body of `GET /v2/images`.
pub(super) fn list(response: &Response, service: &Service) -> Result<RawPage<Image>> {
    let text = response.text()?;
    let body = from_str(text).or_else(|_| lenient_list(text));
    let mut body: ListBody<Image> = body
        .map_err(|error| response.invalid(format!("the body is not a list of images: {error}")))?;
    for image in &mut body.images {
        image.service = service.clone().into();
    }
    Ok(RawPage {
        items: body.images,
        next_link: body.next,
    })
}

/// Decodes the body of every other response with an image.
pub(super) fn image(response: &Response) -> Result<Image> {
    let text = response.text()?;
    from_str(text)
        .or_else(|_| from_str(text).and_then(lenient_image))
        .map_err(|error| response.invalid(format!("the body is not an image: {error}")))
}

fn lenient_list(text: &str) -> JsonResult<ListBody<Image>> {
    let body: ListBody<Value> = from_str(text)?;
    let images = body.images.into_iter().map(lenient_image);
    Ok(ListBody {
        images: images.collect::<JsonResult<_>>()?,
        next: body.next,
    })
}

/// Decodes an image without the values that do not fit their fields.
fn lenient_image(image: Value) -> JsonResult<Image> {
    let mut fields: Map<String, Value> = from_value(image)?;
    fields.retain(|name, value| {
        // Glance keeps a `min_disk` of 1.0 as it is.
        if let Some(whole) = whole_number(value) {
            *value = whole.into();
        }
        let fits = name == "id" || Image::deserialize(json!({"id": "", name: &*value})).is_ok();
        if !fits {
            log::warn!("ignoring the unexpected value of the image field {name:?}");
        }
        fits
    });
    from_value(fields.into())
}

/// The number as an integer, if it is one.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the number has no fraction and is in range"
)]
fn whole_number(value: &Value) -> Option<u64> {
    let number = value.as_f64()?;
    (number.fract() == 0.0 && (0.0..1e15).contains(&number)).then_some(number as u64)
}
