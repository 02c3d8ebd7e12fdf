//! `bench-server IMAGES [FILE SHA512]`: prints its URL and serves until stdin ends. The
//! file is the data of one image.

use std::io::{self, Read};

use bench_server::Data;

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let images = arguments.next().and_then(|images| images.parse().ok());
    let images =
        images.ok_or_else(|| io::Error::other("usage: bench-server IMAGES [FILE SHA512]"))?;
    let data = match (arguments.next(), arguments.next()) {
        (Some(file), Some(sha512)) => Data::new(std::fs::read(file)?, sha512),
        _ => Data::default(),
    };
    println!("{}", bench_server::start(images, data)?);
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
