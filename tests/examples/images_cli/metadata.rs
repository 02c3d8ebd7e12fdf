//! `images metadata`, `get`, `set`, `reset` and `unset`.

use opencloud_sandbox::{NewImage, Sandbox};

use super::{WEB, done, failed, images, sent, two_images};

#[test]
fn metadata_is_a_table_or_one_line_of_json() {
    let sandbox = two_images();
    let table = "KEY           VALUE\narchitecture  x86_64\nos            linux\n";
    assert_eq!(images(&sandbox, &["metadata", WEB]), done(table));
    let json = "{\"architecture\":\"x86_64\",\"os\":\"linux\"}\n";
    assert_eq!(images(&sandbox, &["metadata", WEB, "--json"]), done(json));
    assert_eq!(
        sent(&sandbox),
        vec![format!("GET /images/{WEB}/metadata"); 2]
    );
}

#[test]
fn get_prints_only_the_value() {
    let sandbox = two_images();
    assert_eq!(images(&sandbox, &["get", WEB, "os"]), done("linux\n"));
    assert_eq!(
        images(&sandbox, &["get", WEB, "os", "--json"]),
        done("\"linux\"\n")
    );
    assert_eq!(
        sent(&sandbox),
        vec![format!("GET /images/{WEB}/metadata/os"); 2]
    );
}

#[test]
fn white_space_around_a_key_is_ignored_as_in_nova() {
    let sandbox = two_images();
    assert_eq!(images(&sandbox, &["get", WEB, " os\n"]), done("linux\n"));
    assert_eq!(images(&sandbox, &["unset", WEB, "\tos"]), done(""));
    assert_eq!(
        sent(&sandbox),
        [
            format!("GET /images/{WEB}/metadata/os"),
            format!("DELETE /images/{WEB}/metadata/os")
        ]
    );
}

#[test]
fn a_value_that_is_not_a_string_is_printed_as_json() {
    let sandbox = Sandbox::builder().empty().start();
    let mapping = r#"[{"device_name": "/dev/vda", "volume_id": null}]"#;
    let items = [("block_device_mapping", mapping)];
    sandbox.add_image(
        NewImage::nameless()
            .id(WEB)
            .metadata(items)
            .null("kernel_id"),
    );
    let mapping = "[{\"device_name\":\"/dev/vda\",\"volume_id\":null}]";
    for (arguments, expected) in [
        (vec!["get", WEB, "block_device_mapping"], mapping.to_owned()),
        (
            vec!["get", WEB, "block_device_mapping", "--json"],
            mapping.to_owned(),
        ),
        (vec!["get", WEB, "kernel_id", "--json"], "null".to_owned()),
        (
            vec!["metadata", WEB, "--json"],
            format!("{{\"block_device_mapping\":{mapping},\"kernel_id\":null}}"),
        ),
    ] {
        assert_eq!(
            images(&sandbox, &arguments),
            done(expected + "\n"),
            "{arguments:?}"
        );
    }
}

#[test]
fn set_merges_and_prints_the_new_metadata() {
    let sandbox = two_images();
    let table = "KEY           VALUE\na b           =c=\narchitecture  aarch64\nempty         \nos            linux\n";
    let arguments = ["set", WEB, "architecture=aarch64", "empty=", "a b==c="];
    assert_eq!(images(&sandbox, &arguments), done(table));
    assert_eq!(sent(&sandbox), [format!("POST /images/{WEB}/metadata")]);
    let json = "{\"a b\":\"=c=\",\"architecture\":\"aarch64\",\"empty\":\"x\",\"os\":\"linux\"}\n";
    assert_eq!(
        images(&sandbox, &["set", WEB, "empty=x", "--json"]),
        done(json)
    );
}

#[test]
fn reset_replaces_all_items_and_prints_the_new_metadata() {
    let sandbox = two_images();
    assert_eq!(
        images(&sandbox, &["reset", WEB, "a=1"]),
        done("KEY  VALUE\na    1\n")
    );
    assert_eq!(
        images(&sandbox, &["reset", WEB, "--all", "--json"]),
        done("{}\n")
    );
    assert_eq!(images(&sandbox, &["reset", WEB, "--all"]), done(""));
    assert_eq!(
        sent(&sandbox),
        vec![format!("PUT /images/{WEB}/metadata"); 3]
    );
}

#[test]
fn unset_deletes_each_key_and_prints_nothing() {
    let sandbox = two_images();
    assert_eq!(
        images(&sandbox, &["unset", WEB, "os", "architecture"]),
        done("")
    );
    assert_eq!(
        sent(&sandbox),
        [
            format!("DELETE /images/{WEB}/metadata/os"),
            format!("DELETE /images/{WEB}/metadata/architecture"),
        ]
    );
    assert_eq!(images(&sandbox, &["metadata", WEB, "--json"]), done("{}\n"));
}

#[test]
fn unset_stops_at_the_first_error() {
    let sandbox = two_images();
    let url = sandbox.compute_url();
    let message = format!(
        "images: DELETE {url}/images/{WEB}/metadata/nope: 404 Not Found: Invalid metadata key (metadata \
         item \"nope\") (request id REQUEST)\n"
    );
    assert_eq!(
        images(&sandbox, &["unset", WEB, "nope", "os"]),
        failed(message)
    );
    assert_eq!(images(&sandbox, &["get", WEB, "os"]), done("linux\n"));
}

#[test]
fn metadata_that_would_break_the_image_is_rejected() {
    let sandbox = two_images();
    let message = "images: metadata item \"mappings\" must be valid JSON: expected ident at line 1 \
                   column 2; Nova would store the value and then fail for every list with this \
                   image; nothing was sent\n";
    assert_eq!(
        images(&sandbox, &["set", WEB, "a=1", "mappings=none"]),
        failed(message)
    );
    assert_eq!(sent(&sandbox), [] as [&str; 0]);
}
