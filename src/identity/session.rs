//! [`Session`]: one token for every service, clone and thread.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::auth::{has_credentials, post_tokens, secret_of};
use super::token::{Token, is_valid_token};
use crate::credentials::secret;
use crate::endpoint::{is_plaintext, parse_endpoint};
use crate::error::{Error, ErrorKind, Result};
use crate::http::client::Client;
use crate::http::retry::Attempts;
use crate::options::Options;

/// The pause after an early renewal that failed.
const RENEWAL_PAUSE: Duration = Duration::from_secs(10);

/// The state that an `OpenStack`, its clones and its services share.
pub(crate) struct Session {
    options: Options,
    auth_url: Option<Url>,
    client: Client,
    state: Mutex<State>,
    warned_of_plaintext: AtomicBool,
}

struct State {
    token: Option<Token>,
    /// When and why the last authentication failed, if it did.
    failure: Option<(Instant, Error)>,
}

impl Session {
    pub(crate) fn new(mut options: Options) -> Result<Self> {
        let auth_url = match options.auth_url.as_str() {
            "" => None,
            text => Some(identity_url(text)?),
        };
        let session = Self {
            client: Client::new(options.http.clone())?,
            state: Mutex::new(State {
                token: options.cached_token.take(),
                failure: None,
            }),
            options,
            auth_url,
            warned_of_plaintext: AtomicBool::new(false),
        };
        if let Some(url) = &session.auth_url {
            session.warn_if_plaintext(url);
        }
        Ok(session)
    }

    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Logs a warning, once, if secrets are sent to `url` unencrypted.
    pub(crate) fn warn_if_plaintext(&self, url: &Url) {
        if is_plaintext(url) && !self.warned_of_plaintext.swap(true, Ordering::Relaxed) {
            log::warn!("{url} is plain http: the password and the token are sent unencrypted");
        }
    }

    /// A token that is not about to expire and is not `rejected`.
    ///
    /// Threads that need a new one at the same time wait for one authentication
    /// and share its result. They share a failure, too: a wrong password sent by
    /// every thread would lock the account.
    pub(crate) fn token(&self, rejected: Option<&Token>) -> Result<Token> {
        let called_at = Instant::now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut max_attempts = self.client.max_attempts();
        if let Some(token) = &state.token {
            let failure = state.failure.as_ref();
            let is_paused = failure
                .is_some_and(|(time, error)| time.elapsed() < RENEWAL_PAUSE && is_transient(error));
            // Without credentials the token is used until it expires.
            let is_current = if self.can_authenticate() && !is_paused {
                !token.needs_renewal()
            } else {
                !token.is_expired()
            };
            if is_current && rejected.is_none_or(|rejected| !token.is_same(rejected)) {
                return Ok(token.clone());
            }
            if rejected.is_none() && !token.is_expired() {
                max_attempts = 1;
            }
        }
        match &state.failure {
            Some((time, failure)) if *time >= called_at => return Err(failure.clone()),
            _ => {}
        }
        let result = self.authenticate(state.token.as_ref(), max_attempts);
        if let Err(error) = &result {
            state.failure = Some((Instant::now(), error.clone()));
        }
        match (result, &state.token) {
            (Ok(token), _) => {
                *state = State {
                    token: Some(token.clone()),
                    failure: None,
                };
                Ok(token)
            }
            // Early renewal failed, but the current token is still valid.
            (Err(error), Some(token))
                if rejected.is_none() && !token.is_expired() && is_transient(&error) =>
            {
                log::warn!("{error}; the current token is used until it expires");
                Ok(token.clone())
            }
            (Err(error), _) => Err(error),
        }
    }

    /// Whether a new token can be requested.
    pub(crate) fn can_authenticate(&self) -> bool {
        has_credentials(&self.options) && self.auth_url.is_some()
    }

    /// The token to use without the Identity service: the one of
    /// [`Options::token_id`] if no scope is set. With [`Options::no_auth`] it is
    /// empty; an empty token is not sent.
    pub(crate) fn static_token(&self) -> Result<Option<Token>> {
        match &self.options.token_id {
            _ if self.options.no_auth => Ok(Some(Token::from_id(SecretString::default()))),
            Some(token) if self.options.scope.is_none() || self.auth_url.is_none() => {
                if !is_valid_token(token.expose_secret()) {
                    return Err(Error::invalid(
                        "invalid token: it is empty or has characters that cannot be sent; \
                         nothing was sent",
                    ));
                }
                Ok(Some(Token::from_id(token.clone())))
            }
            _ => Ok(None),
        }
    }

