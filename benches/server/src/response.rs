//! [`Response`]: the response to a request.

use opencloud_sandbox::http::Request;

use crate::cloud::{Cloud, Records};
use crate::glance::Data;
use crate::{Services, Stats};

/// The maximum page size of Glance, and Nova's `max_limit`: a larger page of Nova has
/// no link to the next one.
const MAX_LIMIT: usize = 1000;

/// Glance's default page size.
const GLANCE_DEFAULT_LIMIT: usize = 25;

const SUBJECT_TOKEN: &str = "X-Subject-Token: gAAAAABnbm90LWEtc2VjcmV0LWJ1dC1hcy1sb25nLWFzLW9uZS1vZi1LZXlzdG9uZS0wMTIzNDU2Nzg5YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXotMDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6LTAxMjM0NTY3ODktMDEyMzQ1Njc4OWFi\r\nVary: X-Auth-Token\r\n";
const NOVA: &str = "OpenStack-API-Version: compute 2.1\r\nX-OpenStack-Nova-API-Version: 2.1\r\nVary: OpenStack-API-Version, X-OpenStack-Nova-API-Version\r\n";

/// A response. The middle of its body is not copied.
pub(crate) struct Response<'a> {
    status: &'static str,
    content_type: &'static str,
    headers: &'static str,
    start: String,
    middle: &'a [u8],
    end: String,
}

impl<'a> Response<'a> {
    fn json(status: &'static str, body: impl Into<String>) -> Self {
        Self {
            status,
            content_type: "application/json",
            headers: "",
            start: body.into(),
            middle: &[],
            end: String::new(),
        }
    }

    fn file(bytes: &'a [u8]) -> Self {
        Self {
            content_type: "application/octet-stream",
            middle: bytes,
            ..Self::json("200 OK", "")
        }
    }

    /// The bytes of the status line and the headers.
    pub(crate) fn head(&self) -> Vec<u8> {
        let length: usize = self.parts().iter().map(|part| part.len()).sum();
        format!(
            "HTTP/1.1 {}\r\nDate: Thu, 02 Jan 2025 03:04:05 GMT\r\nServer: stand-in\r\nContent-Type: \
             {}\r\nContent-Length: {length}\r\n{}x-openstack-request-id: \
             req-3b1d2a57-4f0e-4ee3-9c0c-5f6d7e8f9a0b\r\nConnection: keep-alive\r\n\r\n",
            self.status, self.content_type, self.headers
        )
        .into_bytes()
    }

    /// The parts of the body.
    pub(crate) fn parts(&self) -> [&[u8]; 3] {
        [self.start.as_bytes(), self.middle, self.end.as_bytes()]
    }
}

/// The response to a request with a body of this length.
pub(crate) fn respond<'a>(
    services: &'a Services,
    stats: &Stats,
    request: &Request,
    length: u64,
) -> Response<'a> {
    let Services { cloud, data } = services;
    let target = request.target.as_str();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    match (request.method.as_str(), path) {
        ("POST", "/v3/auth/tokens") => Response {
            headers: SUBJECT_TOKEN,
            ..Response::json("201 Created", &cloud.token)
        },
        ("GET", "/v2.1/images/detail") => nova_page(cloud, &cloud.detailed, path, query),
        ("GET", "/v2.1/images") => nova_page(cloud, &cloud.brief, path, query),
        ("GET", "/image/v2/images") => glance_page(cloud, query),
        ("GET", path) if Data::is_path(path, "") => Response::json("200 OK", data.json()),
        ("GET", path) if Data::is_path(path, "/file") => Response::file(data.bytes()),
        ("PUT", path) if Data::is_path(path, "/file") => {
            data.set_size(length);
            Response::json("204 No Content", "")
        }
        ("GET", "/stats") => Response::json("200 OK", stats.take()),
        _ => Response::json(
            "404 Not Found",
            "{\"itemNotFound\": {\"code\": 404, \"message\": \"The resource could not be found.\"}}",
        ),
    }
}

/// A page of Nova. It has a link to the next page if its size is the limit, but at
/// most 1000.
fn nova_page<'a>(cloud: &'a Cloud, records: &'a Records, path: &str, query: &str) -> Response<'a> {
    let limit = limit(query);
    let Some(from) = start(cloud, query) else {
        return Response::json(
            "400 Bad Request",
            "{\"badRequest\": {\"code\": 400, \"message\": \"marker not found\"}}",
        );
    };
    let to = end(cloud, from, limit.unwrap_or(usize::MAX));
    let mut end = String::from("]");
    if to > from && to - from == limit.unwrap_or(MAX_LIMIT).min(MAX_LIMIT) {
        end = format!(
            "], \"images_links\": [{{\"rel\": \"next\", \"href\": \"{}{path}?{}\"}}]",
            cloud.base,
            next_query(query, &cloud.ids[to - 1])
        );
    }
    end.push('}');
    Response {
        headers: NOVA,
        middle: records.slice(from, to).as_bytes(),
        end,
        ..Response::json("200 OK", "{\"images\": [")
    }
}

/// A page of Glance. Its links are paths. A full page has a next link.
fn glance_page<'a>(cloud: &'a Cloud, query: &str) -> Response<'a> {
    let limit = limit(query).unwrap_or(GLANCE_DEFAULT_LIMIT).min(MAX_LIMIT);
    let Some(from) = start(cloud, query) else {
        return Response::json(
            "400 Bad Request",
            "{\"message\": \"No image found with ID marker<br /><br />\\n\\n\\n\", \
             \"code\": \"400 Bad Request\", \"title\": \"Bad Request\"}",
        );
    };
    let to = end(cloud, from, limit);
    let mut end =
        format!("], \"first\": \"/v2/images?{query}\", \"schema\": \"/v2/schemas/images\"");
    if to > from && to - from == limit {
        let query = next_query(query, &cloud.ids[to - 1]);
        end.push_str(&format!(", \"next\": \"/v2/images?{query}\""));
    }
    end.push('}');
    Response {
        middle: cloud.glance.slice(from, to).as_bytes(),
        end,
        ..Response::json("200 OK", "{\"images\": [")
    }
}

fn parameters(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').filter_map(|pair| pair.split_once('='))
}

fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    let mut found = parameters(query).filter(|(key, _)| *key == name);
    found.next().map(|(_, value)| value)
}

fn limit(query: &str) -> Option<usize> {
    parameter(query, "limit")?.parse().ok()
}

/// The index of the first image of a page. `None` if the marker is unknown.
fn start(cloud: &Cloud, query: &str) -> Option<usize> {
    match parameter(query, "marker") {
        None => Some(0),
        Some(marker) => Some(cloud.indexes.get(marker)? + 1),
    }
}

/// The index after the last image of a page.
fn end(cloud: &Cloud, from: usize, limit: usize) -> usize {
    from.saturating_add(limit).min(cloud.ids.len())
}

/// The query of the next page.
fn next_query(query: &str, marker: &str) -> String {
    let pairs = parameters(query).filter(|(name, _)| *name != "marker");
    let pairs = pairs.chain([("marker", marker)]);
    let pairs: Vec<_> = pairs
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}
