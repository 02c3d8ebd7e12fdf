//! [`Token`]: what a sign-in gave, to use, to keep and to give back.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

use crate::catalogue::{Service, or_none};
use crate::credentials::secret;
use crate::time;

/// A token is renewed this long before it ends, or when a tenth of its life is
/// left, whichever is later.
const MARGIN: Duration = Duration::from_secs(120);

/// A token, with its catalogue: what a sign-in gave.
///
/// It can be kept and given back with
/// [`Options::cached_token`](crate::Options::cached_token): it serialises to
/// the token as Keystone describes it, and its `id`, which is the secret.
/// Whoever can read it can act as you until it ends; nothing is written
/// anywhere unless your program writes it. `Debug` hides the secret.
#[derive(Clone)]
pub struct Token {
    id: SecretString,
    body: Arc<Body>,
    /// When it ends, by this machine's clock.
    ends_at: Option<Timestamp>,
    /// When to ask for another one.
    renew_at: Option<Timestamp>,
}

/// Keystone's `token` object, as far as it matters here.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Body {
    #[serde(with = "as_text")]
    expires_at: Option<Timestamp>,
    #[serde(with = "as_text")]
    issued_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<Named>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<Named>,
    #[serde(deserialize_with = "or_none")]
    catalog: Vec<Service>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Named {
    #[serde(default)]
    id: String,
    #[serde(default)]
    name: Option<String>,
}

impl Token {
    /// The token of an answer's body.
    ///
    /// The server's clock and ours may differ by more than a token's life, so
    /// its age is counted from when it was asked for: it cannot be older.
    pub(crate) fn received(
        id: &str,
        body: &str,
        asked: Timestamp,
    ) -> Result<Self, serde_json::Error> {
        let body = Body::read(body)?;
        let end = match (body.issued_at, body.expires_at) {
            (Some(issued), Some(expires)) => asked.checked_add(expires.duration_since(issued)).ok(),
            (None, expires) => expires,
            (Some(_), None) => None,
        };
        Ok(Self::new(secret(id), body, end))
    }

    fn new(id: SecretString, body: Body, ends_at: Option<Timestamp>) -> Self {
        Self {
            id,
            ends_at,
            renew_at: body.renew_at(ends_at),
            body: Arc::new(body),
        }
    }

    /// A token of which nothing else is known.
    pub(crate) fn given(id: SecretString) -> Self {
        Self::new(id, Body::default(), None)
    }

    /// When it ends, by the server's clock. `None` where the server did not say.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.body.expires_at
    }

    /// The id of the project that it is valid for, if it is for one.
    #[must_use]
    pub fn project_id(&self) -> Option<&str> {
        self.body
            .project
            .as_ref()
            .map(|project| project.id.as_str())
            .filter(|id| !id.is_empty())
    }

    /// The id of the user whose token it is.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        self.body
            .user
            .as_ref()
            .map(|user| user.id.as_str())
            .filter(|id| !id.is_empty())
    }

    pub(crate) fn secret(&self) -> &SecretString {
        &self.id
    }

    pub(crate) fn catalogue(&self) -> &[Service] {
        &self.body.catalog
    }

    pub(crate) fn is_due(&self) -> bool {
        self.renew_at.is_some_and(|at| time::now() >= at)
    }

    pub(crate) fn is_over(&self) -> bool {
        self.ends_at.is_some_and(|at| time::now() >= at)
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        self.id.expose_secret() == other.id.expose_secret()
    }
}

impl Body {
    /// The `token` of an answer.
    fn read(answer: &str) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Answer {
            token: Body,
        }
        serde_json::from_str(answer).map(|Answer { token }| token)
    }

    fn renew_at(&self, end: Option<Timestamp>) -> Option<Timestamp> {
        let end = end?;
        let life = match self.issued_at {
            Some(issued) => self.expires_at?.duration_since(issued).unsigned_abs(),
            None => Duration::MAX,
        };
        end.checked_sub(MARGIN.min(life / 10)).ok()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("id", &"***")
            .field("expires_at", &self.expires_at())
            .field("project_id", &self.project_id())
            .field("user_id", &self.user_id())
            .finish_non_exhaustive()
    }
}

impl Serialize for Token {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Kept<'a> {
            id: &'a str,
            #[serde(flatten)]
            body: &'a Body,
        }
        Kept {
            id: self.id.expose_secret(),
            body: &self.body,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // What serde says of a wrong value quotes it, and it may be the secret.
        let none = || D::Error::custom("it is not a token as this crate keeps one");
        let mut kept = Value::deserialize(deserializer)?;
        let Some(Value::String(id)) = kept.get_mut("id").map(Value::take) else {
            return Err(none());
        };
        let id = secret(id);
        // Read as an answer is, so that there is one reader.
        let body = Body::read(&json!({"token": kept}).to_string()).map_err(|_| none())?;
        let text = id.expose_secret();
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(D::Error::custom(
                "the id is empty or has characters that no token has",
            ));
        }
        let ends_at = body.expires_at;
        Ok(Self::new(id, body, ends_at))
    }
}

/// A time that may be absent, null or not a time.
mod as_text {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Ok(value.as_str().and_then(crate::time::read))
    }

    #[allow(clippy::ref_option, reason = "the form that serde calls")]
    pub(super) fn serialize<S: Serializer>(
        time: &Option<Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        time.map(|time| time.to_string()).serialize(serializer)
    }
}
