//! [`Cloud`]: the JSON of all images, as Nova and as Glance send it.

use std::collections::HashMap;

use crate::glance::GlanceImage;
use crate::random::Random;
use crate::{USER_ID, identity};

/// The prepared responses.
#[derive(Debug)]
pub(crate) struct Cloud {
    pub(crate) base: String,
    pub(crate) token: String,
    pub(crate) ids: Vec<String>,
    pub(crate) indexes: HashMap<String, usize>,
    pub(crate) detailed: Records,
    pub(crate) brief: Records,
    pub(crate) glance: Records,
}

/// The JSON of all images, separated by commas, and the range of each.
#[derive(Debug, Default)]
pub(crate) struct Records {
    text: String,
    ranges: Vec<(usize, usize)>,
}

impl Records {
    fn push(&mut self, record: &str) {
        if !self.text.is_empty() {
            self.text.push_str(", ");
        }
        let start = self.text.len();
        self.text.push_str(record);
        self.ranges.push((start, self.text.len()));
    }

    pub(crate) fn slice(&self, from: usize, to: usize) -> &str {
        if from >= to {
            ""
        } else {
            &self.text[self.ranges[from].0..self.ranges[to - 1].1]
        }
    }
}

impl Cloud {
    pub(crate) fn new(base: &str, images: usize) -> Self {
        let mut cloud = Self {
            base: base.to_owned(),
            token: identity::token(base),
            ids: Vec::with_capacity(images),
            indexes: HashMap::with_capacity(images),
            detailed: Records::default(),
            brief: Records::default(),
            glance: Records::default(),
        };
        let mut random = Random(20_250_101);
        let mut hashes = Random(20_250_102);
        for number in 0..images {
            cloud.add(number, &mut random, &mut hashes);
        }
        cloud
    }

    /// Adds an image of about 1 KB with eight metadata items and three links. Every
    /// tenth image is a snapshot of a server. Glance's JSON has the same values, and
    /// two tags and a hash.
    fn add(&mut self, number: usize, random: &mut Random, hashes: &mut Random) {
        let base = &self.base;
        let id = random.uuid();
        let distro = random.one_of([
            "ubuntu", "debian", "rocky", "fedora", "windows", "freebsd", "alma", "opensuse",
        ]);
        let version = random.below(30) + 1;
        // One name in fifty has characters that `json.dumps` escapes.
        let kind = if number % 50 == 7 {
            "serveur-g\\u00e9n\\u00e9rique"
        } else {
            "server-cloudimg"
        };
        let name = format!("{distro}-{version}-{kind}-{number:06}");
        let architecture = random.one_of(["x86_64", "x86_64", "x86_64", "aarch64", "ppc64le"]);
        let size = 20_000_000 + random.below(9_000_000_000);
        let (min_ram, min_disk) = (random.one_of([0, 512, 1024, 2048]), random.below(41));
        let created = time(2015 + random.below(10), random);
        let updated = time(2025, random);
        let is_snapshot = number % 10 == 3;
        let server = random.uuid();
        let metadata = if is_snapshot {
            format!(
                "\"architecture\": \"{architecture}\", \"base_image_ref\": \"{}\", \
                 \"boot_roles\": \"reader,member,admin\", \"image_location\": \"snapshot\", \
                 \"image_state\": \"available\", \"image_type\": \"snapshot\", \"instance_uuid\": \
                 \"{server}\", \"user_id\": \"{USER_ID}\"",
                random.uuid()
            )
        } else {
            // openstacksdk sets the last three on every image that it uploads.
            format!(
                "\"architecture\": \"{architecture}\", \"hw_disk_bus\": \"{}\", \
                 \"hw_qemu_guest_agent\": \"yes\", \"os_distro\": \"{distro}\", \"os_version\": \
                 \"{version}.{}\", \"owner_specified.openstack.md5\": \"{}\", \
                 \"owner_specified.openstack.object\": \
                 \"images/{distro}-{version}-server-cloudimg-{number:06}.qcow2\", \
                 \"owner_specified.openstack.sha256\": \"{}{}\"",
                random.one_of(["virtio", "scsi", "virtio", "ide"]),
                random.below(10),
                random.hex(),
                random.hex(),
                random.hex()
            )
        };
        let links = format!(
            "[{{\"rel\": \"self\", \"href\": \"{base}/v2.1/images/{id}\"}}, {{\"rel\": \
             \"bookmark\", \"href\": \"{base}/images/{id}\"}}, {{\"rel\": \"alternate\", \"type\": \
             \"application/vnd.openstack.image\", \"href\": \"{base}/image/images/{id}\"}}]"
        );
        let server = if is_snapshot {
            format!(
                ", \"server\": {{\"id\": \"{server}\", \"links\": [{{\"rel\": \"self\", \"href\": \
                 \"{base}/v2.1/servers/{server}\"}}, {{\"rel\": \"bookmark\", \"href\": \
                 \"{base}/servers/{server}\"}}]}}"
            )
        } else {
            String::new()
        };
        self.detailed.push(&format!(
            "{{\"id\": \"{id}\", \"name\": \"{name}\", \"minRam\": {min_ram}, \"minDisk\": \
             {min_disk}, \"metadata\": {{{metadata}}}, \"created\": \"{created}\", \"updated\": \
             \"{updated}\", \"status\": \"ACTIVE\", \"progress\": 100, \"OS-EXT-IMG-SIZE:size\": \
             {size}, \"links\": {links}{server}}}"
        ));
        self.brief.push(&format!(
            "{{\"id\": \"{id}\", \"name\": \"{name}\", \"links\": {links}}}"
        ));
        let glance = GlanceImage {
            id: &id,
            // Glance does not escape these characters.
            name: &name.replace("\\u00e9", "\u{e9}"),
            properties: &metadata,
            size,
            min_ram,
            min_disk,
            checksum: &hashes.hex(),
            sha512: &[(); 4].map(|()| hashes.hex()).concat(),
            created: &created,
            updated: &updated,
            tags: [distro, architecture],
        };
        self.glance.push(&glance.json());
        self.indexes.insert(id.clone(), number);
        self.ids.push(id);
    }
}

fn time(year: u64, random: &mut Random) -> String {
    format!(
        "{year}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        1 + random.below(12),
        1 + random.below(28),
        random.below(24),
        random.below(60),
        random.below(60)
    )
}
