//! `--api image`: the same commands, sent to the Image service.

use opencloud_sandbox::{Fault, NewImage, Sandbox};

use super::{MISSING, OLD, WEB, done, failed, images, run_at, two_images};
use crate::support::examples::ProgramOutput;

/// Runs a command with the Image service.
#[track_caller]
fn glance(sandbox: &Sandbox, arguments: &[&str]) -> ProgramOutput {
    run_at(
        sandbox,
        "images",
        &[&["--api", "image"], arguments].concat(),
    )
}

/// The requests to the Image service: method, path and query.
fn sent(sandbox: &Sandbox) -> Vec<String> {
    let requests = sandbox.requests();
    let image = requests.iter().filter_map(|request| {
        let path = request.target.strip_prefix("/image/v2")?;
        Some(format!("{} {path}", request.method))
    });
    image.collect()
}

#[test]
fn a_list_prints_the_same_table_as_with_compute() {
    let sandbox = two_images();
    let list = glance(&sandbox, &["list"]);
    assert_eq!(
        list,
        done(format!("{:36}  NAME\n{WEB}  web\n{OLD}  -\n", "ID"))
    );
    assert_eq!(list, images(&sandbox, &["list", "--api", "compute"]));
    assert_eq!(sent(&sandbox), ["GET /images?limit=1000"]);
}

#[test]
fn a_detailed_list_has_the_statuses_of_glance_and_no_size_without_data() {
    let head = "ID                                    STATUS               SIZE  MIN_DISK   MIN_RAM  UPDATED               NAME";
    let web = format!("{WEB}  active               2048        20         0  TIME  web");
    let old = format!("{OLD}  queued                  -         0        64  TIME  -");
    let expected = format!("{head}\n{web}\n{old}\n");
    let list = glance(&two_images(), &["list", "--detailed"]);
    assert_eq!(list, done(expected));
}

#[test]
fn with_json_each_image_is_one_line_of_glances_json() {
    let sandbox = two_images();
    let list = glance(&sandbox, &["list", "--json"]);
    let lines: Vec<_> = list.stdout.lines().collect();
    assert_eq!((list.code, lines.len()), (Some(0), 2), "{list:?}");
    for (line, id, status) in [(lines[0], WEB, "active"), (lines[1], OLD, "queued")] {
        let image: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(image["id"], id);
        assert_eq!(image["status"], status);
        assert_eq!(image["file"], format!("/v2/images/{id}/file"));
        assert_eq!(image["os_hidden"], false);
        assert!(image.get("links").is_none(), "{line}");
    }
    assert_eq!(
        glance(&sandbox, &["list", "--json", "--detailed"]),
        list,
        "a detailed list is not different"
    );
    let show = glance(&sandbox, &["show", "--json", WEB]);
    assert_eq!(show, done(format!("{}\n", lines[0])));
}

#[test]
fn every_filter_option_is_sent() {
    let sandbox = two_images();
    let arguments = [
        "list",
        "--name=a b",
        "--status=SAVING",
        "--type=snapshot",
        "--server=http://nova/servers/1",
        "--changes-since=2026-11-23T12:00:00+01:00",
        "--min-disk=20",
        "--min-ram=512",
        "--page-size=7",
    ];
    assert_eq!(glance(&sandbox, &arguments), done(""));
    assert_eq!(
        sent(&sandbox),
        [
            "GET /images?name=a+b&status=saving&image_type=snapshot&instance_uuid=1\
          &updated_at=gte%3A2026-11-23T12%3A00%3A00%2B01%3A00&min_disk=20&min_ram=512&limit=7"
        ]
    );
}

#[test]
fn limit_applies_to_all_images_and_page_size_to_each_page() {
    let sandbox = Sandbox::builder().empty().start();
    sandbox.add_images(10);
    let arguments = ["list", "--limit", "5", "--page-size", "2", "--json"];
    let result = glance(&sandbox, &arguments);
    assert_eq!(
        (
            result.code,
            result.stdout.lines().count(),
            sent(&sandbox).len()
        ),
        (Some(0), 5, 3)
    );
}

