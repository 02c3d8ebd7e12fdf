//! [`View`]: the JSON of images in Nova.

use jiff::Timestamp;

use crate::image::Image;
use crate::json::{Json, quote, quote_into};

use super::call::Call;
use super::fault::Fault;
use super::query::Query;

/// The properties whose value Nova parses as JSON.
pub(super) const JSON_PROPERTIES: [&str; 2] = ["block_device_mapping", "mappings"];

/// Writes images as JSON. It has the base URLs of their links.
pub(super) struct View {
    /// The URL of the API, with the project if the request has it.
    pub(super) base: String,
    bookmark: String,
    glance: String,
}

impl View {
    pub(super) fn new(call: &Call<'_>, query: Option<&Query>, glance: &str) -> Self {
        let project = call
            .project_in_url(query)
            .map_or(String::new(), |it| format!("/{it}"));
        let root = call
            .application
            .rsplit_once('/')
            .map_or("", |(root, _)| root);
        Self {
            base: format!("{}{project}", call.application),
            bookmark: format!("{root}{project}"),
            glance: glance.to_owned(),
        }
    }

    /// Writes the id, name and links of an image.
    pub(super) fn summary(&self, out: &mut String, image: &Image) {
        out.push('{');
        identity(out, image);
        out.push_str(", ");
        self.links(out, image);
        out.push('}');
    }

    /// Writes all fields of an image.
    ///
    /// # Errors
    ///
    /// If a value that Nova parses as JSON is invalid.
    pub(super) fn detailed(&self, out: &mut String, image: &Image) -> Result<(), Fault> {
        let metadata = metadata(image)?;
        let (status, progress) = match image.status.as_str() {
            "active" => ("ACTIVE", 100),
            "queued" => ("SAVING", 25),
            "saving" => ("SAVING", 50),
            "deleted" | "pending_delete" => ("DELETED", 0),
            "killed" => ("ERROR", 0),
            _ => ("UNKNOWN", 0),
        };
        out.push('{');
        identity(out, image);
        *out += &format!(
            ", \"minRam\": {}, \"minDisk\": {}, \"metadata\": ",
            image.min_ram, image.min_disk
        );
        *out += &Json::Map(metadata).dumps();
        *out += &format!(
            ", \"created\": \"{}\", \"updated\": \"{}\"",
            format_time(image.created),
            format_time(image.updated)
        );
        *out += &format!(", \"status\": \"{status}\", \"progress\": {progress}");
        *out += &format!(", \"OS-EXT-IMG-SIZE:size\": {}, ", image.size.unwrap_or(0));
        self.links(out, image);
        if let Some(Some(server)) = image.property("instance_uuid") {
            let part = server.trim_matches('/');
            let (link, bookmark) = (
                format!("{}/servers/{part}", self.base),
                format!("{}/servers/{part}", self.bookmark),
            );
            *out += &format!(
                ", \"server\": {{\"id\": {}, \"links\": [{{\"rel\": \"self\", \"href\": {}}}, \
                 {{\"rel\": \"bookmark\", \"href\": {}}}]}}",
                quote(server),
                quote(&link),
                quote(&bookmark),
            );
        }
        if let Some(Some(text)) = image.property("auto_disk_config") {
            let text = text.trim().to_lowercase();
            let auto = ["1", "t", "true", "on", "y", "yes"].contains(&text.as_str());
            *out += &format!(
                ", \"OS-DCF:diskConfig\": \"{}\"",
                if auto { "AUTO" } else { "MANUAL" }
            );
        }
        out.push('}');
        Ok(())
    }

    fn links(&self, out: &mut String, image: &Image) {
        // The URL of Glance ends in a slash, and Nova adds another.
        let Self {
            base,
            bookmark,
            glance,
        } = self;
        let id = &image.id;
        for (before, url) in [
            (
                "\"links\": [{\"rel\": \"self\", \"href\": ",
                format!("{base}/images/{id}"),
            ),
            (
                "}, {\"rel\": \"bookmark\", \"href\": ",
                format!("{bookmark}/images/{id}"),
            ),
            (
                "}, {\"rel\": \"alternate\", \"type\": \"application/vnd.openstack.image\", \"href\": ",
                format!("{glance}//images/{id}"),
            ),
        ] {
            *out += before;
            quote_into(out, &url);
        }
        *out += "}]";
    }
}

fn identity(out: &mut String, image: &Image) {
    *out += "\"id\": ";
    quote_into(out, &image.id);
    *out += ", \"name\": ";
    match &image.name {
        Some(name) => quote_into(out, name),
        None => *out += "null",
    }
}

/// The properties in Nova. The values of some are parsed as JSON.
pub(super) fn metadata(image: &Image) -> Result<Vec<(String, Json)>, Fault> {
    let convert = |(name, value): (&str, Option<&str>)| {
        let value = match value {
            None => Json::Null,
            Some(text) if JSON_PROPERTIES.contains(&name) => Json::parse(text)
                .ok_or_else(|| Fault::unexpected("json.decoder.JSONDecodeError"))?,
            Some(text) => Json::Text(text.to_owned()),
        };
        Ok((name.to_owned(), value))
    };
    image.properties().map(convert).collect()
}

/// Formats a time without a fraction.
fn format_time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
