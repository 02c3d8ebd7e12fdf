//! [`Token`]: the result of an authentication.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::catalog::{CatalogService, lenient_list, lenient_string};
use crate::credentials::secret;

/// A token is renewed this long before it expires, or when a tenth of its
/// lifetime is left if that is shorter.
const RENEW_BEFORE_EXPIRY: Duration = Duration::from_secs(120);

/// A token and its catalog.
///
/// A program can store it and pass it to
/// [`Options::cached_token`](crate::Options::cached_token) later. `Serialize`
/// writes Keystone's description of the token and its `id`, which is a secret:
/// with it anybody can act as the user until the token expires. `Debug` hides the
/// secret.
#[derive(Clone)]
pub struct Token {
    id: SecretString,
    body: Arc<Body>,
    /// By the clock of this machine.
    expires_at: Option<Timestamp>,
    renew_at: Option<Timestamp>,
}

/// Keystone's `token` object.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Body {
    #[serde(deserialize_with = "lenient_time")]
    expires_at: Option<Timestamp>,
    #[serde(deserialize_with = "lenient_time")]
    issued_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<Named>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<Named>,
    #[serde(deserialize_with = "lenient_list")]
    catalog: Vec<CatalogService>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Named {
    #[serde(deserialize_with = "lenient_string")]
    id: String,
    #[serde(deserialize_with = "lenient_string")]
    name: String,
}

impl Token {
    /// The token of a response to `POST /v3/auth/tokens`.
    ///
    /// The clocks of the server and of this machine can differ by more than the
    /// lifetime of a token, so its lifetime is counted from the request.
    pub(crate) fn from_response(
        id: SecretString,
        body: &str,
        requested_at: Timestamp,
    ) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Response {
            token: Body,
        }
        let Response { token: body } = serde_json::from_str(body)?;
        let expires_at = match (body.issued_at, body.expires_at) {
            (Some(issued), Some(expires)) => requested_at
                .checked_add(expires.duration_since(issued))
                .ok(),
            (None, expires) => expires,
            (Some(_), None) => None,
        };
        Ok(Self::new(id, body, expires_at))
    }

    /// A token of which only the id is known.
    pub(crate) fn from_id(id: SecretString) -> Self {
        Self::new(id, Body::default(), None)
    }

    fn new(id: SecretString, body: Body, expires_at: Option<Timestamp>) -> Self {
        Self {
            id,
            renew_at: body.renew_at(expires_at),
            expires_at,
            body: Arc::new(body),
        }
    }

    /// When the token expires, by the server's clock, `None` if it is unknown.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.body.expires_at
    }

    /// The id of the project that the token is scoped to.
    #[must_use]
    pub fn project_id(&self) -> Option<&str> {
        id(self.body.project.as_ref())
    }

    /// The id of the user who owns the token.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        id(self.body.user.as_ref())
    }

    pub(crate) fn secret(&self) -> &SecretString {
        &self.id
    }

    pub(crate) fn catalog(&self) -> &[CatalogService] {
        &self.body.catalog
    }

    pub(crate) fn needs_renewal(&self) -> bool {
        self.renew_at.is_some_and(|time| Timestamp::now() >= time)
    }

    pub(crate) fn is_expired(&self) -> bool {
        self.expires_at.is_some_and(|time| Timestamp::now() >= time)
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.id.expose_secret() == other.id.expose_secret()
    }
}

fn id(named: Option<&Named>) -> Option<&str> {
    named
        .map(|named| named.id.as_str())
        .filter(|id| !id.is_empty())
}

/// Whether a token can be sent in a header.
pub(crate) fn is_valid_token(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic())
}

impl Body {
    fn renew_at(&self, expires_at: Option<Timestamp>) -> Option<Timestamp> {
        let lifetime = match self.issued_at {
            Some(issued) => self.expires_at?.duration_since(issued).unsigned_abs(),
            None => Duration::MAX,
        };
        expires_at?
            .checked_sub(RENEW_BEFORE_EXPIRY.min(lifetime / 10))
            .ok()
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
        struct Exported<'a> {
            id: &'a str,
            #[serde(flatten)]
            body: &'a Body,
        }
        let id = self.id.expose_secret();
        let body = &self.body;
        Exported { id, body }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Exported {
            id: String,
            #[serde(flatten)]
            body: Body,
        }
        // The message of serde can quote the secret.
        let Exported { id, body } = Exported::deserialize(deserializer)
            .map_err(|_| D::Error::custom("not a token that this crate has serialized"))?;
        let id = secret(id);
        if !is_valid_token(id.expose_secret()) {
            return Err(D::Error::custom(
                "the token is empty or has characters that cannot be sent",
            ));
        }
        let expires_at = body.expires_at;
        Ok(Self::new(id, body, expires_at))
    }
}

/// A time, `None` for null and for any other value.
fn lenient_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(value.as_str().and_then(|text| text.parse().ok()))
}