#[test]
fn a_status_of_nova_that_glance_does_not_have_is_rejected() {
    let sandbox = two_images();
    let message = "images: unknown status \"unknown\": expected active, queued, saving, \
                   deactivated, uploading, importing, killed, deleted or pending_delete; nothing was \
                   sent\n";
    let result = glance(&sandbox, &["list", "--status", "UNKNOWN"]);
    assert_eq!(result, failed(message));
    assert_eq!(sent(&sandbox), [] as [&str; 0]);
}

#[test]
fn show_prints_the_fields_of_glance() {
    let sandbox = Sandbox::builder().empty().start();
    let image = NewImage::named("web").id(WEB).status("queued").tag("a");
    sandbox.add_image(image.metadata([("os", "linux")]));
    let owner = sandbox.project_id("demo");
    let expected = format!(
        "id                {WEB}\n\
         name              web\n\
         status            queued\n\
         visibility        private\n\
         owner             {owner}\n\
         protected         false\n\
         hidden            false\n\
         tags              a\n\
         min_disk          0\n\
         min_ram           0\n\
         disk_format       raw\n\
         container_format  bare\n\
         created           TIME\n\
         updated           TIME\n\
         metadata          os = linux\n"
    );
    assert_eq!(glance(&sandbox, &["show", WEB]), done(expected));
    assert_eq!(sent(&sandbox), [format!("GET /images/{WEB}")]);
}

#[test]
fn delete_continues_after_an_error() {
    let sandbox = two_images();
    let locked = sandbox.add_image(NewImage::named("locked").protected());
    let url = sandbox.image_url();
    let message = format!(
        "images: DELETE {url}/v2/images/{locked}: 403 Forbidden: Image {locked} is protected and \
         cannot be deleted. (request id REQUEST)\n\
         images: DELETE {url}/v2/images/{MISSING}: 404 Not Found: Failed to find image {MISSING} \
         to delete (request id REQUEST)\n"
    );
    let arguments = ["delete", &locked, WEB, MISSING, OLD];
    assert_eq!(glance(&sandbox, &arguments), failed(message));
    assert_eq!(
        [&locked, WEB, OLD].map(|id| sandbox.has_image(id)),
        [true, false, false]
    );
}

#[test]
fn metadata_and_get_print_text_or_json() {
    let sandbox = two_images();
    let table = "KEY           VALUE\narchitecture  x86_64\nos            linux\n";
    assert_eq!(glance(&sandbox, &["metadata", WEB]), done(table));
    let json = "{\"architecture\":\"x86_64\",\"os\":\"linux\"}\n";
    assert_eq!(glance(&sandbox, &["metadata", WEB, "--json"]), done(json));
    assert_eq!(glance(&sandbox, &["get", WEB, "os"]), done("linux\n"));
    let result = glance(&sandbox, &["get", WEB, "os", "--json"]);
    assert_eq!(result, done("\"linux\"\n"));
    let message = format!("images: image {WEB} has no metadata item \"nope\"\n");
    assert_eq!(glance(&sandbox, &["get", WEB, "nope"]), failed(message));
    assert_eq!(sent(&sandbox), vec![format!("GET /images/{WEB}"); 5]);
}

#[test]
fn set_and_reset_print_the_resulting_metadata() {
    let sandbox = two_images();
    let table = "KEY           VALUE\narchitecture  aarch64\nos            linux\n";
    let result = glance(&sandbox, &["set", WEB, "architecture=aarch64"]);
    assert_eq!(result, done(table));
    let result = glance(&sandbox, &["reset", WEB, "a=1", "--json"]);
    assert_eq!(result, done("{\"a\":\"1\"}\n"));
    assert_eq!(glance(&sandbox, &["reset", WEB, "--all"]), done(""));
    let (get, patch) = (format!("GET /images/{WEB}"), format!("PATCH /images/{WEB}"));
    assert_eq!(sent(&sandbox), [&*patch, &get, &patch, &get, &patch]);
}

