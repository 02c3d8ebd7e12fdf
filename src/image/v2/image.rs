//! Stub.
use super::*;
use crate::error::{Error, Result};
use crate::service::{Service, ServiceType};
use serde::Deserialize;
use std::io::{Read, Seek, Write};

pub(crate) const IMAGE: ServiceType = ServiceType {
    name: "image",
    version: "v2",
    microversion_header: None,
    replacement: "the Image service",
};

#[derive(Clone, Debug)]
pub struct ImageService(pub(crate) Service);

impl ImageService {
    pub fn get_image(&self, id: impl Into<String>) -> Image {
        Image {
            id: id.into(),
            service: Some(self.0.clone()),
            ..Image::default()
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[non_exhaustive]
pub struct Image {
    pub id: String,
    pub status: Option<ImageStatus>,
    pub size: Option<u64>,
    pub os_hash_algo: Option<String>,
    pub os_hash_value: Option<String>,
    pub checksum: Option<String>,
    #[serde(skip)]
    service: Option<Service>,
}

impl Image {
    pub fn retrieve(&mut self) -> Result<()> {
        let response = self.service()?.send(&api::get_image(&self.id))?;
        let mut image: Self =
            serde_json::from_str(response.text()?).map_err(|e| response.invalid(e.to_string()))?;
        image.service = self.service.take();
        *self = image;
        Ok(())
    }

    pub(super) fn service(&self) -> Result<&Service> {
        self.service
            .as_ref()
            .ok_or_else(|| Error::invalid("no service"))
    }

    pub fn upload_data<'a>(&mut self, data: impl Into<Upload<'a>>) -> Result<Transfer> {
        upload::upload(self, data.into())
    }

    pub fn download_data<'a>(&mut self, output: impl Into<Download<'a>>) -> Result<Transfer> {
        download::download(self, output.into())
    }

    pub fn resume_download(&mut self, file: &mut (impl Read + Write + Seek)) -> Result<Transfer> {
        download::resume(self, file)
    }
}
