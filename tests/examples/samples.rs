//! The samples, run against the sandbox.

use std::fs;
use std::path::Path;

use crate::support::examples::{ProgramOutput, example, run_at};
use opencloud_sandbox::{NewImage, Sandbox};

pub(super) const NO_CLOUD: &str = "no cloud is configured: using the built-in sandbox; each run starts a new one, so changes are not kept\n";

#[track_caller]
pub(super) fn run(name: &str, arguments: &[&str]) -> ProgramOutput {
    example(name)
        .args(arguments)
        .output()
        .expect("a process")
        .into()
}

/// The output of a sample in the built-in sandbox, without arguments.
#[track_caller]
fn stdout(name: &str) -> String {
    let result = run(name, &[]);
    assert_eq!(
        (result.code, result.stderr.as_str()),
        (Some(0), NO_CLOUD),
        "{result:?}"
    );
    result.stdout
}

/// The text with ids replaced by `ID`.
pub(super) fn without_ids(text: &str) -> String {
    let is_id = |word: &str| word.len() == 36 && word.split('-').count() == 5;
    let words = text.split_inclusive([' ', '\n']).map(|word| {
        let trimmed = word.trim();
        if is_id(trimmed) {
            word.replace(trimmed, "ID")
        } else {
            word.to_owned()
        }
    });
    words.collect()
}

#[test]
fn list_images_prints_the_active_images() {
    let output = stdout("list_images");
    let mut lines = output.lines();
    assert_eq!(without_ids(lines.next().unwrap()), "ID \"sample\"");
    assert!(lines.any(|line| line.ends_with(" \"plain\"")), "{output}");
    assert!(!output.contains("queued"), "{output}");
}

#[test]
fn list_images_detail_prints_detailed_information() {
    let output = without_ids(&stdout("list_images_detail"));
    let first = output.lines().next();
    assert_eq!(first, Some("ID Some(0) Some(TIME)"), "{output}");
}

#[test]
fn get_image_prints_fields_before_and_after_retrieving() {
    assert_eq!(
        stdout("get_image"),
        "before: None None\nafter: Some(\"sample\") Some(Active)\n"
    );
}

#[test]
fn delete_image_prints_the_id() {
    assert_eq!(without_ids(&stdout("delete_image")), "deleted ID\n");
}

#[test]
fn retrieve_image_metadata_prints_all_items() {
    assert_eq!(
        stdout("retrieve_image_metadata"),
        "\"architecture\" = \"x86_64\"\n\"os\" = \"linux\"\n"
    );
}

#[test]
fn reset_image_metadata_replaces_all_items() {
    assert_eq!(
        stdout("reset_image_metadata"),
        "\"architecture\" = \"aarch64\"\n"
    );
}

#[test]
fn merge_image_metadata_keeps_the_other_items() {
    assert_eq!(
        stdout("merge_image_metadata"),
        "\"architecture\" = \"aarch64\"\n\"os\" = \"linux\"\n"
    );
}

#[test]
fn get_image_metadata_item_prints_the_value() {
    assert_eq!(stdout("get_image_metadata_item"), "\"x86_64\"\n");
}

#[test]
fn set_image_metadata_item_prints_the_item() {
    assert_eq!(
        stdout("set_image_metadata_item"),
        "\"architecture\" = \"aarch64\"\n"
    );
}

#[test]
fn delete_image_metadata_item_prints_the_key() {
    assert_eq!(
        stdout("delete_image_metadata_item"),
        "deleted \"architecture\"\n"
    );
}

#[test]
fn create_image_prints_the_id() {
    assert_eq!(without_ids(&stdout("create_image")), "created ID\n");
}

#[test]
fn update_image_prints_the_changed_fields() {
    assert_eq!(
        stdout("update_image"),
        "updated Some(\"example\") Some(64)\n"
    );
}

#[test]
fn list_images_sorted_prints_the_images_by_name() {
    let sandbox = Sandbox::builder().empty().start();
    for name in ["b", "c", "a"] {
        sandbox.add_image(NewImage::named(name));
    }
    let result = run_at(&sandbox, "list_images_sorted", &[]);
    let expected = "ID \"a\"\nID \"b\"\nID \"c\"\n";
    assert_eq!(without_ids(&result.stdout), expected, "{result:?}");
    assert!(stdout("list_images_sorted").contains(" \"sample\"\n"));
}

#[test]
fn upload_image_data_prints_the_number_of_bytes() {
    let size = include_bytes!("../../README.md").len();
    assert_eq!(
        stdout("upload_image_data"),
        format!("uploaded {size} bytes\n")
    );
}

#[test]
fn download_image_data_prints_the_number_of_bytes() {
    assert_eq!(stdout("download_image_data"), "downloaded 15 bytes\n");
}

