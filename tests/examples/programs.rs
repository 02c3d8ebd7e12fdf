//! The programs `newest_image`, `prune_images` and `publish_image`, and all examples on
//! a closed pipe.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use opencloud::OpenStack;
use opencloud::image::v2::ImageStatus;

use super::samples::{NO_CLOUD, run, without_ids};
use crate::support::examples::{ProgramOutput, example, example_at, run_at};
use opencloud_sandbox::{Fault, NewImage, Sandbox};

#[test]
fn newest_image_prints_only_the_id_on_stdout() {
    let result = run("newest_image", &["sam"]);
    assert_eq!(
        (result.code, without_ids(&result.stdout).as_str()),
        (Some(0), "ID\n"),
        "{result:?}"
    );
    assert_eq!(result.stderr, format!("{NO_CLOUD}found \"sample\"\n"));
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
    let result = run_at(&sandbox, "newest_image", &["web-"]);
    assert_eq!(
        (result.code, result.stdout),
        (Some(0), format!("{newest}\n")),
        "{}",
        result.stderr
    );
    assert_eq!(result.stderr, "found \"web-3\"\n");
}

#[test]
fn newest_image_fails_without_a_matching_image() {
    let sandbox = Sandbox::builder().empty().start();
    sandbox.add_image(NewImage::named("web-4").status("queued"));
    let stderr = "Error: there is no active image whose name begins with \"web-\"
"
    .to_owned();
    let expected = ProgramOutput {
        code: Some(1),
        stdout: String::new(),
        stderr,
    };
    assert_eq!(run_at(&sandbox, "newest_image", &["web-"]), expected);
}

#[test]
fn prune_images_runs_in_the_built_in_sandbox() {
    let result = run("prune_images", &["--name", "sample", "--older-than", "0"]);
    assert_eq!(
        (result.code, without_ids(&result.stdout).as_str()),
        (Some(0), "ID\n"),
        "{result:?}"
    );
    let (first, summary) = result.stderr.split_once('\n').expect("two lines");
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

    let result = run_at(
        &sandbox,
        "prune_images",
        &[&arguments[..], &["--dry-run"]].concat(),
    );
    let mut ids: Vec<_> = result.stdout.lines().collect();
    let mut expected = [&first, &locked, &second];
    ids.sort_unstable();
    expected.sort_unstable();
    assert_eq!(
        (result.code, ids),
        (Some(0), expected.map(String::as_str).to_vec())
    );
    assert_eq!(
        result.stderr,
        "5 images seen, would delete 3, failed to delete 0\n"
    );
    assert_eq!(sandbox.image_count(), 5);

    let result = run_at(&sandbox, "prune_images", &arguments);
    let mut ids: Vec<_> = result.stdout.lines().collect();
    let mut expected = [&first, &second];
    ids.sort_unstable();
    expected.sort_unstable();
    assert_eq!(
        (result.code, ids),
        (Some(1), expected.map(String::as_str).to_vec())
    );
    let stderr = format!(
        "\"nightly-2\": DELETE {}/v2/images/{locked}: 403 Forbidden: Image {locked} is protected \
         and cannot be deleted. (request id REQUEST)\n\
         5 images seen, deleted 2, failed to delete 1\n",
        sandbox.image_url()
    );
    assert_eq!(result.stderr, stderr);
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
    let result = ProgramOutput::from(output.expect("the program `script`"));
    assert_eq!(result.code, Some(0), "{result:?}");
    assert!(
        result.stdout.contains("images seen, would delete 0"),
        "{result:?}"
    );
    assert!(!result.stdout.contains("deleted"), "{result:?}");
    assert_eq!(sandbox.image_count(), 3);
}

#[test]
fn publish_image_runs_in_the_built_in_sandbox() {
    let result = run("publish_image", &[]);
    assert_eq!(
        (result.code, without_ids(&result.stdout).as_str()),
        (Some(0), "ID\n"),
        "{result:?}"
    );
    let uploaded = "uploaded 1048576 bytes, verified size and hash\n";
    assert_eq!(result.stderr, format!("{NO_CLOUD}{uploaded}"));
}

/// A file that can be uploaded.
fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, "the data").expect("a file");
    path.to_str().expect("UTF-8").to_owned()
}

#[test]
fn publish_image_uploads_the_file_and_prints_the_id() {
    let sandbox = Sandbox::builder().empty().start();
    let arguments = [&*file("published"), "--name", "debian-13"];
    let result = run_at(&sandbox, "publish_image", &arguments);
    assert_eq!(
        (result.code, result.stderr.as_str()),
        (Some(0), "uploaded 8 bytes, verified size and hash\n")
    );

    let openstack = OpenStack::new(sandbox.options()).expect("options");
    let images = openstack.images_v2().expect("an endpoint");
    let mut image = images.get_image(result.stdout.trim());
    let mut data = Vec::new();
    image.download_data(&mut data).expect("the data");
    assert_eq!(data, b"the data");
    assert_eq!(image.name.as_deref(), Some("debian-13"));
    assert_eq!(image.status, Some(ImageStatus::Active));
}

