//! The seed images: one of every kind.

use crate::cloud::Cloud;
use crate::json::Json;
use crate::new_image::NewImage;

/// Creates the seed images in the order of `tests/real-cloud/populate.py`.
pub(crate) fn seed(cloud: &mut Cloud) {
    for (label, image) in images(cloud) {
        let id = cloud.add_image(image.repeated(label));
        cloud.labels.push((label, id));
    }
}

#[allow(clippy::too_many_lines, reason = "a table")]
fn images(cloud: &Cloud) -> Vec<(&'static str, NewImage)> {
    let project = cloud.project("demo").unwrap_or_default().to_owned();
    let user = cloud
        .user("demo")
        .map_or("", |it| it.id.as_str())
        .to_owned();
    let public = |name: &str| NewImage::named(name).owner("admin").visibility("public");
    let named = |name: &str| NewImage::named(name);
    let many: Vec<_> = (0..120)
        .map(|n| (format!("key_{n:03}"), format!("value {n}")))
        .collect();
    vec![
        (
            "public-small",
            public("cirros-0.6.2-x86_64-disk")
                .size(16384)
                .min_disk(1)
                .min_ram(64)
                .metadata([("os_distro", "cirros"), ("hw_rng_model", "virtio")]),
        ),
        (
            "public-large",
            public("Ubuntu 24.04 LTS (Noble Numbat)")
                .size(65536)
                .min_disk(10)
                .min_ram(2048)
                .metadata([
                    ("os_distro", "ubuntu"),
                    ("os_version", "24.04"),
                    ("architecture", "x86_64"),
                    ("hw_disk_bus", "scsi"),
                    ("hw_scsi_model", "virtio-scsi"),
                ]),
        ),
        ("plain", named("plain").size(512)),
        (
            "unicode",
            named("образ データ café")
                .size(1024)
                .metadata([("описание", "значение 値")])
                .tag("тег")
                .tag("two words"),
        ),
        ("odd-name", named("a/b?c=d&e%20f #\"quoted\"\t'x' <y> \\z")),
        ("long-name", named(&"n".repeat(255))),
        ("nameless", NewImage::nameless()),
        ("empty-name", named("")),
        ("twin-1", named("twin")),
        ("twin-2", named("twin")),
        ("queued", named("queued, no data yet").status("queued")),
        ("no-bytes", named("active with no bytes").size(0)),
        ("protected", named("protected").protected()),
        ("hidden", named("hidden").hidden()),
        ("deactivated", named("deactivated").status("deactivated")),
        ("snapshot", snapshot(&project, &user)),
        ("volume-snapshot", volume_snapshot()),
        (
            "null-properties",
            named("null properties")
                .null("kernel_id")
                .null("ramdisk_id"),
        ),
        (
            "disk-auto",
            named("disk config auto").metadata([("auto_disk_config", "True")]),
        ),
        (
            "disk-manual",
            named("disk config manual").metadata([("auto_disk_config", "disabled")]),
        ),
        ("many-properties", named("many properties").metadata(many)),
        (
            "long-property",
            named("long property").metadata([
                ("long".to_owned(), "v".repeat(3000)),
                ("k".repeat(255), "x".to_owned()),
            ]),
        ),
        (
            "odd-properties",
            named("odd properties").metadata([
                ("Mixed.Case-Key", "V"),
                ("with space", "v"),
                ("a:b", "v"),
                ("empty", ""),
                ("a/b", "slash"),
                ("50%", "percent"),
                ("true", "true"),
                ("q?x=1&y#z", "url"),
            ]),
        ),
        (
            "other-private",
            named("private to another project").owner("other"),
        ),
        (
            "other-community",
            named("community").owner("other").visibility("community"),
        ),
        (
            "other-shared",
            named("shared with demo").owner("other").shared_with("demo"),
        ),
    ]
}

/// A snapshot that Nova created from a server.
fn snapshot(project: &str, user: &str) -> NewImage {
    NewImage::named("snapshot of web-1")
        .size(2048)
        .min_disk(20)
        .metadata([
            ("image_type", "snapshot"),
            ("instance_uuid", "11111111-2222-3333-4444-555555555555"),
            ("base_image_ref", "99999999-8888-7777-6666-555555555555"),
            ("image_state", "available"),
            ("image_location", "snapshot"),
            ("user_id", user),
            ("owner_id", project),
        ])
}

/// A snapshot that Nova created from a server on a volume. Not all of its
/// metadata is text.
fn volume_snapshot() -> NewImage {
    let text = |it: &str| Json::Text(it.to_owned());
    let mapping = [
        ("boot_index", Json::Int("0".to_owned())),
        ("delete_on_termination", Json::Bool(false)),
        ("destination_type", text("volume")),
        ("device_name", text("/dev/vda")),
        ("device_type", text("disk")),
        ("disk_bus", text("virtio")),
        ("guest_format", Json::Null),
        ("image_id", Json::Null),
        ("no_device", Json::Null),
        ("snapshot_id", text("22222222-3333-4444-5555-666666666666")),
        ("source_type", text("snapshot")),
        ("tag", Json::Null),
        ("volume_id", Json::Null),
        ("volume_size", Json::Int("1".to_owned())),
        ("volume_type", Json::Null),
    ];
    let mapping = mapping
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect();
    NewImage::named("snapshot of a server on a volume")
        .size(0)
        .min_disk(1)
        .metadata([
            ("base_image_ref", String::new()),
            ("bdm_v2", "True".to_owned()),
            ("root_device_name", "/dev/vda".to_owned()),
            (
                "block_device_mapping",
                Json::List(vec![Json::Map(mapping)]).dumps(),
            ),
        ])
}
