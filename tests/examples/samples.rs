//! Every sample, as somebody runs it who has no cloud: in the sandbox. Those of
//! the `images` program are in `images_cli.rs`.

use std::time::Duration;

use crate::support::examples::{Ran, example, run_at};
use opencloud_sandbox::{NewImage, Sandbox};

const SANDBOX: &str = "no OS_* variable is set: using the built-in sandbox\n";
const NO_CLOUD: &str = "no cloud is configured: using the built-in sandbox\n";

#[track_caller]
fn run(name: &str, arguments: &[&str]) -> Ran {
    example(name)
        .args(arguments)
        .output()
        .expect("a process")
        .into()
}

/// What a sample says in the sandbox when it is run without an argument.
#[track_caller]
fn said(name: &str) -> String {
    let ran = run(name, &[]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (Some(0), SANDBOX),
        "{ran:?}"
    );
    ran.stdout
}

/// The text with ids replaced by `ID`.
fn without_ids(text: &str) -> String {
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
fn list_images_shows_those_that_are_ready() {
    let said = said("list_images");
    let mut lines = said.lines();
    assert_eq!(without_ids(lines.next().unwrap()), "ID \"sample\"");
    assert!(lines.any(|line| line.ends_with(" \"plain\"")), "{said}");
    assert!(!said.contains("queued"), "{said}");
}

#[test]
fn list_images_detail_shows_every_field_of_every_image() {
    let said = said("list_images_detail");
    for field in [
        "    name: Some(\n        \"sample\",",
        "    status: Some(\n        Saving,",
        "\"architecture\": Text(",
    ] {
        assert!(said.contains(field), "{field} is not in {said}");
    }
}

#[test]
fn get_image_knows_nothing_before_it_is_retrieved() {
    assert_eq!(
        said("get_image"),
        "before: None None\nafter: Some(\"sample\") Some(Active)\n"
    );
}

#[test]
fn delete_image_says_which() {
    assert_eq!(without_ids(&said("delete_image")), "deleted ID\n");
}

#[test]
fn retrieve_image_metadata_shows_all() {
    assert_eq!(
        said("retrieve_image_metadata"),
        "\"architecture\" = \"x86_64\"\n\"os\" = \"linux\"\n"
    );
}

#[test]
fn reset_image_metadata_leaves_only_what_was_given() {
    assert_eq!(
        said("reset_image_metadata"),
        "\"architecture\" = \"aarch64\"\n"
    );
}

#[test]
fn merge_image_metadata_leaves_the_others() {
    assert_eq!(
        said("merge_image_metadata"),
        "\"architecture\" = \"aarch64\"\n\"os\" = \"linux\"\n"
    );
}

#[test]
fn get_image_metadata_item_shows_its_value() {
    assert_eq!(said("get_image_metadata_item"), "\"x86_64\"\n");
}

#[test]
fn set_image_metadata_item_shows_what_is_known() {
    assert_eq!(
        said("set_image_metadata_item"),
        "\"architecture\" = \"aarch64\"\n"
    );
}

#[test]
fn delete_image_metadata_item_says_which() {
    assert_eq!(
        said("delete_image_metadata_item"),
        "deleted \"architecture\"\n"
    );
}

#[test]
fn newest_image_prints_the_id_alone() {
    let ran = run("newest_image", &["sam"]);
    assert_eq!(
        (ran.code, without_ids(&ran.stdout).as_str()),
        (Some(0), "ID\n"),
        "{ran:?}"
    );
    assert_eq!(ran.stderr, format!("{NO_CLOUD}found \"sample\"\n"));
}

#[test]
fn newest_image_takes_the_newest_that_is_ready() {
    let sandbox = Sandbox::builder().empty().start();
    let day = Duration::from_secs(86_400);
    sandbox.add_image(NewImage::named("web-1").age(3 * day));
    let newest = sandbox.add_image(NewImage::named("web-3").age(day));
    sandbox.add_image(NewImage::named("web-2").age(2 * day));
    sandbox.add_image(NewImage::named("web-4").status("queued"));
    sandbox.add_image(NewImage::named("not web-5"));
    sandbox.add_image(NewImage::nameless());
    let ran = run_at(&sandbox, "newest_image", &["web-"]);
    assert_eq!(
        (ran.code, ran.stdout),
        (Some(0), format!("{newest}\n")),
        "{}",
        ran.stderr
    );
    assert_eq!(ran.stderr, "found \"web-3\"\n");
}

#[test]
fn newest_image_fails_when_there_is_none() {
    let sandbox = Sandbox::builder().empty().start();
    sandbox.add_image(NewImage::named("web-4").status("queued"));
    let stderr = "Error: there is no ACTIVE image whose name begins with \"web-\"\n".to_owned();
    let expected = Ran {
        code: Some(1),
        stdout: String::new(),
        stderr,
    };
    assert_eq!(run_at(&sandbox, "newest_image", &["web-"]), expected);
}

#[test]
fn prune_images_works_in_the_sandbox() {
    let ran = run("prune_images", &["--name", "sample", "--older-than", "0"]);
    assert_eq!(
        (ran.code, without_ids(&ran.stdout).as_str()),
        (Some(0), "ID\n"),
        "{ran:?}"
    );
    let (first, summary) = ran.stderr.split_once('\n').expect("two lines");
    assert_eq!(format!("{first}\n"), NO_CLOUD);
    assert!(
        summary.ends_with(" images seen, deleted 1, failed to delete 0\n"),
        "{summary}"
    );
}

#[test]
fn prune_images_deletes_what_is_old_and_of_that_name_and_goes_on_after_a_failure() {
    let sandbox = Sandbox::builder().empty().start();
    let old = |name: &str| NewImage::named(name).age(Duration::from_secs(31 * 86_400));
    let first = sandbox.add_image(old("nightly-1"));
    let locked = sandbox.add_image(old("nightly-2").protected());
    let second = sandbox.add_image(old("nightly-3"));
    sandbox.add_image(old("release-1"));
    sandbox.add_image(NewImage::named("nightly-4").age(Duration::from_secs(29 * 86_400)));
    let arguments = ["--name", "nightly-", "--older-than", "30"];

    let ran = run_at(
        &sandbox,
        "prune_images",
        &[&arguments[..], &["--dry-run"]].concat(),
    );
    let mut ids: Vec<_> = ran.stdout.lines().collect();
    let mut expected = [&first, &locked, &second];
    ids.sort_unstable();
    expected.sort_unstable();
    assert_eq!(
        (ran.code, ids),
        (Some(0), expected.map(String::as_str).to_vec())
    );
    assert_eq!(
        ran.stderr,
        "5 images seen, would delete 3, failed to delete 0\n"
    );
    assert_eq!(sandbox.image_count(), 5);

    let ran = run_at(&sandbox, "prune_images", &arguments);
    let mut ids: Vec<_> = ran.stdout.lines().collect();
    let mut expected = [&first, &second];
    ids.sort_unstable();
    expected.sort_unstable();
    assert_eq!(
        (ran.code, ids),
        (Some(1), expected.map(String::as_str).to_vec())
    );
    let said = format!(
        "\"nightly-2\": DELETE {}/images/{locked}: 403 Forbidden: You are not allowed to delete \
         the image. (request id REQUEST)\n\
         5 images seen, deleted 2, failed to delete 1\n",
        sandbox.compute_url()
    );
    assert_eq!(ran.stderr, said);
    assert_eq!(
        (sandbox.image_count(), sandbox.has_image(&locked)),
        (3, true)
    );
}

#[test]
fn at_a_real_cloud_nothing_is_chosen_for_the_user() {
    for (name, wanted) in [
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
        let stderr = format!("Error: say what to work on: this sample takes {wanted}\n");
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
fn at_a_real_cloud_the_image_of_the_command_line_is_used() {
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
