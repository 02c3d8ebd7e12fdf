//! `images list`.

use opencloud_sandbox::{Fault, Sandbox};

use super::{OLD, ProgramOutput, WEB, done, images, program, sent, two_images};

#[test]
fn a_list_is_a_table_of_ids_and_names() {
    let expected = format!("{:36}  NAME\n{WEB}  web\n{OLD}  -\n", "ID");
    assert_eq!(images(&two_images(), &["list"]), done(expected));
}

#[test]
fn a_detailed_list_has_a_column_for_each_important_field() {
    let head = "ID                                    STATUS               SIZE  MIN_DISK   MIN_RAM  UPDATED               NAME";
    let web = format!("{WEB}  ACTIVE               2048        20         0  TIME  web");
    let old = format!("{OLD}  SAVING                  0         0        64  TIME  -");
    let expected = format!("{head}\n{web}\n{old}\n");
    assert_eq!(
        images(&two_images(), &["list", "--detailed"]),
        done(expected)
    );
}

#[test]
fn with_json_each_image_is_one_line_of_novas_json() {
    let sandbox = two_images();
    let (url, image_url) = (sandbox.compute_url(), sandbox.image_url());
    let bookmark = url.trim_end_matches("/v2.1");
    let links = |id: &str| {
        format!(
            r#""links":[{{"rel":"self","href":"{url}/images/{id}"}},{{"rel":"bookmark","href":"{bookmark}/images/{id}"}},{{"rel":"alternate","href":"{image_url}//images/{id}","type":"application/vnd.openstack.image"}}]"#
        )
    };
    let web = format!(r#"{{"id":"{WEB}","name":"web",{}}}"#, links(WEB));
    let old = format!(r#"{{"id":"{OLD}",{},"name":null}}"#, links(OLD));
    assert_eq!(
        images(&sandbox, &["--json", "list"]),
        done(format!("{web}\n{old}\n"))
    );

    let web = format!(
        r#"{{"id":"{WEB}","name":"web","minRam":0,"minDisk":20,"metadata":{{"architecture":"x86_64","os":"linux"}},"created":"TIME","updated":"TIME","status":"ACTIVE","progress":100,"OS-EXT-IMG-SIZE:size":2048,{}}}"#,
        links(WEB)
    );
    assert_eq!(
        images(&sandbox, &["list", "--detailed", "--name", "web", "--json"]),
        done(format!("{web}\n"))
    );
}

#[test]
fn an_empty_list_prints_nothing() {
    let sandbox = Sandbox::builder().empty().start();
    assert_eq!(images(&sandbox, &["list", "--detailed"]), done(""));
    assert_eq!(images(&sandbox, &["list", "--json"]), done(""));
}

#[test]
fn every_filter_option_is_sent() {
    let sandbox = two_images();
    let filters = [
        ["--name", "a b"],
        ["--status", "SAVING"],
        ["--type", "snapshot"],
        ["--server", "http://nova/servers/1"],
        ["--changes-since", "2026-11-23T12:00:00+01:00"],
        ["--min-disk", "20"],
        ["--min-ram", "512"],
        ["--page-size", "7"],
    ];
    let arguments: Vec<_> = ["list"]
        .into_iter()
        .chain(filters.into_iter().flatten())
        .collect();
    assert_eq!(images(&sandbox, &arguments), done(""));
    let mut query: Vec<String> = sent(&sandbox)
        .concat()
        .split(['?', '&'])
        .map(str::to_owned)
        .collect();
    query[1..].sort();
    let expected = [
        "GET /images",
        "changes-since=2026-11-23T12%3A00%3A00%2B01%3A00",
        "limit=7",
        "minDisk=20",
        "minRam=512",
        "name=a+b",
        "server=http%3A%2F%2Fnova%2Fservers%2F1",
        "status=in%3Aqueued%2Csaving",
        "type=snapshot",
    ];
    assert_eq!(query, expected);
}

#[test]
fn an_unknown_status_is_sent_unchanged() {
    let sandbox = two_images();
    assert_eq!(
        images(&sandbox, &["list", "--status", "queued", "--json"])
            .stdout
            .lines()
            .count(),
        1
    );
    assert_eq!(
        sent(&sandbox),
        ["GET /images?status=queued&page_size=1000&limit=1000"]
    );
}

#[test]
fn limit_applies_to_all_images_and_page_size_to_each_page() {
    let sandbox = Sandbox::builder().empty().start();
    sandbox.add_images(10);
    let result = images(
        &sandbox,
        &["list", "--limit", "5", "--page-size", "2", "--json"],
    );
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
fn a_limit_of_0_prints_no_image_and_sends_no_request() {
    let sandbox = two_images();
    assert_eq!(images(&sandbox, &["list", "--limit", "0"]), done(""));
    assert_eq!(sandbox.requests(), []);
}

#[test]
fn images_before_an_error_are_printed() {
    let sandbox = two_images();
    let body = r#"{"forbidden": {"code": 403, "message": "Enough."}}"#;
    sandbox.fail(Fault::status(403).body(body).on("GET", "marker="));
    let result = images(&sandbox, &["list", "--page-size", "1"]);
    let url = sandbox.compute_url();
    let expected = ProgramOutput {
        code: Some(1),
        stdout: format!("{:36}  NAME\n{WEB}  web\n", "ID"),
        stderr: format!("images: GET {url}/images?limit=1&marker={WEB}: 403 Forbidden: Enough.\n"),
    };
    assert_eq!(result, expected);
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    let sandbox = Sandbox::builder().empty().start();
    // More output than a pipe buffers, so that the program is still writing.
    sandbox.add_images(500);
    let mut command = program(&sandbox);
    command.args(["list", "--detailed", "--json"]);
    command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let mut child = command.spawn().expect("a process");
    drop(child.stdout.take());
    let result = ProgramOutput::from(child.wait_with_output().expect("an exit status"));
    assert_eq!(result, done(""));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .expect("/dev/full");
    let output = program(&two_images())
        .arg("list")
        .stdout(full)
        .output()
        .expect("a process");
    let message = "images: cannot write to stdout: No space left on device (os error 28)\n";
    assert_eq!(ProgramOutput::from(output), super::failed(message));
}
