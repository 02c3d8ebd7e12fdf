//! Runs the built examples, and compares the documentation with them.

mod images_cli;
mod porting;
mod programs;
mod samples;
#[path = "../support/mod.rs"]
mod support;