    /// Sends `POST /v3/auth/tokens`.
    fn authenticate(&self, old: Option<&Token>, max_attempts: u32) -> Result<Token> {
        if let (Some(old), false) = (old, has_credentials(&self.options)) {
            let expired = match old.expires_at() {
                Some(time) => format!("expired at {time}"),
                None => "is no longer valid".to_owned(),
            };
            return Err(Error::invalid(format!(
                "the token {expired}, and there are no credentials to request another one"
            )));
        }
        let request = post_tokens(&self.options)?;
        let Some(auth_url) = &self.auth_url else {
            return Err(Error::invalid("cannot authenticate without an auth_url"));
        };
        let url = request.url(auth_url)?;
        let requested_at = Timestamp::now();
        let secret_sent = secret_of(&self.options);
        let mut attempts = Attempts::new(&self.client, &request, &url, max_attempts, None);
        let response = loop {
            match attempts.attempt(&[], secret_sent) {
                Ok(response) => break response,
                Err(error) => attempts.wait(error)?,
            }
        };
        let id = response.header("x-subject-token").unwrap_or_default();
        if !is_valid_token(id) {
            return Err(response.invalid("the response has no valid X-Subject-Token header"));
        }
        Token::from_response(secret(id), response.text()?, requested_at).map_err(|error| {
            response
                .invalid("the body is not a token")
                .with_source(error)
        })
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// Whether authentication failed for a reason that may be temporary.
fn is_transient(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Connection | ErrorKind::Proxy | ErrorKind::Timeout | ErrorKind::RateLimited => {
            true
        }
        ErrorKind::UnexpectedStatus => error.status() >= Some(500),
        _ => false,
    }
}

/// The URL of Identity v3. Clouds document it without a version, with one, or
/// with the path of the request for a token.
fn identity_url(auth_url: &str) -> Result<Url> {
    let mut url = parse_endpoint(auth_url)
        .map_err(|message| Error::invalid(format!("invalid auth_url: {message}")))?;
    let path = url.path().trim_end_matches('/');
    let path = path
        .strip_suffix("/auth/tokens")
        .or(path.strip_suffix("/tokens"))
        .unwrap_or(path);
    let (parent, last) = path.rsplit_once('/').unwrap_or(("", path));
    let path = match last {
        "v2" | "v2.0" => {
            return Err(Error::invalid(format!(
                "invalid auth_url {:?}: Identity v2 is not supported; use the URL that ends in /v3",
                url.as_str()
            )));
        }
        _ if last == "v3" || last.starts_with("v3.") => format!("{parent}/v3"),
        _ => format!("{path}/v3"),
    };
    url.set_path(&path);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::User;

    fn token(id: &str, issued: &str, expires: &str) -> Token {
        let body =
            format!(r#"{{"token": {{"issued_at": "{issued}", "expires_at": "{expires}"}}}}"#);
        Token::from_response(secret(id), &body, Timestamp::now()).expect("valid token")
    }

    #[test]
    fn a_token_of_another_thread_is_used_unless_it_is_about_to_expire() {
        let noon = "2026-11-23T12:00:00Z";
        let rejected = token("rejected", noon, "2026-11-23T13:00:00Z");
        // Port 0 refuses every connection.
        let options = Options::new("http://127.0.0.1:0/v3")
            .user(User::by_id("u", "p"))
            .no_proxy();
        let session = Session::new(options.tries(1)).expect("valid options");
        let store = |token| session.state.lock().expect("no panic").token = Some(token);
        store(token("good", noon, "2026-11-23T13:00:00Z"));
        let used = session.token(Some(&rejected)).expect("the other token");
        assert!(used.is_same(&token("good", noon, noon)));
        store(token("expired", noon, noon));
        session
            .token(Some(&rejected))
            .expect_err("failed authentication");
    }

    #[test]
    fn every_form_of_auth_url_becomes_the_url_of_identity_v3() {
        for (auth_url, url) in [
            ("http://k:5000", "http://k:5000/v3"),
            ("http://k:5000/", "http://k:5000/v3"),
            ("http://k/identity", "http://k/identity/v3"),
            ("http://k/identity/v3/", "http://k/identity/v3"),
            ("http://k/v3.0", "http://k/v3"),
            ("http://k/v3.14/", "http://k/v3"),
            ("http://k/v3/auth/tokens", "http://k/v3"),
            ("http://k/v3/tokens/", "http://k/v3"),
        ] {
            assert_eq!(identity_url(auth_url).expect("valid URL").as_str(), url);
        }
        for auth_url in ["http://k/v2.0", "http://k/v2", "http://k/v2.0/tokens"] {
            assert_eq!(
                identity_url(auth_url).expect_err("old version").to_string(),
                format!(
                    "invalid auth_url {auth_url:?}: Identity v2 is not supported; use the URL \
                     that ends in /v3"
                )
            );
        }
    }
}
