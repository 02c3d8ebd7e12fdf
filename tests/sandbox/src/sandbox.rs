//! [`Sandbox`] and its [`Builder`]: a cloud for one test.

use std::fmt;
use std::io;
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use opencloud::{Domain, Options, Project, Scope, User};

use crate::cloud::{APPLICATION_CREDENTIAL_SECRET, Cloud, TokenScope};
use crate::fault::Fault;
use crate::http::Request;
use crate::json::Json;
use crate::new_image::NewImage;
use crate::server::{Server, lock};
use crate::wire::Wire;
use crate::{seed, state};

/// Keystone and Nova's images on a free port of the loopback interface.
///
/// It serves until dropped, and prints nothing. Each is a cloud of its own, so
/// that tests can run side by side.
pub struct Sandbox {
    cloud: Arc<Mutex<Cloud>>,
    server: Server,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("auth_url", &self.auth_url())
            .finish_non_exhaustive()
    }
}

/// How a [`Sandbox`] is to be, from [`Sandbox::builder`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Builder {
    wire: Wire,
    token_life: Option<Duration>,
    max_limit: Option<usize>,
    empty: bool,
    port: u16,
}

impl Builder {
    /// How the answers travel; [`Wire::Close`] unless set.
    pub fn wire(mut self, wire: Wire) -> Self {
        self.wire = wire;
        self
    }

    /// How long tokens are valid; an hour unless set. Whole seconds are counted
    /// from the last whole second, as Keystone does.
    pub fn token_life(mut self, life: Duration) -> Self {
        self.token_life = Some(life);
        self
    }

    /// Nova's `max_limit`, 1000 unless set: the most images of a page that has
    /// a link to the next.
    pub fn max_limit(mut self, images: usize) -> Self {
        self.max_limit = Some(images);
        self
    }

    /// Without the seed images.
    pub fn empty(mut self) -> Self {
        self.empty = true;
        self
    }

    /// On that port of 127.0.0.1, instead of a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Starts it.
    ///
    /// # Panics
    ///
    /// If there is no port, or no thread, to be had.
    #[must_use]
    pub fn start(self) -> Sandbox {
        self.try_start()
            .expect("a port on the loopback interface, and a thread")
    }

    /// Starts it.
    ///
    /// # Errors
    ///
    /// If the port is taken, or there is no thread to be had.
    pub fn try_start(self) -> io::Result<Sandbox> {
        let listener = TcpListener::bind(("127.0.0.1", self.port))?;
        let mut cloud = Cloud::new(format!("http://{}", listener.local_addr()?));
        cloud.token_life = self.token_life.unwrap_or(cloud.token_life);
        cloud.max_limit = self.max_limit.unwrap_or(cloud.max_limit);
        if !self.empty {
            seed::seed(&mut cloud);
        }
        let cloud = Arc::new(Mutex::new(cloud));
        let server = Server::start(listener, self.wire, Arc::clone(&cloud))?;
        Ok(Sandbox { cloud, server })
    }
}

#[allow(
    clippy::must_use_candidate,
    reason = "a test may make an image and not need its id"
)]
impl Sandbox {
    /// A cloud with the seed images.
    ///
    /// # Panics
    ///
    /// If there is no port, or no thread, to be had.
    #[must_use]
    pub fn start() -> Self {
        Self::builder().start()
    }

    /// A cloud that is not as usual.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Options with which the user `demo` signs in, for the project `demo`,
    /// whatever the proxies of the environment.
    pub fn options(&self) -> Options {
        let domain = || Domain::by_id("default");
        Options::new(self.auth_url())
            .region("RegionOne")
            .user(User::by_name("demo", "demo-password", domain()))
            .scope(Scope::Project(Project::by_name("demo", domain())))
            .no_proxy()
    }

    /// The Identity service, with `/v3` at the end.
    #[must_use]
    pub fn auth_url(&self) -> String {
        lock(&self.cloud).identity_url()
    }

    /// The Compute service, with `/v2.1` at the end.
    #[must_use]
    pub fn compute_url(&self) -> String {
        lock(&self.cloud).compute_url()
    }

    /// The Image service.
    #[must_use]
    pub fn image_url(&self) -> String {
        lock(&self.cloud).image_url()
    }

    /// The id of a project: `demo`, `other`, `service` or `admin`.
    ///
    /// # Panics
    ///
    /// If there is no such project.
    #[must_use]
    #[track_caller]
    pub fn project_id(&self, name: &str) -> String {
        lock(&self.cloud)
            .project(name)
            .expect("a project of the sandbox")
            .to_owned()
    }

    /// The id of a user: `demo`, `demo-reader`, `other` or `admin`, whose
    /// password is the name with `-password` after it.
    ///
    /// # Panics
    ///
    /// If there is no such user.
    #[must_use]
    #[track_caller]
    pub fn user_id(&self, name: &str) -> String {
        lock(&self.cloud)
            .user(name)
            .expect("a user of the sandbox")
            .id
            .clone()
    }

    /// Id and secret of the application credential `demo-app` of `demo`.
    #[must_use]
    pub fn application_credential(&self) -> (String, String) {
        let id = lock(&self.cloud).application_credential.clone();
        (id, APPLICATION_CREDENTIAL_SECRET.to_owned())
    }

