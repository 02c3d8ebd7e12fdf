//! The behavior of the sandbox, byte for byte.

mod client;
mod data_faults;
mod downloads;
mod faults;
mod http;
mod keystone;
mod metadata;
mod nova;
mod program;
mod state;
mod uploads;
