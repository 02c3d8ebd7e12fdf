//! What can be done with an [`Image`]: each verb is one request.

use super::image::Image;
use super::metadata::Metadata;
use super::metadata_value::MetadataValue;
use super::{api, guard, read};
use crate::error::Result;
use crate::http::response::Response;

impl Image {
    /// Fills every field with what the server knows. Sends `GET /images/{id}`.
    ///
    /// <https://docs.openstack.org/api-ref/compute/#show-image-details>
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`](crate::Error::NotFound) when there is no such image,
    /// or none that this project may see.
    pub fn retrieve(&mut self) -> Result<()> {
        let response = self.service.send(&api::get_image(&self.id))?;
        let image = read::one(&response, &self.service)?;
        if !image.id.eq_ignore_ascii_case(&self.id) {
            return Err(response.invalid(format!("it is about another image, {:?}", image.id)));
        }
        *self = image;
        Ok(())
    }

    /// Deletes it. Sends `DELETE /images/{id}`.
    ///
    /// <https://docs.openstack.org/api-ref/compute/#delete-image>
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`](crate::Error::NotFound) when it is gone already;
    /// [`Error::Forbidden`](crate::Error::Forbidden) when it is protected or
    /// belongs to another project.
    pub fn delete(&self) -> Result<()> {
        self.service.send(&api::delete_image(&self.id)).map(drop)
    }

    /// The metadata, which are kept in [`metadata`](Self::metadata) too. Sends
    /// `GET /images/{id}/metadata`.
    ///
    /// <https://docs.openstack.org/api-ref/compute/#list-image-metadata>
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`](crate::Error::NotFound) when there is no such image.
    pub fn get_metadata(&mut self) -> Result<Metadata> {
        let response = self.service.send(&api::get_image_metadata(&self.id))?;
        self.keep_metadata(&response)?;
        Ok(self.metadata.clone())
    }

    /// Replaces all metadata with these, and keeps what the server made of
    /// them in [`metadata`](Self::metadata). With none, that is with
    /// [`Metadata::new()`](Metadata::new), it takes all away.
    /// Sends `PUT /images/{id}/metadata`.
    ///
    /// Nova takes the names of Glance's own fields, such as `name` or
    /// `min_disk`, without an error and without an effect.
    ///
    /// <https://docs.openstack.org/api-ref/compute/#create-or-update-image-metadata>
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid), before anything is sent, for
    /// what would break the image or end in an error without words;
    /// [`Error::BadRequest`](crate::Error::BadRequest) for a key or a value
    /// that Nova does not take: 1 to 255 of `a-z A-Z 0-9 - _ : .` and space, and
    /// at most 255 characters; [`Error::Forbidden`](crate::Error::Forbidden)
    /// for more than 128 items.
    pub fn reset_metadata<K, V>(&mut self, items: impl IntoIterator<Item = (K, V)>) -> Result<()>
    where
        K: AsRef<str>,
        V: AsRef<str>,
    {
        let items = guard::items(&items.into_iter().collect())?;
        let response = self
            .service
            .send(&api::put_image_metadata(&self.id, &items))?;
        self.keep_metadata(&response)
    }

    /// Sets these metadata and leaves the others, and keeps what came of it in
    /// [`metadata`](Self::metadata). Sends `POST /images/{id}/metadata`.
    ///
    /// The server reads, changes and writes back: of two merges at the same
    /// time, one can be lost.
    ///
    /// <https://docs.openstack.org/api-ref/compute/#update-image-metadata>
    ///
    /// # Errors
    ///
    /// As [`reset_metadata`](Self::reset_metadata).
    pub fn merge_metadata<K, V>(&mut self, items: impl IntoIterator<Item = (K, V)>) -> Result<()>
    where
        K: AsRef<str>,
        V: AsRef<str>,
    {
        let items = guard::items(&items.into_iter().collect())?;
        let response = self
            .service
            .send(&api::post_image_metadata(&self.id, &items))?;
        self.keep_metadata(&response)
    }

    /// One metadata value, which is kept in [`metadata`](Self::metadata) too;
    /// JSON text where it is not a string. Sends
    /// `GET /images/{id}/metadata/{key}`.
    ///
    /// <https://docs.openstack.org/api-ref/compute/#show-image-metadata-item-details>
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`](crate::Error::NotFound) when there is no such image
    /// or no such key: [`Details::missing`](crate::Details::missing) tells which.
    pub fn get_metadata_item(&mut self, key: &str) -> Result<String> {
        let response = self
            .service
            .send(&api::get_image_metadata_item(&self.id, key))?;
        let meta = read::metadata(&response, "meta")?;
        let value = sole(&meta, &response, key)?;
        self.metadata.put(guard::stored(key), value);
        Ok(value.as_str().to_owned())
    }

    /// Sets one metadata value, here too. Sends
    /// `PUT /images/{id}/metadata/{key}`.
    ///
    /// <https://docs.openstack.org/api-ref/compute/#create-or-update-image-metadata-item>
    ///
    /// # Errors
    ///
    /// As [`reset_metadata`](Self::reset_metadata).
    pub fn set_metadata_item(&mut self, key: &str, value: &str) -> Result<()> {
        guard::item(key, value)?;
        let response = self
            .service
            .send(&api::put_image_metadata_item(&self.id, key, value))?;
        let meta = read::metadata(&response, "meta")?;
        self.metadata
            .put(guard::stored(key), sole(&meta, &response, key)?);
        Ok(())
    }

    /// Takes one metadata item away, here too. Sends
    /// `DELETE /images/{id}/metadata/{key}`.
    ///
    /// <https://docs.openstack.org/api-ref/compute/#delete-image-metadata-item>
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`](crate::Error::NotFound) when there is no such image
    /// or no such key: [`Details::missing`](crate::Details::missing) tells which.
    pub fn delete_metadata_item(&mut self, key: &str) -> Result<()> {
        self.service
            .send(&api::delete_image_metadata_item(&self.id, key))?;
        self.metadata.remove(guard::stored(key));
        Ok(())
    }

    fn keep_metadata(&mut self, response: &Response) -> Result<()> {
        self.metadata = read::metadata(response, "metadata")?;
        // Whatever stood in its place is past.
        if let Some(rest) = &mut self.rest {
            rest.forget("metadata");
        }
        Ok(())
    }
}

/// The value of that item, whether the server names it as asked or as stored.
fn sole<'a>(meta: &'a Metadata, response: &Response, key: &str) -> Result<MetadataValue<'a>> {
    meta.value(key)
        .or_else(|| meta.value(guard::stored(key)))
        .ok_or_else(|| response.invalid(format!("there is no item {key:?} in \"meta\"")))
}
