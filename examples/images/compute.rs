//! Images through Nova.

use opencloud::Result;
use opencloud::compute::v2::{Compute, Image, Images, ListImages, Metadata};

use crate::arguments::List;
use crate::service::{self, Fields, Items, Service, field, metadata_fields};

impl Service for Compute {
    type Image = Image;
    type Images = Images;

    fn list_images(&self, list: List) -> Images {
        self.list_images(ListImages::from(list))
    }

    fn get_image(&self, id: String) -> Image {
        self.get_image(id)
    }
}

impl service::Image for Image {
    fn fields(&self) -> Fields {
        let fields = [
            field("id", Some(&self.id)),
            field("name", self.name.as_ref()),
            field("status", self.status.as_ref()),
            field("progress", self.progress),
            field("size", self.size),
            field("min_disk", self.min_disk),
            field("min_ram", self.min_ram),
            field("created", self.created),
            field("updated", self.updated),
            field("server", self.server.as_ref().map(|server| &server.id)),
            field("disk_config", self.disk_config.as_ref()),
        ];
        let links = self.links.iter();
        let links = links.map(|link| ("link", format!("{} {}", link.rel, link.href)));
        let fields = fields.into_iter().flatten();
        fields
            .chain(metadata_fields(&self.metadata))
            .chain(links)
            .collect()
    }

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    fn retrieve(&mut self) -> Result<()> {
        self.retrieve()
    }

    fn delete(&self) -> Result<()> {
        self.delete()
    }

    fn get_metadata(&mut self) -> Result<Metadata> {
        self.get_metadata()
    }

    fn get_metadata_item(&mut self, key: &str) -> Result<String> {
        self.get_metadata_item(key)
    }

    fn merge_metadata(&mut self, items: Items) -> Result<()> {
        self.merge_metadata(items)
    }

    fn reset_metadata(&mut self, items: Items) -> Result<()> {
        self.reset_metadata(items)
    }

    fn delete_metadata_items(&mut self, keys: Vec<String>) -> Result<()> {
        for key in keys {
            self.delete_metadata_item(&key)?;
        }
        Ok(())
    }
}

impl From<List> for ListImages {
    fn from(options: List) -> Self {
        let mut list = Self::from(options.detailed);
        if let Some(name) = options.name {
            list = list.name(name);
        }
        if let Some(status) = options.status {
            list = list.status(status);
        }
        if let Some(kind) = options.image_type {
            list = list.image_type(kind);
        }
        if let Some(server) = options.server {
            list = list.server(server);
        }
        if let Some(time) = options.changes_since {
            list = list.changes_since(time);
        }
        if let Some(gib) = options.min_disk {
            list = list.min_disk(gib);
        }
        if let Some(mib) = options.min_ram {
            list = list.min_ram(mib);
        }
        if let Some(images) = options.limit {
            list = list.limit(images);
        }
        if let Some(images) = options.page_size {
            list = list.page_size(images);
        }
        list
    }
}
