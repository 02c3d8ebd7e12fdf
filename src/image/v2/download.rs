//! [`Download`]: the output for the data of an image, and the download.

use std::io::{self, Read, Seek, Write};
use std::thread;

use super::api;
use super::image::Image;
use super::transfer::{Progress, Transfer, Verifier};
use super::types::ImageStatus;
use crate::error::{Error, ErrorKind, Result};
use crate::http::response::Response;
use crate::http::retry::backoff;

const BUFFER_SIZE: usize = 128 * 1024;

/// The output for the data of an image, for [`Image::download_data`].
#[must_use]
pub struct Download<'a> {
    writer: &'a mut dyn Write,
    progress: Progress<'a>,
}

impl<'a> Download<'a> {
    /// Writes the data to this writer, and flushes it at the end.
    pub fn to(writer: &'a mut impl Write) -> Self {
        Self {
            writer,
            progress: Box::new(|_, _| {}),
        }
    }

    /// Calls this function with the bytes written so far and the size of the image:
    /// after each buffer, and once after the download.
    pub fn progress(mut self, progress: impl FnMut(u64, Option<u64>) + 'a) -> Self {
        self.progress = Box::new(progress);
        self
    }
}

impl<'a, W: Write> From<&'a mut W> for Download<'a> {
    fn from(writer: &'a mut W) -> Self {
        Self::to(writer)
    }
}

pub(super) fn download(image: &mut Image, download: Download<'_>) -> Result<Transfer> {
    image.retrieve()?;
    let verifier = Verifier::new(image, image.size, download.progress);
    fetch_rest(image, download.writer, verifier)
}

pub(super) fn resume(image: &mut Image, file: &mut (impl Read + Write + Seek)) -> Result<Transfer> {
    image.retrieve()?;
    let failed = |error| Error::new(ErrorKind::Io, "cannot read the file").with_source(error);
    let mut verifier = Verifier::new(image, image.size, Box::new(|_, _| {}));
    file.rewind().map_err(failed)?;
    io::copy(file, &mut verifier).map_err(failed)?;
    if verifier.total.is_some_and(|total| verifier.bytes >= total) {
        return verifier.finish(image, "the file is wrong");
    }
    fetch_rest(image, file, verifier)
}

/// Writes the data after the bytes that `verifier` counted. If the connection is lost,
/// continues there, unless several attempts in a row receive nothing.
fn fetch_rest(
    image: &Image,
    writer: &mut dyn Write,
    mut verifier: Verifier<'_>,
) -> Result<Transfer> {
    let client = image.service()?.client();
    let failed = |error| Error::new(ErrorKind::Io, "cannot write the data").with_source(error);
    let mut buffer = vec![0; BUFFER_SIZE];
    let mut response = request_rest(image, &verifier)?;
    // The attempts since the last byte.
    let mut attempts = 1;
    while verifier.total.is_none_or(|total| verifier.bytes < total) {
        let bytes = verifier.bytes;
        let incomplete = |error: Error| {
            error.with_hint(&format!("after {bytes} bytes; the output is incomplete"))
        };
        let error = match (client.read(&mut response, &mut buffer), verifier.total) {
            (Ok(0), None) => break,
            (Ok(0), Some(total)) => response.invalid(format!(
                "the data ended after {bytes} of {total} bytes; the output is incomplete"
            )),
            (Ok(count), _) => {
                writer.write_all(&buffer[..count]).map_err(failed)?;
                verifier.write_all(&buffer[..count]).map_err(failed)?;
                attempts = 0;
                continue;
            }
            (Err(error), _) => incomplete(error),
        };
        // Glance closes the connection if a range of an inactive image is requested.
        if attempts >= client.max_attempts() || (bytes > 0 && !is_active(image)) {
            return Err(error);
        }
        attempts += 1;
        let delay = backoff(attempts);
        log::warn!("{error}; continuing in {delay:?}");
        thread::sleep(delay);
        response = request_rest(image, &verifier).map_err(incomplete)?;
    }
    writer.flush().map_err(failed)?;
    verifier.finish(image, "the output is incomplete or wrong")
}

/// Requests the data after the bytes that `verifier` counted.
fn request_rest(image: &Image, verifier: &Verifier<'_>) -> Result<Response> {
    let offset = if is_active(image) { verifier.bytes } else { 0 };
    let response = image
        .service()?
        .send(&api::get_image_file(&image.id, offset))?;
    let range = response.header("content-range").unwrap_or_default();
    let is_expected = match response.status {
        204 => {
            let status = match &image.status {
                Some(ImageStatus::Active) => "active, but its store has lost the data",
                status => status.as_ref().map_or("unknown", ImageStatus::as_str),
            };
            let message = format!("the image has no data (it is {status})");
            return Err(response.error(ErrorKind::NoData, message));
        }
        200 => verifier.bytes == 0,
        _ => {
            let size = verifier.total.unwrap_or_default();
            range.starts_with(&format!("bytes {offset}-")) && range.ends_with(&format!("/{size}"))
        }
    };
    if is_expected {
        return Ok(response);
    }
    let offset = verifier.bytes;
    Err(response.invalid(format!(
        "expected the data from byte {offset}, found the Content-Range {range:?}"
    )))
}

fn is_active(image: &Image) -> bool {
    image.status == Some(ImageStatus::Active)
}
