//! The JSON of images and members in Glance.

use crate::image::Image;
use crate::json::{quote, quote_unicode};

fn format_time(time: jiff::Timestamp) -> String {
    time.strftime("\"%Y-%m-%dT%H:%M:%SZ\"").to_string()
}

pub(super) fn member_json(image: &Image, member: &str, accepted: bool) -> String {
    let status = if accepted { "accepted" } else { "pending" };
    let time = format_time(image.updated);
    format!(
        "{{\"member_id\": {}, \"image_id\": \"{}\", \"status\": \"{status}\", \"created_at\": {time}, \
         \"updated_at\": {time}, \"schema\": \"/v2/schemas/member\"}}",
        quote(member),
        image.id
    )
}

/// The body of a response with an image.
pub(super) fn image_json(image: &Image) -> String {
    let text = |it: Option<&str>| it.map_or_else(|| "null".to_owned(), quote_unicode);
    let number = |it: Option<u64>| it.map_or_else(|| "null".to_owned(), |it| it.to_string());
    let checksums = image.checksums.as_deref();
    let mut out = String::from("{");
    for (name, value) in image.properties() {
        out += &format!("{}: {}, ", quote_unicode(name), text(value));
    }
    let mut tags: Vec<String> = image.tags.iter().map(|it| quote_unicode(it)).collect();
    tags.sort();
    let id = &image.id;
    out += &format!(
        "\"name\": {}, \"disk_format\": {}, \"container_format\": {}, \"visibility\": \"{}\", \
         \"size\": {}, \"virtual_size\": {}, \"status\": \"{}\", \"checksum\": {}, \
         \"protected\": {}, \"min_ram\": {}, \"min_disk\": {}, \"owner\": \"{}\", \"os_hidden\": {}, \
         \"os_hash_algo\": {}, \"os_hash_value\": {}, \"id\": \"{id}\", \"created_at\": {}, \
         \"updated_at\": {}, \"tags\": [{}], \"self\": \"/v2/images/{id}\", \
         \"file\": \"/v2/images/{id}/file\", \"schema\": \"/v2/schemas/image\"",
        text(image.name.as_deref()),
        text(image.disk_format.as_deref()),
        text(image.container_format.as_deref()),
        image.visibility,
        number(image.size),
        number(image.virtual_size),
        image.status,
        text(checksums.map(|it| it.md5.as_str())),
        image.protected,
        image.min_ram,
        image.min_disk,
        image.owner,
        image.hidden,
        text(checksums.map(|_| "sha512")),
        text(checksums.map(|it| it.sha512.as_str())),
        format_time(image.created),
        format_time(image.updated),
        tags.join(", "),
    );
    // An upload in the wrong format is stored, and the image stays queued.
    let stored = image.status == "active" || (image.status == "queued" && checksums.is_some());
    out + if stored {
        ", \"stores\": \"local\"}"
    } else {
        "}"
    }
}
