//! Uploads and downloads of image data.

mod downloads;
mod uploads;

use opencloud::image::v2::{Image, Transfer};
use opencloud::{OpenStack, Options, ServiceOptions};
use ring::digest::{Algorithm, SHA512, digest};
use serde_json::{Value, json};

use crate::support::{Response, Server, TOKEN, id};

/// The image with the number 1 of this server, with a token.
fn image_at(server: &Server) -> Image {
    image_with(server, |options| options)
}

/// The same, with changed options.
fn image_with(server: &Server, change: impl FnOnce(Options) -> Options) -> Image {
    let options = change(Options::new("").token_id(TOKEN).no_proxy());
    let openstack = OpenStack::new(options).expect("valid options");
    let endpoint = ServiceOptions::new().endpoint(server.url("/v2"));
    let images = openstack.images_v2_with(endpoint).expect("an endpoint");
    images.get_image(id(1))
}

fn hex(algorithm: &'static Algorithm, data: &[u8]) -> String {
    let digest = digest(algorithm, data);
    let bytes = digest.as_ref().iter();
    bytes.fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// An active image with this data.
fn active(data: &[u8]) -> Value {
    json!({
        "id": id(1), "status": "active", "size": data.len(),
        "os_hash_algo": "sha512", "os_hash_value": hex(&SHA512, data),
    })
}

/// An image without data.
fn without_data(status: &str) -> Value {
    json!({
        "id": id(1), "status": status, "size": null,
        "os_hash_algo": null, "os_hash_value": null,
    })
}

/// An error response of Glance.
fn glance_error(status: u16, message: &str) -> Response {
    let body = json!({"message": format!("{message}<br /><br />\n\n\n"), "code": status});
    Response::json(status, &body)
}

#[track_caller]
fn assert_transfer(transfer: Transfer, bytes: usize, verified: bool) {
    assert_eq!(transfer.bytes, bytes as u64);
    assert_eq!(transfer.verified, verified);
}