    /// A fresh token of that user for the user's own project, without a
    /// request; it does not count as a sign-in.
    ///
    /// # Panics
    ///
    /// If there is no such user.
    #[must_use]
    #[track_caller]
    pub fn token(&self, user: &str) -> String {
        let mut cloud = lock(&self.cloud);
        let user = cloud.user(user).expect("a user of the sandbox");
        let (name, scope) = (user.name, TokenScope::Project(user.project));
        let id = cloud.issue(name, scope, vec!["password".to_owned()], None);
        cloud.sign_ins -= 1;
        id
    }

    /// The id of a seed image, by its label, such as `plain`, `snapshot`,
    /// `queued`, `protected` or `other-shared`.
    ///
    /// # Panics
    ///
    /// If there is no such label.
    #[must_use]
    #[track_caller]
    pub fn image_id(&self, label: &str) -> String {
        let cloud = lock(&self.cloud);
        let found = cloud.labels.iter().find(|(it, _)| *it == label);
        found.expect("a label of a seed image").1.clone()
    }

    /// Makes an image, and answers its id.
    pub fn add_image(&self, image: NewImage) -> String {
        lock(&self.cloud).add_image(image)
    }

    /// Makes that many small private images of `demo`, named `seed-00001` and
    /// so on, each a second older than the one before. Answers their ids.
    pub fn add_images(&self, count: usize) -> Vec<String> {
        let mut cloud = lock(&self.cloud);
        let taken = |name: &str| name.strip_prefix("seed-").and_then(|it| it.parse().ok());
        let names = cloud.images.after(None).filter_map(|it| it.name.as_deref());
        let last: usize = names.filter_map(taken).max().unwrap_or(0);
        let make = |n: usize| {
            let image = NewImage::named(format!("seed-{:05}", last + n))
                .size(5)
                .min_ram(64)
                .metadata([("os_distro", "seed"), ("architecture", "x86_64")])
                .age(Duration::from_secs(u64::try_from(n - 1).unwrap_or(0)));
            cloud.add_image(image)
        };
        (1..=count).map(make).collect()
    }

    /// Whether an image is there.
    #[must_use]
    pub fn has_image(&self, id: &str) -> bool {
        lock(&self.cloud).images.get(id).is_some()
    }

    /// The metadata of an image as Glance holds it, as JSON: every value a text
    /// or null. Nothing if there is no such image.
    #[must_use]
    pub fn metadata(&self, id: &str) -> Option<String> {
        let cloud = lock(&self.cloud);
        let value = |it: Option<&str>| it.map_or(Json::Null, |it| Json::Text(it.to_owned()));
        let items = cloud.images.get(id)?.properties();
        Some(Json::Map(items.map(|(key, it)| (key.to_owned(), value(it))).collect()).dumps())
    }

    /// Takes an image away, whatever the rules, if it is there.
    pub fn delete_image(&self, id: &str) {
        lock(&self.cloud).images.remove(id);
    }

    /// How an image's upload goes on: sets its status to one of Glance's words,
    /// such as `saving`, `active` or `killed`, if it is there.
    pub fn set_status(&self, id: &str, status: &str) {
        let mut cloud = lock(&self.cloud);
        let now = cloud.now();
        if let Some(image) = cloud.images.get_mut(id) {
            status.clone_into(&mut image.status);
            image.updated = now;
        }
    }

    /// How many images there are, of all projects.
    #[must_use]
    pub fn image_count(&self) -> usize {
        lock(&self.cloud).images.len()
    }

    /// Every request since the start, or since they were forgotten, in the
    /// order they came.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.server.requests()
    }

    /// Forgets the requests so far.
    pub fn forget_requests(&self) {
        self.server.clear_requests();
    }

    /// How many connections were made.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.server.connections()
    }

    /// How many tokens were given.
    #[must_use]
    pub fn sign_ins(&self) -> usize {
        lock(&self.cloud).sign_ins
    }

    /// Makes every token so far invalid, at every service, at once.
    pub fn revoke_tokens(&self) {
        lock(&self.cloud).tokens.clear();
    }

    /// Changes the password of a user.
    ///
    /// # Panics
    ///
    /// If there is no such user.
    #[track_caller]
    pub fn set_password(&self, user: &str, password: &str) {
        let mut cloud = lock(&self.cloud);
        let found = cloud.users.iter_mut().find(|it| it.name == user);
        password.clone_into(&mut found.expect("a user of the sandbox").password);
    }

    /// How the answers travel from now on.
    pub fn set_wire(&self, wire: Wire) {
        self.server.set_wire(wire);
    }

    /// Something goes wrong on purpose from now on.
    pub fn fail(&self, fault: Fault) {
        self.server.add_fault(fault);
    }

    /// Nothing goes wrong any more.
    pub fn mend(&self) {
        self.server.clear_faults();
    }

    /// Writes what clients need to a directory: `openrc`, `clouds.yaml` with
    /// every user, and for programs `cloud.json` and `images.json`.
    ///
    /// # Errors
    ///
    /// If a file cannot be written.
    pub fn write_state(&self, directory: impl AsRef<Path>) -> io::Result<()> {
        state::write(&lock(&self.cloud), directory.as_ref())
    }
}
