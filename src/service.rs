//! [`Service`]: a service at one endpoint, and how its requests are sent.

use std::fmt;
use std::sync::Arc;

use secrecy::ExposeSecret;
use url::Url;

use crate::endpoint::{parse_endpoint, strip_userinfo};
use crate::error::{Error, ErrorKind, Result};
use crate::http::client::Client;
use crate::http::request::Request;
use crate::http::response::Response;
use crate::http::retry::Attempts;
use crate::http::stream::RequestBody;
use crate::identity::auth::TOKEN_REJECTED;
use crate::identity::catalog::EndpointFilter;
use crate::identity::session::Session;
use crate::identity::token::Token;
use crate::microversion::Microversion;
use crate::service_options::ServiceOptions;

/// The properties of a kind of service.
pub(crate) struct ServiceType {
    /// The type in the catalog, such as `compute`.
    pub(crate) name: &'static str,
    /// The version segment that is appended to an endpoint without one.
    pub(crate) version: &'static str,
    /// An additional header for the microversion, which old releases require.
    pub(crate) microversion_header: Option<&'static str>,
    /// The service to suggest when a microversion no longer has an operation.
    pub(crate) replacement: &'static str,
}

/// A service at one endpoint. It is cheap to clone.
#[derive(Clone)]
pub(crate) struct Service(Arc<Inner>);

struct Inner {
    session: Arc<Session>,
    service_type: &'static ServiceType,
    endpoint: Url,
    /// With its text, such as `2.35`.
    microversion: Option<(Microversion, String)>,
    /// The headers for the microversion.
    headers: Vec<(&'static str, String)>,
    /// A token that is used without the Identity service.
    static_token: Option<Token>,
}

impl Service {
    /// Finds the endpoint: that of the options, or else in the catalog, which
    /// requires a token.
    pub(crate) fn find(
        session: Arc<Session>,
        service_type: &'static ServiceType,
        options: &ServiceOptions,
    ) -> Result<Self> {
        let name = service_type.name;
        let microversion = options.microversion.as_deref().map(parse_microversion);
        let microversion = microversion.transpose()?;
        let mut headers = Vec::new();
        if let Some((_, version)) = &microversion {
            headers.push(("OpenStack-API-Version", format!("{name} {version}")));
            let header = service_type.microversion_header;
            headers.extend(header.map(|header| (header, version.clone())));
        }
        let static_token = match &options.endpoint {
            Some(_) => session.static_token()?,
            None if session.options().no_auth => {
                return Err(Error::invalid(format!(
                    "without authentication there is no catalog: set the {name} endpoint"
                )));
            }
            None => None,
        };
        let token = match &static_token {
            Some(token) => token.clone(),
            None => session.token(None)?,
        };
        let mut endpoint = if let Some(endpoint) = &options.endpoint {
            parse_endpoint(&expand_project_id(endpoint, &token)?).map_err(Error::invalid)?
        } else {
            let filter = EndpointFilter {
                service_type: name,
                name: options.name.as_deref(),
                region: options.region.as_deref(),
                interface: options.interface.unwrap_or_default(),
            };
            parse_endpoint(&filter.find(token.catalog())?).map_err(|message| {
                let message = format!("the {name} endpoint of the catalog: {message}");
                Error::new(ErrorKind::NoEndpoint, message)
            })?
        };
        add_version(&mut endpoint, service_type.version);
        session.warn_if_plaintext(&endpoint);
        Ok(Self(Arc::new(Inner {
            session,
            service_type,
            endpoint,
            microversion,
            headers,
            static_token,
        })))
    }

    /// The URL below which every request is sent, without a slash at its end.
    pub(crate) fn endpoint(&self) -> &str {
        self.0.endpoint.as_str().trim_end_matches('/')
    }

    /// Sends a request. If the service rejects the token, authenticates again,
    /// once, and repeats the request.
    pub(crate) fn send(&self, request: &Request) -> Result<Response> {
        self.send_with_body(request, None)
    }

    /// The HTTP client, which reads streamed responses.
    pub(crate) fn client(&self) -> &Client {
        self.0.session.client()
    }

