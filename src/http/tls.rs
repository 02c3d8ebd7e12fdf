//! TLS: trusted certificates, the client certificate, and the messages of failures.

use std::fs;
use std::path::Path;

use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{AlertDescription, CertificateError, RootCertStore};
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};

use crate::error::{Error, ErrorKind, Result};
use crate::options::HttpOptions;

/// The TLS configuration. Reads the files that the options name.
pub(super) fn tls_config(options: &HttpOptions) -> Result<TlsConfig> {
    let roots = match &options.cacert {
        None => RootCerts::PlatformVerifier,
        Some(path) => {
            let certificates = read_certificates(path)?;
            // ureq ignores the certificates that cannot be parsed.
            let (parsed, _) = RootCertStore::empty().add_parsable_certificates(der(&certificates));
            if parsed == 0 {
                return Err(tls(format!("no valid certificate in {}", path.display())));
            }
            RootCerts::new_with_certs(&certificates)
        }
    };
    let mut config = TlsConfig::builder()
        .disable_verification(options.insecure)
        .root_certs(roots);
    if let Some((certificate, key)) = &options.client_certificate {
        config = config.client_cert(Some(read_client_certificate(certificate, key)?));
    }
    Ok(config.build())
}

/// Reads the certificates in a file, or in every file of a folder.
fn read_certificates(path: &Path) -> Result<Vec<Certificate<'static>>> {
    let pem = read(path)?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes())
        .map(|der| der.map(|der| Certificate::from_der(&der).to_owned()))
        .collect::<Result<_, _>>()
        .map_err(|error| invalid_pem(path, &error))?;
    if certificates.is_empty() {
        let path = path.display();
        let found = ["TRUSTED CERTIFICATE", "X509 CERTIFICATE", "PKCS7"]
            .into_iter()
            .find(|label| pem.contains(&format!("-----BEGIN {label}-----")))
            .map(|label| format!(", only the label {label}"));
        return Err(tls(format!(
            "no certificate in {path}{}: expected PEM with the label CERTIFICATE, which \
             `openssl x509 -in {path}` prints",
            found.unwrap_or_default()
        )));
    }
    Ok(certificates)
}

/// Checks that the key belongs to the certificate, because ureq panics if not.
fn read_client_certificate(certificate: &Path, key: &Path) -> Result<ClientCert> {
    let chain = read_certificates(certificate)?;
    let pem = read(key)?;
    let file = key.display();
    // The labels of PKCS #8, and the header of the older form.
    if pem.contains("-----BEGIN ENCRYPTED") || pem.contains("4,ENCRYPTED") {
        return Err(tls(format!(
            "the private key in {file} is encrypted, which is unsupported: decrypt it with \
             `openssl pkey -in {file}`"
        )));
    }
    let key_der =
        PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|error| invalid_pem(key, &error))?;
    let unusable = |error: rustls::Error| match error {
        rustls::Error::InconsistentKeys(_) => tls(format!(
            "the private key in {file} does not belong to the certificate in {}",
            certificate.display()
        )),
        error => tls(format!("cannot use the private key in {file}")).with_source(error),
    };
    CertifiedKey::from_der(der(&chain).collect(), key_der, &ring::default_provider())
        .map_err(unusable)?;
    let key = PrivateKey::from_pem(pem.as_bytes())
        .map_err(|_| tls(format!("cannot use the private key in {file}")))?;
    Ok(ClientCert::new_with_certs(&chain, key))
}

