//! Decodes the bodies of responses into [`Image`]s and [`Metadata`].

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, from_str, json};

use super::image::Image;
use super::metadata::{Item, Metadata};
use super::metadata_rules::trimmed_key;
use super::types::{DiskConfig, ImageStatus, Link, ServerRef};
use crate::error::Result;
use crate::http::response::Response;
use crate::list::RawPage;
use crate::service::Service;

/// Nova's maximum page size, which is the default.
const PAGE_CAPACITY: usize = 1000;

/// Decodes the body of `GET /images` and `GET /images/detail`.
pub(crate) fn list(response: &Response, service: &Service) -> Result<RawPage<Image>> {
    let text = response.text()?;
    let mut page = match strict_list(text) {
        Some(page) => page,
        None => decode_images_separately(text).map_err(|error| {
            response.invalid(format!("the body is not a list of images: {error}"))
        })?,
    };
    for image in &mut page.items {
        image.service = Some(service.clone());
    }
    Ok(page)
}

/// Decodes the body of `GET /images/{id}`.
pub(super) fn one(response: &Response) -> Result<Image> {
    image(field(response, "image")?.get())
        .map_err(|error| response.invalid(format!("the image {error}")))
}

/// Decodes the body of `/images/{id}/metadata`.
pub(super) fn metadata(response: &Response) -> Result<Metadata> {
    raw_metadata(field(response, "metadata")?)
        .ok_or_else(|| response.invalid("\"metadata\" is not an object"))
}

/// Decodes the body of `/images/{id}/metadata/{key}`. The body can have the key of
/// the request; the item has the key that the server stores.
pub(super) fn metadata_item(response: &Response, key: &str) -> Result<Item> {
    let stored = trimmed_key(key);
    let mut item = raw_metadata(field(response, "meta")?)
        .and_then(|mut items| items.take(key).or_else(|| items.take(stored)))
        .ok_or_else(|| response.invalid(format!("\"meta\" has no item {key:?}")))?;
    stored.clone_into(&mut item.key);
    Ok(item)
}

/// Decodes an image with any values in its fields. The error completes a message
/// that starts with "the image".
pub(super) fn image(text: &str) -> Result<Image, &'static str> {
    let image = match from_str(text) {
        Ok(Strict(image)) => image,
        Err(_) => decode_fields_separately(text)?,
    };
    if image.id.is_empty() {
        return Err("has no \"id\"");
    }
    Ok(image)
}

#[derive(Deserialize)]
#[serde(expecting = "an object with a list \"images\"")]
struct ListBody<'a, T> {
    images: T,
    #[serde(borrow)]
    images_links: Option<&'a RawValue>,
    /// Only Glance sends it.
    schema: Option<IgnoredAny>,
}

/// Decodes a list; `None` if a value does not fit its field.
fn strict_list(text: &str) -> Option<RawPage<Image>> {
    let body: ListBody<StrictImages> = from_str(text).ok()?;
    let StrictImages(items) = body.images;
    let all_have_ids = items.iter().all(|image| !image.id.is_empty());
    (all_have_ids && body.schema.is_none()).then(|| RawPage {
        items,
        next_link: body.images_links.and_then(next_link),
    })
}

fn decode_images_separately(text: &str) -> Result<RawPage<Image>, String> {
    let body: ListBody<Vec<&RawValue>> = from_str(text).map_err(|error| error.to_string())?;
    if body.schema.is_some() {
        return Err("it is a list of the Image service; check the endpoint".to_owned());
    }
    let images = body.images.iter().enumerate();
    let images = images.map(|(index, raw)| {
        image(raw.get()).map_err(|error| format!("image {} {error}", index + 1))
    });
    Ok(RawPage {
        items: images.collect::<Result<_, _>>()?,
        next_link: body.images_links.and_then(next_link),
    })
}

fn next_link(links: &RawValue) -> Option<String> {
    let links: Vec<Value> = from_str(links.get()).ok()?;
    let next = links.iter().find(|link| link["rel"] == "next")?;
    next["href"].as_str().map(str::to_owned)
}

