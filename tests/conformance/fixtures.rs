//! [`Seeds`]: many images at once, which no API can make quickly.

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, Weak};

use opencloud_sandbox::NewImage;

use crate::cloud::{Kind, cloud, unique};

/// Many small images of demo. They are gone when this is dropped.
pub(crate) struct Seeds {
    prefix: String,
    count: usize,
}

impl Seeds {
    /// Makes that many.
    pub(crate) fn new(count: usize) -> Self {
        let prefix = unique("seed").replace(' ', "-");
        let seeds = Self { prefix, count };
        match cloud().kind() {
            Kind::Real(state) => seed_images(state, &seeds.prefix, &count.to_string()),
            Kind::Sandbox(sandbox) => {
                for name in seeds.names() {
                    let image = NewImage::named(name).metadata([("architecture", "x86_64")]);
                    sandbox.add_image(image);
                }
            }
        }
        seeds
    }

    /// 2,500 of them, shared by the cases that run at the same time.
    pub(crate) fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Seeds>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().expect("no case died in here");
        shared.upgrade().unwrap_or_else(|| {
            let seeds = Arc::new(Self::new(2500));
            *shared = Arc::downgrade(&seeds);
            seeds
        })
    }

    /// Whether that is the name of one of them.
    pub(crate) fn have(&self, name: Option<&str>) -> bool {
        name.is_some_and(|name| name.starts_with(&self.prefix))
    }

    /// The names of all of them, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        (1..=self.count)
            .map(|number| format!("{}-{number:05}", self.prefix))
            .collect()
    }
}

impl Drop for Seeds {
    fn drop(&mut self) {
        if let Kind::Real(state) = cloud().kind() {
            seed_images(state, &self.prefix, "--remove");
        }
    }
}

/// The script of the real services, which writes into Glance's database.
fn seed_images(state: &Path, prefix: &str, what: &str) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/real-cloud/seed-images");
    let mut command = Command::new(script);
    command
        .args([what, "--prefix", prefix, "--state"])
        .arg(state);
    let done = command.output().expect("the script to run");
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
}