fn der(certificates: &[Certificate<'static>]) -> impl Iterator<Item = CertificateDer<'static>> {
    let der = |certificate: &Certificate| CertificateDer::from(certificate.der().to_vec());
    certificates.iter().map(der)
}

/// PEM is ASCII: any other text in the file is a comment or a byte order mark.
fn read(path: &Path) -> Result<String> {
    let bytes = match fs::read_dir(path) {
        Ok(files) => files
            .flatten()
            .filter_map(|file| fs::read(file.path()).ok())
            .collect::<Vec<_>>()
            .join(&b'\n'),
        Err(_) => fs::read(path)
            .map_err(|error| tls(format!("cannot read {}", path.display())).with_source(error))?,
    };
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// The error for a file that is not valid PEM. The messages of `pem::Error`
/// quote the file, which may be a private key.
fn invalid_pem(path: &Path, error: &pem::Error) -> Error {
    let path = path.display();
    tls(match error {
        pem::Error::NoItemsFound => format!("no private key in {path}"),
        pem::Error::MissingSectionEnd { .. } => {
            format!("invalid PEM in {path}: a BEGIN line without its END line")
        }
        pem::Error::IllegalSectionStart { .. } => {
            format!("invalid PEM in {path}: a BEGIN line that has other text after it")
        }
        pem::Error::Base64Decode(_) => format!("invalid PEM in {path}: not valid base64"),
        _ => format!("invalid PEM in {path}"),
    })
}

fn tls(message: String) -> Error {
    Error::new(ErrorKind::Tls, message)
}

/// The TLS error in an error of ureq, which wraps some in I/O errors.
pub(super) fn rustls_error(error: &ureq::Error) -> Option<&rustls::Error> {
    match error {
        ureq::Error::Io(error) => error.get_ref()?.downcast_ref(),
        ureq::Error::Rustls(error) => Some(error),
        _ => None,
    }
}

/// The cause of a failed handshake, and the setting to change.
pub(super) fn failure_message(error: &rustls::Error) -> &'static str {
    match error {
        rustls::Error::InvalidCertificate(error) => certificate_message(error),
        rustls::Error::InvalidMessage(_) => {
            "the server does not use TLS on this port; use http:// or the port for https in \
             auth_url or the endpoint"
        }
        rustls::Error::AlertReceived(AlertDescription::CertificateRequired) => {
            "the server requires a client certificate; set cert and key"
        }
        rustls::Error::AlertReceived(AlertDescription::HandshakeFailure) => {
            "the server rejected the TLS handshake; it may require a client certificate (cert and \
             key), or support only old versions of TLS"
        }
        rustls::Error::AlertReceived(
            AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied,
        ) => "the server rejected the client certificate; check cert and key",
        _ => "TLS failed",
    }
}

/// Whether the message of an error is the name of a Rust type.
pub(super) fn is_unreadable(error: &rustls::Error) -> bool {
    matches!(
        error,
        rustls::Error::InvalidCertificate(CertificateError::Other(_))
    )
}

fn certificate_message(error: &CertificateError) -> &'static str {
    use CertificateError as C;
    match error {
        // An authority of the same name, with another key.
        C::UnknownIssuer | C::BadSignature => {
            "the certificate of the server is not signed by a trusted authority; set cacert to a \
             PEM file with the certificate of its authority"
        }
        C::NotValidForName | C::NotValidForNameContext { .. } => {
            "the certificate of the server is for another host; use a host name of the \
             certificate in auth_url or the endpoint"
        }
        C::Expired | C::ExpiredContext { .. } => {
            "the certificate of the server is expired; it must be renewed there, unless the clock \
             of this machine is wrong"
        }
        C::NotValidYet | C::NotValidYetContext { .. } => {
            "the certificate of the server is not valid yet; check the clock of this machine"
        }
        C::Other(error) if error.0.downcast_ref() == Some(&webpki::Error::CaUsedAsEndEntity) => {
            "the certificate of the server is that of an authority (CA:TRUE), which cannot be \
             used by a server; create another one with `openssl req -x509 -newkey rsa:2048 -nodes \
             -days 3650 -subj /CN=HOST -addext basicConstraints=critical,CA:FALSE -addext \
             subjectAltName=DNS:HOST -keyout server.key -out server.pem`, and set cacert to it"
        }
        _ => "the certificate of the server is invalid; set cacert to a valid one, or insecure",
    }
}
