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
pub(crate) fn list(response: &Response, service: &Service) -> Result<RawPage<Image>> {
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
pub(crate) fn image(response: &Response) -> Result<Image> {
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
        // Glance stores a `min_disk` of 1.0 unchanged.
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

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGE: &str = r#"{"os_distro": "debian", "kernel_id": null, "name": "n",
        "disk_format": "raw", "container_format": "bare", "visibility": "shared", "size": 3,
        "virtual_size": null, "status": "active", "checksum": "c", "protected": false,
        "min_ram": 0, "min_disk": 1, "owner": "p", "os_hidden": false, "os_hash_algo": "sha512",
        "os_hash_value": "h", "id": "i", "created_at": "2026-11-26T11:13:44Z",
        "updated_at": "2026-11-26T11:13:44Z", "tags": ["a"], "self": "/v2/images/i",
        "file": "/v2/images/i/file", "schema": "/v2/schemas/image", "stores": "local"}"#;

    #[test]
    fn an_image_is_serialized_to_the_json_of_glance() {
        let image: Image = from_str(IMAGE).expect("an image");
        assert_eq!(
            image.metadata.keys().collect::<Vec<_>>(),
            ["kernel_id", "os_distro"]
        );
        assert_eq!((image.min_disk, image.virtual_size), (Some(1), None));
        let json = serde_json::to_value(&image).expect("JSON");
        assert_eq!(json, from_str::<Value>(IMAGE).expect("JSON"));
        assert_eq!(from_value::<Image>(json).expect("an image"), image);
    }

    #[test]
    fn values_that_do_not_fit_their_fields_are_ignored() {
        let text = r#"{"id": "i", "name": 5, "min_disk": 1.0, "size": -1, "tags": null, "k": [1]}"#;
        let page = format!("{{\"images\": [{IMAGE}, {text}], \"next\": \"/v2/images?marker=i\"}}");
        let list = lenient_list(&page).expect("a list");
        assert_eq!(list.next.as_deref(), Some("/v2/images?marker=i"));
        assert_eq!(list.images[0], from_str(IMAGE).expect("an image"));
        let image = &list.images[1];
        assert_eq!(
            (&image.name, image.min_disk, image.size),
            (&None, Some(1), None)
        );
        assert_eq!(image.metadata.get("k"), Some("[1]"));
    }

    #[test]
    fn an_image_without_an_id_is_an_error() {
        for text in ["{}", r#"{"id": null}"#, r#"{"id": 5}"#, "[]", "null"] {
            let image = from_str(text).and_then(lenient_image);
            assert!(image.is_err(), "{text}");
        }
    }
}
