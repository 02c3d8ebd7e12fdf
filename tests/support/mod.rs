//! What the tests share: a server on loopback that plays a script, a cloud in
//! its words, and the log lines of a thread.
#![allow(dead_code, unused_imports, reason = "no test file uses all of it")]

mod answer;
mod cloud;
pub(crate) mod examples;
mod logs;
mod nova;
pub(crate) mod random;
mod request;
mod server;
pub(crate) mod subprocess;

pub(crate) use answer::Answer;
pub(crate) use cloud::{
    COMPUTE, REQUEST_ID, TOKEN, fault, good, id, image, images, next_link, token,
};
pub(crate) use logs::{Line, logged};
pub(crate) use nova::{Nova, SharedNova};
pub(crate) use request::Request;
pub(crate) use server::{Server, refusing};

/// Runs each case on a thread of its own, so that their waits pass together.
pub(crate) fn at_once<C: Send>(cases: Vec<C>, check: impl Fn(C) + Sync) {
    std::thread::scope(|scope| {
        for case in cases {
            scope.spawn(|| check(case));
        }
    });
}
