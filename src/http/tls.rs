//! TLS options: trusted certificates and the client certificate.

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
        Some(file) => RootCerts::new_with_certs(&read_certificates(file)?),
    };
    let mut config = TlsConfig::builder()
        .disable_verification(options.insecure)
        .root_certs(roots);
    if let Some((certificate, key)) = &options.client_certificate {
        config = config.client_cert(Some(read_client_certificate(certificate, key)?));
    }
    Ok(config.build())
}

fn read_certificates(file: &Path) -> Result<Vec<Certificate<'static>>> {
    let pem = read(file)?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .map(|der| der.map(|der| Certificate::from_der(&der).to_owned()))
        .collect::<Result<_, _>>()
        .map_err(|error| invalid_pem(file, &error))?;
    if certificates.is_empty() {
        return Err(tls_error(format!("no certificate in {}", file.display())));
    }
    Ok(certificates)
}

/// Checks that the key belongs to the certificate, because ureq panics if not.
fn read_client_certificate(certificate: &Path, key: &Path) -> Result<ClientCert> {
    let chain = read_certificates(certificate)?;
    let pem = read(key)?;
    let key_der = PrivateKeyDer::from_pem_slice(&pem).map_err(|error| invalid_pem(key, &error))?;
    let ders = chain
        .iter()
        .map(|certificate| CertificateDer::from(certificate.der().to_vec()))
        .collect();
    let unusable = || format!("cannot use the private key in {}", key.display());
    CertifiedKey::from_der(ders, key_der, &ring::default_provider())
        .map_err(|error| tls_error(unusable()).with_source(error))?;
    let key = PrivateKey::from_pem(&pem).map_err(|_| tls_error(unusable()))?;
    Ok(ClientCert::new_with_certs(&chain, key))
}

fn read(file: &Path) -> Result<Vec<u8>> {
    std::fs::read(file)
        .map_err(|error| tls_error(format!("cannot read {}", file.display())).with_source(error))
}

/// The error for a file that is not valid PEM. The messages of `pem::Error`
/// quote the file, which may be a private key.
fn invalid_pem(file: &Path, error: &pem::Error) -> Error {
    let file = file.display();
    tls_error(match error {
        pem::Error::NoItemsFound => format!("no private key in {file}"),
        pem::Error::MissingSectionEnd { .. } => {
            format!("invalid PEM in {file}: a BEGIN line without its END line")
        }
        pem::Error::IllegalSectionStart { .. } => {
            format!("invalid PEM in {file}: a BEGIN line that has other text after it")
        }
        pem::Error::Base64Decode(_) => format!("invalid PEM in {file}: not valid base64"),
        _ => format!("invalid PEM in {file}"),
    })
}

fn tls_error(message: String) -> Error {
    Error::new(ErrorKind::Tls, message)
}
