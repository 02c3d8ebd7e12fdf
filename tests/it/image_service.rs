//! The operations of the Image service: their requests, and the changed fields of
//! the image.

use std::time::Duration;

use opencloud::image::v2::{Image, ImageStatus, ImageUpdate, ListImages, NewImage, Visibility};
use opencloud::{ErrorKind, OpenStack, Options, ServiceOptions};
use serde_json::{Value, json};

use crate::support::{
    IMAGES, REQUEST_ID, Request, Response, Server, TOKEN, glance_error, glance_image, id,
};

const PATCH: &str = "application/openstack-images-v2.1-json-patch";

/// The first image, with these fields changed.
fn image(fields: &Value) -> Value {
    let mut image = glance_image(1);
    for (name, value) in fields.as_object().expect("an object") {
        image[name] = value.clone();
    }
    image
}

fn get(server: &Server) -> Image {
    server.images_v2().get_image(id(1))
}

fn path() -> String {
    format!("{IMAGES}/images/{}", id(1))
}

/// The only request; checks that it has exactly the expected headers.
#[track_caller]
fn only(server: &Server, media_type: &str) -> Request {
    let requests = server.requests();
    assert_eq!(requests.len(), 1, "{:?}", server.lines());
    let request = requests[0].clone();
    let mut headers = request.headers.clone();
    headers.sort();
    let length = request.body.len().to_string();
    let address = server.address().to_string();
    let user_agent = concat!("opencloud/", env!("CARGO_PKG_VERSION"));
    let mut expected = vec![
        ("accept", "application/json"),
        ("host", &*address),
        ("user-agent", user_agent),
        ("x-auth-token", TOKEN),
    ];
    if !media_type.is_empty() {
        expected.extend([("content-length", &*length), ("content-type", media_type)]);
    }
    expected.sort_unstable();
    let headers: Vec<_> = headers
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    assert_eq!(headers, expected);
    request
}

#[test]
fn retrieve_sets_every_field() {
    let server = Server::with_responses([Response::ok(&image(&json!({
        "status": "active", "size": 3, "virtual_size": 4, "min_disk": 1, "min_ram": 64,
        "checksum": "c", "os_hash_algo": "sha512", "os_hash_value": "h", "os_hidden": true,
        "tags": ["t"], "os_distro": "debian", "kernel_id": null,
    })))]);
    let mut image = get(&server);
    assert_eq!((&image.name, &image.status), (&None, &None));
    image.retrieve().expect("an image");
    assert_eq!(only(&server, "").line(), format!("GET {}", path()));
    assert_eq!(
        format!("{image:?}"),
        format!(
            "Image {{ id: \"{id}\", name: Some(\"image 1\"), owner: Some(\"p\"), status: \
             Some(Active), visibility: Some(Shared), size: Some(3), virtual_size: Some(4), \
             min_disk: Some(1), min_ram: Some(64), disk_format: Some(\"raw\"), container_format: \
             Some(\"bare\"), checksum: Some(\"c\"), os_hash_algo: Some(\"sha512\"), \
             os_hash_value: Some(\"h\"), protected: Some(false), hidden: Some(true), tags: \
             [\"t\"], metadata: {{\"kernel_id\": Json(\"null\"), \"os_distro\": \
             Text(\"debian\")}}, created: Some(2026-11-26T11:13:44Z), updated: \
             Some(2026-11-26T11:13:44Z), path: Some(\"/v2/images/{id}\"), file: \
             Some(\"/v2/images/{id}/file\"), schema: Some(\"/v2/schemas/image\"), stores: None, \
             direct_url: None, locations: None, service: ServiceRef(Some(Service {{ type: \
             \"image\", endpoint: \"{}\", .. }})) }}",
            server.url(IMAGES),
            id = id(1),
        )
    );
}

