//! The catalogue that comes with a token: which services there are, and where.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::details::Details;
use crate::error::{Error, Result};
use crate::service_options::Interface;

/// One service of the catalogue. What a cloud leaves out or sends as null is
/// empty here, and matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Service {
    #[serde(rename = "type", deserialize_with = "loose")]
    kind: String,
    #[serde(deserialize_with = "loose")]
    name: String,
    #[serde(deserialize_with = "or_none")]
    endpoints: Vec<Endpoint>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Endpoint {
    #[serde(deserialize_with = "loose")]
    interface: String,
    #[serde(deserialize_with = "loose")]
    region: String,
    #[serde(deserialize_with = "loose")]
    region_id: String,
    #[serde(deserialize_with = "loose")]
    url: String,
}

impl Endpoint {
    /// Keystone sends both names of a region; other catalogues only one of them.
    fn region(&self) -> &str {
        if self.region_id.is_empty() {
            &self.region
        } else {
            &self.region_id
        }
    }
}

/// Text, or "" for anything else.
fn loose<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<String, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(text) => Ok(text),
        _ => Ok(String::new()),
    }
}

/// A list without what is null in it, or an empty one for null.
pub(crate) fn or_none<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> std::result::Result<Vec<T>, D::Error> {
    let list: Option<Vec<Option<T>>> = Option::deserialize(deserializer)?;
    Ok(list.unwrap_or_default().into_iter().flatten().collect())
}

/// Which endpoint is looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) kind: &'a str,
    pub(crate) name: Option<&'a str>,
    pub(crate) region: Option<&'a str>,
    pub(crate) interface: Interface,
}

impl Wanted<'_> {
    /// The URL of the first endpoint, in the catalogue's order, that fits.
    pub(crate) fn find(&self, catalogue: &[Service]) -> Result<String> {
        let services = catalogue
            .iter()
            .filter(|service| service.kind == self.kind)
            .filter(|service| self.name.is_none_or(|name| service.name == name));
        let mut fitting = services
            .flat_map(|service| &service.endpoints)
            .filter(|endpoint| {
                Interface::named(&endpoint.interface) == Some(self.interface)
                    && self.region.is_none_or(|region| endpoint.region() == region)
                    && !endpoint.url.is_empty()
            });
        match fitting.next() {
            Some(endpoint) => Ok(endpoint.url.clone()),
            None => Err(Error::NoEndpoint(Details::new(self.refusal(catalogue)))),
        }
    }

    fn refusal(&self, catalogue: &[Service]) -> String {
        let Self {
            kind,
            name,
            region,
            interface,
        } = self;
        let mut text = format!("no {interface} endpoint of type {kind:?}");
        if let Some(name) = name {
            text = format!("{text} and name {name:?}");
        }
        if let Some(region) = region {
            text = format!("{text} in region {region:?}");
        }
        let there: Vec<String> = catalogue
            .iter()
            .flat_map(|service| {
                service
                    .endpoints
                    .iter()
                    .map(move |endpoint| (service, endpoint))
            })
            .filter(|(_, endpoint)| !endpoint.url.is_empty())
            .map(|(service, endpoint)| {
                let region = match endpoint.region() {
                    "" => "no region",
                    region => region,
                };
                format!(
                    "{} ({}, {}, {region})",
                    service.kind, service.name, endpoint.interface
                )
            })
            .collect();
        if there.is_empty() {
            text + "; the token has no catalogue: ask for a scope, or give the endpoint"
        } else {
            text + "; the catalogue has " + &there.join(", ")
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn catalogue() -> Vec<Service> {
        let text = json!([
            {"type": "compute", "name": "empty", "endpoints": []},
            {"type": "compute", "name": "none", "endpoints": null},
            {"type": "compute", "name": "nova", "endpoints": [
                null,
                {"interface": "public", "region": "One", "region_id": "One", "url": ""},
                {"interface": "internal", "region": "One", "region_id": "One", "url": "http://int/"},
                {"interface": "public", "region": null, "region_id": "One", "url": "http://one"},
                {"interface": "publicURL", "region": "Two", "url": "http://two"},
            ]},
            {"type": "compute", "name": "other", "endpoints": [
                {"interface": "public", "region": null, "url": "http://other"},
            ]},
        ]);
        serde_json::from_value(text).expect("a catalogue")
    }

    #[track_caller]
    fn find(name: Option<&str>, region: Option<&str>, interface: Interface) -> String {
        let wanted = Wanted {
            kind: "compute",
            name,
            region,
            interface,
        };
        wanted
            .find(&catalogue())
            .unwrap_or_else(|error| error.to_string())
    }

    #[test]
    fn the_first_that_fits_is_taken() {
        assert_eq!(find(None, None, Interface::Public), "http://one");
        assert_eq!(find(None, Some("Two"), Interface::Public), "http://two");
        assert_eq!(find(None, None, Interface::Internal), "http://int/");
        assert_eq!(find(Some("other"), None, Interface::Public), "http://other");
    }

    #[test]
    fn where_none_fits_the_error_lists_what_there_is() {
        assert_eq!(
            find(Some("nova"), Some("Three"), Interface::Admin),
            "no admin endpoint of type \"compute\" and name \"nova\" in region \"Three\"; \
             the catalogue has compute (nova, internal, One), compute (nova, public, One), \
             compute (nova, publicURL, Two), compute (other, public, no region)"
        );
        let wanted = Wanted {
            kind: "compute",
            name: None,
            region: None,
            interface: Interface::Public,
        };
        assert_eq!(
            wanted.find(&[]).expect_err("nothing to find").to_string(),
            "no public endpoint of type \"compute\"; the token has no catalogue: ask for a \
             scope, or give the endpoint"
        );
    }
}
