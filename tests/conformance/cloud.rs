//! [`Cloud`]: the cloud that every case runs against.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, fs, process};

use opencloud::compute::v2::{Compute, Image, ListImages};
use opencloud::{Domain, OpenStack, Options, Project, Scope, User};
use opencloud_sandbox::{Sandbox, Wire};
use serde_json::{Value, json};

use crate::http::{self, Answer};
use crate::{relay, secret_scan};

/// The cloud: where it is, who may sign in, and its images from the start.
pub(crate) struct Cloud {
    /// `cloud.json` and `images.json` of the state directory.
    settings: Value,
    images: Value,
    /// Identity, behind the relay.
    identity: String,
    kind: Kind,
    tokens: Mutex<HashMap<String, String>>,
    signed_in: Mutex<HashMap<String, OpenStack>>,
}

/// What answers.
pub(crate) enum Kind {
    /// The sandbox, in this process.
    Sandbox(Sandbox),
    /// Real services, which that state directory describes.
    Real(PathBuf),
}

/// Passwords for the sandbox that are like nothing else.
const PASSWORDS: [(&str, &str); 4] = [
    ("demo", "qX7zK9vWpJ2mR4tY"),
    ("demo-reader", "mW5cT8xGz3Fj6bQn"),
    ("other", "pH9rD2kVy7Zs4nLx"),
    ("admin", "vB8fN3tJw6Cq9gXk"),
];