#[test]
fn debug_hides_the_urls_of_the_store() {
    let url = "swift+https://user:pa55word@store.example/container/1";
    let fields = json!({"direct_url": url, "locations": [{"url": url, "metadata": {}}]});
    let server = Server::with_responses([Response::ok(&image(&fields))]);
    let mut image = get(&server);
    image.retrieve().expect("an image");
    let debug = format!("{image:?}");
    assert!(debug.contains("direct_url: Some(***), locations: Some(***)"));
    let json = serde_json::to_value(&image).expect("JSON");
    assert_eq!(json["direct_url"], url);
}

#[test]
fn a_response_with_another_image_is_an_error() {
    let server = Server::with_responses([Response::ok(&glance_image(2))]);
    let error = get(&server).retrieve().expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert_eq!(
        error.message(),
        format!("the image has another id, \"{}\"", id(2))
    );
}

#[test]
fn create_image_posts_the_fields_and_returns_the_image() {
    let response = Response::json(201, &image(&json!({"os_distro": "debian"})));
    let server = Server::with_responses([response, Response::empty(204)]);
    let new = NewImage::named("image 1")
        .disk_format("raw")
        .container_format("bare")
        .visibility(Visibility::Private)
        .property("os_distro", "debian");
    let image = server.images_v2().create_image(new).expect("an image");
    let request = only(&server, "application/json");
    assert_eq!(request.line(), format!("POST {IMAGES}/images"));
    assert_eq!(
        request.json(),
        json!({"name": "image 1", "disk_format": "raw", "container_format": "bare",
               "visibility": "private", "os_distro": "debian"})
    );
    assert_eq!(image.status, Some(ImageStatus::Queued));
    assert_eq!(image.metadata["os_distro"], "debian");
    image.delete().expect("a deletion");
    assert_eq!(server.lines()[1], format!("DELETE {}", path()));
}

#[test]
fn create_image_is_not_repeated_after_a_lost_response() {
    let server = Server::with_responses([Response::raw("")]);
    let error = server.images_v2().create_image(NewImage::new());
    assert_eq!(error.expect_err("an error").kind(), ErrorKind::Connection);
    assert_eq!(server.lines(), [format!("POST {IMAGES}/images")]);
}

#[test]
fn update_sends_one_patch_and_stores_the_response() {
    let response = Response::ok(&image(&json!({"name": "new", "k": "v"})));
    let server = Server::with_responses([response]);
    let mut image = get(&server);
    let update = ImageUpdate::new()
        .name("new")
        .property("k", "v")
        .remove_property("old");
    image.update(update).expect("an update");
    let request = only(&server, PATCH);
    assert_eq!(request.line(), format!("PATCH {}", path()));
    assert_eq!(
        request.json(),
        json!([
            {"op": "replace", "path": "/name", "value": "new"},
            {"op": "add", "path": "/k", "value": "v"},
            {"op": "remove", "path": "/old"},
        ])
    );
    assert_eq!(image.name.as_deref(), Some("new"));
    assert_eq!(image.metadata["k"], "v");
}

#[test]
fn a_property_that_the_server_does_not_store_is_an_error() {
    let server = Server::with_responses([Response::ok(&glance_image(1))]);
    let error = get(&server).set_metadata_item("member", "x");
    let error = error.expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    let message = "the server accepted the metadata item \"member\" and did not store it; use \
                   another key";
    assert_eq!(error.message(), message);
}

