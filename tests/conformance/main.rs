//! One test suite for the sandbox and for real services: each operation, and each
//! error that a cloud can return.
//!
//! By default it runs against the sandbox, which sends responses in the form of
//! `OPENCLOUD_TEST_WIRE`: `close`, `keepalive` or `nolength`. With
//! `OPENCLOUD_TEST_CLOUD=DIR` it runs the same cases against the services that
//! `tests/real-cloud/up --state DIR` started. Every case creates the images that it
//! needs and deletes them, so that all cases can run in parallel. All log lines and
//! all printed values are scanned for secrets.

mod cloud;
mod error_snapshot;
mod fixtures;
mod glance;
mod http;
mod image_service;
mod relay;
mod secret_scan;

mod authentication;
mod connections;
mod debug;
mod deletes;
mod deleting_while_listing;
mod endpoints;
mod filters;
mod image_actions;
mod image_compared_with_nova;
mod image_create;
mod image_deletes;
mod image_deleting_while_listing;
mod image_downloads;
mod image_endpoints;
mod image_errors;
mod image_filters;
mod image_lists;
mod image_metadata;
mod image_metadata_rules;
mod image_readers;
mod image_retrieve;
mod image_update;
mod image_upload_errors;
mod image_uploads;
mod image_visibility;
mod image_waits;
mod images;
mod large_lists;
mod lists;
mod metadata;
mod metadata_items;
mod metadata_keys;
mod metadata_rules;
mod metadata_values;
mod microversions;
mod rejected_credentials;
mod tokens;
mod wait;
