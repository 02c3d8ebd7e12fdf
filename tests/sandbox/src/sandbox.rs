//! [`Sandbox`]: a cloud for a test.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use opencloud::{Domain, Options, Project, Scope, User};

use crate::builder::Builder;
use crate::cloud::{APPLICATION_CREDENTIAL_SECRET, Cloud, TokenScope};
use crate::fault::Fault;
use crate::http::Request;
use crate::json::Json;
use crate::new_image::NewImage;
use crate::server::{Server, lock};
use crate::state;
use crate::wire::Wire;

/// Keystone, Glance and Nova's image calls on a free port of the loopback interface.
///
/// It serves until dropped, and prints nothing. Sandboxes share no state, so
/// tests can run in parallel.
pub struct Sandbox {
    pub(crate) cloud: Arc<Mutex<Cloud>>,
    pub(crate) server: Server,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("auth_url", &self.auth_url())
            .finish_non_exhaustive()
    }
}

#[allow(
    clippy::must_use_candidate,
    reason = "a test may create an image and not need its id"
)]
impl Sandbox {
    /// Starts a sandbox with the seed images and the default options.
    ///
    /// # Panics
    ///
    /// If no port is free or no thread can be started.
    #[must_use]
    pub fn start() -> Self {
        Self::builder().start()
    }

    /// A builder, to set options.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Options to authenticate as user `demo` for project `demo` in the region
    /// `RegionOne`, without a proxy.
    pub fn options(&self) -> Options {
        let domain = || Domain::by_id("default");
        Options::new(self.auth_url())
            .region("RegionOne")
            .user(User::by_name("demo", "demo-password", domain()))
            .scope(Scope::Project(Project::by_name("demo", domain())))
            .no_proxy()
    }

    /// The `OS_*` variables of user `demo`, for
    /// [`Command::envs`](std::process::Command::envs).
    ///
    /// The other program also inherits the variables of this one. Remove `OS_CLOUD`,
    /// `OS_TOKEN` and the proxy if they are set, or call `env_clear` first.
    #[must_use]
    pub fn variables(&self) -> [(&'static str, String); 10] {
        state::variables(&self.auth_url())
    }

    /// The URL of the Identity service, with `/v3` at the end.
    #[must_use]
    pub fn auth_url(&self) -> String {
        lock(&self.cloud).identity_url()
    }

    /// The URL of the Compute service, with `/v2.1` at the end.
    #[must_use]
    pub fn compute_url(&self) -> String {
        lock(&self.cloud).compute_url()
    }

    /// The URL of the Image service.
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
            .expect("no such project")
            .to_owned()
    }

    /// The id of a user: `demo`, `demo-reader`, `other` or `admin`. The password
    /// is the name followed by `-password`.
    ///
    /// # Panics
    ///
    /// If there is no such user.
    #[must_use]
    #[track_caller]
    pub fn user_id(&self, name: &str) -> String {
        lock(&self.cloud)
            .user(name)
            .expect("no such user")
            .id
            .clone()
    }

    /// The id and secret of the application credential `demo-app` of `demo`.
    #[must_use]
    pub fn application_credential(&self) -> (String, String) {
        let id = lock(&self.cloud).application_credential.clone();
        (id, APPLICATION_CREDENTIAL_SECRET.to_owned())
    }

    /// Issues a token for a user and the user's own project, without a request.
    /// [`authentications`](Self::authentications) does not count it.
    ///
    /// # Panics
    ///
    /// If there is no such user.
    #[must_use]
    #[track_caller]
    pub fn token(&self, user: &str) -> String {
        let mut cloud = lock(&self.cloud);
        let user = cloud.user(user).expect("no such user");
        let (name, scope) = (user.name, TokenScope::Project(user.project));
        let id = cloud.issue(name, scope, vec!["password".to_owned()], None);
        cloud.authentications -= 1;
        id
    }

    /// The id of the seed image with this label: `public-small`, `public-large`,
    /// `plain`, `unicode`, `odd-name`, `long-name`, `nameless`, `empty-name`, `twin-1`,
    /// `twin-2`, `queued`, `no-bytes`, `protected`, `hidden`, `deactivated`,
    /// `snapshot`, `volume-snapshot`, `null-properties`, `disk-auto`, `disk-manual`,
    /// `many-properties`, `long-property`, `odd-properties`, `other-private`,
    /// `other-community` or `other-shared`.
    ///
    /// # Panics
    ///
    /// If there is no such label.
    #[must_use]
    #[track_caller]
    pub fn image_id(&self, label: &str) -> String {
        let cloud = lock(&self.cloud);
        let found = cloud.labels.iter().find(|(it, _)| *it == label);
        found.expect("no seed image with this label").1.clone()
    }

    /// Creates an image and returns its id.
    pub fn add_image(&self, image: NewImage) -> String {
        lock(&self.cloud).add_image(image)
    }

