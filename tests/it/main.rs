//! The integration tests, in one program, because linking takes most of the build time.

mod auth_urls;
mod authentication;
mod cached_tokens;
mod catalog;
#[cfg(feature = "clouds-yaml")]
mod config;
mod debug;
mod deleting_while_listing;
mod faults;
mod filters;
#[cfg(feature = "clouds-yaml")]
mod from_env;
mod fuzz_corpus;
mod gateway_pages;
mod glance_decoding;
mod glance_deletions;
mod glance_errors;
mod glance_lists;
mod glance_replay;
mod image_bodies;
mod image_decoding;
mod image_service;
mod input_encoding;
mod lists;
mod log_lines;
mod malformed_responses;
mod malformed_tokens;
mod metadata_rules;
mod microversions;
mod next_links;
mod no_content;
mod operations;
mod properties;
mod proxies;
mod redirects;
mod replay;
mod resilience;
mod retries;
mod retry_after;
mod secrets;
#[path = "../support/mod.rs"]
mod support;
mod threads;
mod tls;
mod tls_files;
mod token;
mod transfers;
mod transport;
mod wait;
