//! Images as Nova shows them.

use jiff::Timestamp;

use crate::image::Image;
use crate::json::{Json, quote, quote_into};

use super::call::Call;
use super::query::Query;
use super::refusal::Fault;

/// The properties whose text Nova takes for JSON.
pub(super) const CONVERTED: [&str; 2] = ["block_device_mapping", "mappings"];

/// The ways to the images, the same for every image of a list.
pub(super) struct View {
    /// The API, with the project if the request had it.
    pub(super) own: String,
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
            own: format!("{}{project}", call.application),
            bookmark: format!("{root}{project}"),
            glance: glance.to_owned(),
        }
    }

    /// An image with id, name and links.
    pub(super) fn brief(&self, out: &mut String, image: &Image) {
        out.push('{');
        identity(out, image);
        out.push_str(", ");
        self.links(out, image);
        out.push('}');
    }

    /// An image with all that Nova shows.
    ///
    /// # Errors
    ///
    /// Where Nova cannot show it: a value that should be JSON is not.
    pub(super) fn whole(&self, out: &mut String, image: &Image) -> Result<(), Fault> {
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
            second(image.created),
            second(image.updated)
        );
        *out += &format!(", \"status\": \"{status}\", \"progress\": {progress}");
        *out += &format!(", \"OS-EXT-IMG-SIZE:size\": {}, ", image.size.unwrap_or(0));
        self.links(out, image);
        if let Some(Some(server)) = image.property("instance_uuid") {
            let part = server.trim_matches('/');
            let (own, bookmark) = (
                format!("{}/servers/{part}", self.own),
                format!("{}/servers/{part}", self.bookmark),
            );
            *out += &format!(
                ", \"server\": {{\"id\": {}, \"links\": [{{\"rel\": \"self\", \"href\": {}}}, \
                 {{\"rel\": \"bookmark\", \"href\": {}}}]}}",
                quote(server),
                quote(&own),
                quote(&bookmark),
            );
        }
        if let Some(Some(word)) = image.property("auto_disk_config") {
            let word = word.trim().to_lowercase();
            let auto = ["1", "t", "true", "on", "y", "yes"].contains(&word.as_str());
            *out += &format!(
                ", \"OS-DCF:diskConfig\": \"{}\"",
                if auto { "AUTO" } else { "MANUAL" }
            );
        }
        out.push('}');
        Ok(())
    }

    fn links(&self, out: &mut String, image: &Image) {
        // Glance's address ends in a slash, and Nova adds another.
        let Self {
            own,
            bookmark,
            glance,
        } = self;
        let id = &image.id;
        for (before, address) in [
            (
                "\"links\": [{\"rel\": \"self\", \"href\": ",
                format!("{own}/images/{id}"),
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
            quote_into(out, &address);
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

/// The properties as Nova shows them: some texts become what they spell.
pub(super) fn metadata(image: &Image) -> Result<Vec<(String, Json)>, Fault> {
    let convert = |(name, value): (&str, Option<&str>)| {
        let value = match value {
            None => Json::Null,
            Some(text) if CONVERTED.contains(&name) => Json::parse(text)
                .ok_or_else(|| Fault::unexpected("json.decoder.JSONDecodeError"))?,
            Some(text) => Json::Text(text.to_owned()),
        };
        Ok((name.to_owned(), value))
    };
    image.properties().map(convert).collect()
}

/// A time without its fraction.
fn second(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
