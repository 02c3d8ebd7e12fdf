//! `bench-server IMAGES`: prints its URL and serves until stdin ends.

use std::io::{self, Read};

fn main() -> io::Result<()> {
    let images = std::env::args()
        .nth(1)
        .and_then(|images| images.parse().ok());
    let images = images.ok_or_else(|| io::Error::other("usage: bench-server IMAGES"))?;
    println!("{}", bench_server::start(images)?);
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
