//! The samples, run against the sandbox.

use crate::support::examples::{Ran, example, run_at};
use opencloud_sandbox::{NewImage, Sandbox};

pub(super) const NO_CLOUD: &str = "no cloud is configured: using the built-in sandbox; each run starts a new one, so changes are not kept\n";

#[track_caller]
pub(super) fn run(name: &str, arguments: &[&str]) -> Ran {
    example(name)
        .args(arguments)
        .output()
        .expect("a process")
        .into()
}

/// The output of a sample in the built-in sandbox, without arguments.
#[track_caller]
fn stdout(name: &str) -> String {
    let ran = run(name, &[]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (Some(0), NO_CLOUD),
        "{ran:?}"
    );
    ran.stdout
}

/// The text with ids replaced by `ID`.
pub(super) fn without_ids(text: &str) -> String {
    let is_id = |word: &str| word.len() == 36 && word.split('-').count() == 5;
    let words = text.split(' ').map(|word| {
        if is_id(word.trim()) {
            word.replace(word.trim(), "ID")
        } else {
            word.to_owned()
        }
    });
    words.collect::<Vec<_>>().join(" ")
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
fn list_images_detail_prints_every_field() {
    let output = stdout("list_images_detail");
    for field in [
        "    name: Some(\n        \"sample\",",
        "    status: Some(\n        Saving,",
        "\"architecture\": Text(",
    ] {
        assert!(output.contains(field), "{field} is not in {output}");
    }
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
    ] {
        let sandbox = Sandbox::start();
        let stderr = format!("Error: expected the arguments {arguments}\n");
        let expected = Ran {
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
        let expected = Ran {
            code: Some(0),
            stdout: stdout.to_owned(),
            stderr: String::new(),
        };
        assert_eq!(run_at(&sandbox, name, &arguments), expected, "{name}");
    }
    assert!(!sandbox.has_image(&id));
}