    /// Creates small private images of `demo`, named `seed-00001` and so on,
    /// each a second older than the previous one. Returns their ids.
    pub fn add_images(&self, count: usize) -> Vec<String> {
        let mut cloud = lock(&self.cloud);
        let taken = |name: &str| name.strip_prefix("seed-").and_then(|it| it.parse().ok());
        let names = cloud.images.after(None).filter_map(|it| it.name.as_deref());
        let last: usize = names.filter_map(taken).max().unwrap_or(0);
        let seed = NewImage::nameless()
            .data("seed\n")
            .min_ram(64)
            .metadata([("os_distro", "seed"), ("architecture", "x86_64")]);
        let create = |n: usize| {
            let age = Duration::from_secs(u64::try_from(n - 1).unwrap_or(0));
            let mut image = seed.clone().age(age);
            image.name = Some(format!("seed-{:05}", last + n));
            cloud.add_image(image)
        };
        (1..=count).map(create).collect()
    }

    /// Whether an image exists.
    #[must_use]
    pub fn has_image(&self, id: &str) -> bool {
        lock(&self.cloud).images.get(id).is_some()
    }

    /// The properties of an image in Glance, as JSON. Every value is a string or
    /// null. `None` if the image does not exist.
    #[must_use]
    pub fn metadata(&self, id: &str) -> Option<String> {
        let cloud = lock(&self.cloud);
        let value = |it: Option<&str>| it.map_or(Json::Null, |it| Json::Text(it.to_owned()));
        let items = cloud.images.get(id)?.properties();
        Some(Json::Map(items.map(|(key, it)| (key.to_owned(), value(it))).collect()).dumps())
    }

    /// The bytes that are stored for an image. `None` without data.
    #[must_use]
    pub fn image_data(&self, id: &str) -> Option<Vec<u8>> {
        let data = lock(&self.cloud).images.get(id)?.data.clone()?;
        Some(data.to_vec())
    }

    /// Replaces the bytes that are stored for an image, if it exists, as if the
    /// store had damaged them: the size and the checksums of the image stay.
    pub fn replace_data(&self, id: &str, bytes: impl Into<Vec<u8>>) {
        if let Some(image) = lock(&self.cloud).images.get_mut(id) {
            image.data = Some(Arc::new(bytes.into()));
        }
    }

    /// Removes the bytes that are stored for an image, if it exists, as if the
    /// store had lost them: the status, the size and the checksums stay.
    pub fn lose_data(&self, id: &str) {
        if let Some(image) = lock(&self.cloud).images.get_mut(id) {
            image.data = None;
        }
    }

    /// Deletes an image if it exists, even if it is protected.
    pub fn delete_image(&self, id: &str) {
        lock(&self.cloud).images.remove(id);
    }

    /// Sets the status of an image in Glance, such as `saving`, `active` or
    /// `killed`, if the image exists. A `queued` image loses its data.
    pub fn set_status(&self, id: &str, status: &str) {
        let mut cloud = lock(&self.cloud);
        let now = cloud.now();
        if let Some(image) = cloud.images.get_mut(id) {
            status.clone_into(&mut image.status);
            image.updated = now;
            if status == "queued" {
                (image.size, image.virtual_size) = (None, None);
                (image.checksums, image.data) = (None, None);
            }
        }
    }

    /// The number of images of all projects.
    #[must_use]
    pub fn image_count(&self) -> usize {
        lock(&self.cloud).images.len()
    }

    /// The requests since the start or the last
    /// [`clear_requests`](Self::clear_requests), in the order received. Uploads
    /// have no body here: see [`image_data`](Self::image_data).
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.server.requests()
    }

    /// Clears the list of requests.
    pub fn clear_requests(&self) {
        self.server.clear_requests();
    }

    /// The number of connections since the start.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.server.connections()
    }

    /// The number of tokens that Keystone issued.
    #[must_use]
    pub fn authentications(&self) -> usize {
        lock(&self.cloud).authentications
    }

    /// Revokes every token at every service at once.
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
        password.clone_into(&mut found.expect("no such user").password);
    }

    /// Changes how later responses mark the end of their body.
    pub fn set_wire(&self, wire: Wire) {
        self.server.set_wire(wire);
    }

    /// Adds a fault for later requests.
    pub fn fail(&self, fault: Fault) {
        self.server.add_fault(fault);
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.server.clear_faults();
    }

    /// Writes settings for clients to a directory: `openrc`, `clouds.yaml` with
    /// every user, and for programs `cloud.json` and `images.json`.
    ///
    /// # Errors
    ///
    /// If a file cannot be written.
    pub fn write_state(&self, directory: impl AsRef<Path>) -> io::Result<()> {
        state::write(&lock(&self.cloud), directory.as_ref())
    }
}
