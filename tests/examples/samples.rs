//! The samples and the small programs, run against the sandbox.

use std::process::Command;
use std::time::Duration;

use crate::support::examples::{Ran, example, example_at, run_at};
use opencloud_sandbox::{NewImage, Sandbox};

const NO_CLOUD: &str = "no cloud is configured: using the built-in sandbox; each run starts a new one, so changes are not kept\n";

#[track_caller]
fn run(name: &str, arguments: &[&str]) -> Ran {
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
fn newest_image_prints_only_the_id_on_stdout() {
    let ran = run("newest_image", &["sam"]);
    assert_eq!(
        (ran.code, without_ids(&ran.stdout).as_str()),
        (Some(0), "ID\n"),
        "{ran:?}"
    );
    assert_eq!(ran.stderr, format!("{NO_CLOUD}found \"sample\"\n"));
}

#[test]
fn newest_image_selects_the_newest_active_image() {
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
fn newest_image_fails_without_a_matching_image() {
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
fn prune_images_runs_in_the_built_in_sandbox() {
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
fn prune_images_deletes_old_images_by_name_and_continues_after_a_failure() {
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
    let stderr = format!(
        "\"nightly-2\": DELETE {}/images/{locked}: 403 Forbidden: You are not allowed to delete \
         the image. (request id REQUEST)\n\
         5 images seen, deleted 2, failed to delete 1\n",
        sandbox.compute_url()
    );
    assert_eq!(ran.stderr, stderr);
    assert_eq!(
        (sandbox.image_count(), sandbox.has_image(&locked)),
        (3, true)
    );
}

/// The bar is drawn only on a terminal, which `script` provides.
#[cfg(target_os = "linux")]
#[test]
fn the_progress_of_a_dry_run_does_not_report_deleted_images() {
    let sandbox = Sandbox::builder().empty().start();
    sandbox.add_images(3);
    let dry_run = example_at(&sandbox, "prune_images");
    let program = dry_run.get_program().to_str().expect("UTF-8");
    let arguments = "--name seed --older-than 0 --dry-run";
    let output = Command::new("script")
        .args(["-qec", &format!("{program} {arguments}"), "/dev/null"])
        .env_clear()
        .envs(
            dry_run
                .get_envs()
                .filter_map(|(key, value)| Some((key, value?))),
        )
        .env("TERM", "xterm")
        .output();
    let ran = Ran::from(output.expect("the program `script`"));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.stdout.contains("images seen, would delete 0"),
        "{ran:?}"
    );
    assert!(!ran.stdout.contains("deleted"), "{ran:?}");
    assert_eq!(sandbox.image_count(), 3);
}

/// `println!` and `eprintln!` would panic.
#[cfg(unix)]
#[test]
fn a_closed_pipe_ends_each_example_without_a_panic() {
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;
    use std::process::Stdio;

    let closed = || {
        let (writer, _) = UnixStream::pair().expect("two sockets");
        Stdio::from(OwnedFd::from(writer))
    };
    for (name, arguments) in [
        ("delete_image", ""),
        ("delete_image_metadata_item", ""),
        ("get_image", ""),
        ("get_image_metadata_item", ""),
        ("images", "list"),
        ("images", "--help"),
        ("images", "config"),
        ("list_images", ""),
        ("list_images_detail", ""),
        ("merge_image_metadata", ""),
        ("newest_image", "sample"),
        ("newest_image", "--help"),
        ("prune_images", "--name sample --older-than 0 --dry-run"),
        ("prune_images", "--name sample --older-than 0"),
        ("prune_images", "--name none --older-than 0"),
        ("reset_image_metadata", ""),
        ("retrieve_image_metadata", ""),
        ("set_image_metadata_item", ""),
    ] {
        let run = |stderr: Stdio| {
            let mut command = example(name);
            command.args(arguments.split_whitespace());
            let child = command.stdout(closed()).stderr(stderr).spawn();
            let output = child.expect("a process").wait_with_output();
            Ran::from(output.expect("an exit status"))
        };
        let ran = run(Stdio::piped());
        assert_eq!(ran.code, Some(0), "{name} {arguments}: {ran:?}");
        assert!(
            !ran.stderr.contains("panicked"),
            "{name} {arguments}: {ran:?}"
        );
        assert_eq!(run(closed()).code, Some(0), "{name} {arguments}");
    }
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