#[test]
fn deactivate_image_and_reactivate_image_print_the_id() {
    assert_eq!(without_ids(&stdout("deactivate_image")), "deactivated ID\n");
    assert_eq!(without_ids(&stdout("reactivate_image")), "reactivated ID\n");
}

#[test]
fn with_a_configured_cloud_the_samples_require_arguments() {
    for (name, arguments) in [
        ("get_image", "IMAGE_ID"),
        ("delete_image", "IMAGE_ID"),
        ("retrieve_image_metadata", "IMAGE_ID"),
        ("reset_image_metadata", "IMAGE_ID KEY VALUE"),
        ("merge_image_metadata", "IMAGE_ID KEY VALUE"),
        ("get_image_metadata_item", "IMAGE_ID KEY"),
        ("set_image_metadata_item", "IMAGE_ID KEY VALUE"),
        ("delete_image_metadata_item", "IMAGE_ID KEY"),
        ("create_image", "NAME"),
        ("update_image", "IMAGE_ID NAME"),
        ("upload_image_data", "QUEUED_IMAGE_ID FILE"),
        ("download_image_data", "IMAGE_ID OUTPUT"),
        ("deactivate_image", "IMAGE_ID"),
        ("reactivate_image", "DEACTIVATED_IMAGE_ID"),
    ] {
        let sandbox = Sandbox::start();
        let stderr = format!("Error: expected the arguments {arguments}\n");
        let expected = ProgramOutput {
            code: Some(1),
            stdout: String::new(),
            stderr,
        };
        assert_eq!(run_at(&sandbox, name, &[]), expected, "{name}");
        assert_eq!(sandbox.requests(), []);
    }
}

#[test]
fn with_a_configured_cloud_the_samples_use_the_given_image() {
    let sandbox = Sandbox::builder().empty().start();
    let id = sandbox.add_image(NewImage::named("mine").metadata([("a", "1"), ("b", "2")]));
    for (name, rest, stdout) in [
        (
            "get_image",
            &[] as &[&str],
            "before: None None\nafter: Some(\"mine\") Some(Active)\n",
        ),
        (
            "retrieve_image_metadata",
            &[],
            "\"a\" = \"1\"\n\"b\" = \"2\"\n",
        ),
        ("get_image_metadata_item", &["b"], "\"2\"\n"),
        (
            "merge_image_metadata",
            &["a", "3"],
            "\"a\" = \"3\"\n\"b\" = \"2\"\n",
        ),
        ("set_image_metadata_item", &["b", "4"], "\"b\" = \"4\"\n"),
        ("delete_image_metadata_item", &["a"], "deleted \"a\"\n"),
        ("reset_image_metadata", &["c", "5"], "\"c\" = \"5\"\n"),
        ("list_images", &[], &format!("{id} \"mine\"\n")),
        ("delete_image", &[], &format!("deleted {id}\n")),
    ] {
        let arguments = if name.starts_with("list") {
            vec![]
        } else {
            [&[&*id], rest].concat()
        };
        let expected = ProgramOutput {
            code: Some(0),
            stdout: stdout.to_owned(),
            stderr: String::new(),
        };
        assert_eq!(run_at(&sandbox, name, &arguments), expected, "{name}");
    }
    assert!(!sandbox.has_image(&id));
}

#[test]
fn with_a_configured_cloud_the_samples_of_the_image_service_use_the_given_image() {
    let sandbox = Sandbox::builder().empty().start();
    let id = sandbox.add_image(NewImage::named("mine").status("queued"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (input, output) = (folder.join("uploaded"), folder.join("downloaded"));
    fs::write(&input, "data").expect("a file");
    let [input, output] = [&input, &output].map(|path| path.to_str().expect("UTF-8"));
    for (name, arguments, stdout) in [
        (
            "update_image",
            &[&*id, "new"] as &[&str],
            "updated Some(\"new\") Some(64)\n",
        ),
        ("upload_image_data", &[&id, input], "uploaded 4 bytes\n"),
        (
            "download_image_data",
            &[&id, output],
            "downloaded 4 bytes\n",
        ),
        ("deactivate_image", &[&id], &format!("deactivated {id}\n")),
        ("reactivate_image", &[&id], &format!("reactivated {id}\n")),
        ("list_images_sorted", &[], &format!("{id} \"new\"\n")),
    ] {
        let expected = ProgramOutput {
            code: Some(0),
            stdout: stdout.to_owned(),
            stderr: String::new(),
        };
        assert_eq!(run_at(&sandbox, name, arguments), expected, "{name}");
    }
    assert_eq!(fs::read_to_string(output).expect("a file"), "data");

    let result = run_at(&sandbox, "create_image", &["second"]);
    let second = result.stdout.trim().strip_prefix("created ");
    assert!(sandbox.has_image(second.expect("an id")), "{result:?}");
}