#[test]
fn invalid_fields_are_rejected_before_a_request() {
    let server = Server::start();
    let image = || get(&server);
    let owner = "invalid metadata key \"owner\": it is a field of the image, not a property; \
                 nothing was sent";
    let update = ImageUpdate::new().property("owner", "me");
    let new = NewImage::new().property("owner", "me");
    for (result, message) in [
        (image().update(update), owner),
        (server.images_v2().create_image(new).map(drop), owner),
        (image().reset_metadata([("owner", "me")]), owner),
        (image().merge_metadata([("owner", "me")]), owner),
        (image().set_metadata_item("owner", "me"), owner),
        (image().delete_metadata_item("owner"), owner),
        (
            image().wait_until("ACTIV", Duration::ZERO),
            "unknown status \"ACTIV\": expected active, queued, saving, deactivated, uploading, \
             importing, killed, deleted or pending_delete; nothing was sent",
        ),
        (
            image().update(ImageUpdate::new().tags(["a/b"])),
            "invalid tag \"a/b\": it must not be empty, \".\" or \"..\", or contain \"/\"; \
             nothing was sent",
        ),
        (
            server.images_v2().get_image("a/b").retrieve(),
            "invalid id or key \"a/b\": it must not be empty, \".\" or \"..\", or contain \"/\" \
             or control characters; nothing was sent",
        ),
    ] {
        let error = result.expect_err(message);
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_eq!(error.to_string(), message);
    }
    let mut detached: Image = serde_json::from_value(glance_image(1)).expect("an image");
    assert_eq!(
        detached.retrieve().expect_err("an error").to_string(),
        format!(
            "image \"{}\" belongs to no service; use ImageService::get_image; nothing was sent",
            id(1)
        )
    );
    assert_eq!(server.lines(), [""; 0]);
}

#[test]
fn deactivate_and_reactivate_send_an_action_without_a_body() {
    let server = Server::with_responses([Response::empty(204), Response::empty(204)]);
    let image = get(&server);
    image.deactivate().expect("a deactivation");
    image.reactivate().expect("a reactivation");
    assert_eq!(
        server.lines(),
        ["deactivate", "reactivate"].map(|action| format!("POST {}/actions/{action}", path()))
    );
    for request in server.requests() {
        assert_eq!(request.body, "");
        assert_eq!(request.header("content-length"), Some("0"));
    }
}

#[test]
fn metadata_is_read_with_the_image() {
    let with = |fields: Value| Response::ok(&image(&fields));
    let server = Server::with_responses([
        with(json!({"b": "2", "a": "1", "os_glance_x": ""})),
        with(json!({"k": "v", "list": "[1]"})),
        with(json!({})),
    ]);
    let mut image = get(&server);
    let metadata = image.get_metadata().expect("metadata");
    let keys: Vec<_> = metadata.keys().collect();
    assert_eq!(keys, ["a", "b", "os_glance_x"]);
    assert_eq!(image.metadata, metadata);
    assert_eq!(image.get_metadata_item("k").expect("an item"), "v");
    let error = image.get_metadata_item("k").expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::KeyNotFound);
    assert_eq!(
        error.to_string(),
        format!("image {} has no metadata item \"k\"", id(1))
    );
    assert_eq!(server.lines(), vec![format!("GET {}", path()); 3]);
}

#[test]
fn reset_metadata_removes_all_other_items_except_those_of_the_server() {
    // Glance cannot remove the last two keys.
    let before = json!({"old": "1", "k": "0", "os_glance_failed_import": "", " x": ""});
    let after = json!({"k": "v", "os_glance_failed_import": ""});
    let server = Server::with_responses([
        Response::ok(&image(&before)),
        Response::ok(&image(&after)),
        Response::ok(&glance_image(1)),
    ]);
    let mut image = get(&server);
    image.reset_metadata([("k", "v")]).expect("a reset");
    let requests = server.requests();
    assert_eq!(
        server.lines(),
        [format!("GET {}", path()), format!("PATCH {}", path())]
    );
    assert_eq!(
        requests[1].json(),
        json!([
            {"op": "add", "path": "/k", "value": "v"},
            {"op": "remove", "path": "/old"},
        ])
    );
    assert_eq!(image.metadata["k"], "v");
    image.clear_metadata().expect("nothing to remove");
    assert_eq!(server.lines().len(), 3);
}

