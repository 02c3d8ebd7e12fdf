//! `images show` and `images delete`.

use opencloud_sandbox::{NewImage, Sandbox};

use super::{MISSING, OLD, WEB, done, failed, images, sent, two_images};

#[test]
fn show_prints_every_field_that_is_set() {
    let sandbox = two_images();
    let (url, image_url) = (sandbox.compute_url(), sandbox.image_url());
    let bookmark = url.trim_end_matches("/v2.1");
    let expected = format!(
        "id            {WEB}\n\
         name          web\n\
         status        ACTIVE\n\
         progress      100\n\
         size          2048\n\
         min_disk      20\n\
         min_ram       0\n\
         created       TIME\n\
         updated       TIME\n\
         metadata      architecture = x86_64\n\
         metadata      os = linux\n\
         link          self {url}/images/{WEB}\n\
         link          bookmark {bookmark}/images/{WEB}\n\
         link          alternate {image_url}//images/{WEB}\n"
    );
    assert_eq!(images(&sandbox, &["show", WEB]), done(expected));
    assert_eq!(sent(&sandbox), [format!("GET /images/{WEB}")]);
}

#[test]
fn show_prints_the_server_and_disk_config_of_a_snapshot() {
    let sandbox = Sandbox::builder().empty().start();
    let server = "33333333-3333-4333-8333-333333333333";
    let items = [("instance_uuid", server), ("auto_disk_config", "True")];
    sandbox.add_image(NewImage::named("snapshot").id(WEB).metadata(items));
    let result = images(&sandbox, &["show", WEB]);
    let lines: Vec<_> = result.stdout.lines().skip(9).take(2).collect();
    assert_eq!(
        lines,
        [&format!("server        {server}"), "disk_config   AUTO"]
    );
}

#[test]
fn with_json_show_prints_one_line_of_novas_json() {
    let sandbox = two_images();
    let result = images(&sandbox, &["show", "--json", OLD]);
    let listed = images(
        &sandbox,
        &["list", "--json", "--detailed", "--status", "queued"],
    );
    assert_eq!(result, listed);
    assert!(
        result
            .stdout
            .starts_with(&format!(r#"{{"id":"{OLD}","minRam":64,"minDisk":0,"#))
    );
}

#[test]
fn control_characters_are_escaped_in_text_and_json() {
    let sandbox = Sandbox::builder().empty().start();
    let name = "a\u{1b}[31m\r\nb\u{202e}c\u{7f}";
    sandbox.add_image(
        NewImage::named(name)
            .id(WEB)
            .metadata([("k", "1\n2\u{9b}")]),
    );
    let escaped = r"a\u{1b}[31m\r\nb\u{202e}c\u{7f}";
    let list = format!("{:36}  NAME\n{WEB}  {escaped}\n", "ID");
    assert_eq!(images(&sandbox, &["list"]), done(list));
    let shown = images(&sandbox, &["show", WEB]).stdout;
    let lines: Vec<_> = shown.lines().filter(|line| line.contains('\\')).collect();
    assert_eq!(
        lines,
        [
            &format!("name          {escaped}"),
            r"metadata      k = 1\n2\u{9b}"
        ]
    );
    assert_eq!(
        images(&sandbox, &["metadata", WEB]),
        done("KEY  VALUE\nk    1\\n2\\u{9b}\n")
    );
    assert_eq!(images(&sandbox, &["get", WEB, "k"]), done("1\\n2\\u{9b}\n"));
    assert_eq!(
        images(&sandbox, &["--json", "get", WEB, "k"]),
        done("\"1\\n2\\u009b\"\n")
    );
    let json = images(&sandbox, &["--json", "list"]).stdout;
    assert!(
        json.contains(r#""a\u001b[31m\r\nb\u202ec\u007f""#),
        "{json}"
    );
}

#[test]
fn a_missing_image_is_reported_with_the_message_of_the_server() {
    let sandbox = two_images();
    let url = sandbox.compute_url();
    let message = format!(
        "images: GET {url}/images/{MISSING}: 404 Not Found: Image not found. (request id REQUEST)\n"
    );
    assert_eq!(images(&sandbox, &["show", MISSING]), failed(message));
}

#[test]
fn delete_prints_nothing() {
    let sandbox = two_images();
    assert_eq!(images(&sandbox, &["delete", WEB, OLD]), done(""));
    assert_eq!(
        sent(&sandbox),
        [
            format!("DELETE /images/{WEB}"),
            format!("DELETE /images/{OLD}")
        ]
    );
    assert_eq!(
        (sandbox.has_image(WEB), sandbox.has_image(OLD)),
        (false, false)
    );
}

#[test]
fn delete_continues_after_an_error() {
    let sandbox = two_images();
    let locked = sandbox.add_image(NewImage::named("locked").protected());
    let url = sandbox.compute_url();
    let message = format!(
        "images: DELETE {url}/images/{locked}: 403 Forbidden: You are not allowed to delete the \
         image. (request id REQUEST)\n\
         images: DELETE {url}/images/{MISSING}: 404 Not Found: Image not found. \
         (request id REQUEST)\n"
    );
    assert_eq!(
        images(&sandbox, &["delete", &locked, WEB, MISSING, OLD]),
        failed(message)
    );
    assert_eq!(
        (sandbox.has_image(WEB), sandbox.has_image(OLD)),
        (false, false)
    );
    assert!(sandbox.has_image(&locked));
}
