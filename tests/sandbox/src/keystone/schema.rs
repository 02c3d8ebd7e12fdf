//! Validates authentication requests as Keystone's schema does.

use crate::json::Json;

use super::error::KeystoneError;

/// Checks the parts of Keystone's schema that a client is likely to violate.
pub(super) fn check_schema(auth: &Json) -> Result<(), KeystoneError> {
    let wrong_type = |value: &Json, kind: &str| format!("{} is not of type '{kind}'", value.repr());
    if auth.map().is_none() {
        return Err(KeystoneError::schema("", &wrong_type(auth, "object")));
    }
    let identity = auth
        .get("identity")
        .ok_or_else(|| KeystoneError::schema("", "'identity' is a required property"))?;
    match identity.get("methods") {
        None => {
            return Err(KeystoneError::schema(
                "identity",
                "'methods' is a required property",
            ));
        }
        Some(Json::List(_)) => {}
        Some(other) => {
            return Err(KeystoneError::schema(
                "identity/methods",
                &wrong_type(other, "array"),
            ));
        }
    }
    if let Some(Json::Map(_)) = identity.get("token") {
        if identity.get("token").and_then(|it| it.get("id")).is_none() {
            return Err(KeystoneError::schema(
                "identity/token",
                "'id' is a required property",
            ));
        }
    }
    let user = identity.get("password").and_then(|it| it.get("user"));
    for field in ["id", "name", "password"] {
        match user.and_then(|it| it.get(field)) {
            None | Some(Json::Text(_)) => {}
            Some(other) => {
                return Err(KeystoneError::schema(
                    &format!("identity/password/user/{field}"),
                    &wrong_type(other, "string"),
                ));
            }
        }
    }
    match auth.get("scope") {
        None | Some(Json::Map(_) | Json::Text(_)) => Ok(()),
        Some(other) => Err(KeystoneError::schema(
            "scope",
            &format!("{} is not of type 'object', 'string'", other.repr()),
        )),
    }
}
