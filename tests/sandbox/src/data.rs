//! [`Data`]: the data of an image, with its checksums.

use std::sync::Arc;

use md5::Md5;
use sha2::{Digest, Sha512};

/// The data of an image, with its checksums. Clones share both.
#[derive(Clone, Debug)]
pub(crate) struct Data {
    pub(crate) bytes: Arc<Vec<u8>>,
    pub(crate) checksums: Arc<Checksums>,
}

/// The checksums of an image, in hexadecimal.
#[derive(Debug)]
pub(crate) struct Checksums {
    pub(crate) md5: String,
    pub(crate) sha512: String,
}

impl Data {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        let checksums = Checksums {
            md5: hex(&Md5::digest(&bytes)),
            sha512: hex(&Sha512::digest(&bytes)),
        };
        Self {
            bytes: Arc::new(bytes),
            checksums: Arc::new(checksums),
        }
    }

    /// Data of this size: a repeated line.
    pub(crate) fn repeated(line: &str, size: usize) -> Self {
        let bytes = line.bytes().chain([b'\n']).cycle().take(size);
        Self::new(bytes.collect())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_has_checksums() {
        let data = Data::repeated("ab", 5);
        assert_eq!(*data.bytes, b"ab\nab");
        assert_eq!(data.checksums.md5, "ce40639a4a581b4512964f9d7c6e98e5");
        assert!(data.checksums.sha512.starts_with("0144cd3f5c0b10b1"));
    }
}
