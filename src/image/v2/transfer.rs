//! [`Transfer`]: a completed upload or download, and how it is verified.

use std::io::{self, Write};

use ring::digest::{Algorithm, Context, SHA256, SHA384, SHA512};

use super::image::Image;
use crate::error::{Error, ErrorKind, Result};

/// A completed upload or download.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transfer {
    /// The size of the data, including the bytes that were in the file before
    /// [`Image::resume_download`].
    pub bytes: u64,
    /// Whether the hash of the data is that of the image. It is false if the image
    /// has no hash that can be compared: an upload compares SHA-512, and a download
    /// SHA-256, SHA-384 and SHA-512. A wrong hash is an error.
    pub verified: bool,
}

pub(super) type Progress<'a> = Box<dyn FnMut(u64, Option<u64>) + 'a>;

/// Counts and hashes the data that is written to it, and reports the progress.
pub(super) struct Verifier<'a> {
    pub(super) bytes: u64,
    pub(super) total: Option<u64>,
    hash: Context,
    progress: Progress<'a>,
}

impl<'a> Verifier<'a> {
    /// SHA-512 is Glance's default, and before an upload the image has no algorithm.
    pub(super) fn new(image: &Image, total: Option<u64>, progress: Progress<'a>) -> Self {
        Self {
            bytes: 0,
            total,
            hash: Context::new(algorithm(image).unwrap_or(&SHA512)),
            progress,
        }
    }

    /// Compares the size and the hash with those of the image. `hint` is appended to
    /// the message of an error.
    pub(super) fn finish(mut self, image: &Image, hint: &str) -> Result<Transfer> {
        let (bytes, id) = (self.bytes, &image.id);
        let is_comparable = algorithm(image) == Some(self.hash.algorithm());
        let expected = image.os_hash_value.as_ref().filter(|_| is_comparable);
        let digest = self.hash.finish();
        let hash = digest.as_ref().iter();
        let hash = hash.fold(String::new(), |hash, byte| hash + &format!("{byte:02x}"));
        let difference = match (image.size, expected) {
            (None, _) => format!("image {id} has no size after {bytes} bytes were transferred"),
            (Some(size), _) if size != bytes => {
                format!("{bytes} bytes were transferred, but image {id} has {size}")
            }
            (_, Some(expected)) if *expected != hash => {
                format!("the transferred data has another hash than image {id}")
            }
            _ => {
                (self.progress)(bytes, Some(bytes));
                return Ok(Transfer {
                    bytes,
                    verified: expected.is_some(),
                });
            }
        };
        let message = format!("{difference}; {hint}");
        Err(Error::new(ErrorKind::InvalidResponse, message))
    }
}

impl Write for Verifier<'_> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.hash.update(data);
        self.bytes += data.len() as u64;
        (self.progress)(self.bytes, self.total);
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The algorithm of the image's hash, if it is supported.
fn algorithm(image: &Image) -> Option<&'static Algorithm> {
    match image.os_hash_algo.as_deref()? {
        "sha256" => Some(&SHA256),
        "sha384" => Some(&SHA384),
        "sha512" => Some(&SHA512),
        _ => None,
    }
}
