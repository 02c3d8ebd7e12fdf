//! [`Client`]: one request, one response.

use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use http::HeaderValue;
use secrecy::ExposeSecret;
use ureq::{Agent, AsSendBody, SendBody};
use url::Url;

use super::body::{ResponseBody, SpareBuffer};
use super::proxy::Proxies;
use super::request::Request;
use super::response::Response;
use super::stream::RequestBody;
use super::tls::tls_config;
use super::ureq_error::error_from_ureq;
use crate::error::{Error, Result};
use crate::options::HttpOptions;

/// The largest body that is read: several hundred thousand images in detail.
const MAX_BODY_SIZE: u64 = 256 * 1024 * 1024;

/// Longer timeouts would overflow `Instant`; they are treated as no timeout.
const MAX_TIMEOUT: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// The default of ureq is three idle connections per host, too few for a program
/// that uses one service from many threads.
const MAX_IDLE_CONNECTIONS: usize = 64;

/// An HTTP client with a pool of connections.
pub(crate) struct Client {
    direct: Agent,
    proxies: Proxies,
    options: HttpOptions,
    /// Whether the pooled connection may be closed without notice.
    connection_state_unknown: AtomicBool,
    spare_buffer: SpareBuffer,
}

impl Client {
    pub(crate) fn new(options: HttpOptions) -> Result<Self> {
        let mut user_agent = concat!("opencloud/", env!("CARGO_PKG_VERSION")).to_owned();
        if let Some(program) = &options.user_agent {
            user_agent = format!("{program} {user_agent}");
        }
        if HeaderValue::from_str(&user_agent).is_err() {
            return Err(Error::invalid(format!(
                "invalid user agent {user_agent:?}: it cannot be sent in a header"
            )));
        }
        let tls = tls_config(&options)?;
        // With a proxy per request, ureq would load the certificates for each request.
        let agent = |proxy| -> Agent {
            Agent::config_builder()
                .user_agent(&user_agent)
                .accept("application/json")
                // The body of an error response has the server's message.
                .http_status_as_error(false)
                // A redirect would send the token to another host.
                .max_redirects(0)
                .max_redirects_will_error(false)
                .max_idle_connections(MAX_IDLE_CONNECTIONS)
                .max_idle_connections_per_host(MAX_IDLE_CONNECTIONS)
                .timeout_resolve(timeout(options.resolve_timeout))
                .timeout_connect(timeout(options.connect_timeout))
                .timeout_per_read(timeout(options.read_timeout))
                .timeout_per_write(timeout(options.read_timeout))
                .tls_config(tls.clone())
                .proxy(proxy)
                .build()
                .into()
        };
        Ok(Self {
            direct: agent(None),
            proxies: Proxies::new(&options.proxy, |proxy| agent(Some(proxy))),
            options,
            connection_state_unknown: AtomicBool::default(),
            spare_buffer: SpareBuffer::default(),
        })
    }

    pub(crate) fn max_attempts(&self) -> u32 {
        self.options.tries
    }

    /// When a call that starts now must end.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        timeout(self.options.call_timeout).map(|timeout| Instant::now() + timeout)
    }

    /// Sends a request once, with `body` or else its own body. A response with any
    /// status is `Ok`.
    pub(crate) fn send_once(
        &self,
        request: &Request,
        url: &Url,
        headers: &[(&'static str, &str)],
        deadline: Option<Instant>,
        new_connection: bool,
        body: Option<&mut RequestBody<'_>>,
    ) -> Result<Response> {
        let mut builder = http::Request::builder()
            .method(&request.method)
            .uri(url.as_str());
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        let mut response = Response {
            method: request.method.clone(),
            url: url.to_string(),
            ..Response::default()
        };
        let proxy = self.proxies.find(url)?;
        let agent = proxy.map_or(&self.direct, |proxy| &proxy.agent);
        let result = match (body, &request.body) {
            (Some(body), _) => {
                if let Some(length) = body.length {
                    builder = builder.header("Content-Length", length);
                }
                let limit = Some(body.response_timeout);
                let body = builder.body(SendBody::from_reader(body));
                self.run(agent, body, deadline, new_connection, limit)
            }
            (None, Some(json)) => {
                let body = builder.body(json.expose_secret());
                self.run(agent, body, deadline, new_connection, None)
            }
            (None, None) => self.run(agent, builder.body(()), deadline, new_connection, None),
        };
        result
            .and_then(|(parts, mut body)| {
                response.status = parts.status.as_u16();
                response.headers = parts.headers;
                if request.stream_response && parts.status.is_success() {
                    response.stream = Some(Box::new(body.into_reader()));
                    return Ok(());
                }
                let length = body.content_length();
                let reader = body.with_config().limit(MAX_BODY_SIZE).reader();
                response.body = ResponseBody::read(reader, length, &self.spare_buffer)?;
                Ok(())
            })
            .map_err(|error| error_from_ureq(error, &response, &self.options, proxy))?;
        Ok(response)
    }

    /// Reads from a streamed response. Returns 0 at its end.
    pub(crate) fn read(&self, response: &mut Response, buffer: &mut [u8]) -> Result<usize> {
        let Some(stream) = &mut response.stream else {
            return Ok(0);
        };
        stream
            .read(buffer)
            .map_err(|error| error_from_ureq(error.into(), response, &self.options, None))
    }

    fn run<S: AsSendBody>(
        &self,
        agent: &Agent,
        request: http::Result<http::Request<S>>,
        deadline: Option<Instant>,
        new_connection: bool,
        response_timeout: Option<Duration>,
    ) -> Result<(http::response::Parts, ureq::Body), ureq::Error> {
        let request = request?;
        let unknown = self.connection_state_unknown.swap(false, Ordering::Relaxed);
        let response = if deadline.is_none() && !new_connection && !unknown {
            // With settings per request, ureq loads the certificates for each request.
            agent.run(request)?
        } else {
            let mut request = agent.configure_request(request);
            if let Some(deadline) = deadline {
                let remaining = deadline.saturating_duration_since(Instant::now());
                request = request.timeout_global(Some(remaining));
            }
            if new_connection || unknown {
                request = request.max_idle_age(Duration::ZERO);
            }
            if let Some(limit) = response_timeout {
                // A limit for each read would also limit the wait for the response.
                request = request
                    .timeout_per_read(None)
                    .timeout_recv_response(Some(limit.min(MAX_TIMEOUT)))
                    .timeout_recv_body(timeout(self.options.read_timeout));
            }
            agent.run(request.build())?
        };
        // Without a length a response ends with its connection. Nova sends a
        // length of 0; a proxy that removes it closes the connection, too.
        if response.status() == 204 && !response.headers().contains_key("content-length") {
            self.connection_state_unknown.store(true, Ordering::Relaxed);
        }
        Ok(response.into_parts())
    }
}

fn timeout(timeout: Option<Duration>) -> Option<Duration> {
    timeout.filter(|timeout| *timeout < MAX_TIMEOUT)
}
