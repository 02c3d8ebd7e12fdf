//! [`Wire`]: how responses mark the end of their body.

use crate::http::Response;

/// How responses mark the end of their body: three configurations of a cloud's
/// web server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wire {
    /// `Content-Length` and `Connection: close`: one request per connection.
    #[default]
    Close,
    /// `Content-Length`, and the connection stays open. It is closed without a
    /// header that announces it after four idle seconds, or if the service
    /// returned an error before it read the body.
    KeepAlive,
    /// Neither `Content-Length` nor `Connection`: the body ends when the
    /// connection is closed.
    NoLength,
}

impl Wire {
    /// Parses `close`, `keepalive` or `nolength`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "close" => Some(Self::Close),
            "keepalive" => Some(Self::KeepAlive),
            "nolength" => Some(Self::NoLength),
            _ => None,
        }
    }

    /// Adds or removes the headers that depend on the wire.
    pub(crate) fn apply(self, mut response: Response) -> Response {
        match self {
            Self::Close if !response.announces_close() => response.header("Connection", "close"),
            Self::Close | Self::KeepAlive => response,
            Self::NoLength => {
                let removed = |name: &str| ["Content-Length", "Connection"].contains(&name);
                response.headers.retain(|(name, _)| !removed(name));
                response
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wire_has_its_headers() {
        let response = Response::new(200).length().header("A", "b").body("12345");
        let head = |wire: Wire| String::from_utf8(wire.apply(response.clone()).head(1)).unwrap();
        assert_eq!(
            head(Wire::Close),
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nA: b\r\nConnection: close\r\n\r\n"
        );
        assert_eq!(
            head(Wire::KeepAlive),
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nA: b\r\n\r\n"
        );
        assert_eq!(head(Wire::NoLength), "HTTP/1.1 200 OK\r\nA: b\r\n\r\n");
    }
}
