//! The HTTP/1.1 server of the test servers: this sandbox, the scripted server of
//! the integration tests, the relay of the conformance suite and the server of
//! the benchmarks.
//!
//! A [`Server`] runs a handler for each connection on a thread of its own. The
//! handler reads requests from a [`Connection`] and writes any bytes to it. Bodies
//! can be streamed in both directions.

mod body;
mod connection;
mod request;
mod response;
mod server;

pub use body::Body;
pub use connection::Connection;
pub use request::Request;
pub use response::{Response, chunked, reason};
pub use server::Server;
