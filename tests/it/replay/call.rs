//! [`Call`]: the call of this crate that sends a recorded request.

use opencloud::compute::v2::{Compute, ImageStatus, ListImages};
use opencloud::{OpenStack, Options, Result, ServiceOptions};
use serde_json::{Value, json};

use super::authentication;
use super::recorded::Exchange;
use crate::support::Server;

/// The called function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Authenticate,
    List { detailed: bool },
    Retrieve,
    Delete,
    GetMetadata,
    ResetMetadata,
    MergeMetadata,
    GetItem(String),
    SetItem(String),
    DeleteItem(String),
}

/// A call with its arguments.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) verb: Verb,
    /// The path of the endpoint URL.
    endpoint: String,
    pub(crate) id: String,
    pub(crate) microversion: Option<String>,
    /// The metadata items of the request, if the call accepts them.
    pub(crate) items: Option<Vec<(String, String)>>,
    list: ListImages,
    /// The body of an authentication request.
    credentials: String,
    /// Whether this crate can send the query of the request.
    pub(crate) has_exact_query: bool,
}

impl Call {
    /// The call that sends the request, or the most similar one; `None` if the
    /// crate has no such operation.
    pub(crate) fn of(exchange: &Exchange) -> Option<Self> {
        let request = &exchange.request;
        let segments = request.segments();
        let segments: Vec<_> = segments.iter().map(String::as_str).collect();
        let host = request.header("host")?;
        if host.ends_with(":5000") {
            let authenticates = request.line().starts_with("POST /v3/auth/tokens");
            return authenticates.then(|| {
                let mut call = Self::new(Verb::Authenticate, "/v3", "");
                call.credentials.clone_from(&request.body);
                call.has_exact_query = !request.target.contains('?');
                call
            });
        }
        if !host.ends_with(":8774") || segments.concat().contains('\u{fffd}') {
            return None;
        }
        let at = segments.iter().position(|segment| *segment == "images")?;
        let (endpoint, rest) = (
            format!("/{}", segments[..at].join("/")),
            &segments[at + 1..],
        );
        let (verb, id) = match (request.method.as_str(), rest) {
            ("GET", []) => (Verb::List { detailed: false }, ""),
            ("GET", ["detail"]) => (Verb::List { detailed: true }, ""),
            ("GET", [id]) => (Verb::Retrieve, *id),
            ("DELETE", [id]) => (Verb::Delete, *id),
            ("GET", [id, "metadata"]) => (Verb::GetMetadata, *id),
            ("PUT", [id, "metadata"]) => (Verb::ResetMetadata, *id),
            ("POST", [id, "metadata"]) => (Verb::MergeMetadata, *id),
            ("GET", [id, "metadata", key]) => (Verb::GetItem((*key).to_owned()), *id),
            ("PUT", [id, "metadata", key]) => (Verb::SetItem((*key).to_owned()), *id),
            ("DELETE", [id, "metadata", key]) => (Verb::DeleteItem((*key).to_owned()), *id),
            _ => return None,
        };
        let mut call = Self::new(verb, &endpoint, id);
        let version = request.header("openstack-api-version");
        let version = version.and_then(|version| version.strip_prefix("compute "));
        call.microversion = version.map(str::to_owned);
        call.items = items(&call.verb, &request.body);
        call.read_query(exchange);
        Some(call)
    }

    fn new(verb: Verb, endpoint: &str, id: &str) -> Self {
        Self {
            verb,
            endpoint: endpoint.to_owned(),
            id: id.to_owned(),
            microversion: None,
            items: None,
            list: ListImages::new(),
            credentials: String::new(),
            has_exact_query: true,
        }
    }

