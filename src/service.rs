//! [`Service`]: one service at one address, and the way of a request there.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use crate::address::{service_address, without_user};
use crate::catalogue::Wanted;
use crate::error::{Error, Result};
use crate::fault;
use crate::request::{Microversion, Request};
use crate::response::Response;
use crate::retry::is_gone;
use crate::service_options::ServiceOptions;
use crate::session::{Session, is_sendable};
use crate::token::Token;

/// One service of the catalogue. A clone is two pointers.
#[derive(Clone, Debug)]
pub(crate) struct Service(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    session: Arc<Session>,
    kind: &'static str,
    endpoint: String,
    /// With its text, such as `2.35`.
    microversion: Option<(Microversion, String)>,
    /// A token that is used as it is, without Identity.
    given: Option<Token>,
}

impl Service {
    /// The service of that type: signs in when there is no valid token, and
    /// looks it up in the catalogue, or takes the endpoint that was given.
    pub(crate) fn find(
        session: Arc<Session>,
        kind: &'static str,
        options: &ServiceOptions,
    ) -> Result<Self> {
        let microversion = match &options.microversion {
            None => None,
            Some(text) => Some((microversion(text)?, text.clone())),
        };
        let given = match &options.endpoint {
            Some(_) => given_token(&session)?,
            None if session.options().no_auth => {
                return Err(Error::invalid(format!(
                    "without a sign-in there is no catalogue: give the {kind} endpoint"
                )));
            }
            None => None,
        };
        let endpoint = match (&options.endpoint, &given) {
            (Some(endpoint), Some(token)) => {
                service_address(&filled(endpoint, token)?).map_err(Error::invalid)?
            }
            (Some(endpoint), None) => {
                let token = session.token(None)?;
                service_address(&filled(endpoint, &token)?).map_err(Error::invalid)?
            }
            (None, _) => {
                let wanted = Wanted {
                    kind,
                    name: options.name.as_deref(),
                    region: options.region.as_deref(),
                    interface: options.interface.unwrap_or_default(),
                };
                let found = wanted.find(session.token(None)?.catalogue())?;
                service_address(&found).map_err(|why| {
                    Error::invalid(format!(
                        "the catalogue's {kind} endpoint cannot be used: {why}"
                    ))
                })?
            }
        };
        session.warn_if_exposed(&endpoint);
        Ok(Self(Arc::new(Inner {
            session,
            kind,
            endpoint,
            microversion,
            given,
        })))
    }

    /// The address below which every request goes.
    pub(crate) fn endpoint(&self) -> &str {
        &self.0.endpoint
    }

    /// Sends a request. When the service no longer takes the token, signs in
    /// and sends it once more; a second refusal is the caller's, unless that
    /// token ended, or gave way to another, on the way.
    pub(crate) fn send(&self, request: &Request) -> Result<Response> {
        let url = request.url(&self.0.endpoint)?;
        self.check_microversion(request)?;
        let session = &self.0.session;
        if let Some(token) = &self.0.given {
            return self.send_with(token, request, &url);
        }
        let mut token = session.token(None)?;
        let (mut sent, mut broke) = (0, false);
        loop {
            sent += 1;
            let error = match self.send_with(&token, request, &url) {
                // What broke off may have done it.
                Err(gone) if broke && is_gone(request, &gone) => return Ok(Response::default()),
                Err(error) if fault::is_unauthorized(&error) => error,
                outcome => return outcome,
            };
            let tries = session.options().transport.tries;
            let again = sent == 1 || (sent < tries && session.is_past(&token));
            if !again || !session.can_sign_in() {
                return Err(error);
            }
            log::debug!("{error}; signing in again");
            broke |= error.details().tries().is_some();
            token = session.token(Some(&token))?;
        }
    }

    /// Takes back what an answer was kept in, for the next one.
    pub(crate) fn reuse(&self, response: Response) {
        self.0.session.reuse(response);
    }

    fn send_with(&self, token: &Token, request: &Request, url: &str) -> Result<Response> {
        let mut headers = Vec::with_capacity(3);
        let secret = token.secret().expose_secret();
        if !secret.is_empty() {
            headers.push(("X-Auth-Token", secret));
        }
        let named;
        if let Some((_, version)) = &self.0.microversion {
            named = format!("{} {version}", self.0.kind);
            headers.push(("OpenStack-API-Version", &named));
            // The only one that Nova knew before 2.27.
            if self.0.kind == "compute" {
                headers.push(("X-OpenStack-Nova-API-Version", version));
            }
        }
        let outcome = self.0.session.send(request, url, &headers);
        outcome.map_err(|error| error.map(|details| details.without(secret)))
    }

    /// Nova answers 404 above the last version that has a call, which looks as
    /// if the image were gone.
    fn check_microversion(&self, request: &Request) -> Result<()> {
        match (&self.0.microversion, request.until) {
            (Some((asked, text)), Some(last)) if *asked > last => Err(Error::invalid(format!(
                "microversion {text:?} no longer has this call, whose last is {}.{}: ask for that \
                 or for none, or use the Image service; nothing was sent",
                last.0, last.1
            ))),
            _ => Ok(()),
        }
    }
}

fn microversion(text: &str) -> Result<Microversion> {
    Microversion::parse(text).ok_or_else(|| {
        Error::invalid(format!(
            "{text:?} is not a microversion: write it like \"2.35\""
        ))
    })
}

/// The token of `token_id`, where nothing else needs Identity: a token, an
/// endpoint, and no other scope asked for. Where nobody is to sign in, an empty
/// one, which is not sent.
fn given_token(session: &Session) -> Result<Option<Token>> {
    let options = session.options();
    match &options.token_id {
        _ if options.no_auth => Ok(Some(Token::given(SecretString::default()))),
        Some(token) if options.scope.is_none() || options.auth_url.is_empty() => {
            if !is_sendable(token.expose_secret()) {
                return Err(Error::invalid(
                    "the token is empty or has characters that no token has; nothing was sent",
                ));
            }
            Ok(Some(Token::given(token.clone())))
        }
        _ => Ok(None),
    }
}

/// The endpoint with the project's id in it, where it asks for that.
fn filled(endpoint: &str, token: &Token) -> Result<String> {
    let names = [
        "%(project_id)s",
        "$(project_id)s",
        "%(tenant_id)s",
        "$(tenant_id)s",
    ];
    if !names.iter().any(|name| endpoint.contains(name)) {
        return Ok(endpoint.to_owned());
    }
    let project = token.project_id().ok_or_else(|| {
        let shown = without_user(endpoint);
        Error::invalid(format!(
            "the endpoint {shown:?} needs a project, and the token is for none"
        ))
    })?;
    Ok(names.iter().fold(endpoint.to_owned(), |text, name| {
        text.replace(name, project)
    }))
}
