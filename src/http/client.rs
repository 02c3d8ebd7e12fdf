//! [`Client`]: one request, one response. The only file that names ureq.

use std::borrow::Cow;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use http::HeaderValue;
use secrecy::ExposeSecret;
use ureq::{Agent, AsSendBody, Timeout};
use url::Url;

use super::request::{Body, Request};
use super::response::Response;
use super::tls::tls_config;
use crate::error::{Error, ErrorKind, Result};
use crate::options::HttpOptions;

/// The largest body that is read: several hundred thousand images in detail.
const MAX_BODY_SIZE: u64 = 256 * 1024 * 1024;

/// Longer timeouts would overflow `Instant`; they are treated as no timeout.
const MAX_TIMEOUT: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// ureq keeps three idle connections for a host, too few for a program that
/// uses one service from many threads.
const MAX_IDLE_CONNECTIONS: usize = 64;

/// An HTTP client with a pool of connections.
pub(crate) struct Client {
    agent: Agent,
    options: HttpOptions,
    /// Whether the pooled connection may be closed without notice.
    connection_state_unknown: AtomicBool,
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
        let mut config = Agent::config_builder()
            .user_agent(user_agent)
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
            .tls_config(tls_config(&options)?);
        if !options.proxy_from_env {
            config = config.proxy(None);
        }
        Ok(Self {
            agent: config.build().into(),
            options,
            connection_state_unknown: AtomicBool::default(),
        })
    }

    pub(crate) fn max_attempts(&self) -> u32 {
        self.options.tries
    }

    /// When a call that starts now must end.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        timeout(self.options.call_timeout).map(|timeout| Instant::now() + timeout)
    }

    /// Sends a request once. Every response is `Ok`, whatever its status.
    pub(crate) fn send_once(
        &self,
        request: &Request,
        url: &Url,
        headers: &[(&'static str, &str)],
        deadline: Option<Instant>,
        new_connection: bool,
    ) -> Result<Response> {
        let mut builder = http::Request::builder()
            .method(request.method.as_str())
            .uri(url.as_str());
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        let json = match &request.body {
            None => None,
            Some(Body::Json(value)) => Some(Cow::Owned(value.to_string())),
            Some(Body::Secret(text)) => Some(Cow::Borrowed(text.expose_secret())),
        };
        let mut response = Response {
            method: request.method.as_str(),
            url: url.to_string(),
            ..Response::default()
        };
        let result = match json {
            None => self.run(builder.body(()), deadline, new_connection),
            Some(json) => {
                let json: &str = &json;
                let builder = builder.header("Content-Type", "application/json");
                self.run(builder.body(json), deadline, new_connection)
            }
        };
        result
            .and_then(|(parts, mut body)| {
                response.status = parts.status.as_u16();
                response.headers = parts.headers;
                let reader = body.with_config().limit(MAX_BODY_SIZE);
                response.body = reader.read_to_vec()?;
                Ok(())
            })
            .map_err(|error| self.map_ureq_error(error, &response))?;
        Ok(response)
    }

    fn run<S: AsSendBody>(
        &self,
        request: http::Result<http::Request<S>>,
        deadline: Option<Instant>,
        new_connection: bool,
    ) -> Result<(http::response::Parts, ureq::Body), ureq::Error> {
        let request = request?;
        let unknown = self.connection_state_unknown.swap(false, Ordering::Relaxed);
        let response = if deadline.is_none() && !new_connection && !unknown {
            // With settings for one request, ureq reads the certificates anew.
            self.agent.run(request)?
        } else {
            let mut request = self.agent.configure_request(request);
            if let Some(deadline) = deadline {
                let remaining = deadline.saturating_duration_since(Instant::now());
                request = request.timeout_global(Some(remaining));
            }
            if new_connection || unknown {
                request = request.max_idle_age(Duration::ZERO);
            }
            self.agent.run(request.build())?
        };
        // Without a length a response ends with its connection. Nova sends a
        // length of 0; a proxy that removes it closes the connection, too.
        if response.status() == 204 && !response.headers().contains_key("content-length") {
            self.connection_state_unknown.store(true, Ordering::Relaxed);
        }
        Ok(response.into_parts())
    }

    fn map_ureq_error(&self, error: ureq::Error, response: &Response) -> Error {
        use ureq::Error as Ureq;
        let (kind, message) = match &error {
            Ureq::Timeout(limit) => (ErrorKind::Timeout, self.timeout_message(*limit)),
            Ureq::Io(cause) if cause.kind() == io::ErrorKind::TimedOut => {
                (ErrorKind::Timeout, "timed out".to_owned())
            }
            Ureq::Io(cause) if is_tls(cause) => (ErrorKind::Tls, "TLS failed".to_owned()),
            Ureq::Tls(_) | Ureq::Rustls(_) | Ureq::Pem(_) | Ureq::TlsRequired => {
                (ErrorKind::Tls, "TLS failed".to_owned())
            }
            Ureq::Io(cause) if is_refused(cause) => {
                (ErrorKind::Connection, "connection refused".to_owned())
            }
            Ureq::HostNotFound => (ErrorKind::Connection, "host not found".to_owned()),
            Ureq::InvalidProxyUrl | Ureq::ConnectProxyFailed(_) => (
                ErrorKind::Proxy,
                "cannot connect through the proxy".to_owned(),
            ),
            Ureq::Io(_) | Ureq::ConnectionFailed if response.status == 0 => {
                (ErrorKind::Connection, "connection failed".to_owned())
            }
            Ureq::Io(_) | Ureq::ConnectionFailed | Ureq::BodyStalled => (
                ErrorKind::Connection,
                "connection lost before the response was complete".to_owned(),
            ),
            Ureq::BodyExceedsLimit(_) => (
                ErrorKind::InvalidResponse,
                "the body is larger than 256 MiB".to_owned(),
            ),
            Ureq::Http(_) | Ureq::BadUri(_) => (
                ErrorKind::InvalidInput,
                "the URL is too long, or a header is invalid; nothing was sent".to_owned(),
            ),
            _ => (
                ErrorKind::InvalidResponse,
                "invalid HTTP response".to_owned(),
            ),
        };
        if kind == ErrorKind::InvalidInput {
            // The URL can be megabytes long.
            return Error::new(kind, message).with_source(error);
        }
        let never_sent = match &error {
            Ureq::HostNotFound => true,
            Ureq::Io(cause) => is_refused(cause),
            _ => false,
        };
        Error::new(kind, message)
            .with_request(response.method, &response.url)
            .with_never_sent(never_sent)
            .with_source(error)
    }

    fn timeout_message(&self, limit: Timeout) -> String {
        let options = &self.options;
        let (what, name, duration) = match limit {
            Timeout::Resolve => (
                "host not resolved",
                "resolve_timeout",
                options.resolve_timeout,
            ),
            Timeout::Connect => ("not connected", "connect_timeout", options.connect_timeout),
            Timeout::Global => ("no complete response", "call_timeout", options.call_timeout),
            _ => ("no response", "read_timeout", options.read_timeout),
        };
        let duration = duration.unwrap_or_default();
        format!("{what} within {duration:?} ({name})")
    }
}

fn is_refused(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::ConnectionRefused
}

/// ureq wraps TLS errors in I/O errors.
fn is_tls(error: &io::Error) -> bool {
    error
        .get_ref()
        .is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>)
}

fn timeout(timeout: Option<Duration>) -> Option<Duration> {
    timeout.filter(|timeout| *timeout < MAX_TIMEOUT)
}