/// Held by a case that lists every image of the user other, and by one that
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
    /// The sandbox, which writes what it is in the form of the real services.
    fn sandbox() -> Self {
        let wire = env::var("OPENCLOUD_TEST_WIRE").unwrap_or_else(|_| "close".to_owned());
        let wire = Wire::named(&wire).unwrap_or_else(|| panic!("there is no wire {wire:?}"));
        let sandbox = Sandbox::builder().wire(wire).start();
        for (user, password) in PASSWORDS {
            sandbox.set_password(user, password);
        }
        let state = env::temp_dir().join(unique("opencloud-conformance").replace(' ', "-"));
        sandbox.write_state(&state).expect("a state directory");
        let cloud = Self::read(&state, Kind::Sandbox(sandbox));
        fs::remove_dir_all(&state).expect("the state directory to go");
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
            .expect("the address of Identity");
        let cloud = Self {
            identity: relay::before(identity),
            settings,
            images: parsed("images.json"),
            kind,
            tokens: Mutex::default(),
            signed_in: Mutex::default(),
        };
        secret_scan::watch(secret_scan::WRONG, "a wrong password");
        for secret in cloud.secrets() {
            secret_scan::watch(&secret, "a password or secret of the cloud");
        }
        cloud
    }

    /// What answers.
    pub(crate) fn kind(&self) -> &Kind {
        &self.kind
    }

    #[track_caller]
    fn setting(&self, path: &str) -> &str {
        let value = self.settings.pointer(path).and_then(Value::as_str);
        value.unwrap_or_else(|| panic!("no {path} in cloud.json"))
    }

    /// The address of Identity, with `/v3`.
    pub(crate) fn identity(&self) -> &str {
        &self.identity
    }

    /// The address of Nova in the catalogue.
    pub(crate) fn nova(&self) -> &str {
        self.setting("/compute")
    }

    /// The address of Glance.
    pub(crate) fn glance(&self) -> &str {
        self.setting("/image")
    }

    pub(crate) fn region(&self) -> &str {
        self.setting("/region")
    }

    /// Whether it is the older of the two releases that are known.
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

    /// The id of the project of that name.
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

    /// Every password and secret that is known from the start.
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

    /// The id of the image with that label, one that is there from the start.
    #[track_caller]
    pub(crate) fn image_id(&self, label: &str) -> &str {
        self.images[label]
            .as_str()
            .unwrap_or_else(|| panic!("no {label} in images.json"))
    }

    /// Every image that is there from the start, by its label.
    pub(crate) fn labels(&self) -> impl Iterator<Item = (&str, &str)> {
        let images = self.images.as_object().expect("an object in images.json");
        images
            .iter()
            .filter_map(|(label, id)| Some((label.as_str(), id.as_str()?)))
    }

    /// Options for this cloud, with nobody to sign in yet.
    pub(crate) fn address(&self) -> Options {
        Options::new(self.identity())
            .region(self.region())
            .no_proxy()
    }

    /// Options to sign in as that user, by names, in the user's own project.
    pub(crate) fn options(&self, user: &str) -> Options {
        let domain = || Domain::by_id("default");
        self.address()
            .user(User::by_name(user, self.password(user), domain()))
            .scope(Scope::Project(Project::by_name(
                self.project(user),
                domain(),
            )))
    }

    /// That user, signed in once for all cases.
    pub(crate) fn openstack(&self, user: &str) -> OpenStack {
        let mut signed_in = self.signed_in.lock().expect("no case died in here");
        let openstack = signed_in
            .entry(user.to_owned())
            .or_insert_with(|| OpenStack::new(self.options(user)).expect("valid options"));
        openstack.clone()
    }

    /// Nova, for that user.
    pub(crate) fn compute(&self, user: &str) -> Compute {
        let openstack = self.openstack(user);
        let compute = openstack.compute_v2().expect("Nova for the user");
        secret_scan::value(&openstack);
        secret_scan::value(&compute);
        compute
    }

    /// The id of the user of that name.
    pub(crate) fn user_id(&self, user: &str) -> String {
        let token = self.openstack(user).token().expect("a token");
        token.user_id().expect("a user in the token").to_owned()
    }

    /// A token of that user, kept for all cases: none may revoke it.
    pub(crate) fn token(&self, user: &str) -> String {
        let mut tokens = self.tokens.lock().expect("no case died in here");
        tokens
            .entry(user.to_owned())
            .or_insert_with(|| self.new_token(user))
            .clone()
    }

    /// A token of that user for one case alone, made without the crate.
    pub(crate) fn new_token(&self, user: &str) -> String {
        let domain = json!({"id": "default"});
        let who = json!({"name": user, "domain": domain, "password": self.password(user)});
        let body = json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": who}},
            "scope": {"project": {"name": self.project(user), "domain": domain}},
        }});
        let url = format!("{}/auth/tokens", self.identity());
        let json = ("Content-Type", "application/json");
        let answer = http::send("POST", &url, &[json], Some(body.to_string().as_bytes())).good();
        answer.headers["X-Subject-Token"]
            .to_str()
            .expect("a token")
            .to_owned()
    }

    /// Takes a token's validity away.
    pub(crate) fn revoke(&self, token: &str) {
        let url = format!("{}/auth/tokens", self.identity());
        let admin = self.token("admin");
        let headers = [("X-Auth-Token", admin.as_str()), ("X-Subject-Token", token)];
        http::send("DELETE", &url, &headers, None).good();
    }

    /// What Nova answers that user to a GET, without the crate.
    pub(crate) fn get(&self, user: &str, path: &str) -> Answer {
        let token = self.token(user);
        http::send(
            "GET",
            &format!("{}{path}", self.nova()),
            &[("X-Auth-Token", &token)],
            None,
        )
    }

    /// The image as Nova has it, as JSON.
    #[track_caller]
    pub(crate) fn shown(&self, user: &str, id: &str) -> Value {
        self.get(user, &format!("/images/{id}")).good().json()["image"].take()
    }

    /// The metadata of an image as Nova has them, as JSON.
    #[track_caller]
    pub(crate) fn metadata_of(&self, id: &str) -> Value {
        self.shown("demo", id)["metadata"].take()
    }
}

/// A name that no other image has.
pub(crate) fn unique(label: &str) -> String {
    static COUNT: Mutex<u32> = Mutex::new(0);
    let mut count = COUNT.lock().expect("no case died in here");
    *count += 1;
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_millis();
    format!("{label} {}-{now}-{count}", process::id())
}

/// The ids of a listing.
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

/// The ids that demo's listing gives.
#[track_caller]
pub(crate) fn listed(list: ListImages) -> Vec<String> {
    ids(cloud().compute("demo").list_images(list))
}
