//! [`Session`]: who is signed in. It holds one token for every service, clone
//! and thread, and signs in again when it must.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use secrecy::ExposeSecret;

use crate::address::{is_exposed, service_address};
use crate::error::{Error, Result};
use crate::identity::{can_sign_in, post_tokens};
use crate::options::Options;
use crate::request::Request;
use crate::response::Response;
use crate::retry;
use crate::time;
use crate::token::Token;
use crate::transport::Transport;

/// What an `OpenStack`, its clones and all their services share.
#[derive(Debug)]
pub(crate) struct Session {
    options: Options,
    transport: Transport,
    held: Mutex<Held>,
    /// How many sign-ins are over, whatever came of them.
    sign_ins: AtomicU64,
    /// Whether it was said that a password or token goes in the clear.
    warned: AtomicBool,
}

#[derive(Debug)]
struct Held {
    token: Option<Token>,
    /// Why the last sign-in failed, if it did.
    failure: Option<Error>,
}

impl Session {
    pub(crate) fn new(mut options: Options) -> Result<Self> {
        let transport = Transport::new(&options.transport)?;
        if !options.auth_url.is_empty() {
            options.auth_url = identity_url(&options.auth_url)?;
        }
        let held = Mutex::new(Held {
            token: options.cached_token.take(),
            failure: None,
        });
        let (sign_ins, warned) = (AtomicU64::new(0), AtomicBool::new(false));
        let session = Self {
            options,
            transport,
            held,
            sign_ins,
            warned,
        };
        session.warn_if_exposed(&session.options.auth_url);
        Ok(session)
    }

    /// Says, once, that secrets go to that address in the clear, where they do.
    pub(crate) fn warn_if_exposed(&self, address: &str) {
        if is_exposed(address) && !self.warned.swap(true, Ordering::Relaxed) {
            log::warn!(
                "{address} is plain http: everyone on the way can read the password and the token"
            );
        }
    }

    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    /// A token that is valid, as far as one can know, and is not `stale`.
    ///
    /// Threads that need a new one at the same time wait for one sign-in, and
    /// share what comes of it, a failure too: a wrong password tried by every
    /// thread would lock the account.
    pub(crate) fn token(&self, stale: Option<&Token>) -> Result<Token> {
        let before = self.sign_ins.load(Ordering::Acquire);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let usable = |token: &&Token| {
            // Where nothing comes after it, it is used to its end.
            let ends = if self.can_sign_in() {
                token.is_due()
            } else {
                token.is_over()
            };
            !ends && stale.is_none_or(|stale| !token.is(stale))
        };
        if let Some(token) = held.token.as_ref().filter(usable) {
            return Ok(token.clone());
        }
        let meanwhile = self.sign_ins.load(Ordering::Acquire) != before;
        match &held.failure {
            Some(failure) if meanwhile => return Err(failure.clone()),
            _ => {}
        }
        let outcome = self.sign_in(held.token.as_ref());
        self.sign_ins.fetch_add(1, Ordering::Release);
        match (outcome, &held.token) {
            (Ok(token), _) => {
                *held = Held {
                    token: Some(token.clone()),
                    failure: None,
                };
                Ok(token)
            }
            // It was renewed early so that it need not be in a bad moment.
            (Err(error), Some(token))
                if stale.is_none() && !token.is_over() && is_passing(&error) =>
            {
                log::warn!("{error}; the token held is good until it ends");
                Ok(token.clone())
            }
            (Err(error), _) => {
                held.failure = Some(error.clone());
                Err(error)
            }
        }
    }

    /// Whether that token is of no use any more: it ended, or another thread
    /// got a new one.
    pub(crate) fn is_past(&self, token: &Token) -> bool {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        token.is_over() || held.token.as_ref().is_some_and(|held| !held.is(token))
    }

    /// Whether there is a way to get another token.
    pub(crate) fn can_sign_in(&self) -> bool {
        can_sign_in(&self.options) && !self.options.auth_url.is_empty()
    }

