//! [`Download`]: where the data of an image is written, and how it is received.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::thread;

use super::api;
use super::image::Image;
use super::transfer::{Meter, Progress, Transfer};
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
    let meter = Meter::new(image, image.size, download.progress);
    fetch_rest(image, download.writer, meter)
}

pub(super) fn resume(image: &mut Image, file: &mut (impl Read + Write + Seek)) -> Result<Transfer> {
    image.retrieve()?;
    let failed = |error| Error::new(ErrorKind::Io, "cannot read the file").with_source(error);
    let length = file.seek(SeekFrom::End(0)).map_err(failed)?;
    if let Some(size) = image.size.filter(|size| length > *size) {
        return Err(Error::invalid(format!(
            "the file has {length} bytes, but image {} has only {size}: the file is not a part of \
             the image",
            image.id
        )));
    }
    let mut meter = Meter::new(image, image.size, Box::new(|_, _| {}));
    file.rewind().map_err(failed)?;
    io::copy(file, &mut meter).map_err(failed)?;
    if meter.total == Some(meter.bytes) {
        return meter.finish(image, "the file is wrong");
    }
    fetch_rest(image, file, meter)
}

/// Writes the data after the bytes that `meter` counted. If the connection is lost,
/// continues there, unless several attempts in a row receive nothing.
fn fetch_rest(image: &Image, writer: &mut dyn Write, mut meter: Meter<'_>) -> Result<Transfer> {
    let client = image.service()?.client();
    let failed = |error| Error::new(ErrorKind::Io, "cannot write the data").with_source(error);
    let mut buffer = vec![0; BUFFER_SIZE];
    let mut response = request_rest(image, &meter)?;
    // The attempts since the last byte.
    let mut attempts = 1;
    while meter.total.is_none_or(|total| meter.bytes < total) {
        let bytes = meter.bytes;
        let error = match (client.read(&mut response, &mut buffer), meter.total) {
            (Ok(0), None) => break,
            (Ok(0), Some(total)) => response.invalid(format!(
                "the data ended after {bytes} of {total} bytes; the output is incomplete"
            )),
            (Ok(count), _) => {
                writer.write_all(&buffer[..count]).map_err(failed)?;
                meter.write_all(&buffer[..count]).map_err(failed)?;
                attempts = 0;
                continue;
            }
            (Err(error), _) => {
                error.with_hint(&format!("after {bytes} bytes; the output is incomplete"))
            }
        };
        // Glance closes the connection if a range of an inactive image is requested.
        if attempts >= client.max_attempts() || (bytes > 0 && !is_active(image)) {
            return Err(error);
        }
        attempts += 1;
        let delay = backoff(attempts);
        log::warn!("{error}; continuing in {delay:?}");
        thread::sleep(delay);
        response = request_rest(image, &meter)?;
    }
    writer.flush().map_err(failed)?;
    meter.finish(image, "the output is incomplete or wrong")
}

/// Requests the data after the bytes that `meter` counted.
fn request_rest(image: &Image, meter: &Meter<'_>) -> Result<Response> {
    let offset = if is_active(image) { meter.bytes } else { 0 };
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
        200 => meter.bytes == 0,
        _ => {
            let size = meter.total.unwrap_or_default();
            range.starts_with(&format!("bytes {offset}-")) && range.ends_with(&format!("/{size}"))
        }
    };
    if is_expected {
        return Ok(response);
    }
    let offset = meter.bytes;
    Err(response.invalid(format!(
        "expected the data from byte {offset}, found the Content-Range {range:?}; the output is \
         incomplete"
    )))
}

fn is_active(image: &Image) -> bool {
    image.status == Some(ImageStatus::Active)
}
