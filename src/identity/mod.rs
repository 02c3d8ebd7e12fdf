//! The Identity service: authentication, the token and its catalog.

mod auth;
pub(crate) mod catalog;
pub(crate) mod session;
pub(crate) mod token;
