//! What the tests share: a server on loopback that plays a script, a cloud in
//! its words, and the log lines of a thread.
#![allow(dead_code, unused_imports, reason = "no test file uses all of it")]

mod answer;
mod cloud;
mod logs;
mod nova;
mod request;
mod server;

pub(crate) use answer::Answer;
pub(crate) use cloud::{COMPUTE, REQUEST_ID, TOKEN, fault, id, image, images, next_link, token};
pub(crate) use logs::{Line, logged};
pub(crate) use nova::{Nova, SharedNova};
pub(crate) use request::Request;
pub(crate) use server::{Server, refusing};