/// A field of the body, which is an object.
fn field<'a>(response: &'a Response, name: &str) -> Result<&'a RawValue> {
    let fields: BTreeMap<String, &RawValue> = from_str(response.text()?).map_err(|error| {
        response.invalid(format!("the body is not an object with {name:?}: {error}"))
    })?;
    let field = fields.get(name).copied();
    field.ok_or_else(|| response.invalid(format!("the body has no {name:?}")))
}

fn raw_metadata(raw: &RawValue) -> Option<Metadata> {
    let items: BTreeMap<String, &RawValue> = from_str(raw.get()).ok()?;
    let items = items.into_iter();
    let items = items.map(|(key, raw)| Item::from_raw(key, raw));
    Some(Metadata::from_items(items.collect()))
}

/// The JSON of an [`Image`], in the order of Nova.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Image", default = "Image::default", rename_all = "camelCase")]
pub(super) struct ImageJson {
    id: String,
    #[serde(deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
    min_ram: Option<u64>,
    #[serde(deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
    min_disk: Option<u64>,
    #[serde(skip_serializing_if = "Metadata::is_empty")]
    metadata: Metadata,
    #[serde(deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
    created: Option<Timestamp>,
    #[serde(deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
    updated: Option<Timestamp>,
    #[serde(deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
    status: Option<ImageStatus>,
    #[serde(deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
    progress: Option<u64>,
    #[serde(rename = "OS-EXT-IMG-SIZE:size")]
    #[serde(deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(rename = "OS-DCF:diskConfig")]
    #[serde(deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
    disk_config: Option<DiskConfig>,
    #[serde(deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
    server: Option<ServerRef>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link>,
    #[serde(flatten)]
    extra: Map<String, Value>,
    #[serde(skip)]
    service: Option<Service>,
}

/// An image whose values all fit their fields.
#[derive(Deserialize)]
struct Strict(#[serde(with = "ImageJson")] Image);

struct StrictImages(Vec<Image>);

impl<'de> Deserialize<'de> for StrictImages {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ImagesVisitor)
    }
}

struct ImagesVisitor;

impl<'de> Visitor<'de> for ImagesVisitor {
    type Value = StrictImages;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<StrictImages, A::Error> {
        // Without a capacity all images would be copied several times.
        let mut images = Vec::with_capacity(PAGE_CAPACITY);
        while let Some(Strict(image)) = seq.next_element()? {
            images.push(image);
        }
        Ok(StrictImages(images))
    }
}

/// A missing field is `None`. Null does not fit, and is kept in `extra`.
fn not_null<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// Decodes each field separately. A value that does not fit its field is kept in
/// `extra`. It is kept as text if `Value` cannot represent it.
fn decode_fields_separately(text: &str) -> Result<Image, &'static str> {
    let all: BTreeMap<String, &RawValue> = from_str(text).map_err(|_| "is not an object")?;
    let (mut fitting, mut extra) = (Map::new(), Map::new());
    let mut metadata = None;
    for (name, raw) in all {
        if name == "metadata" {
            metadata = raw_metadata(raw);
            if metadata.is_some() {
                continue;
            }
        }
        match from_str(raw.get()) {
            Ok(Value::Number(_)) if name == "id" => fitting.insert(name, raw.get().into()),
            // A time without a zone is in UTC.
            Ok(Value::String(time))
                if matches!(name.as_str(), "created" | "updated")
                    && format!("{time}Z").parse::<Timestamp>().is_ok() =>
            {
                fitting.insert(name, format!("{time}Z").into())
            }
            Ok(value) if ImageJson::deserialize(json!({&name: value})).is_ok() => {
                fitting.insert(name, value)
            }
            Ok(value) => extra.insert(name, value),
            Err(_) => extra.insert(name, raw.get().into()),
        };
    }
    let mut image = ImageJson::deserialize(Value::from(fitting)).map_err(|_| "is invalid")?;
    image.extra.append(&mut extra);
    image.metadata = metadata.unwrap_or_default();
    Ok(image)
}