#[test]
fn publish_image_deletes_the_image_if_the_upload_fails() {
    let sandbox = Sandbox::builder().empty().start();
    let arguments = [&*file("rejected"), "--disk-format", "qcow2"];
    let result = run_at(&sandbox, "publish_image", &arguments);
    assert_eq!(
        (result.code, result.stdout.as_str()),
        (Some(1), ""),
        "{result:?}"
    );
    let requests = sandbox.requests();
    let upload = requests.iter().find(|request| request.method == "PUT");
    let target = &upload.expect("an upload").target;
    let (_, id) = target.split_once("images/").expect("a path");
    let id = id.trim_end_matches("/file");
    let url = sandbox.image_url();
    let stderr = format!(
        "deleted image {id}\n\
         Error: PUT {url}/v2/images/{id}/file: 415 Unsupported Media Type: The request media type \
         application/octet-stream is not supported by this server. Image disk_format qcow2 does \
         not match stream data raw (the image cannot be used any more: delete it) (request id \
         REQUEST)\n"
    );
    assert_eq!(result.stderr, stderr);
    assert_eq!(sandbox.image_count(), 0);
}

#[test]
fn publish_image_reports_an_image_that_it_cannot_delete() {
    let sandbox = Sandbox::builder().empty().start();
    sandbox.fail(Fault::status(403).body("{}").on("DELETE", "/images"));
    let arguments = [&*file("kept"), "--disk-format", "qcow2"];
    let result = run_at(&sandbox, "publish_image", &arguments);
    assert_eq!(
        (result.code, result.stdout.as_str()),
        (Some(1), ""),
        "{result:?}"
    );
    let begin = format!(
        "cannot delete the image: DELETE {}/v2/images/",
        sandbox.image_url()
    );
    assert!(result.stderr.starts_with(&begin), "{result:?}");
    assert!(result.stderr.contains("\nError: PUT "), "{result:?}");
    assert_eq!(sandbox.image_count(), 1);
}

#[test]
fn publish_image_creates_no_image_without_a_file() {
    let sandbox = Sandbox::builder().empty().start();
    let result = run_at(&sandbox, "publish_image", &[]);
    let stderr = "error: no FILE to upload\n\n\
                  Usage: publish_image [OPTIONS] [FILE]\n\n\
                  For more information, try '--help'.\n";
    let expected = ProgramOutput {
        code: Some(2),
        stdout: String::new(),
        stderr: stderr.to_owned(),
    };
    assert_eq!(result, expected);

    let result = run_at(&sandbox, "publish_image", &["/nonexistent/file"]);
    assert_eq!((result.code, result.stdout.as_str()), (Some(1), ""));
    let begin = "Error: cannot open /nonexistent/file\n";
    assert!(result.stderr.starts_with(begin), "{result:?}");
    assert_eq!(sandbox.requests(), []);
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
        ("create_image", ""),
        ("deactivate_image", ""),
        ("delete_image", ""),
        ("delete_image_metadata_item", ""),
        ("download_image_data", ""),
        ("get_image", ""),
        ("get_image_metadata_item", ""),
        ("images", "list"),
        ("images", "list --api image"),
        ("images", "--help"),
        ("images", "config"),
        ("list_images", ""),
        ("list_images_detail", ""),
        ("list_images_sorted", ""),
        ("merge_image_metadata", ""),
        ("newest_image", "sample"),
        ("newest_image", "--help"),
        ("prune_images", "--name sample --older-than 0 --dry-run"),
        ("prune_images", "--name sample --older-than 0"),
        ("prune_images", "--name none --older-than 0"),
        ("publish_image", ""),
        ("publish_image", "--help"),
        ("reactivate_image", ""),
        ("reset_image_metadata", ""),
        ("retrieve_image_metadata", ""),
        ("set_image_metadata_item", ""),
        ("update_image", ""),
        ("upload_image_data", ""),
    ] {
        let run = |stderr: Stdio| {
            let mut command = example(name);
            command.args(arguments.split_whitespace());
            let child = command.stdout(closed()).stderr(stderr).spawn();
            let output = child.expect("a process").wait_with_output();
            ProgramOutput::from(output.expect("an exit status"))
        };
        let result = run(Stdio::piped());
        assert_eq!(result.code, Some(0), "{name} {arguments}: {result:?}");
        assert!(
            !result.stderr.contains("panicked"),
            "{name} {arguments}: {result:?}"
        );
        assert_eq!(run(closed()).code, Some(0), "{name} {arguments}");
    }
}