    /// Sends a request with these headers, and again where that is safe.
    pub(crate) fn send(
        &self,
        request: &Request,
        url: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Response> {
        retry::send(
            &self.transport,
            self.options.transport.tries,
            request,
            url,
            headers,
        )
    }

    /// Takes back what an answer was kept in.
    pub(crate) fn reuse(&self, response: Response) {
        self.transport.reuse(response.body);
    }

    /// `POST /v3/auth/tokens`, which never carries a token of its own.
    fn sign_in(&self, old: Option<&Token>) -> Result<Token> {
        if let (Some(old), false) = (old, can_sign_in(&self.options)) {
            let ended = old
                .expires_at()
                .map_or("has ended".into(), |at| format!("expired at {at}"));
            return Err(Error::invalid(format!(
                "the token {ended}, and there are no credentials to sign in with again"
            )));
        }
        let request = post_tokens(&self.options)?;
        if self.options.auth_url.is_empty() {
            return Err(Error::invalid("there is no auth_url to sign in at"));
        }
        let url = request.url(&self.options.auth_url)?;
        let asked = time::now();
        let response = self.send(&request, &url, &[]).map_err(refused)?;
        let id = response
            .subject_token
            .as_ref()
            .map_or("", |token| token.expose_secret());
        if !is_sendable(id) {
            return Err(response.unexpected("there is no usable X-Subject-Token in the answer"));
        }
        Token::received(id, response.text()?, asked).map_err(|error| {
            Error::Answer(response.details("the body is not a token").caused(error))
        })
    }
}

/// Whether a token can go into a header as it is.
pub(crate) fn is_sendable(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether a sign-in failed for a reason that may pass by itself.
fn is_passing(error: &Error) -> bool {
    match error {
        Error::Connection(_) | Error::Timeout(_) | Error::OverLimit(_) => true,
        Error::Status(details) => details.status().is_some_and(|status| status >= 500),
        _ => false,
    }
}

/// Keystone says 404 of a token or an application credential that it does not
/// know: as a refusal to sign in, so that nobody takes it for an image's.
fn refused(error: Error) -> Error {
    match error {
        Error::NotFound(details) if details.is_named() => Error::Unauthorized(details.lacks(None)),
        other => other,
    }
}

/// The address of Identity v3, from one with or without `/v3` at its end.
fn identity_url(auth_url: &str) -> Result<String> {
    let url = service_address(auth_url)
        .map_err(|why| Error::invalid(format!("the auth_url cannot be used: {why}")))?;
    let url = url.trim_end_matches("/auth/tokens").to_owned();
    match url.rsplit('/').next() {
        Some("v3") => Ok(url),
        Some("v2.0") => Err(Error::invalid(format!(
            "the auth_url {url:?} is of Identity v2.0, which clouds no longer have: end it in /v3"
        ))),
        _ => Ok(url + "/v3"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::User;

    /// A token that lives as long as these times say.
    fn token(id: &str, issued: &str, expires: &str) -> Token {
        let body =
            format!(r#"{{"token": {{"issued_at": "{issued}", "expires_at": "{expires}"}}}}"#);
        Token::received(id, &body, time::now()).expect("a token")
    }

    #[test]
    fn a_token_that_another_thread_got_is_not_used_when_it_is_about_to_end_too() {
        let noon = "2026-11-23T12:00:00Z";
        let refused = token("refused", noon, "2026-11-23T13:00:00Z");
        // Nobody can be asked at this address.
        let options = Options::new("http://127.0.0.1:0/v3")
            .user(User::by_id("u", "p"))
            .no_proxy();
        let session = Session::new(options.tries(1)).expect("good options");
        let hold = |token| session.held.lock().expect("no panic").token = Some(token);
        hold(token("good", noon, "2026-11-23T13:00:00Z"));
        assert!(
            session
                .token(Some(&refused))
                .expect("the other one")
                .is(&token("good", noon, noon))
        );
        hold(token("ended", noon, noon));
        session
            .token(Some(&refused))
            .expect_err("a sign-in to nobody");
    }
}
