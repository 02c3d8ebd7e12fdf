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
use crate::service::Service;

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
    fetch_rest(image, file, meter)
}

/// Writes the data after the bytes that `meter` counted. If the connection is lost,
/// continues there, unless several attempts in a row receive nothing.
fn fetch_rest(image: &Image, writer: &mut dyn Write, mut meter: Meter<'_>) -> Result<Transfer> {
    let service = image.service()?;
    let mut buffer = vec![0; BUFFER_SIZE];
    let mut failures = 0;
    while meter.total != Some(meter.bytes) {
        let start = meter.bytes;
        let mut response = open(service, image, &meter)?;
        let result = copy(service, &mut response, writer, &mut meter, &mut buffer);
        let bytes = meter.bytes;
        let error = match (result, meter.total) {
            (Err(error), _) if error.kind() == ErrorKind::Io => return Err(error),
            (Ok(()), None) => break,
            (_, Some(total)) if bytes >= total => break,
            (Ok(()), Some(total)) => response.invalid(format!(
                "the data ended after {bytes} of {total} bytes; the output is incomplete"
            )),
            (Err(error), _) => {
                error.with_hint(&format!("after {bytes} bytes; the output is incomplete"))
            }
        };
        failures = if bytes > start { 0 } else { failures + 1 };
        // Glance closes the connection if a range is requested of another image.
        let has_ranges = bytes == 0 || image.status == Some(ImageStatus::Active);
        if failures >= service.client().max_attempts() || !has_ranges {
            return Err(error);
        }
        let delay = backoff(failures + 1);
        log::warn!("{error}; continuing in {delay:?}");
        thread::sleep(delay);
    }
    writer.flush().map_err(|error| write_error(error, &meter))?;
    meter.finish(image, "the output is incomplete or wrong")
}

/// Requests the data after the bytes that `meter` counted.
fn open(service: &Service, image: &Image, meter: &Meter<'_>) -> Result<Response> {
    let is_active = image.status == Some(ImageStatus::Active);
    let offset = if is_active { meter.bytes } else { 0 };
    let response = service.send(&api::get_image_file(&image.id, offset))?;
    let range = response.header("content-range").unwrap_or_default();
    let is_expected = match response.status {
        204 => {
            let status = image.status.as_ref().map_or("unknown", ImageStatus::as_str);
            let lost = if is_active {
                ", but its store has lost the data"
            } else {
                ""
            };
            let message = format!("the image has no data (it is {status}{lost})");
            return Err(response.error(ErrorKind::NoData, message));
        }
        200 => meter.bytes == 0,
        206 => {
            let size = meter.total.unwrap_or_default();
            range.starts_with(&format!("bytes {offset}-")) && range.ends_with(&format!("/{size}"))
        }
        _ => false,
    };
    if is_expected {
        return Ok(response);
    }
    Err(response.invalid(format!(
        "expected the data from byte {}, found the Content-Range {range:?}; the output is incomplete",
        meter.bytes
    )))
}

/// Writes a response until its end, or until it is too long.
fn copy(
    service: &Service,
    response: &mut Response,
    writer: &mut dyn Write,
    meter: &mut Meter<'_>,
    buffer: &mut [u8],
) -> Result<()> {
    while meter.total.is_none_or(|total| meter.bytes <= total) {
        let count = service.client().read(response, buffer)?;
        if count == 0 {
            break;
        }
        let data = &buffer[..count];
        let written = writer.write_all(data).and_then(|()| meter.write_all(data));
        written.map_err(|error| write_error(error, meter))?;
    }
    Ok(())
}

fn write_error(error: io::Error, meter: &Meter<'_>) -> Error {
    let message = format!("the output failed after {} bytes", meter.bytes);
    Error::new(ErrorKind::Io, message).with_source(error)
}