#[test]
fn set_keeps_the_visibility() {
    let sandbox = Sandbox::builder().empty().start();
    sandbox.add_image(NewImage::named("web").id(WEB).visibility("shared"));
    let result = glance(&sandbox, &["set", WEB, "a=1"]);
    assert_eq!(result, done("KEY  VALUE\na    1\n"));
    let show = glance(&sandbox, &["show", WEB]).stdout;
    assert!(show.contains("\nvisibility        shared\n"), "{show}");
}

#[test]
fn a_key_can_contain_a_slash() {
    let sandbox = two_images();
    let result = glance(&sandbox, &["reset", WEB, "a/b=1"]);
    assert_eq!(result, done("KEY  VALUE\na/b  1\n"));
    assert_eq!(glance(&sandbox, &["get", WEB, "a/b"]), done("1\n"));
    assert_eq!(glance(&sandbox, &["unset", WEB, "a/b"]), done(""));
    assert_eq!(sandbox.metadata(WEB).as_deref(), Some("{}"));
}

#[test]
fn unset_deletes_all_keys_or_none() {
    let sandbox = two_images();
    let url = sandbox.image_url();
    let message = format!(
        "images: PATCH {url}/v2/images/{WEB}: 409 Conflict: There was a conflict when trying to \
         complete your request. Property nope does not exist. (request id REQUEST)\n"
    );
    let result = glance(&sandbox, &["unset", WEB, "os", "nope"]);
    assert_eq!(result, failed(message));
    assert_eq!(glance(&sandbox, &["get", WEB, "os"]), done("linux\n"));
    let result = glance(&sandbox, &["unset", WEB, "os", "architecture"]);
    assert_eq!(result, done(""));
    assert_eq!(sandbox.metadata(WEB).as_deref(), Some("{}"));
}

#[test]
fn a_field_of_the_image_is_rejected_as_a_key() {
    for arguments in [
        ["set", WEB, "owner=other"],
        ["reset", WEB, "owner=other"],
        ["unset", WEB, "owner"],
    ] {
        let sandbox = two_images();
        let message = "images: invalid metadata key \"owner\": it is a field of the image, not a \
                       property; nothing was sent\n";
        assert_eq!(glance(&sandbox, &arguments), failed(message));
        assert_eq!(sent(&sandbox), [] as [&str; 0]);
    }
}

#[test]
fn an_error_is_escaped_and_reported_on_one_line() {
    let sandbox = two_images();
    let url = sandbox.image_url();
    let message = format!(
        "images: GET {url}/v2/images/{MISSING}: 404 Not Found: No image found with ID {MISSING} \
         (request id REQUEST)\n"
    );
    assert_eq!(glance(&sandbox, &["show", MISSING]), failed(message));

    let body = r#"{"message": "a\u001b[2Jb\nc", "code": "400 Bad Request", "title": "Bad"}"#;
    sandbox.fail(Fault::status(400).body(body).on("GET", "/images"));
    let result = glance(&sandbox, &["list"]);
    assert_eq!(
        (result.code, result.stdout.as_str()),
        (Some(1), ""),
        "{result:?}"
    );
    let begin = format!("images: GET {url}/v2/images?limit=1000: 400 Bad Request: a\\u{{1b}}[2Jb");
    assert!(result.stderr.starts_with(&begin), "{result:?}");
    assert_eq!(result.stderr.lines().count(), 1, "{result:?}");
}

#[test]
fn an_unknown_api_is_rejected() {
    let sandbox = two_images();
    let stderr = "error: invalid value 'volume' for '--api <API>'\n  \
                  [possible values: compute, image]\n\n\
                  For more information, try '--help'.\n";
    let expected = ProgramOutput {
        code: Some(2),
        stdout: String::new(),
        stderr: stderr.to_owned(),
    };
    assert_eq!(images(&sandbox, &["list", "--api", "volume"]), expected);
    assert_eq!(sandbox.requests(), []);
}
