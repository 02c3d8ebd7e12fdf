//! [`Builder`]: the options of a sandbox.

use std::io;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::cloud::Cloud;
use crate::sandbox::Sandbox;
use crate::seed;
use crate::server::Server;
use crate::wire::Wire;

/// The default of [`Builder::socket_timeout`].
const SOCKET_TIMEOUT: Duration = Duration::from_secs(4);

/// Options of a [`Sandbox`], from [`Sandbox::builder`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Builder {
    wire: Wire,
    token_life: Option<Duration>,
    max_limit: Option<usize>,
    limit_param_default: Option<usize>,
    api_limit_max: Option<usize>,
    empty: bool,
    port: u16,
    image_size_cap: Option<usize>,
    storage_quota: Option<u64>,
    socket_timeout: Option<Duration>,
}

impl Builder {
    /// How responses mark the end of their body. The default is [`Wire::Close`].
    pub fn wire(mut self, wire: Wire) -> Self {
        self.wire = wire;
        self
    }

    /// How long tokens are valid. The default is an hour. A whole number of
    /// seconds counts from the last full second, as in Keystone.
    pub fn token_life(mut self, life: Duration) -> Self {
        self.token_life = Some(life);
        self
    }

    /// Nova's `max_limit`: a larger page has no link to the next one. The
    /// default is 1000.
    pub fn max_limit(mut self, images: usize) -> Self {
        self.max_limit = Some(images);
        self
    }

    /// Glance's `limit_param_default`: the images of a page without a limit. The
    /// default is 25.
    pub fn limit_param_default(mut self, images: usize) -> Self {
        self.limit_param_default = Some(images);
        self
    }

    /// Glance's `api_limit_max`: the most images of a page. The default is 1000.
    pub fn api_limit_max(mut self, images: usize) -> Self {
        self.api_limit_max = Some(images);
        self
    }

    /// Starts without the seed images.
    pub fn empty(mut self) -> Self {
        self.empty = true;
        self
    }

    /// The port of 127.0.0.1. The default is any free port.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Glance's `image_size_cap`: a longer upload fails with 413. The default is
    /// 64 MiB. Image data is stored in memory.
    pub fn image_size_cap(mut self, bytes: usize) -> Self {
        self.image_size_cap = Some(bytes);
        self
    }

    /// Glance's `user_storage_quota`: an upload fails with 413 if it makes the total size
    /// of its project's images larger. By default there is no quota.
    pub fn user_storage_quota(mut self, bytes: u64) -> Self {
        self.storage_quota = Some(bytes);
        self
    }

    /// uWSGI's `socket-timeout`: an upload fails with 500 if the client sends
    /// nothing for this time. The default is 4 seconds.
    pub fn socket_timeout(mut self, timeout: Duration) -> Self {
        self.socket_timeout = Some(timeout);
        self
    }

    /// Starts the sandbox.
    ///
    /// # Panics
    ///
    /// If no port is free or no thread can be started.
    #[must_use]
    pub fn start(self) -> Sandbox {
        self.try_start()
            .expect("no free port or no thread for the sandbox")
    }

    /// Starts the sandbox.
    ///
    /// # Errors
    ///
    /// If the port is in use or no thread can be started.
    pub fn try_start(self) -> io::Result<Sandbox> {
        let listener = TcpListener::bind(("127.0.0.1", self.port))?;
        let mut cloud = Cloud::new(format!("http://{}", listener.local_addr()?));
        cloud.token_life = self.token_life.unwrap_or(cloud.token_life);
        cloud.max_limit = self.max_limit.unwrap_or(cloud.max_limit);
        cloud.image_size_cap = self.image_size_cap.unwrap_or(cloud.image_size_cap);
        cloud.storage_quota = self.storage_quota;
        cloud.limit_param_default = self
            .limit_param_default
            .unwrap_or(cloud.limit_param_default);
        cloud.api_limit_max = self.api_limit_max.unwrap_or(cloud.api_limit_max);
        if !self.empty {
            seed::seed(&mut cloud);
        }
        let cloud = Arc::new(Mutex::new(cloud));
        let timeout = self.socket_timeout.unwrap_or(SOCKET_TIMEOUT);
        let server = Server::start(listener, self.wire, timeout, Arc::clone(&cloud))?;
        Ok(Sandbox { cloud, server })
    }
}
