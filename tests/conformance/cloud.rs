//! [`Cloud`]: the cloud that every case runs against.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, fs, process};

use opencloud::compute::v2::{Compute, Image, ListImages};
use opencloud::image::v2::ImageService;
use opencloud::{Domain, OpenStack, Options, Project, Scope, User};
use opencloud_sandbox::{Sandbox, Wire};
use serde_json::{Value, json};

use crate::http::{self, Response};
use crate::relay::Relay;
use crate::secret_scan;

/// The URLs, users and initial images of a cloud.
pub(crate) struct Cloud {
    /// `cloud.json` and `images.json` of the state directory.
    settings: Value,
    images: Value,
    /// In front of the Identity service.
    relay: Relay,
    kind: Kind,
    tokens: Mutex<HashMap<String, String>>,
    clients: Mutex<HashMap<String, OpenStack>>,
}

/// The sandbox or real services.
pub(crate) enum Kind {
    /// The sandbox, in this process.
    Sandbox(Sandbox),
    /// Real services, described by this state directory.
    Real(PathBuf),
}

/// Passwords for the sandbox that contain no ordinary word.
const PASSWORDS: [(&str, &str); 4] = [
    ("demo", "qX7zK9vWpJ2mR4tY"),
    ("demo-reader", "mW5cT8xGz3Fj6bQn"),
    ("other", "pH9rD2kVy7Zs4nLx"),
    ("admin", "vB8fN3tJw6Cq9gXk"),
];

/// Glance's `image_size_cap`, as in `tests/real-cloud/up`.
pub(crate) const SIZE_CAP: usize = 16 << 20;

/// Locked by a case that lists every image of the user `other`, and by one that
/// breaks that list.
pub(crate) static LIST_OF_OTHER: Mutex<()> = Mutex::new(());

/// The cloud of this run.
pub(crate) fn cloud() -> &'static Cloud {
    static CLOUD: OnceLock<Cloud> = OnceLock::new();
    secret_scan::start();
    CLOUD.get_or_init(|| match env::var_os("OPENCLOUD_TEST_CLOUD") {
        Some(state) => Cloud::read(Path::new(&state), Kind::Real(state.clone().into())),
        None => Cloud::sandbox(),
    })
}

impl Cloud {
    /// The sandbox, which writes a state directory like the real services.
    fn sandbox() -> Self {
        let wire = env::var("OPENCLOUD_TEST_WIRE").unwrap_or_else(|_| "close".to_owned());
        let wire = Wire::named(&wire).unwrap_or_else(|| panic!("unknown wire form {wire:?}"));
        let sandbox = Sandbox::builder()
            .wire(wire)
            .image_size_cap(SIZE_CAP)
            .start();
        for (user, password) in PASSWORDS {
            sandbox.set_password(user, password);
        }
        let state = env::temp_dir().join(unique("opencloud-conformance").replace(' ', "-"));
        sandbox.write_state(&state).expect("a state directory");
        let cloud = Self::read(&state, Kind::Sandbox(sandbox));
        fs::remove_dir_all(&state).expect("a removed directory");
        cloud
    }

    fn read(state: &Path, kind: Kind) -> Self {
        let parsed = |name| {
            let file = state.join(name);
            let text = fs::read_to_string(&file)
                .unwrap_or_else(|error| panic!("cannot read {}: {error}", file.display()));
            serde_json::from_str(&text).expect("JSON in the state directory")
        };
        let settings: Value = parsed("cloud.json");
        let identity = settings["identity"]
            .as_str()
            .expect("the URL of the Identity service");
        let cloud = Self {
            relay: Relay::start(identity),
            settings,
            images: parsed("images.json"),
            kind,
            tokens: Mutex::default(),
            clients: Mutex::default(),
        };
        secret_scan::watch(secret_scan::WRONG, "a wrong password");
        for secret in cloud.secrets() {
            secret_scan::watch(&secret, "a password or secret of the cloud");
        }
        cloud
    }

    /// The sandbox or real services.
    pub(crate) fn kind(&self) -> &Kind {
        &self.kind
    }

    #[track_caller]
    fn setting(&self, path: &str) -> &str {
        let value = self.settings.pointer(path).and_then(Value::as_str);
        value.unwrap_or_else(|| panic!("no {path} in cloud.json"))
    }

    /// The URL of the Identity service, with `/v3`.
    pub(crate) fn identity(&self) -> &str {
        &self.relay.url
    }

    /// The URL of Nova in the catalog.
    pub(crate) fn nova(&self) -> &str {
        self.setting("/compute")
    }

    /// The URL of Glance.
    pub(crate) fn glance(&self) -> &str {
        self.setting("/image")
    }

    pub(crate) fn region(&self) -> &str {
        self.setting("/region")
    }

    /// Whether the release is Zed, the older of the two.
    pub(crate) fn is_zed(&self) -> bool {
        self.settings["release"] == "debian"
    }

    pub(crate) fn password(&self, user: &str) -> &str {
        self.setting(&format!("/users/{user}/password"))
    }

    /// The name of the user's project.
    pub(crate) fn project(&self, user: &str) -> &str {
        self.setting(&format!("/users/{user}/project"))
    }

    /// The id of the project with this name.
    pub(crate) fn project_id(&self, name: &str) -> &str {
        self.setting(&format!("/projects/{name}"))
    }

    /// Id and secret of demo's application credential, `demo-app`.
    pub(crate) fn application_credential(&self) -> (&str, &str) {
        (
            self.setting("/application_credential/id"),
            self.setting("/application_credential/secret"),
        )
    }

