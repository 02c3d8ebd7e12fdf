//! From an answer to [`Image`]s, strict about the id and loose about the rest.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::image::Image;
use super::items::Gathered;
use super::kept::{Rest, json};
use super::metadata::Metadata;
use super::metadata_serde::{MetadataSeed, Within};
use super::name::Name;
use super::slot::{Fill, FillOne};
use crate::error::Result;
use crate::http::response::Response;
use crate::list::RawPage;
use crate::service::Service;

/// More images than any cloud has: a page of more is somebody's mistake.
const MOST_IMAGES: usize = 250_000;

type Listed = RawPage<Image>;

/// The body of `GET /images` and `GET /images/detail`.
pub(super) fn list(response: &Response, service: &Service) -> Result<Listed> {
    parse(response, ListSeed(service), "a list of images")
}

/// The body of `GET /images/{id}`.
pub(super) fn one(response: &Response, service: &Service) -> Result<Image> {
    parse(
        response,
        Only {
            name: "image",
            seed: One(service),
        },
        "an image",
    )
}

/// The body of `…/metadata`, where they are in `metadata`, or of an item, which is
/// in `meta`.
pub(super) fn metadata(response: &Response, name: &'static str) -> Result<Metadata> {
    parse(
        response,
        Only {
            name,
            seed: MetadataSeed,
        },
        &format!("an object with {name:?}"),
    )
}

fn parse<T, S>(response: &Response, seed: S, what: &str) -> Result<T>
where
    S: for<'de> DeserializeSeed<'de, Value = T>,
{
    let wrong =
        |error: serde_json::Error| response.invalid(format!("the body is not {what}: {error}"));
    let mut json = serde_json::Deserializer::from_str(response.text()?);
    let value = seed.deserialize(&mut json).map_err(wrong)?;
    json.end().map_err(wrong)?;
    Ok(value)
}

struct ListSeed<'a>(&'a Service);

impl<'de> DeserializeSeed<'de> for ListSeed<'_> {
    type Value = Listed;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Listed, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ListSeed<'_> {
    type Value = Listed;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a list \"images\"")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Listed, A::Error> {
        let (mut images, mut next) = (None, None);
        while let Some(Name(key)) = map.next_key()? {
            match &*key {
                "images" => images = Some(map.next_value_seed(Images(self.0))?),
                "images_links" => {
                    next = next_link(&json(map.next_value::<&RawValue>()?.get()));
                }
                _ => {
                    map.next_value::<&RawValue>()?;
                }
            }
        }
        let images = images.ok_or_else(|| A::Error::custom("there is no list \"images\" in it"))?;
        Ok(RawPage {
            items: images,
            next_link: next,
        })
    }
}

/// Where the list says that it goes on.
fn next_link(links: &Value) -> Option<String> {
    let next = links
        .as_array()?
        .iter()
        .find(|link| link["rel"] == "next")?;
    next["href"].as_str().map(str::to_owned)
}

struct Images<'a>(&'a Service);

impl<'de> DeserializeSeed<'de> for Images<'_> {
    type Value = Vec<Image>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<Image>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Images<'_> {
    type Value = Vec<Image>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of images")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Image>, A::Error> {
        let mut images = Vec::new();
        let mut seed = ImageSeed {
            service: self.0,
            number: Some(1),
            scratch: Gathered::default(),
        };
        while let Some(image) = list.next_element_seed(&mut seed)? {
            if images.len() == MOST_IMAGES {
                return Err(A::Error::custom(format!(
                    "it has more than {MOST_IMAGES} images"
                )));
            }
            images.push(image);
            seed.number = Some(images.len() + 1);
        }
        Ok(images)
    }
}

/// One image on its own.
#[derive(Clone, Copy)]
struct One<'a>(&'a Service);

impl<'de> DeserializeSeed<'de> for One<'_> {
    type Value = Image;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Image, D::Error> {
        let scratch = Gathered::default();
        ImageSeed {
            service: self.0,
            number: None,
            scratch,
        }
        .deserialize(deserializer)
    }
}

/// Reads the one field of an object that counts.
struct Only<S> {
    name: &'static str,
    seed: S,
}

impl<'de, S: DeserializeSeed<'de> + Copy> DeserializeSeed<'de> for Only<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, S: DeserializeSeed<'de> + Copy> Visitor<'de> for Only<S> {
    type Value = S::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with {:?}", self.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<S::Value, A::Error> {
        let mut value = None;
        while let Some(Name(name)) = map.next_key()? {
            if name == self.name {
                value = Some(map.next_value_seed(self.seed)?);
            } else {
                map.next_value::<&RawValue>()?;
            }
        }
        value.ok_or_else(|| A::Error::custom(format!("there is no {:?} in it", self.name)))
    }
}

/// Reads one image after the other.
struct ImageSeed<'a> {
    service: &'a Service,
    /// Its place in the list, where it is in one.
    number: Option<usize>,
    /// Where metadata are read to.
    scratch: Gathered,
}

impl ImageSeed<'_> {
    fn place(&self) -> String {
        self.number
            .map_or("the image".to_owned(), |number| format!("image {number}"))
    }
}

impl<'de> DeserializeSeed<'de> for &mut ImageSeed<'_> {
    type Value = Image;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Image, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut ImageSeed<'_> {
    type Value = Image;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object as {}", self.place())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Image, A::Error> {
        let mut image = Image::unknown(String::new(), self.service.clone());
        let mut rest = Rest::default();
        while let Some(Name(name)) = map.next_key()? {
            let kept = match &*name {
                "id" => map.next_value_seed(FillOne(&mut image.id)),
                "name" => map.next_value_seed(FillOne(&mut image.name)),
                "links" => map.next_value_seed(Fill(&mut image.links)),
                "metadata" => {
                    map.next_value_seed(Fill(&mut Within(&mut image.metadata, &mut self.scratch)))
                }
                "minDisk" => map.next_value_seed(FillOne(&mut image.min_disk)),
                "minRam" => map.next_value_seed(FillOne(&mut image.min_ram)),
                "progress" => map.next_value_seed(FillOne(&mut image.progress)),
                "OS-EXT-IMG-SIZE:size" => map.next_value_seed(FillOne(&mut image.size)),
                "status" => map.next_value_seed(FillOne(&mut image.status)),
                "created" => map.next_value_seed(FillOne(&mut image.created)),
                "updated" => map.next_value_seed(FillOne(&mut image.updated)),
                "server" => map.next_value_seed(Fill(&mut image.server)),
                "OS-DCF:diskConfig" => map.next_value_seed(FillOne(&mut image.disk_config)),
                _ => map
                    .next_value::<&RawValue>()
                    .map(|value| Some(value.into())),
            };
            match kept? {
                Some(kept) => rest.keep(name, kept),
                None => rest.forget(&name),
            }
        }
        if image.id.is_empty() {
            let name = image
                .name
                .map(|name| format!(", named {name:?},"))
                .unwrap_or_default();
            return Err(A::Error::custom(format!(
                "{}{name} has no \"id\"",
                self.place()
            )));
        }
        image.rest = (!rest.is_empty()).then(|| Box::new(rest));
        Ok(image)
    }
}
