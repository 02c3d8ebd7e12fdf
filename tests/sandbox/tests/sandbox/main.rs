//! The behavior of the sandbox, byte for byte.

mod client;
mod data_faults;
mod downloads;
mod faults;
mod glance;
mod glance_create;
mod glance_list;
mod glance_patch;
mod http;
mod keystone;
mod metadata;
mod nova;
mod program;
mod state;
mod uploads;