#[test]
fn reset_metadata_is_repeated_after_a_conflict() {
    let missing = || {
        let message = "There was a conflict when trying to complete your request.<br /><br />\n\
                       Property old does not exist.";
        glance_error(409, message)
    };
    let with_old = || Response::ok(&image(&json!({"old": "1"})));
    let done = Response::ok(&image(&json!({"k": "v"})));
    let server =
        Server::with_responses([with_old(), missing(), Response::ok(&glance_image(1)), done]);
    get(&server).reset_metadata([("k", "v")]).expect("a reset");
    assert_eq!(
        server.requests()[3].json(),
        json!([{"op": "add", "path": "/k", "value": "v"}])
    );

    let always = [(); 3].map(|()| [with_old(), missing()]);
    let server = Server::with_responses(always.into_iter().flatten());
    let error = get(&server).reset_metadata([("k", "v")]);
    assert_eq!(error.expect_err("an error").status(), Some(409));
    assert_eq!(server.lines().len(), 6);
}

#[test]
fn metadata_is_changed_with_one_patch() {
    let changed = || Response::ok(&image(&json!({"a/b~c": "v"})));
    let server = Server::with_responses([changed(), changed(), Response::ok(&glance_image(1))]);
    let mut image = get(&server);
    image.merge_metadata([("a/b~c", "v")]).expect("a merge");
    image.set_metadata_item("a/b~c", "v").expect("a change");
    image.delete_metadata_item("a/b~c").expect("a deletion");
    let add = json!([{"op": "add", "path": "/a~1b~0c", "value": "v"}]);
    let remove = json!([{"op": "remove", "path": "/a~1b~0c"}]);
    let requests = server.requests();
    let bodies: Vec<_> = requests.iter().map(Request::json).collect();
    assert_eq!(bodies, [add.clone(), add, remove]);
    assert!(image.metadata.is_empty());
}

#[test]
fn deleting_a_missing_metadata_item_is_key_not_found() {
    let message = "There was a conflict when trying to complete your request.<br /><br />\n\
                   Property k does not exist.";
    let server = Server::with_responses([glance_error(409, message)]);
    let error = get(&server)
        .delete_metadata_item("k")
        .expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::KeyNotFound);
    assert_eq!(
        error.to_string(),
        format!(
            "PATCH {}: 409 Conflict: There was a conflict when trying to complete your request. \
             Property k does not exist. (request id {REQUEST_ID})",
            server.url(&path())
        )
    );
}

#[test]
fn only_a_404_about_the_image_is_not_found() {
    let missing = format!("No image found with ID {}", id(1));
    for (response, kind) in [
        (glance_error(404, &missing), ErrorKind::NotFound),
        (
            glance_error(404, "The resource could not be found."),
            ErrorKind::NoSuchApi,
        ),
        (
            Response::json(300, &json!({"versions": [{"id": "v2.17"}]})),
            ErrorKind::NoSuchApi,
        ),
        (
            Response::html(404, "<h1>Not Found</h1>"),
            ErrorKind::NoSuchApi,
        ),
        (glance_error(413, "Too large."), ErrorKind::UnexpectedStatus),
    ] {
        let server = Server::with_responses([response]);
        let error = get(&server).delete().expect_err("an error");
        assert_eq!(error.kind(), kind, "{error}");
    }
}

#[test]
fn a_wait_polls_until_the_image_has_the_status() {
    let with = |status: &str| Response::ok(&image(&json!({"status": status})));
    let server = Server::with_responses([with("saving"), with("active")]);
    let mut image = get(&server);
    let minute = Duration::from_secs(60);
    image.wait_until_active(minute).expect("an active image");
    assert_eq!(image.status, Some(ImageStatus::Active));
    assert_eq!(server.lines(), vec![format!("GET {}", path()); 2]);

    let missing = format!("No image found with ID {}", id(1));
    for last in [
        with("deleted"),
        with("pending_delete"),
        glance_error(404, &missing),
    ] {
        let server = Server::with_responses([with("active"), last]);
        let deleted = get(&server).wait_until_deleted(minute);
        deleted.expect("a deleted image");
    }

    let server = Server::with_responses([with("queued"), with("saving")]);
    let seen = get(&server).wait_with(minute, |it| it.status == Some(ImageStatus::Saving));
    seen.expect("a saving image");
}