    fn read_query(&mut self, exchange: &Exchange) {
        let query = exchange.query();
        let Verb::List { detailed } = self.verb else {
            self.has_exact_query = !exchange.request.target.contains('?');
            return;
        };
        let mut list = ListImages::from(detailed);
        let mut is_limited = false;
        for (at, (name, value)) in query.iter().enumerate() {
            let is_repeated = query[..at].iter().any(|(known, _)| known == name);
            let unchanged = list.clone();
            list = match (name.as_str(), value.parse::<u32>()) {
                _ if is_repeated => list,
                ("limit", Ok(limit @ 1..=1000)) => list.limit(limit.into()),
                ("limit", Ok(limit)) if limit > 1000 => list.page_size(limit),
                ("marker", _) => list.marker(value),
                ("name", _) if !value.contains(':') => list.name(value),
                ("changes-since", _) => list.changes_since(value),
                ("server", _) => list.server(value),
                ("status", _) if value == "ACTIVE" => list.status(ImageStatus::Active),
                // The crate sends other filters for these, or rejects them.
                ("status", _) if ["bogus", "ERROR", "UNKNOWN"].contains(&&**value) => list,
                ("status", _) => list.status(ImageStatus::Other(value.clone())),
                ("type", _) => list.image_type(value),
                ("minDisk", Ok(gib)) => list.min_disk(gib.into()),
                ("minRam", Ok(mib)) => list.min_ram(mib.into()),
                (property, _) if property.starts_with("property-") => {
                    list.property(&property["property-".len()..], value)
                }
                _ => list,
            };
            self.has_exact_query &= list != unchanged;
            is_limited |= name == "limit" && list != unchanged;
        }
        // A different query: a limit stops the crate after the recorded page.
        let count = exchange
            .response
            .json()
            .and_then(|body| body["images"].as_array().map(Vec::len));
        let count = count
            .and_then(|count| u64::try_from(count).ok())
            .unwrap_or(0);
        if !self.has_exact_query && !is_limited && count > 0 {
            list = list.limit(count);
        }
        self.list = list;
    }

    /// Whether the crate sends exactly the recorded request.
    pub(crate) fn is_exact(&self, exchange: &Exchange) -> bool {
        let has_exact_body = match self.verb {
            Verb::Authenticate => authentication::options("", &self.credentials).is_some(),
            Verb::SetItem(_) | Verb::ResetMetadata | Verb::MergeMetadata => self.items.is_some(),
            _ => exchange.request.body.is_empty(),
        };
        self.has_exact_query && has_exact_body
    }

    /// Makes the call, and returns its result as JSON.
    pub(crate) fn run(&self, server: &Server) -> Result<Value> {
        if self.verb == Verb::Authenticate {
            let url = server.url(&self.endpoint);
            let options = authentication::options(&url, &self.credentials);
            return authentication::run(options.unwrap_or_else(|| authentication::any(&url)));
        }
        let compute = self.compute(server)?;
        let mut image = compute.get_image(&self.id);
        let any = || vec![("k".to_owned(), "v".to_owned())];
        let items = self.items.clone().unwrap_or_else(any);
        match &self.verb {
            Verb::Authenticate => unreachable!(),
            Verb::List { .. } => {
                let images: Result<Vec<_>> = compute.list_images(self.list.clone()).collect();
                images.map(|images| json!(images))
            }
            Verb::Retrieve => image.retrieve().map(|()| json!(image)),
            Verb::Delete => image.delete().map(|()| Value::Null),
            Verb::GetMetadata => {
                let metadata = image.get_metadata()?;
                assert_eq!(metadata, image.metadata);
                Ok(json!(metadata))
            }
            Verb::ResetMetadata => image.reset_metadata(items).map(|()| json!(image.metadata)),
            Verb::MergeMetadata => image.merge_metadata(items).map(|()| json!(image.metadata)),
            Verb::GetItem(key) => {
                let value = image.get_metadata_item(key)?;
                assert_eq!(image.metadata.values().collect::<Vec<_>>(), [value]);
                Ok(json!(image.metadata))
            }
            Verb::SetItem(key) => {
                let value = items.first().map_or("v", |(_, value)| value);
                image
                    .set_metadata_item(key, value)
                    .map(|()| json!(image.metadata))
            }
            Verb::DeleteItem(key) => {
                image.metadata.insert(key.trim(), "here");
                image
                    .delete_metadata_item(key)
                    .map(|()| json!(image.metadata))
            }
        }
    }

    fn compute(&self, server: &Server) -> Result<Compute> {
        let options = Options::new("").token_id("TOKEN").no_proxy().tries(1);
        let mut service = ServiceOptions::new().endpoint(server.url(&self.endpoint));
        if let Some(version) = &self.microversion {
            service = service.microversion(version);
        }
        OpenStack::new(options)?.compute_v2_with(service)
    }
}

/// The metadata items of a request, if all values are strings.
fn items(verb: &Verb, body: &str) -> Option<Vec<(String, String)>> {
    let body: Value = serde_json::from_str(body).ok()?;
    let body = body.as_object().filter(|body| body.len() == 1)?;
    let (wrapper, only) = match verb {
        Verb::SetItem(key) => ("meta", Some(key)),
        Verb::ResetMetadata | Verb::MergeMetadata => ("metadata", None),
        _ => return None,
    };
    let items = body.get(wrapper)?.as_object()?;
    if only.is_some_and(|key| items.keys().collect::<Vec<_>>() != [key]) {
        return None;
    }
    let text = |(key, value): (&String, &Value)| Some((key.clone(), value.as_str()?.to_owned()));
    items.iter().map(text).collect()
}
