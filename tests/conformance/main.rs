//! One suite for every cloud: each operation, and each error that a cloud can
//! be made to show.
//!
//! Without anything set, it runs against the sandbox, whose answers travel as
//! `OPENCLOUD_TEST_WIRE` says: `close`, `keepalive` or `nolength`. With
//! `OPENCLOUD_TEST_CLOUD=DIR` it runs against the cloud that `DIR` describes,
//! as `tests/real-cloud/up --state DIR` leaves it: the same cases, by the same
//! names. Every case makes the images it needs and takes them away again, so
//! that all can run at the same time against one cloud. Whatever is logged and
//! printed meanwhile is swept for secrets.

mod cloud;
mod error_snapshot;
mod fixtures;
mod glance;
mod http;
mod relay;
mod secret_scan;

mod authentication;
mod deletes;
mod deleting_while_listing;
mod endpoints;
mod filters;
mod images;
mod large_lists;
mod lists;
mod metadata;
mod metadata_items;
mod metadata_keys;
mod metadata_rules;
mod metadata_values;
mod microversions;
mod tokens;
mod wait;