#[test]
fn a_wait_fails_if_the_image_can_no_longer_become_active() {
    let missing = format!("No image found with ID {}", id(1));
    let with = |fields: Value| Response::ok(&image(&fields));
    for (response, reason) in [
        (with(json!({"status": "killed"})), "its status is killed"),
        (
            with(json!({"status": "pending_delete"})),
            "its status is pending_delete",
        ),
        (
            with(json!({"status": "importing", "os_glance_failed_import": "local"})),
            "its import into local failed",
        ),
        (
            with(json!({"status": "queued", "checksum": "c"})),
            "its data was rejected, and it can only be deleted",
        ),
        (glance_error(404, &missing), "it does not exist"),
    ] {
        let server = Server::with_responses([response]);
        let error = get(&server).wait_until_active(Duration::from_secs(60));
        let error = error.expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::WaitFailed);
        assert_eq!(
            error.to_string(),
            format!("image {} cannot become active: {reason}", id(1))
        );
    }
}

#[test]
fn a_wait_times_out_while_the_image_can_still_become_active() {
    for fields in [
        json!({"status": "queued"}),
        json!({"status": "deactivated"}),
        json!({"status": "importing", "os_glance_failed_import": ""}),
        json!({"status": "importing", "os_glance_failed_import": "a",
               "os_glance_import_task": "t"}),
    ] {
        let server = Server::with_responses([Response::ok(&image(&fields))]);
        let error = get(&server).wait_until_active(Duration::ZERO);
        let error = error.expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert_eq!(
            error.to_string(),
            format!(
                "timed out after 0ns waiting for image {} to become active; its status is {}",
                id(1),
                fields["status"].as_str().expect("a status")
            )
        );
    }
}

#[test]
fn a_list_sends_its_own_query_with_the_marker_of_the_next_link() {
    let next = format!("{IMAGES}/images?tag=b&marker={}", id(2));
    let server = Server::with_responses([
        Response::ok(&json!({"images": [glance_image(1), glance_image(2)], "next": next})),
        Response::ok(&json!({"images": [glance_image(3)]})),
    ]);
    let list = ListImages::new().tag("a").tag("b");
    let images = server.images_v2().list_images(list);
    let ids: Result<Vec<_>, _> = images.map(|image| image.map(|image| image.id)).collect();
    assert_eq!(ids.expect("a list"), [id(1), id(2), id(3)]);
    assert_eq!(
        server.lines(),
        [
            format!("GET {IMAGES}/images?tag=a&tag=b&limit=1000"),
            format!(
                "GET {IMAGES}/images?tag=a&tag=b&limit=1000&marker={}",
                id(2)
            ),
        ]
    );
}

#[test]
fn the_endpoint_comes_from_the_catalog_and_a_microversion_is_rejected() {
    let server = Server::start();
    server.set_responses([server.token("t"), Response::ok(&json!({"images": []}))]);
    let openstack = OpenStack::new(server.options()).expect("valid options");
    let images = openstack.images_v2().expect("the Image service");
    assert_eq!(images.endpoint(), server.url(IMAGES));
    assert!(images.list_images(true).next().is_none());
    assert_eq!(
        server.lines(),
        [
            "POST /v3/auth/tokens".to_owned(),
            format!("GET {IMAGES}/images?limit=1000")
        ]
    );
    let versioned = ServiceOptions::new().microversion("2.35");
    let options = Options::new("http://127.0.0.1:1/v3").image(versioned.clone());
    let configured = OpenStack::new(options).expect("valid options").images_v2();
    for result in [configured, openstack.images_v2_with(versioned)] {
        assert_eq!(
            result.expect_err("an error").to_string(),
            "invalid microversion \"2.35\": the Image service has no microversions; unset it; \
             nothing was sent"
        );
    }
}
