//! HTTP: requests as values, one client, retries, and error responses.

pub(crate) mod body;
pub(crate) mod client;
pub(crate) mod fault;
mod html;
mod proxy;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod retry;
pub(crate) mod stream;
mod tls;
mod ureq_error;
