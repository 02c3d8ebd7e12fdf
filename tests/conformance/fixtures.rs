//! [`Fixtures`]: images that are not created through an API.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use opencloud::image::v2::ListImages;
use opencloud_sandbox::NewImage;

use crate::cloud::{Kind, cloud, unique};
use crate::glance::TestImage;
use crate::image_service::image_of;

/// Many small images of the user `demo`, deleted on drop.
pub(crate) struct Fixtures {
    prefix: String,
    count: usize,
}

impl Fixtures {
    /// Creates this number of images.
    pub(crate) fn new(count: usize) -> Self {
        let prefix = unique("fixture").replace(' ', "-");
        let fixtures = Self { prefix, count };
        match cloud().kind() {
            Kind::Real(state) => seed_images(state, &fixtures.prefix, &[&count.to_string()]),
            Kind::Sandbox(sandbox) => {
                for name in fixtures.names() {
                    let image = NewImage::named(name).metadata([("architecture", "x86_64")]);
                    sandbox.add_image(image);
                }
            }
        }
        fixtures
    }

    /// 2,500 images, shared by the cases that run at the same time.
    pub(crate) fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Fixtures>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().expect("no poisoned lock");
        shared.upgrade().unwrap_or_else(|| {
            let fixtures = Arc::new(Self::new(2500));
            *shared = Arc::downgrade(&fixtures);
            fixtures
        })
    }

    /// Whether one of the images has this name.
    pub(crate) fn contain(&self, name: Option<&str>) -> bool {
        name.is_some_and(|name| name.starts_with(&self.prefix))
    }

    /// The names of all images, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        (1..=self.count)
            .map(|number| format!("{}-{number:05}", self.prefix))
            .collect()
    }
}

impl Drop for Fixtures {
    fn drop(&mut self) {
        if let Kind::Real(state) = cloud().kind() {
            seed_images(state, &self.prefix, &["--remove"]);
        }
    }
}

/// An image of the user `demo` with this status, and the properties of an import that
/// failed for these stores. A real import would write to the database, and sqlite
/// supports only one writer.
pub(crate) fn imported_image(status: &str, failed_stores: &str) -> TestImage {
    let name = unique("imported").replace(' ', "-");
    let properties = [
        ("os_glance_importing_to_stores", ""),
        ("os_glance_failed_import", failed_stores),
    ];
    match cloud().kind() {
        Kind::Real(state) => {
            let properties = properties.map(|(key, value)| format!("{key}={value}"));
            let mut arguments = vec!["1", "--status", status];
            for property in &properties {
                arguments.extend(["--property", property]);
            }
            seed_images(state, &name, &arguments);
            let list = ListImages::new().name(format!("{name}-00001"));
            let image = cloud().images("demo").list_images(list).next();
            TestImage::of_demo(&image.expect("an item").expect("an image").id)
        }
        Kind::Sandbox(sandbox) => {
            let image = NewImage::named(name).status(status).metadata(properties);
            TestImage::of_demo(&sandbox.add_image(image))
        }
    }
}

/// Replaces the stored data of an image, or removes it, like a store that damages or
/// loses data.
pub(crate) fn damage_data(image: &TestImage, data: Option<&[u8]>) {
    match (cloud().kind(), data) {
        (Kind::Sandbox(sandbox), Some(data)) => sandbox.replace_data(image, data),
        (Kind::Sandbox(sandbox), None) => sandbox.lose_data(image),
        (Kind::Real(state), data) => {
            let path = state.join("images").join(&**image);
            match data {
                Some(data) => fs::write(path, data),
                None => fs::remove_file(path),
            }
            .expect("a changed file");
        }
    }
}

/// Waits until an upload to the image has begun, and deletes the image. The real
/// Glance handles one request at a time here, so another client changes its database.
pub(crate) fn delete_while_saving(image: &TestImage) {
    const SCRIPT: &str = "
import sqlite3, sys, time
database = sqlite3.connect(sys.argv[1], timeout=60)
sql = 'update images set deleted = 1, status = ? where id = ? and status = ?'
for _ in range(6000):
    changed = database.execute(sql, ('deleted', sys.argv[2], 'saving')).rowcount
    database.commit()
    if changed:
        sys.exit()
    time.sleep(0.01)
sys.exit('the upload did not begin')
";
    match cloud().kind() {
        Kind::Real(state) => {
            let mut command = Command::new("python3");
            command.args(["-c", SCRIPT]);
            command.arg(state.join("db/glance.sqlite")).arg(&**image);
            let status = command.status().expect("a process");
            assert!(status.success(), "{status}");
        }
        Kind::Sandbox(_) => {
            image_of(image)
                .wait_until("saving", Duration::from_secs(60))
                .expect("an upload");
            image.delete();
        }
    }
}

/// Runs the script that writes images into the database of Glance.
fn seed_images(state: &Path, prefix: &str, arguments: &[&str]) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/real-cloud/seed-images");
    let mut command = Command::new(script);
    command
        .args(arguments)
        .args(["--prefix", prefix, "--state"])
        .arg(state);
    let output = command.output().expect("a process");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
