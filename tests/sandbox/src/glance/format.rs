//! Checks that the data has the format of its image.
//!
//! The formats qcow2, vhd, vdi and iso are recognized. Other data is raw.

use crate::image::Image;

/// The formats that Glance can recognize.
const KNOWN: [&str; 9] = [
    "raw", "qcow2", "vhd", "vhdx", "vmdk", "vdi", "iso", "gpt", "luks",
];

/// Returns the virtual size of the data. Fails if its format is not that of the
/// image. Glance inspects only images without a container.
pub(super) fn inspect(image: &Image, data: &[u8]) -> Result<Option<u64>, String> {
    if image.container_format.as_deref() != Some("bare") {
        return Ok(None);
    }
    let declared = image.disk_format.as_deref().unwrap_or_default();
    let (format, virtual_size) = recognize(data);
    let virtual_size = if declared == "raw" {
        data.len() as u64
    } else if declared == format {
        virtual_size
    } else if format == "raw" && !KNOWN.contains(&declared) {
        0
    } else {
        let text = format!("Image disk_format {declared} does not match stream data {format}");
        return Err(text);
    };
    if format == "vhd" && data.len() < 512 {
        return Err("Incomplete file cannot be safety checked".to_owned());
    }
    if format == "qcow2" && is_unsupported_qcow2(data) {
        return Err("Image failed safety checks".to_owned());
    }
    Ok((virtual_size > 0).then_some(virtual_size))
}

/// The format of the data, and its virtual size.
fn recognize(data: &[u8]) -> (&'static str, u64) {
    let at = |offset: usize, bytes: &[u8]| {
        let found = data.get(offset..);
        found.is_some_and(|found| found.starts_with(bytes))
    };
    let number =
        |offset: usize| -> [u8; 8] { data[offset..offset + 8].try_into().unwrap_or_default() };
    let sector = data.len() >= 512;
    if sector && at(0, b"QFI\xfb") {
        ("qcow2", u64::from_be_bytes(number(24)))
    } else if at(0, b"conectix") {
        (
            "vhd",
            if sector {
                u64::from_be_bytes(number(40))
            } else {
                0
            },
        )
    } else if sector && at(0x40, &0xBEDA_107F_u32.to_le_bytes()) {
        ("vdi", u64::from_le_bytes(number(0x170)))
    } else if data.len() >= 34 << 10 && at(0x8001, b"CD001") {
        let blocks = u32::from_le_bytes([data[0x8050], data[0x8051], data[0x8052], data[0x8053]]);
        let block = u16::from_le_bytes([data[0x8080], data[0x8081]]);
        let primary = data[0x8000] == 1;
        (
            "iso",
            if primary {
                u64::from(blocks) * u64::from(block)
            } else {
                0
            },
        )
    } else {
        ("raw", data.len() as u64)
    }
}

/// Whether a qcow2 file refers to another file, or has an unknown version.
fn is_unsupported_qcow2(data: &[u8]) -> bool {
    let backing_file = data[8..16] != [0; 8];
    let version = u32::from_be_bytes([data[4], data[5], data[6], data[7]]);
    // Glance checks the wrong bit for a data file.
    let data_file = data[79] & 0b100 != 0;
    backing_file || data_file || !matches!(version, 2 | 3)
}

#[cfg(test)]
mod tests {
    use crate::new_image::NewImage;

    use super::*;

    fn image(disk_format: &str, container_format: &str) -> Image {
        let created = jiff::Timestamp::UNIX_EPOCH;
        let mut image = NewImage::nameless().create("p".to_owned(), Vec::new(), created);
        image.disk_format = Some(disk_format.to_owned());
        image.container_format = Some(container_format.to_owned());
        image
    }

    fn qcow2() -> Vec<u8> {
        let mut data = vec![0; 1024];
        data[..8].copy_from_slice(b"QFI\xfb\0\0\0\x03");
        data[24..32].copy_from_slice(&5_000_000_u64.to_be_bytes());
        data
    }

    #[test]
    fn the_virtual_size_comes_from_the_header() {
        assert_eq!(
            inspect(&image("qcow2", "bare"), &qcow2()),
            Ok(Some(5_000_000))
        );
        let mut vdi = vec![0; 512];
        vdi[0x40..0x44].copy_from_slice(&[0x7f, 0x10, 0xda, 0xbe]);
        vdi[0x170..0x178].copy_from_slice(&7_u64.to_le_bytes());
        assert_eq!(inspect(&image("vdi", "bare"), &vdi), Ok(Some(7)));
        let mut vhd = b"conectix".to_vec();
        vhd.resize(512, 1);
        assert_eq!(
            inspect(&image("vhd", "bare"), &vhd),
            Ok(Some(0x0101_0101_0101_0101))
        );
        let mut iso = vec![0; 34 << 10];
        iso[0x8000..0x8006].copy_from_slice(b"\x01CD001");
        iso[0x8050] = 3;
        iso[0x8081] = 8;
        assert_eq!(inspect(&image("iso", "bare"), &iso), Ok(Some(3 * 2048)));
    }

    #[test]
    fn the_virtual_size_of_raw_data_is_its_size() {
        assert_eq!(inspect(&image("raw", "bare"), b"abc"), Ok(Some(3)));
        assert_eq!(inspect(&image("raw", "bare"), b""), Ok(None));
        assert_eq!(inspect(&image("raw", "bare"), &qcow2()), Ok(Some(1024)));
        assert_eq!(inspect(&image("ami", "bare"), b"abc"), Ok(None));
        assert_eq!(inspect(&image("vmdk", "ova"), b"abc"), Ok(None));
    }

    #[test]
    fn data_in_another_format_is_rejected() {
        let error = |format: &str, data: &[u8]| inspect(&image(format, "bare"), data).unwrap_err();
        let text = "Image disk_format iso does not match stream data raw";
        assert_eq!(error("iso", b"abc"), text);
        let text = "Image disk_format ami does not match stream data qcow2";
        assert_eq!(error("ami", &qcow2()), text);
        let mut backed = qcow2();
        backed[15] = 1;
        assert_eq!(error("qcow2", &backed), "Image failed safety checks");
    }
}
