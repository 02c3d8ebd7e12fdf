//! The only file that names ureq: one request to one answer, and what can go
//! wrong between the two.

use std::borrow::Cow;
use std::io::{self, Read};
use std::mem::take;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use secrecy::ExposeSecret;
use ureq::http::{self, HeaderMap, HeaderValue};
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};
use ureq::{Agent, AsSendBody};

use crate::credentials::secret;
use crate::details::Details;
use crate::error::{Error, Result};
use crate::options::TransportOptions;
use crate::request::{Body, Request};
use crate::response::Response;

/// The largest body that is read: some hundred thousand images in detail.
const LARGEST_BODY: u64 = 256 * 1024 * 1024;

/// The largest memory that is kept from one body for the next, and that is
/// taken at once because an answer announces so much.
const LARGEST_SPARE: usize = 4 * 1024 * 1024;

/// The messages of errors that mean that nothing arrived.
pub(crate) const REFUSED: &str = "connection refused";
pub(crate) const NO_HOST: &str = "the name of the host could not be looked up";

/// What no clock reaches is no limit.
const LONGEST_LIMIT: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// One agent, so that connections are used again.
#[derive(Debug)]
pub(crate) struct Transport {
    agent: Agent,
    call_timeout: Option<Duration>,
    /// Whether the last answer leaves open if its connection is.
    unsure: AtomicBool,
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
        let agent = config.build().new_agent();
        let call_timeout = limit(options.call_timeout);
        Ok(Self { agent, call_timeout, unsure: AtomicBool::default(), spare: Mutex::default() })
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
        for (name, value) in headers {
            message = message.header(*name, *value);
        }
        let answer = match &request.body {
            None => message
                .body(())
                .map_err(ureq::Error::from)
                .and_then(|m| self.run(m, deadline, fresh)),
            Some(body) => {
                let text = match body {
                    Body::Json(value) => Cow::Owned(value.to_string()),
                    Body::Secret(text) => Cow::Borrowed(text.expose_secret()),
                };
                let message = message.header("Content-Type", "application/json").body(&*text);
                message.map_err(ureq::Error::from).and_then(|m| self.run(m, deadline, fresh))
            }
        };
        let mut response = Response { method, url: url.to_owned(), ..Response::default() };
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
        let mut message = self.agent.configure_request(message);
        if let Some(deadline) = deadline {
            let left = deadline.saturating_duration_since(Instant::now());
            message = message.timeout_global(Some(left));
        }
        if fresh {
            message = message.max_idle_age(Duration::ZERO);
        }
        let answer = self.agent.run(message.build())?;
        // Nova announces a length of 0. Where that was taken away, so is every
        // other length, and each answer ends with its connection.
        if answer.status() == 204 && !answer.headers().contains_key("Content-Length") {
            self.unsure.store(true, Ordering::Relaxed);
        }
        Ok(answer)
    }
}

