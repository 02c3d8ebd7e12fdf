//! [`Request`]: an operation as a value, and the only place that makes a URL.

use secrecy::SecretString;
use serde_json::Value;
use url::form_urlencoded::{Serializer, byte_serialize};

use crate::details::Missing;
use crate::error::{Error, Result};

/// The longest URL that can be sent: what the types of HTTP have room for.
const LONGEST: usize = 65_534;

/// The methods that operations use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Put,
    Delete,
}

impl Method {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// What a request carries.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    Json(Value),
    /// JSON text with a password or token in it: not shown, wiped when dropped.
    Secret(SecretString),
}

/// One operation: method, path below a service's endpoint, query, body.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) segments: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Option<Body>,
    /// The last microversion that has this call.
    pub(crate) until: Option<Microversion>,
    /// Whether it may be sent twice although it is a POST.
    pub(crate) repeatable: bool,
    /// What a 404 means that comes from the call itself.
    pub(crate) seeks: Missing,
}

impl Request {
    pub(crate) fn new<const N: usize>(method: Method, segments: [&str; N]) -> Self {
        Self {
            method,
            segments: segments.map(str::to_owned).into(),
            query: Vec::new(),
            body: None,
            until: None,
            repeatable: false,
            seeks: Missing::Call,
        }
    }

    pub(crate) fn query(mut self, query: Vec<(String, String)>) -> Self {
        self.query = query;
        self
    }

    pub(crate) fn json(mut self, body: Value) -> Self {
        self.body = Some(Body::Json(body));
        self
    }

    pub(crate) fn until(mut self, last: Microversion) -> Self {
        self.until = Some(last);
        self
    }

    pub(crate) fn seeks(mut self, what: Missing) -> Self {
        self.seeks = what;
        self
    }

    /// The URL below that endpoint, with every segment and every part of the
    /// query encoded, so that each arrives as it is.
    ///
    /// An empty segment would ask for the collection, and `.` and `..` are
    /// resolved by clients and servers alike: `DELETE images/..` would be
    /// something else altogether. Those are refused.
    pub(crate) fn url(&self, endpoint: &str) -> Result<String> {
        let mut url = endpoint.trim_end_matches('/').to_owned();
        for segment in &self.segments {
            if matches!(segment.as_str(), "" | "." | "..") {
                return Err(Error::invalid(format!(
                    "{segment:?} cannot be an id or a key: in a path it would mean something \
                     else; nothing was sent"
                )));
            }
            url.push('/');
            // For a form a space is `+`; a plus itself is `%2B` by then.
            url.push_str(
                &byte_serialize(segment.as_bytes())
                    .collect::<String>()
                    .replace('+', "%20"),
            );
        }
        if !self.query.is_empty() {
            url.push('?');
            url.push_str(
                &Serializer::new(String::new())
                    .extend_pairs(&self.query)
                    .finish(),
            );
        }
        if url.len() > LONGEST {
            return Err(Error::invalid(format!(
                "the URL would be {} bytes long, and {LONGEST} is the most; nothing was sent",
                url.len()
            )));
        }
        Ok(url)
    }
}

/// A microversion of the Compute API, such as 2.35.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Microversion(pub(crate) u32, pub(crate) u32);

impl Microversion {
    /// `None` where the text is not two numbers with a dot between them.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text == "latest" {
            return Some(Self(u32::MAX, u32::MAX));
        }
        let (major, minor) = text.split_once('.')?;
        let number = |part: &str| {
            let plain = part.bytes().all(|byte| byte.is_ascii_digit());
            if plain { part.parse().ok() } else { None }
        };
        Some(Self(number(major)?, number(minor)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn segment(text: &str) -> String {
        Request::new(Method::Get, ["images", text])
            .url("http://nova/v2.1/")
            .expect("a good segment")
    }

    #[test]
    fn every_segment_arrives_as_it_is() {
        assert_eq!(segment("a b"), "http://nova/v2.1/images/a%20b");
        assert_eq!(segment("a+b"), "http://nova/v2.1/images/a%2Bb");
        assert_eq!(segment("a/b?c#d"), "http://nova/v2.1/images/a%2Fb%3Fc%23d");
        assert_eq!(segment("%2e%2e"), "http://nova/v2.1/images/%252e%252e");
        assert_eq!(
            segment("a\r\n\tb\0"),
            "http://nova/v2.1/images/a%0D%0A%09b%00"
        );
        assert_eq!(segment("\\"), "http://nova/v2.1/images/%5C");
        assert_eq!(
            segment("ключ"),
            "http://nova/v2.1/images/%D0%BA%D0%BB%D1%8E%D1%87"
        );
        assert_eq!(segment("..."), "http://nova/v2.1/images/...");
    }

    #[test]
    fn a_segment_that_changes_the_path_is_refused() {
        for text in ["", ".", ".."] {
            let refused = Request::new(Method::Delete, ["images", text]).url("http://nova");
            assert_eq!(
                refused.expect_err("a refusal").to_string(),
                format!(
                    "{text:?} cannot be an id or a key: in a path it would mean something else; \
                     nothing was sent"
                )
            );
        }
    }

    #[test]
    fn every_part_of_the_query_arrives_as_it_is() {
        let query = vec![("changes-since".into(), "2026-11-23T12:00:00+01:00".into())];
        let request = Request::new(Method::Get, ["images"]).query(query);
        assert_eq!(
            request.url("http://nova/v2.1").expect("a URL"),
            "http://nova/v2.1/images?changes-since=2026-11-23T12%3A00%3A00%2B01%3A00"
        );
    }

    #[test]
    fn microversions_are_compared_as_numbers() {
        assert!(Microversion::parse("2.9") < Microversion::parse("2.35"));
        assert!(Microversion::parse("latest") > Microversion::parse("2.104"));
        for text in ["2", "2.", "2.x", "+2.1", "2.1.1", "two"] {
            assert_eq!(Microversion::parse(text), None, "{text}");
        }
    }
}
