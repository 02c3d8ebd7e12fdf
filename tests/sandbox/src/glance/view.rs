//! The JSON of images and members in Glance.

use crate::cloud::Caller;
use crate::image::{Image, Member};
use crate::json::quote_unicode;

use super::schema;

/// The body of a response with an image.
pub(super) fn image_json(caller: &Caller, image: &Image) -> String {
    let properties = image.properties();
    let properties = properties.map(|(name, value)| (name.to_owned(), value.map(str::to_owned)));
    image_json_with(caller, image, &properties.collect::<Vec<_>>())
}

/// The body of a response with an image that has these properties, in their
/// order.
pub(super) fn image_json_with(
    caller: &Caller,
    image: &Image,
    properties: &[(String, Option<String>)],
) -> String {
    let text = |it: Option<&str>| it.map_or_else(|| "null".to_owned(), quote_unicode);
    let number = |it: Option<u64>| it.map_or_else(|| "null".to_owned(), |it| it.to_string());
    let checksums = image.checksums.as_deref();
    let mut object = Object::default();
    for (name, value) in properties {
        // Null is only valid for a property in the schema.
        let value = value.as_deref().or((!schema::has(name)).then_some(""));
        object.set(name, text(value));
    }
    let mut tags: Vec<String> = image.tags.iter().map(|it| quote_unicode(it)).collect();
    tags.sort();
    let path = format!("/v2/images/{}", image.id);
    object.set("name", text(image.name.as_deref()));
    object.set("disk_format", text(image.disk_format.as_deref()));
    object.set("container_format", text(image.container_format.as_deref()));
    object.set("visibility", text(Some(&image.visibility)));
    object.set("size", number(image.size));
    object.set("virtual_size", number(image.virtual_size));
    object.set("status", text(Some(&image.status)));
    object.set("checksum", text(checksums.map(|it| it.md5.as_str())));
    object.set("protected", image.protected.to_string());
    object.set("min_ram", image.min_ram.to_string());
    object.set("min_disk", image.min_disk.to_string());
    let owner = Some(image.owner.as_str()).filter(|it| !it.is_empty());
    object.set("owner", text(owner));
    object.set("os_hidden", image.hidden.to_string());
    object.set("os_hash_algo", text(checksums.map(|_| "sha512")));
    let sha512 = checksums.map(|it| it.sha512.as_str());
    object.set("os_hash_value", text(sha512));
    object.set("id", text(Some(&image.id)));
    object.set("created_at", format_time(image.created));
    object.set("updated_at", format_time(image.updated));
    object.set("tags", format!("[{}]", tags.join(", ")));
    object.set("self", text(Some(&path)));
    object.set("file", text(Some(&format!("{path}/file"))));
    object.set("schema", text(Some("/v2/schemas/image")));
    // Users cannot see the store of a deactivated image. After an upload in the wrong
    // format, the data is stored and the image is queued.
    let stored = match image.status.as_str() {
        "active" => true,
        "deactivated" => caller.admin,
        "queued" => checksums.is_some(),
        _ => false,
    };
    if stored {
        object.set("stores", text(Some("local")));
    }
    object.finish()
}

/// The body of a response with a member.
pub(super) fn member_json(image: &Image, member: &Member) -> String {
    let text = quote_unicode;
    let mut object = Object::default();
    object.set("member_id", text(&member.id));
    object.set("image_id", text(&image.id));
    object.set("status", text(&member.status));
    object.set("created_at", format_time(member.created));
    object.set("updated_at", format_time(member.updated));
    object.set("schema", text("/v2/schemas/member"));
    object.finish()
}

fn format_time(time: jiff::Timestamp) -> String {
    time.strftime("\"%Y-%m-%dT%H:%M:%SZ\"").to_string()
}

/// The keys and the JSON of the values of an object. A key that is set again
/// keeps its position.
#[derive(Default)]
struct Object(Vec<(String, String)>);

impl Object {
    fn set(&mut self, key: &str, value: String) {
        match self.0.iter_mut().find(|(it, _)| it == key) {
            Some(entry) => entry.1 = value,
            None => self.0.push((key.to_owned(), value)),
        }
    }

    fn finish(self) -> String {
        let entries = self.0.iter();
        let entries = entries.map(|(key, value)| format!("{}: {value}", quote_unicode(key)));
        format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
    }
}
