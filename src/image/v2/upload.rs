//! [`Upload`]: the data for an image, and the upload.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, Take, Write};
use std::time::Duration;

use http::Method;

use super::api;
use super::image::Image;
use super::transfer::{Progress, Transfer, Verifier};
use super::types::ImageStatus;
use crate::error::{Error, ErrorKind, Result};
use crate::http::stream::RequestBody;
use crate::wait::poll;

/// The default of [`Upload::response_timeout`].
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(30 * 60);

/// The data of an image, for [`Image::upload_data`].
///
/// A [`File`] is sent from its current position to its end; vectors and slices are
/// sent whole.
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// use opencloud::image::v2::Upload;
///
/// let upload = Upload::from_reader(&b"data"[..])
///     .length(4)
///     .progress(|done, total| println!("{done} of {total:?} bytes"));
/// # Ok(())
/// # }
/// ```
#[must_use]
pub struct Upload<'a> {
    reader: Box<dyn Read + 'a>,
    length: Option<u64>,
    progress: Progress<'a>,
    response_timeout: Duration,
}

impl<'a> Upload<'a> {
    /// Sends all bytes of this reader. It is read at the speed of the network; Glance
    /// rejects the data if the reader pauses for some seconds.
    pub fn from_reader(reader: impl Read + 'a) -> Self {
        Self {
            reader: Box::new(reader),
            length: None,
            progress: Box::new(|_, _| {}),
            response_timeout: RESPONSE_TIMEOUT,
        }
    }

    /// Sets the number of bytes. If the reader has more, they are not read. If it
    /// has fewer, the upload fails. Without a length, the data is sent in chunks.
    pub fn length(mut self, bytes: u64) -> Self {
        self.length = Some(bytes);
        self
    }

    /// Calls this function with the bytes read so far and the length, if it is
    /// known: after each buffer, and once after the upload.
    pub fn progress(mut self, progress: impl FnMut(u64, Option<u64>) + 'a) -> Self {
        self.progress = Box::new(progress);
        self
    }

    /// Limits the time from the end of the data to the response, 30 minutes by
    /// default. Glance responds when its store has all data.
    pub fn response_timeout(mut self, limit: Duration) -> Self {
        self.response_timeout = limit;
        self
    }
}

impl From<File> for Upload<'_> {
    fn from(mut file: File) -> Self {
        let file_size = file.metadata().ok().filter(Metadata::is_file);
        let position = file.stream_position().unwrap_or(0);
        let length = file_size.map(|size| size.len().saturating_sub(position));
        let upload = Self::from_reader(file);
        Self { length, ..upload }
    }
}

impl From<Vec<u8>> for Upload<'_> {
    fn from(data: Vec<u8>) -> Self {
        let length = data.len() as u64;
        Self::from_reader(io::Cursor::new(data)).length(length)
    }
}

impl<'a> From<&'a [u8]> for Upload<'a> {
    fn from(data: &'a [u8]) -> Self {
        Self::from_reader(data).length(data.len() as u64)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Upload<'a> {
    fn from(data: &'a [u8; N]) -> Self {
        data.as_slice().into()
    }
}

pub(super) fn upload(image: &mut Image, upload: Upload<'_>) -> Result<Transfer> {
    let service = image.service()?.clone();
    let request = api::put_image_file(&image.id, upload.length);
    let mut source = Source {
        reader: upload.reader.take(upload.length.unwrap_or(u64::MAX)),
        verifier: Verifier::new(image, upload.length, upload.progress),
        error: None,
    };
    let mut body = RequestBody {
        reader: &mut source,
        length: upload.length,
        response_timeout: upload.response_timeout,
        started: false,
    };
    match service.send_with_body(&request, Some(&mut body)) {
        Ok(_) => {
            image.retrieve()?;
            source.verifier.finish(image, "delete the image")
        }
        Err(error) => {
            let error = check_stored(image, &mut source, upload.response_timeout, error)?;
            let transfer = source.verifier.finish(image, "");
            transfer.map_err(|_| error.with_hint("the image has other data"))
        }
    }
}

/// Returns the error of the request as `Ok` if the image has data, possibly from this
/// request.
fn check_stored(
    image: &mut Image,
    source: &mut Source<'_>,
    timeout: Duration,
    error: Error,
) -> Result<Error> {
    if let Some(cause) = source.error.take() {
        return Err(cause.with_request(&Method::PUT, error.url().unwrap_or_default()));
    }
    let bytes = source.verifier.bytes;
    let is_complete = source.verifier.total == Some(bytes);
    let hint = match (error.status(), error.kind()) {
        (Some(415), _) if bytes > 0 => "the image cannot be used any more: delete it",
        (Some(502 | 504), _) | (None, ErrorKind::Connection) if is_complete => {
            log::warn!("{error}; checking whether the data was stored");
            let is_final = poll(timeout, || {
                image.retrieve()?;
                Ok(image.status != Some(ImageStatus::Saving))
            });
            match (is_final, &image.status) {
                (Ok(true), Some(ImageStatus::Active)) => return Ok(error),
                (Ok(true), Some(ImageStatus::Queued)) if image.checksum.is_none() => {
                    "nothing was stored; the data can be sent again"
                }
                _ => return Err(error),
            }
        }
        (None, ErrorKind::Connection) if bytes > 0 => {
            "the service may have rejected the data, for example because of a quota"
        }
        _ => return Err(error),
    };
    Err(error.with_hint(hint))
}

/// The reader of an upload. It stores its error, because ureq does not distinguish it
/// from one of the connection.
struct Source<'a> {
    reader: Take<Box<dyn Read + 'a>>,
    /// Its total is set at the end of the data.
    verifier: Verifier<'a>,
    error: Option<Error>,
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.verifier.bytes;
        let error = loop {
            match (self.reader.read(buffer), self.verifier.total) {
                (Ok(0), Some(total)) if bytes < total => {
                    let message = format!("the reader ended after {bytes} of {total} bytes");
                    break Error::new(ErrorKind::Io, message);
                }
                (Ok(0), _) => {
                    self.verifier.total = Some(bytes);
                    return Ok(0);
                }
                (Ok(count), _) => return self.verifier.write(&buffer[..count]),
                (Err(error), _) if error.kind() == io::ErrorKind::Interrupted => {}
                (Err(error), _) => {
                    let message = format!("the reader failed after {bytes} bytes");
                    break Error::new(ErrorKind::Io, message).with_source(error);
                }
            }
        };
        self.error = Some(error);
        Err(io::ErrorKind::Other.into())
    }
}
