//! HTTP: requests as values, one client, retries, and error responses.

pub(crate) mod client;
pub(crate) mod fault;
mod html;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod retry;
mod tls;