    /// Sends a request with this body, like [`send`](Self::send). It is not sent
    /// again after the body was read.
    pub(crate) fn send_with_body(
        &self,
        request: &Request,
        body: Option<&mut RequestBody<'_>>,
    ) -> Result<Response> {
        let url = request.url(&self.0.endpoint)?;
        self.check_microversion(request)?;
        let session = &self.0.session;
        let mut token = match &self.0.static_token {
            Some(token) => token.clone(),
            None => session.token(None)?,
        };
        let is_renewable = self.0.static_token.is_none() && session.can_authenticate();
        let mut can_renew = is_renewable;
        let client = self.client();
        let mut attempts = Attempts::new(client, request, &url, client.max_attempts(), body);
        loop {
            let secret = token.secret().expose_secret();
            let error = match attempts.attempt(&self.headers(secret), secret) {
                Err(error) => error,
                response => return response,
            };
            let renewed = can_renew && error.kind() == ErrorKind::Unauthorized;
            if renewed {
                log::debug!("{error}; authenticating again");
                token = session.token(Some(&token))?;
                can_renew = false;
            }
            if renewed && attempts.is_repeatable() {
                attempts.allow_another();
            } else {
                attempts.wait(match error.status() {
                    Some(401) if renewed => {
                        error.with_hint("the token was renewed: send the data again")
                    }
                    Some(401) if is_renewable => error.with_hint(
                        "a new token is rejected, too: the endpoint may belong to another cloud",
                    ),
                    Some(401) => error.with_hint(TOKEN_REJECTED),
                    _ => error,
                })?;
                if self.0.static_token.is_none() {
                    token = session.token(None)?;
                }
            }
        }
    }

    fn headers<'a>(&'a self, token: &'a str) -> Vec<(&'static str, &'a str)> {
        let token = (!token.is_empty()).then_some(("X-Auth-Token", token));
        let headers = self.0.headers.iter();
        let headers = headers.map(|(name, value)| (*name, value.as_str()));
        headers.chain(token).collect()
    }

    /// Nova sends 404 for an operation that the microversion no longer has, as if
    /// the image did not exist.
    fn check_microversion(&self, request: &Request) -> Result<()> {
        match (&self.0.microversion, request.max_microversion) {
            (Some((version, text)), Some(max)) if *version > max => Err(Error::invalid(format!(
                "microversion {text:?} does not support this operation; the last one that does is \
                 {}.{}: set that one, unset the microversion, or use {}; nothing was sent",
                max.0, max.1, self.0.service_type.replacement
            ))),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("type", &self.0.service_type.name)
            .field("endpoint", &self.endpoint())
            .finish_non_exhaustive()
    }
}

fn parse_microversion(text: &str) -> Result<(Microversion, String)> {
    match Microversion::parse(text) {
        Some(version) => Ok((version, text.to_owned())),
        None => Err(Error::invalid(format!(
            "invalid microversion {text:?}: expected a version such as \"2.35\""
        ))),
    }
}

/// Replaces the placeholder for the project in an endpoint.
fn expand_project_id(endpoint: &str, token: &Token) -> Result<String> {
    let placeholders = [
        "%(project_id)s",
        "$(project_id)s",
        "%(tenant_id)s",
        "$(tenant_id)s",
    ];
    let mut expanded = endpoint.to_owned();
    for placeholder in placeholders {
        if endpoint.contains(placeholder) {
            let project = token.project_id().ok_or_else(|| {
                Error::invalid(format!(
                    "the endpoint {:?} requires a project, and the token has none",
                    strip_userinfo(endpoint)
                ))
            })?;
            expanded = expanded.replace(placeholder, project);
        }
    }
    Ok(expanded)
}

/// Appends the version to an endpoint that has none, as many catalogs have.
fn add_version(endpoint: &mut Url, version: &str) {
    let is_version = |segment: &str| {
        segment
            .strip_prefix('v')
            .is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit()))
    };
    if endpoint.path().split('/').any(is_version) {
        return;
    }
    if let Ok(mut path) = endpoint.path_segments_mut() {
        path.pop_if_empty().push(version);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_appended_only_to_an_endpoint_without_one() {
        for (endpoint, expected) in [
            ("http://nova:8774", "http://nova:8774/v2.1"),
            ("http://cloud/compute/", "http://cloud/compute/v2.1"),
            ("http://nova:8774/v2.1/", "http://nova:8774/v2.1/"),
            ("http://nova:8774/v2/abc", "http://nova:8774/v2/abc"),
        ] {
            let mut url = endpoint.parse().expect("valid URL");
            add_version(&mut url, "v2.1");
            assert_eq!(url.as_str(), expected);
        }
    }
}
