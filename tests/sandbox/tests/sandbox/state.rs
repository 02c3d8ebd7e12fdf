//! The functions that change and inspect the sandbox.

use opencloud_sandbox::{NewImage, Sandbox};

use crate::http::{host, nova, send};

#[test]
fn requests_are_recorded_unchanged() {
    let sandbox = Sandbox::start();
    send(
        &sandbox,
        "POST",
        "/nowhere?a=%20",
        &[("X-One", "1"), ("x-two", " 2")],
        "body",
    );
    let requests = sandbox.requests();
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        ("POST", "/nowhere?a=%20")
    );
    let names: Vec<&str> = request
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(names, ["Host", "X-One", "x-two", "Content-Length"]);
    assert_eq!(request.header("X-TWO"), Some("2"));
    assert_eq!(request.body, b"body");
    sandbox.clear_requests();
    assert_eq!(sandbox.requests(), []);
}

#[test]
fn debug_hides_the_secrets_of_a_request() {
    let sandbox = Sandbox::start();
    let headers = [
        ("X-Auth-Token", "secret-token"),
        ("X-Subject-Token", "secret-token"),
        ("A", "b"),
    ];
    send(
        &sandbox,
        "POST",
        "/identity/v3/auth/tokens",
        &headers,
        "secret",
    );
    send(&sandbox, "POST", "/x", &[], "shown");
    let host = host(&sandbox);
    assert_eq!(
        format!("{:?}", sandbox.requests()),
        format!(
            "[Request {{ method: \"POST\", target: \"/identity/v3/auth/tokens\", headers: [\"Host: {host}\", \
             \"X-Auth-Token: ***\", \"X-Subject-Token: ***\", \"A: b\", \"Content-Length: 6\"], body: \"***\", .. }}, \
             Request {{ method: \"POST\", target: \"/x\", headers: [\"Host: {host}\", \"Content-Length: 5\"], \
             body: \"shown\", .. }}]"
        )
    );
}

#[test]
fn added_images_are_sorted_and_numbered() {
    let sandbox = Sandbox::builder().empty().start();
    let ids = sandbox.add_images(3);
    let names = || {
        let (_, body) = nova(&sandbox, "GET", "/images", "");
        let names = body
            .split("\"name\": \"")
            .skip(1)
            .map(|it| it.split('"').next().unwrap().to_owned());
        names.collect::<Vec<String>>()
    };
    assert_eq!(names(), ["seed-00001", "seed-00002", "seed-00003"]);
    sandbox.delete_image(&ids[1]);
    sandbox.add_images(1);
    assert_eq!(names(), ["seed-00004", "seed-00001", "seed-00003"]);
    assert_eq!(sandbox.image_count(), 3);
    assert_eq!(
        sandbox.metadata(&ids[0]).as_deref(),
        Some(r#"{"os_distro": "seed", "architecture": "x86_64"}"#)
    );
    assert_eq!(sandbox.metadata(&ids[1]), None);
}

#[test]
fn an_image_can_have_any_fields() {
    let sandbox = Sandbox::builder().empty().start();
    let id = sandbox.add_image(
        NewImage::nameless()
            .id("00000000-1111-4222-8333-444444444444")
            .status("saving")
            .min_disk(3)
            .min_ram(4)
            .size(5)
            .metadata([("a", "1")])
            .null("b"),
    );
    let (_, body) = nova(&sandbox, "GET", &format!("/images/{id}"), "");
    assert!(body.starts_with(
        r#"{"image": {"id": "00000000-1111-4222-8333-444444444444", "name": null, "minRam": 4, "minDisk": 3, "metadata": {"a": "1", "b": null}, "created": ""#
    ));
    assert!(body.contains(r#""status": "SAVING", "progress": 50, "OS-EXT-IMG-SIZE:size": 5, "#));
    sandbox.set_status(&id, "active");
    assert!(
        nova(&sandbox, "GET", &format!("/images/{id}"), "")
            .1
            .contains(r#""status": "ACTIVE", "progress": 100"#)
    );
}

#[test]
fn links_have_the_host_and_scheme_of_a_proxy() {
    let sandbox = Sandbox::start();
    let token = sandbox.token("demo");
    let path = format!("/compute/v2.1/images/{}", sandbox.image_id("plain"));
    let headers = [
        ("X-Auth-Token", token.as_str()),
        ("X-Forwarded-Proto", "https"),
    ];
    let response = send(&sandbox, "GET", &path, &headers, "");
    assert!(
        response
            .body
            .contains(&format!("\"https://{}{path}\"", host(&sandbox)))
    );
}

#[test]
fn settings_are_written_for_other_clients() {
    let sandbox = Sandbox::start();
    let directory = std::env::temp_dir().join(format!(
        "opencloud-sandbox-{}",
        host(&sandbox).replace(':', "-")
    ));
    sandbox.write_state(&directory).unwrap();
    let read = |name: &str| std::fs::read_to_string(directory.join(name)).unwrap();
    assert_eq!(read("openrc"), opencloud_sandbox::exports(&sandbox));
    assert!(read("openrc").contains(&format!("export OS_AUTH_URL={}\n", sandbox.auth_url())));
    let clouds = read("clouds.yaml");
    for cloud in ["demo", "demo-reader", "other", "admin", "demo-app"] {
        assert!(clouds.contains(&format!("\n  {cloud}:\n")), "{cloud}");
    }
    assert!(
        read("cloud.json").contains(&format!(" \"compute\": \"{}\",\n", sandbox.compute_url()))
    );
    for user in ["demo", "demo-reader", "other", "admin"] {
        let id = format!("  \"{user}\": {{\"id\": \"{}\", ", sandbox.user_id(user));
        assert!(read("cloud.json").contains(&id), "{user}");
    }
    assert!(read("images.json").contains(&format!(
        "\n \"plain\": \"{}\",\n",
        sandbox.image_id("plain")
    )));
    std::fs::remove_dir_all(directory).unwrap();
}
