//! [`ServerRef`]: the server that an image was made from.

use serde::Serialize;

use super::link::Link;

/// The server that an image was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ServerRef {
    /// The id of the server, which may be long gone.
    pub id: String,
    /// Where it can be found.
    pub links: Vec<Link>,
}
