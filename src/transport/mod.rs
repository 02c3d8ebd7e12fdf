//! The only room that names ureq: one request to one answer.

mod failure;
mod names;
mod tls;
mod veil;

use std::borrow::Cow;
use std::io::{self, Read};
use std::mem::take;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use secrecy::ExposeSecret;
use ureq::http::{self, HeaderMap, HeaderValue};
use ureq::unversioned::transport::{Connector, DefaultConnector};
use ureq::{Agent, AsSendBody};

use self::failure::failure;
pub(crate) use self::failure::{NO_HOST, REFUSED};
use self::names::Names;
use self::tls::tls;
use self::veil::VeilConnector;
use crate::credentials::secret;
use crate::error::{Error, Result};
use crate::options::TransportOptions;
use crate::request::{Body, Request};
use crate::response::Response;

/// The largest body that is read: some hundred thousand images in detail.
const LARGEST_BODY: u64 = 256 * 1024 * 1024;

/// The largest memory that is kept from one body for the next, and that is
/// taken at once because an answer announces so much.
const LARGEST_SPARE: usize = 4 * 1024 * 1024;

/// What no clock reaches is no limit.
const LONGEST_LIMIT: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// One agent, so that connections are used again.
#[derive(Debug)]
pub(crate) struct Transport {
    agent: Agent,
    call_timeout: Option<Duration>,
    /// Whether the last answer leaves open if its connection is.
    unsure: AtomicBool,
    /// Whether a logger would take the bytes that pass through ureq.
    is_veiled: bool,
    /// The memory of an earlier body: the pages of a list are all alike.
    spare: Mutex<Vec<u8>>,
}

impl Transport {
    pub(crate) fn new(options: &TransportOptions) -> Result<Self> {
        let name = concat!("opencloud/", env!("CARGO_PKG_VERSION"));
        let user_agent = match &options.user_agent {
            Some(program) => format!("{program} {name}"),
            None => name.to_owned(),
        };
        if HeaderValue::from_str(&user_agent).is_err() {
            return Err(Error::invalid(format!(
                "the user agent {user_agent:?} cannot be sent in a header"
            )));
        }
        let mut config = Agent::config_builder()
            .user_agent(user_agent)
            .accept("application/json")
            // A refusal has words in its body; a redirect would take the token with it.
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_resolve(limit(options.resolve_timeout))
            .timeout_connect(limit(options.connect_timeout))
            .timeout_per_read(limit(options.read_timeout))
            .timeout_per_write(limit(options.read_timeout))
            .tls_config(tls(options)?);
        if !options.environment_proxy {
            config = config.proxy(None);
        }
        let is_veiled = veil::is_needed();
        let (config, connector) = (config.build(), DefaultConnector::new());
        let agent = if is_veiled {
            Agent::with_parts(config, connector.chain(VeilConnector), Names::default())
        } else {
            Agent::with_parts(config, connector, Names::default())
        };
        Ok(Self {
            agent,
            call_timeout: limit(options.call_timeout),
            unsure: AtomicBool::default(),
            is_veiled,
            spare: Mutex::default(),
        })
    }

    /// Takes the memory of a body that nobody needs any more.
    pub(crate) fn reuse(&self, body: Vec<u8>) {
        if body.capacity() <= LARGEST_SPARE {
            *self.spare.lock().unwrap_or_else(PoisonError::into_inner) = body;
        }
    }

