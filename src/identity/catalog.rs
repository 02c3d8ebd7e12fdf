//! The catalog that comes with a token: the services and their endpoints.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::error::{Error, ErrorKind, Result};
use crate::service_options::Interface;

/// A service of the catalog. Missing and null values are empty and match nothing.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct CatalogService {
    #[serde(rename = "type", deserialize_with = "lenient_string")]
    kind: String,
    #[serde(deserialize_with = "lenient_string")]
    name: String,
    #[serde(deserialize_with = "lenient_list")]
    endpoints: Vec<Endpoint>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Endpoint {
    #[serde(deserialize_with = "lenient_string")]
    interface: String,
    #[serde(deserialize_with = "lenient_string")]
    region: String,
    #[serde(deserialize_with = "lenient_string")]
    region_id: String,
    #[serde(deserialize_with = "lenient_string")]
    url: String,
}

impl Endpoint {
    /// Keystone sends both names of a region; other catalogs only one of them.
    fn region(&self) -> &str {
        if self.region_id.is_empty() {
            &self.region
        } else {
            &self.region_id
        }
    }
}

/// A string, or a number as text; any other value is empty.
pub(super) fn lenient_string<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<String, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    })
}

/// A list without its null elements; null is an empty list.
pub(super) fn lenient_list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let list: Option<Vec<Option<T>>> = Option::deserialize(deserializer)?;
    Ok(list.unwrap_or_default().into_iter().flatten().collect())
}

/// The properties of the requested endpoint.
pub(crate) struct EndpointFilter<'a> {
    pub(crate) service_type: &'a str,
    pub(crate) name: Option<&'a str>,
    pub(crate) region: Option<&'a str>,
    pub(crate) interface: Interface,
}

impl EndpointFilter<'_> {
    /// The URL of the first matching endpoint, in the order of the catalog.
    pub(crate) fn find(&self, catalog: &[CatalogService]) -> Result<String> {
        self.candidates(catalog)
            .find(|endpoint| {
                Interface::parse(&endpoint.interface) == Some(self.interface)
                    && self.region.is_none_or(|region| endpoint.region() == region)
            })
            .map(|endpoint| endpoint.url.clone())
            .ok_or_else(|| Error::new(ErrorKind::NoEndpoint, self.not_found_message(catalog)))
    }

    /// The endpoints of the requested type and name, in any region.
    fn candidates<'a>(
        &'a self,
        catalog: &'a [CatalogService],
    ) -> impl Iterator<Item = &'a Endpoint> {
        catalog
            .iter()
            .filter(|service| service.kind == self.service_type)
            .filter(|service| self.name.is_none_or(|name| service.name == name))
            .flat_map(|service| &service.endpoints)
            .filter(|endpoint| !endpoint.url.is_empty())
    }

    fn not_found_message(&self, catalog: &[CatalogService]) -> String {
        let name = self.name.map(|name| format!(" and name {name:?}"));
        let region = self.region.map(|region| format!(" in region {region:?}"));
        let message = format!(
            "no {} endpoint of type {:?}{}{}",
            self.interface,
            self.service_type,
            name.unwrap_or_default(),
            region.unwrap_or_default()
        );
        let found: Vec<String> = self
            .candidates(catalog)
            .map(|endpoint| format!("{} in region {:?}", endpoint.interface, endpoint.region()))
            .collect();
        if !found.is_empty() {
            message + " in the catalog; it has " + &found.join(", ")
        } else if catalog.is_empty() {
            message + ": the token has no catalog; set a project, or the endpoint"
        } else {
            message + " in the catalog; if the cloud has this service, set its endpoint"
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn catalog() -> Vec<CatalogService> {
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
        serde_json::from_value(text).expect("a catalog")
    }

    #[track_caller]
    fn find(name: Option<&str>, region: Option<&str>, interface: Interface) -> String {
        let filter = EndpointFilter {
            service_type: "compute",
            name,
            region,
            interface,
        };
        filter
            .find(&catalog())
            .unwrap_or_else(|error| error.to_string())
    }

    #[test]
    fn the_first_matching_endpoint_is_used() {
        assert_eq!(find(None, None, Interface::Public), "http://one");
        assert_eq!(find(None, Some("Two"), Interface::Public), "http://two");
        assert_eq!(find(None, None, Interface::Internal), "http://int/");
        assert_eq!(find(Some("other"), None, Interface::Public), "http://other");
    }

    #[test]
    fn the_error_lists_the_endpoints_of_the_catalog() {
        assert_eq!(
            find(Some("nova"), Some("Three"), Interface::Admin),
            "no admin endpoint of type \"compute\" and name \"nova\" in region \"Three\" \
             in the catalog; it has internal in region \"One\", public in region \"One\", \
             publicURL in region \"Two\""
        );
        let filter = EndpointFilter {
            service_type: "compute",
            name: None,
            region: None,
            interface: Interface::Public,
        };
        assert_eq!(
            filter.find(&[]).expect_err("nothing to find").to_string(),
            "no public endpoint of type \"compute\": the token has no catalog; set a project, or \
             the endpoint"
        );
    }
}
