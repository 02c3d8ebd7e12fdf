//! From an answer to [`Image`]s, strict about the id and loose about the rest.

use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::{Map, Value};

use super::field::Field;
use super::image::Image;
use super::loose::Loose;
use super::server::ServerRef;
use crate::error::{Error, Result};
use crate::response::Response;
use crate::service::Service;

/// More images than any cloud has: a page of more is somebody's mistake.
const MOST_IMAGES: usize = 250_000;

/// One page of a list, as it came.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) images: Vec<Image>,
    pub(super) next: Option<String>,
}

/// The body of `GET /images` and `GET /images/detail`.
pub(super) fn list(response: &Response, service: &Service) -> Result<Listed> {
    parse(response, ListSeed(service), "a list of images")
}

/// The body of `GET /images/{id}`.
pub(super) fn one(response: &Response, service: &Service) -> Result<Image> {
    parse(response, OneSeed(service), "an image")
}

fn parse<T, S>(response: &Response, seed: S, what: &str) -> Result<T>
where
    S: for<'de> DeserializeSeed<'de, Value = T>,
{
    let wrong = |error: serde_json::Error| {
        Error::Answer(response.details(format!("the body is not {what}: {error}")))
    };
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
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "images" => images = Some(map.next_value_seed(Images(self.0))?),
                "images_links" => next = next_link(&map.next_value()?),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let images = images.ok_or_else(|| A::Error::custom("there is no list \"images\" in it"))?;
        Ok(Listed { images, next })
    }
}

/// Where the list says that it goes on.
fn next_link(links: &Value) -> Option<String> {
    let next = links.as_array()?.iter().find(|link| link["rel"] == "next")?;
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
        while let Some(image) = list.next_element_seed(ImageSeed(self.0, Some(images.len() + 1)))? {
            if images.len() == MOST_IMAGES {
                return Err(A::Error::custom(format!("it has more than {MOST_IMAGES} images")));
            }
            images.push(image);
        }
        Ok(images)
    }
}

struct OneSeed<'a>(&'a Service);

impl<'de> DeserializeSeed<'de> for OneSeed<'_> {
    type Value = Image;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Image, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OneSeed<'_> {
    type Value = Image;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with an \"image\"")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Image, A::Error> {
        let mut image = None;
        while let Some(key) = map.next_key::<String>()? {
            if key == "image" {
                image = Some(map.next_value_seed(ImageSeed(self.0, None))?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        image.ok_or_else(|| A::Error::custom("there is no \"image\" in it"))
    }
}

/// Reads one image; the number is its place in the list, where it is in one.
struct ImageSeed<'a>(&'a Service, Option<usize>);

impl ImageSeed<'_> {
    fn place(&self) -> String {
        self.1.map_or("the image".to_owned(), |number| format!("image {number}"))
    }
}

impl<'de> DeserializeSeed<'de> for ImageSeed<'_> {
    type Value = Image;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Image, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ImageSeed<'_> {
    type Value = Image;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object as {}", self.place())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Image, A::Error> {
        let mut image = Image::unknown(String::new(), self.0.clone());
        let mut more = Map::new();
        while let Some(field) = map.next_key::<Field>()? {
            let value = map.next_value_seed(field.form())?;
            if let Some(value) = set(&mut image, &field, value) {
                more.insert(field.into_name(), value);
            }
        }
        if image.id.is_empty() {
            let name = image.name.map(|name| format!(", named {name:?},")).unwrap_or_default();
            return Err(A::Error::custom(format!("{}{name} has no \"id\"", self.place())));
        }
        image.more = (!more.is_empty()).then(|| Box::new(more));
        Ok(image)
    }
}

/// Sets the field, and gives back what it cannot hold: that is kept as it came.
fn set(image: &mut Image, field: &Field, value: Loose) -> Option<Value> {
    match (field, value) {
        (Field::Id, Loose::Text(text)) => image.id = text,
        (Field::Name, Loose::Text(text)) => image.name = Some(text),
        (Field::Links, Loose::Links(links, odd)) => {
            image.told.1 = true;
            image.links = links;
            return odd;
        }
        (Field::Metadata, Loose::Metadata(metadata)) => {
            image.told.0 = true;
            image.metadata = metadata;
        }
        (Field::MinDisk, Loose::Number(gib)) => image.min_disk = Some(gib),
        (Field::MinRam, Loose::Number(mib)) => image.min_ram = Some(mib),
        (Field::Progress, Loose::Number(percent)) => image.progress = Some(percent),
        (Field::Size, Loose::Number(bytes)) => image.size = Some(bytes),
        (Field::Status, Loose::Status(status)) => image.status = Some(status),
        (Field::Created, Loose::Time(time, odd)) => {
            image.created = Some(time);
            return odd.map(Value::from);
        }
        (Field::Updated, Loose::Time(time, odd)) => {
            image.updated = Some(time);
            return odd.map(Value::from);
        }
        (Field::Server, Loose::Other(value)) => {
            let server = ServerRef::read(&value);
            let is_whole = server.as_ref().is_some_and(|(_, is_whole)| *is_whole);
            image.server = server.map(|(server, _)| Box::new(server));
            return (!is_whole).then_some(value);
        }
        (Field::DiskConfig, Loose::Text(text)) => image.disk_config = Some(text.into()),
        (_, value) => return Some(value.into_json()),
    }
    None
}
