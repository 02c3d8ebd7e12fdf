//! TLS: trusted certificates, the client certificate, and the messages of TLS errors.

use std::fs;
use std::path::Path;

use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};

use crate::error::{Error, ErrorKind, Result};
use crate::options::HttpOptions;

/// The TLS configuration. Reads the files that the options name.
pub(super) fn tls_config(options: &HttpOptions) -> Result<TlsConfig> {
    let roots = match &options.cacert {
        None => RootCerts::PlatformVerifier,
        Some(path) => RootCerts::new_with_certs(&read_certificates(path)?),
    };
    let mut config = TlsConfig::builder()
        .disable_verification(options.insecure)
        .root_certs(roots);
    if let Some((certificate, key)) = &options.client_certificate {
        config = config.client_cert(Some(read_client_certificate(certificate, key)?));
    }
    Ok(config.build())
}

fn read_certificates(path: &Path) -> Result<Vec<Certificate<'static>>> {
    let pem = read(path)?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes())
        .map(|der| der.map(|der| Certificate::from_der(&der).to_owned()))
        .collect::<Result<_, _>>()
        .map_err(|error| invalid_pem(path, &error))?;
    if certificates.is_empty() {
        let path = path.display();
        return Err(tls(format!(
            "no certificate in {path}: expected PEM with the label CERTIFICATE; convert other \
             forms, such as TRUSTED CERTIFICATE, X509 CERTIFICATE and DER, with \
             `openssl x509 -in {path}`"
        )));
    }
    Ok(certificates)
}

/// Checks that the key belongs to the certificate, because ureq would panic.
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
    let ders = chain
        .iter()
        .map(|certificate| CertificateDer::from(certificate.der().to_vec()))
        .collect();
    let unusable = || format!("cannot use the private key in {file}");
    CertifiedKey::from_der(ders, key_der, &ring::default_provider()).map_err(|error| {
        let certificate = certificate.display();
        tls(match error {
            rustls::Error::InconsistentKeys(_) => {
                format!("the private key in {file} does not belong to {certificate}")
            }
            _ => unusable(),
        })
        .with_source(error)
    })?;
    let key = PrivateKey::from_pem(pem.as_bytes()).map_err(|_| tls(unusable()))?;
    Ok(ClientCert::new_with_certs(&chain, key))
}

/// PEM is ASCII: any other text in the file is a comment or a byte order mark.
fn read(path: &Path) -> Result<String> {
    let bytes = fs::read(path)
        .map_err(|error| tls(format!("cannot read {}", path.display())).with_source(error))?;
    Ok(String::from_utf8_lossy(&bytes).replace('\u{feff}', ""))
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
    use rustls::AlertDescription::CertificateRequired;
    use rustls::CertificateError as C;
    use rustls::Error as E;
    match error {
        E::InvalidMessage(_) => {
            "this port does not use TLS; use http:// or another port in auth_url or the endpoint"
        }
        E::AlertReceived(CertificateRequired) => {
            "the server requires a client certificate; set cert and key"
        }
        E::AlertReceived(_) => {
            "the server rejected the TLS handshake; it may require another client certificate \
             (cert and key)"
        }
        // `BadSignature`: another authority with the same name signed it.
        E::InvalidCertificate(C::UnknownIssuer | C::BadSignature) => {
            "the authority that signed the certificate of the server is not trusted; set cacert \
             to a file with its certificate"
        }
        E::InvalidCertificate(C::NotValidForName | C::NotValidForNameContext { .. }) => {
            "the certificate of the server is for another host; use one of its names in auth_url \
             or the endpoint"
        }
        E::InvalidCertificate(C::Expired | C::ExpiredContext { .. }) => {
            "the certificate of the server is expired, or the clock of this machine is wrong; \
             correct the clock, renew the certificate, or set insecure"
        }
        E::InvalidCertificate(C::Other(error))
            if error.0.downcast_ref() == Some(&webpki::Error::CaUsedAsEndEntity) =>
        {
            "the certificate of the server is a CA certificate (CA:TRUE), which TLS does not accept \
             for a server; \
             create another one with `openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj \
             /CN=HOST -addext basicConstraints=critical,CA:FALSE -addext \
             subjectAltName=DNS:HOST -keyout server.key -out server.pem` and set cacert to it"
        }
        E::InvalidCertificate(_) => "the certificate of the server is invalid",
        _ => "TLS failed",
    }
}
