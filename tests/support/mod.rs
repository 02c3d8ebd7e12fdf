//! A scripted server on loopback, responses of Keystone and Nova, and the log
//! lines of a thread.
#![allow(dead_code, unused_imports, reason = "no test file uses all of it")]

mod cloud;
pub(crate) mod examples;
mod glance;
mod logs;
mod nova;
pub(crate) mod random;
mod request;
mod response;
mod server;
pub(crate) mod subprocess;

pub(crate) use cloud::{
    COMPUTE, CREDENTIALS_REJECTED, IMAGES, REQUEST_ID, TOKEN, TOKEN_REJECTED, fault, glance_error,
    glance_image, id, image, images, next_link, token, valid_response,
};
pub(crate) use glance::{Glance, SharedGlance, active_image, sha512};
pub(crate) use logs::{Line, logged};
pub(crate) use nova::{Nova, SharedNova};
pub(crate) use request::Request;
pub(crate) use response::Response;
pub(crate) use server::{Server, refused_url};

/// Runs each case on a thread of its own.
pub(crate) fn at_once<C: Send>(cases: Vec<C>, check: impl Fn(C) + Sync) {
    std::thread::scope(|scope| {
        for case in cases {
            scope.spawn(|| check(case));
        }
    });
}