    /// Every initial password and secret.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let users = self.settings["users"]
            .as_object()
            .expect("users in cloud.json");
        let mut secrets: Vec<_> = users
            .keys()
            .map(|user| self.password(user).to_owned())
            .collect();
        secrets.push(self.application_credential().1.to_owned());
        secrets
    }

    /// The id of the initial image with this label.
    #[track_caller]
    pub(crate) fn image_id(&self, label: &str) -> &str {
        self.images[label]
            .as_str()
            .unwrap_or_else(|| panic!("no {label} in images.json"))
    }

    /// Label and id of every initial image.
    pub(crate) fn labels(&self) -> impl Iterator<Item = (&str, &str)> {
        let images = self.images.as_object().expect("an object in images.json");
        images
            .iter()
            .filter_map(|(label, id)| Some((label.as_str(), id.as_str()?)))
    }

    /// Options for this cloud, without credentials.
    pub(crate) fn address(&self) -> Options {
        Options::new(self.identity())
            .region(self.region())
            .no_proxy()
    }

    /// Options to authenticate as this user, by names, for the project of the user.
    pub(crate) fn options(&self, user: &str) -> Options {
        let domain = || Domain::by_id("default");
        self.address()
            .user(User::by_name(user, self.password(user), domain()))
            .scope(Scope::Project(Project::by_name(
                self.project(user),
                domain(),
            )))
    }

    /// The client of this user, shared by all cases.
    pub(crate) fn openstack(&self, user: &str) -> OpenStack {
        let mut clients = self.clients.lock().expect("no poisoned lock");
        let openstack = clients
            .entry(user.to_owned())
            .or_insert_with(|| OpenStack::new(self.options(user)).expect("valid options"));
        openstack.clone()
    }

    /// The Compute service, for this user.
    pub(crate) fn compute(&self, user: &str) -> Compute {
        let openstack = self.openstack(user);
        let compute = openstack.compute_v2().expect("a service");
        secret_scan::value(&openstack);
        secret_scan::value(&compute);
        compute
    }

    /// The Image service, for this user.
    pub(crate) fn images(&self, user: &str) -> ImageService {
        let images = self.openstack(user).images_v2().expect("a service");
        secret_scan::value(&images);
        images
    }

    /// The id of the user with this name.
    pub(crate) fn user_id(&self, user: &str) -> String {
        let token = self.openstack(user).token().expect("a token");
        token.user_id().expect("a user in the token").to_owned()
    }

    /// A token of this user, shared by all cases, which must not revoke it.
    pub(crate) fn token(&self, user: &str) -> String {
        let mut tokens = self.tokens.lock().expect("no poisoned lock");
        tokens
            .entry(user.to_owned())
            .or_insert_with(|| self.new_token(user))
            .clone()
    }

    /// A token of this user for one case, requested without the crate.
    pub(crate) fn new_token(&self, user: &str) -> String {
        let (domain, project) = (json!({"id": "default"}), self.project(user));
        let user = json!({"name": user, "domain": domain, "password": self.password(user)});
        let body = json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"name": project, "domain": domain}},
        }});
        let url = format!("{}/auth/tokens", self.identity());
        let json = ("Content-Type", "application/json");
        let response =
            http::send("POST", &url, &[json], Some(body.to_string().as_bytes())).success();
        response.headers["X-Subject-Token"]
            .to_str()
            .expect("a token")
            .to_owned()
    }

    /// Revokes a token.
    pub(crate) fn revoke(&self, token: &str) {
        let url = format!("{}/auth/tokens", self.identity());
        let admin = self.token("admin");
        let headers = [("X-Auth-Token", admin.as_str()), ("X-Subject-Token", token)];
        http::send("DELETE", &url, &headers, None).success();
    }

    /// The response of Nova to a GET request of this user, sent without the crate.
    pub(crate) fn get(&self, user: &str, path: &str) -> Response {
        let token = self.token(user);
        http::send(
            "GET",
            &format!("{}{path}", self.nova()),
            &[("X-Auth-Token", &token)],
            None,
        )
    }

    /// The image as JSON, requested without the crate.
    #[track_caller]
    pub(crate) fn raw_image(&self, user: &str, id: &str) -> Value {
        self.get(user, &format!("/images/{id}")).success().json()["image"].take()
    }

    /// The metadata of an image as JSON, requested without the crate.
    #[track_caller]
    pub(crate) fn raw_metadata(&self, id: &str) -> Value {
        self.raw_image("demo", id)["metadata"].take()
    }
}

/// A unique name for an image.
pub(crate) fn unique(label: &str) -> String {
    static COUNT: Mutex<u32> = Mutex::new(0);
    let mut count = COUNT.lock().expect("no poisoned lock");
    *count += 1;
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_millis();
    format!("{label} {}-{now}-{count}", process::id())
}

/// The ids of the images of a list.
#[track_caller]
pub(crate) fn ids(list: impl IntoIterator<Item = opencloud::Result<Image>>) -> Vec<String> {
    let mut images = list.into_iter().map(|image| image.expect("an image"));
    let first: Vec<_> = images
        .by_ref()
        .take(2)
        .inspect(secret_scan::value)
        .collect();
    first
        .into_iter()
        .chain(images)
        .map(|image| image.id)
        .collect()
}

/// The ids of the images of a list of the user `demo`.
#[track_caller]
pub(crate) fn listed(list: ListImages) -> Vec<String> {
    ids(cloud().compute("demo").list_images(list))
}
