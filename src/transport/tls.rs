//! Whose certificates are trusted, and which one is shown.

use std::path::Path;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};

use crate::details::Details;
use crate::error::{Error, Result};
use crate::options::TransportOptions;

/// What the options say of it; reads the files that they name.
pub(super) fn tls(options: &TransportOptions) -> Result<TlsConfig> {
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
        Ok(found) if found.is_empty() => Err(Error::Tls(Details::new(format!(
            "there is no certificate in {}",
            file.display()
        )))),
        Ok(found) => Ok(found),
        Err(error) => Err(Error::Tls(
            Details::new(format!(
                "the certificates in {} cannot be read",
                file.display()
            ))
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
    let ders = chain
        .iter()
        .map(|one| CertificateDer::from(one.der().to_vec()))
        .collect();
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
