//! One connection: as much of HTTP as the clients here speak.

use std::io::{self, BufRead, BufReader, IoSlice, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::Ordering;

use crate::Counts;
use crate::answers::{Answer, answer};
use crate::cloud::Cloud;

/// Serves a connection until the client closes it.
pub(crate) fn serve(stream: TcpStream, cloud: &Cloud, counts: &Counts) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut output = stream.try_clone()?;
    let mut input = BufReader::new(stream);
    let mut is_counted = false;
    while let Some((method, target)) = read(&mut input)? {
        if target != "/stats" {
            counts.requests.fetch_add(1, Ordering::Relaxed);
            counts
                .connections
                .fetch_add(usize::from(!is_counted), Ordering::Relaxed);
            is_counted = true;
        }
        write(&mut output, &answer(cloud, counts, &method, &target))?;
    }
    Ok(())
}

/// The method and the target of the next request, whose body is passed over;
/// `None` at the end.
fn read(input: &mut BufReader<TcpStream>) -> io::Result<Option<(String, String)>> {
    let mut first = String::new();
    if input.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let mut length = 0;
    loop {
        let mut line = String::new();
        input.read_line(&mut line)?;
        match line.trim_end().split_once(':') {
            None => break,
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().map_err(io::Error::other)?;
            }
            Some(_) => {}
        }
    }
    io::copy(&mut input.by_ref().take(length), &mut io::sink())?;
    let mut words = first.split(' ').map(str::to_owned);
    Ok(words.next().zip(words.next()))
}

/// Writes an answer in as few calls as the kernel takes.
fn write(output: &mut TcpStream, answer: &Answer) -> io::Result<()> {
    let length = answer.head.len() + answer.middle.len() + answer.tail.len();
    let headers = format!(
        "HTTP/1.1 {}\r\nDate: Thu, 02 Jan 2025 03:04:05 GMT\r\nServer: stand-in\r\nContent-Type: \
         application/json\r\nContent-Length: {length}\r\n{}x-openstack-request-id: \
         req-3b1d2a57-4f0e-4ee3-9c0c-5f6d7e8f9a0b\r\nConnection: keep-alive\r\n\r\n",
        answer.status, answer.headers
    );
    let mut parts = [&headers, &answer.head, answer.middle, &answer.tail]
        .map(|part| IoSlice::new(part.as_bytes()));
    let mut left = &mut parts[..];
    IoSlice::advance_slices(&mut left, 0);
    while !left.is_empty() {
        let written = output.write_vectored(left)?;
        IoSlice::advance_slices(&mut left, written);
    }
    Ok(())
}