    /// When a call that begins now must be over.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.call_timeout.map(|limit| Instant::now() + limit)
    }

    /// Sends it once. Any answer is `Ok`, whatever its status. With `fresh`, on
    /// a connection of its own: one from the pool may have been closed by the
    /// server without a word, and then nobody knows whether it arrived.
    pub(crate) fn exchange(
        &self,
        request: &Request,
        url: &str,
        headers: &[(&'static str, &str)],
        deadline: Option<Instant>,
        fresh: bool,
    ) -> Result<Response> {
        let method = request.method.as_str();
        let mut message = http::Request::builder().method(method).uri(url);
        veil::begin();
        for (name, value) in headers {
            message = match *name {
                "X-Auth-Token" if self.is_veiled => message.header(*name, veil::hide(value)),
                _ => message.header(*name, *value),
            };
        }
        let answer = match &request.body {
            None => message
                .body(())
                .map_err(ureq::Error::from)
                .and_then(|m| self.run(m, deadline, fresh)),
            Some(body) => {
                let text = match body {
                    Body::Json(value) => Cow::Owned(value.to_string()),
                    Body::Secret(text) if self.is_veiled => veil::hide_body(text.expose_secret()),
                    Body::Secret(text) => Cow::Borrowed(text.expose_secret()),
                };
                let message = message
                    .header("Content-Type", "application/json")
                    .body(&*text);
                message
                    .map_err(ureq::Error::from)
                    .and_then(|m| self.run(m, deadline, fresh))
            }
        };
        let mut response = Response {
            method,
            url: url.to_owned(),
            ..Response::default()
        };
        answer
            .and_then(|answer| {
                response.body =
                    take(&mut *self.spare.lock().unwrap_or_else(PoisonError::into_inner));
                read(answer, &mut response)
            })
            .map_err(|error| failure(error, &response))?;
        Ok(response)
    }

    fn run<S: AsSendBody>(
        &self,
        message: http::Request<S>,
        deadline: Option<Instant>,
        fresh: bool,
    ) -> Result<http::Response<ureq::Body>, ureq::Error> {
        let fresh = self.unsure.swap(false, Ordering::Relaxed) || fresh;
        if deadline.is_none() && !fresh {
            // The usual way: only on it does ureq keep the certificates it has read.
            return self.agent.run(message).map(|answer| self.noted(answer));
        }
        let mut message = self.agent.configure_request(message);
        if let Some(deadline) = deadline {
            let left = deadline.saturating_duration_since(Instant::now());
            message = message.timeout_global(Some(left));
        }
        if fresh {
            message = message.max_idle_age(Duration::ZERO);
        }
        self.agent
            .run(message.build())
            .map(|answer| self.noted(answer))
    }

    /// Takes note of what an answer says about its connection.
    fn noted(&self, answer: http::Response<ureq::Body>) -> http::Response<ureq::Body> {
        // Nova announces a length of 0. Where that was taken away, so is every
        // other length, and each answer ends with its connection.
        if answer.status() == 204 && !answer.headers().contains_key("Content-Length") {
            self.unsure.store(true, Ordering::Relaxed);
        }
        answer
    }
}

/// Takes over what is read of an answer, and its body whole.
fn read(mut answer: http::Response<ureq::Body>, into: &mut Response) -> Result<(), ureq::Error> {
    let text = |headers: &HeaderMap, name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
            .map(str::to_owned)
    };
    let headers = answer.headers();
    into.status = answer.status().as_u16();
    into.request_id =
        text(headers, "x-openstack-request-id").or_else(|| text(headers, "x-compute-request-id"));
    into.subject_token = veil::received().or_else(|| text(headers, "x-subject-token").map(secret));
    into.retry_after = text(headers, "retry-after");
    into.location = text(headers, "location");
    into.encoding = text(headers, "content-encoding").filter(|coding| coding != "identity");
    let announced = answer.body().content_length().unwrap_or(0);
    let expected = usize::try_from(announced)
        .unwrap_or(LARGEST_SPARE)
        .min(LARGEST_SPARE);
    let mut reader = answer.body_mut().with_config().limit(LARGEST_BODY).reader();
    let body = &mut into.body;
    // One more, because the end is seen only by reading past it.
    if body.capacity() <= expected {
        *body = Vec::new();
        *body = vec![0; expected + 1];
    } else if body.len() <= expected {
        body.resize(expected + 1, 0);
    }
    let mut length = 0;
    loop {
        if length == body.len() {
            body.resize((length * 2).max(16 * 1024), 0);
        }
        match reader.read(&mut body[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    body.truncate(length);
    Ok(())
}

fn limit(limit: Option<Duration>) -> Option<Duration> {
    limit.filter(|limit| *limit < LONGEST_LIMIT)
}
