//! The Identity service: authentication, the token and its catalog.

pub(crate) mod auth;
pub(crate) mod catalog;
pub(crate) mod session;
pub(crate) mod token;
