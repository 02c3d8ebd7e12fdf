//! [`Call`]: the call of this crate that sends a recorded request.

use std::io::Cursor;

use opencloud::Result;
use opencloud::image::v2::{Image, ImageUpdate, ListImages, NewImage};

use crate::replay::recorded::Exchange;
use crate::support::Server;

/// The called function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    List,
    Create,
    Retrieve,
    Update,
    Delete,
    Deactivate,
    Reactivate,
    Upload,
    Download,
}

impl Verb {
    pub(crate) const ALL: [Self; 9] = [
        Self::List,
        Self::Create,
        Self::Retrieve,
        Self::Update,
        Self::Delete,
        Self::Deactivate,
        Self::Reactivate,
        Self::Upload,
        Self::Download,
    ];

    /// The method of the request, and the path below the image.
    pub(crate) fn request(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::List | Self::Retrieve => ("GET", &[]),
            Self::Create => ("POST", &[]),
            Self::Update => ("PATCH", &[]),
            Self::Delete => ("DELETE", &[]),
            Self::Deactivate => ("POST", &["actions", "deactivate"]),
            Self::Reactivate => ("POST", &["actions", "reactivate"]),
            Self::Upload => ("PUT", &["file"]),
            Self::Download => ("GET", &["file"]),
        }
    }
}

/// A call with its arguments.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) verb: Verb,
    pub(crate) id: String,
    pub(crate) list: ListImages,
    pub(crate) new: NewImage,
    pub(crate) update: ImageUpdate,
    /// The keys of the properties in the request, and the values that are set.
    pub(crate) properties: Vec<(String, Option<String>)>,
    pub(crate) tags: Vec<String>,
    /// The data to upload, or the start of a download that is resumed.
    pub(crate) data: String,
    /// Whether this crate sends exactly the recorded request.
    pub(crate) is_exact: bool,
}

/// The result of a successful call.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) images: Vec<Image>,
    /// The bytes of a transfer, and whether they were verified.
    pub(crate) transfer: Option<(u64, bool)>,
    /// The downloaded data, including the start of a resumed download.
    pub(crate) data: String,
}

impl Call {
    /// The call that sends the request, or the most similar one.
    pub(crate) fn of(exchange: &Exchange) -> Self {
        let request = &exchange.request;
        let (path, query) = request
            .target
            .split_once('?')
            .unwrap_or((&request.target, ""));
        let segments = request.segments();
        let segments: Vec<_> = segments.iter().map(String::as_str).collect();
        let below = match &*segments {
            ["v2", "images", below @ ..] => below,
            _ => &[],
        };
        let (verb, id) = match (request.method.as_str(), below) {
            ("POST" | "PUT", []) => (Verb::Create, "i"),
            ("PATCH" | "PUT" | "POST", [id]) if !id.is_empty() => (Verb::Update, *id),
            ("DELETE", [id]) if !id.is_empty() => (Verb::Delete, *id),
            (_, [id, "actions", "deactivate"]) => (Verb::Deactivate, *id),
            (_, [id, "actions", "reactivate"]) => (Verb::Reactivate, *id),
            ("GET" | "DELETE", [id, "file"]) => (Verb::Download, *id),
            (_, [id, "file"]) => (Verb::Upload, *id),
            // Paths of operations that the crate does not have.
            (_, [id, ..]) if !id.is_empty() => (Verb::Retrieve, *id),
            _ => (Verb::List, "i"),
        };
        let mut call = Self {
            verb,
            id: id.to_owned(),
            list: ListImages::new(),
            new: NewImage::new(),
            update: ImageUpdate::new(),
            properties: Vec::new(),
            tags: Vec::new(),
            data: String::new(),
            is_exact: true,
        };
        call.is_exact = match verb {
            Verb::List => call.read_query(exchange),
            Verb::Create => call.read_new_image(exchange),
            Verb::Update => call.read_update(exchange),
            Verb::Upload => call.read_data(exchange),
            Verb::Download => call.read_range(exchange),
            _ => request.body.is_empty(),
        };
        if verb == Verb::Update && !call.is_exact {
            // The similar update has no properties and tags.
            call.properties.clear();
            call.tags.clear();
        }
        let (method, below) = verb.request();
        let expected = match verb {
            Verb::List | Verb::Create => vec!["v2", "images"],
            _ => [&["v2", "images", id], below].concat(),
        };
        call.is_exact &= request.method == method && segments == expected;
        // An encoded or repeated slash is not sent.
        call.is_exact &= path.matches('/').count() == expected.len();
        call.is_exact &= query.is_empty() || verb == Verb::List;
        call
    }

    /// Makes the call.
    pub(crate) fn run(&self, server: &Server) -> Result<Outcome> {
        let images = server.images_v2_with(|options| options.tries(1));
        let mut image = images.get_image(&self.id);
        let mut outcome = Outcome::default();
        match self.verb {
            Verb::List => {
                let list = images.list_images(self.list.clone());
                outcome.images = list.collect::<Result<_>>()?;
                return Ok(outcome);
            }
            Verb::Create => {
                outcome.images = vec![images.create_image(self.new.clone())?];
                return Ok(outcome);
            }
            Verb::Retrieve => image.retrieve()?,
            Verb::Update => image.update(self.update.clone())?,
            Verb::Delete => image.delete()?,
            Verb::Deactivate => image.deactivate()?,
            Verb::Reactivate => image.reactivate()?,
            Verb::Upload => {
                let transfer = image.upload_data(self.data.clone().into_bytes())?;
                outcome.transfer = Some((transfer.bytes, transfer.verified));
            }
            Verb::Download => {
                let mut file = Cursor::new(self.data.clone().into_bytes());
                let transfer = if self.data.is_empty() {
                    image.download_data(&mut file)?
                } else {
                    image.resume_download(&mut file)?
                };
                outcome.transfer = Some((transfer.bytes, transfer.verified));
                outcome.data = String::from_utf8(file.into_inner()).expect("UTF-8");
            }
        }
        if matches!(self.verb, Verb::Retrieve | Verb::Update) {
            outcome.images = vec![image];
        }
        Ok(outcome)
    }
}