/// Takes over what is read of an answer, and its body whole.
fn read(mut answer: http::Response<ureq::Body>, into: &mut Response) -> Result<(), ureq::Error> {
    let text = |headers: &HeaderMap, name| {
        headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).map(str::to_owned)
    };
    let headers = answer.headers();
    into.status = answer.status().as_u16();
    into.request_id =
        text(headers, "x-openstack-request-id").or_else(|| text(headers, "x-compute-request-id"));
    into.subject_token = text(headers, "x-subject-token").map(secret);
    into.retry_after = text(headers, "retry-after");
    into.location = text(headers, "location");
    into.encoding = text(headers, "content-encoding").filter(|coding| coding != "identity");
    let announced = answer.body().content_length().unwrap_or(0);
    let expected = usize::try_from(announced).unwrap_or(LARGEST_SPARE).min(LARGEST_SPARE);
    let mut reader = answer.body_mut().with_config().limit(LARGEST_BODY).reader();
    let body = &mut into.body;
    // One more, because the end is seen only by reading past it.
    if body.len() <= expected {
        *body = Vec::new();
        *body = vec![0; expected + 1];
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

/// What ureq reports, by what a caller can do about it.
fn failure(error: ureq::Error, response: &Response) -> Error {
    use ureq::Error as Cause;
    let (message, kind): (_, fn(Details) -> Error) = match &error {
        Cause::Timeout(_) => ("no answer in time", Error::Timeout),
        Cause::Io(cause) if cause.kind() == io::ErrorKind::TimedOut => {
            ("no answer in time", Error::Timeout)
        }
        Cause::Io(cause) if is_tls(cause) => ("no trusted connection", Error::Tls),
        Cause::Tls(_) | Cause::Rustls(_) | Cause::Pem(_) | Cause::TlsRequired => {
            ("no trusted connection", Error::Tls)
        }
        Cause::Io(cause) if cause.kind() == io::ErrorKind::ConnectionRefused => {
            (REFUSED, Error::Connection)
        }
        Cause::HostNotFound => (NO_HOST, Error::Connection),
        Cause::Io(cause) if is_look_up(cause) => (NO_HOST, Error::Connection),
        Cause::InvalidProxyUrl | Cause::ConnectProxyFailed(_) => {
            ("no connection through the proxy", Error::Connection)
        }
        Cause::Io(_) | Cause::ConnectionFailed if response.status == 0 => {
            ("the connection broke", Error::Connection)
        }
        Cause::Io(_) | Cause::ConnectionFailed | Cause::BodyStalled => {
            ("the connection broke before the answer was whole", Error::Connection)
        }
        Cause::BodyExceedsLimit(_) => ("the body is larger than 256 MiB", Error::Answer),
        Cause::Http(_) | Cause::BadUri(_) => (
            "cannot be sent: the URL or a header has characters that HTTP does not allow",
            Error::Invalid,
        ),
        _ => ("the answer is not HTTP as it should be", Error::Answer),
    };
    let details = Details::new(message).of(response.method, &response.url);
    kind(details.caused(error))
}

fn limit(limit: Option<Duration>) -> Option<Duration> {
    limit.filter(|limit| *limit < LONGEST_LIMIT)
}

/// Whether the look-up of a name said it: the standard library has no kind for
/// that, only these words.
fn is_look_up(error: &io::Error) -> bool {
    error.raw_os_error().is_none() && error.to_string().starts_with("failed to lookup address")
}

/// Whether TLS said it: ureq hands its errors on inside I/O errors.
fn is_tls(error: &io::Error) -> bool {
    error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>)
}

/// Whose certificates are trusted, and which one is shown.
fn tls(options: &TransportOptions) -> Result<TlsConfig> {
    let mut config = TlsConfig::builder().disable_verification(options.insecure);
    config = match &options.cacert {
        None => config.root_certs(RootCerts::PlatformVerifier),
        Some(file) => config.root_certs(RootCerts::new_with_certs(&certificates(file)?)),
    };
    if let Some((certificate, key)) = &options.client_certificate {
        config = config.client_cert(Some(client_certificate(certificate, key)?));
    }
    Ok(config.build())
}

fn certificates(file: &Path) -> Result<Vec<Certificate<'static>>> {
    let pem = contents(file)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem)
        .map(|der| der.map(|der| Certificate::from_der(&der).to_owned()))
        .collect();
    match found {
        Ok(found) if found.is_empty() => {
            Err(Error::Tls(Details::new(format!("there is no certificate in {}", file.display()))))
        }
        Ok(found) => Ok(found),
        Err(error) => Err(Error::Tls(
            Details::new(format!("the certificates in {} cannot be read", file.display()))
                .caused(anyhow::anyhow!("{error:?}")),
        )),
    }
}

/// ureq panics when a key does not belong to its certificate, so that is
/// looked at here.
fn client_certificate(certificate: &Path, key: &Path) -> Result<ClientCert> {
    let chain = certificates(certificate)?;
    let refuse = |cause: anyhow::Error| {
        let file = key.display();
        Error::Tls(Details::new(format!("the private key in {file} cannot be used")).caused(cause))
    };
    let pem = contents(key)?;
    let parsed = PrivateKeyDer::from_pem_slice(&pem)
        .map_err(|error| refuse(anyhow::anyhow!("{error:?}")))?;
    let ders = chain.iter().map(|one| CertificateDer::from(one.der().to_vec())).collect();
    CertifiedKey::from_der(ders, parsed, &ring::default_provider())
        .map_err(|error| refuse(error.into()))?;
    let key = PrivateKey::from_pem(&pem).map_err(|error| refuse(error.into()))?;
    Ok(ClientCert::new_with_certs(&chain, key))
}

fn contents(file: &Path) -> Result<Vec<u8>> {
    std::fs::read(file).map_err(|error| {
        Error::Tls(Details::new(format!("cannot read {}", file.display())).caused(error))
    })
}
