//! Decodes the bodies of responses into [`Image`]s and [`Metadata`].

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value, from_str, from_value, json};

use super::image::Image;
use super::metadata::{Item, Metadata};
use super::metadata_rules::trimmed_key;
use super::types::{DiskConfig, ImageStatus, Link, ServerRef};
use crate::error::Result;
use crate::http::response::Response;
use crate::list::RawPage;
use crate::service::Service;

/// Decodes the body of `GET /images` and `GET /images/detail`.
pub(crate) fn list(response: &Response, service: &Service) -> Result<RawPage<Image>> {
    let text = response.text()?;
    let mut page = strict_list(text)
        .or_else(|_| lenient_list(text))
        .map_err(|error| response.invalid(format!("the body is not a list of images: {error}")))?;
    for image in &mut page.items {
        image.attach(service.clone());
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

/// Decodes the body of `/images/{id}/metadata/{key}`. The item has the key that
/// the server stores, while the body may have the key of the request.
pub(super) fn metadata_item(response: &Response, key: &str) -> Result<Item> {
    let stored = trimmed_key(key);
    let mut item = raw_metadata(field(response, "meta")?)
        .and_then(|mut items| items.take(key).or_else(|| items.take(stored)))
        .ok_or_else(|| response.invalid(format!("\"meta\" has no item {key:?}")))?;
    stored.clone_into(&mut item.key);
    Ok(item)
}

/// Decodes an image on its own, whatever its fields contain. The error is the
/// end of a sentence about the image.
pub(super) fn image(text: &str) -> Result<Image, &'static str> {
    match from_str::<Fields>(text) {
        Ok(fields) => fields.into_image(),
        Err(_) => lenient(text)?.into_image(),
    }
}

#[derive(Deserialize)]
#[serde(expecting = "an object with a list \"images\"")]
struct ListBody<'a, T> {
    images: Vec<T>,
    #[serde(borrow)]
    images_links: Option<&'a RawValue>,
}

fn strict_list(text: &str) -> serde_json::Result<RawPage<Image>> {
    let body: ListBody<Strict> = from_str(text)?;
    Ok(RawPage {
        items: body.images.into_iter().map(|Strict(image)| image).collect(),
        next_link: body.images_links.and_then(next_link),
    })
}

fn lenient_list(text: &str) -> Result<RawPage<Image>, String> {
    let body: ListBody<&RawValue> = from_str(text).map_err(|error| error.to_string())?;
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

/// The fields of an image as Nova sends them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    #[serde(default)]
    id: String,
    #[serde(default, deserialize_with = "not_null")]
    name: Option<String>,
    #[serde(default, deserialize_with = "not_null")]
    links: Option<Vec<Link>>,
    #[serde(default, deserialize_with = "not_null")]
    metadata: Option<Metadata>,
    #[serde(default, deserialize_with = "not_null")]
    min_disk: Option<u64>,
    #[serde(default, deserialize_with = "not_null")]
    min_ram: Option<u64>,
    #[serde(default, deserialize_with = "not_null")]
    progress: Option<u64>,
    #[serde(
        default,
        rename = "OS-EXT-IMG-SIZE:size",
        deserialize_with = "not_null"
    )]
    size: Option<u64>,
    #[serde(default, deserialize_with = "not_null")]
    status: Option<ImageStatus>,
    #[serde(default, deserialize_with = "not_null")]
    created: Option<Timestamp>,
    #[serde(default, deserialize_with = "not_null")]
    updated: Option<Timestamp>,
    #[serde(default, deserialize_with = "not_null")]
    server: Option<ServerRef>,
    #[serde(default, rename = "OS-DCF:diskConfig", deserialize_with = "not_null")]
    disk_config: Option<DiskConfig>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

/// An image whose values all fit their fields.
struct Strict(Image);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let image = Fields::deserialize(deserializer)?.into_image();
        image.map(Self).map_err(D::Error::custom)
    }
}

/// A field that is missing is `None`; null does not fit, and is kept in `extra`.
fn not_null<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// Decodes each field on its own. A value that does not fit its field is kept in
/// `extra`; as text, if `Value` cannot represent it.
fn lenient(text: &str) -> Result<Fields, &'static str> {
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
            Ok(value) if from_value::<Fields>(json!({&name: value})).is_ok() => {
                fitting.insert(name, value)
            }
            Ok(value) => extra.insert(name, value),
            Err(_) => extra.insert(name, raw.get().into()),
        };
    }
    let mut fields: Fields = from_value(fitting.into()).map_err(|_| "is invalid")?;
    fields.extra.append(&mut extra);
    fields.metadata = metadata;
    Ok(fields)
}

impl Fields {
    fn into_image(self) -> Result<Image, &'static str> {
        if self.id.is_empty() {
            return Err("has no \"id\"");
        }
        let mut image = Image {
            id: self.id,
            name: self.name,
            links: self.links.unwrap_or_default(),
            min_disk: self.min_disk,
            min_ram: self.min_ram,
            progress: self.progress,
            size: self.size,
            status: self.status,
            created: self.created,
            updated: self.updated,
            server: self.server,
            disk_config: self.disk_config,
            extra: self.extra,
            ..Image::default()
        };
        if let Some(metadata) = self.metadata {
            image.set_metadata(metadata);
        }
        Ok(image)
    }
}
