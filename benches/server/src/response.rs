//! [`Response`]: the response to a request.

use opencloud_sandbox::http::Request;

use crate::Stats;
use crate::cloud::{Cloud, Records};

/// Nova's `max_limit`: a larger page has no link to the next one.
const MAX_LIMIT: usize = 1000;

const SUBJECT_TOKEN: &str = "X-Subject-Token: gAAAAABnbm90LWEtc2VjcmV0LWJ1dC1hcy1sb25nLWFzLW9uZS1vZi1LZXlzdG9uZS0wMTIzNDU2Nzg5YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXotMDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6LTAxMjM0NTY3ODktMDEyMzQ1Njc4OWFi\r\nVary: X-Auth-Token\r\n";
const NOVA: &str = "OpenStack-API-Version: compute 2.1\r\nX-OpenStack-Nova-API-Version: 2.1\r\nVary: OpenStack-API-Version, X-OpenStack-Nova-API-Version\r\n";

/// A response. The middle of its body is not copied.
pub(crate) struct Response<'a> {
    status: &'static str,
    headers: &'static str,
    start: String,
    middle: &'a str,
    end: String,
}

impl Response<'_> {
    fn short(status: &'static str, body: &str) -> Self {
        Self {
            status,
            headers: "",
            start: body.to_owned(),
            middle: "",
            end: String::new(),
        }
    }

    /// The bytes of the status line and the headers.
    pub(crate) fn head(&self) -> Vec<u8> {
        let length: usize = self.parts().iter().map(|part| part.len()).sum();
        format!(
            "HTTP/1.1 {}\r\nDate: Thu, 02 Jan 2025 03:04:05 GMT\r\nServer: stand-in\r\nContent-Type: \
             application/json\r\nContent-Length: {length}\r\n{}x-openstack-request-id: \
             req-3b1d2a57-4f0e-4ee3-9c0c-5f6d7e8f9a0b\r\nConnection: keep-alive\r\n\r\n",
            self.status, self.headers
        )
        .into_bytes()
    }

    /// The parts of the body.
    pub(crate) fn parts(&self) -> [&[u8]; 3] {
        [&self.start, self.middle, &self.end].map(str::as_bytes)
    }
}

/// The response to a request.
pub(crate) fn respond<'a>(cloud: &'a Cloud, stats: &Stats, request: &Request) -> Response<'a> {
    let target = request.target.as_str();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    match (request.method.as_str(), path) {
        ("POST", "/v3/auth/tokens") => Response {
            headers: SUBJECT_TOKEN,
            ..Response::short("201 Created", &cloud.token)
        },
        ("GET", "/v2.1/images/detail") => page(cloud, &cloud.detailed, path, query),
        ("GET", "/v2.1/images") => page(cloud, &cloud.brief, path, query),
        ("GET", "/stats") => Response::short("200 OK", &stats.take()),
        _ => Response::short(
            "404 Not Found",
            "{\"itemNotFound\": {\"code\": 404, \"message\": \"The resource could not be found.\"}}",
        ),
    }
}

/// A page. As in Nova, it has a link to the next page if its size is the limit,
/// but at most 1000.
fn page<'a>(cloud: &'a Cloud, records: &'a Records, path: &str, query: &str) -> Response<'a> {
    let parameters = || query.split('&').filter_map(|pair| pair.split_once('='));
    let value = |key| {
        parameters()
            .find(|(name, _)| *name == key)
            .map(|(_, value)| value)
    };
    let limit: Option<usize> = value("limit").and_then(|limit| limit.parse().ok());
    let from = match value("marker").map(|marker| cloud.places.get(marker)) {
        None => 0,
        Some(Some(place)) => place + 1,
        Some(None) => {
            return Response::short(
                "400 Bad Request",
                "{\"badRequest\": {\"code\": 400, \"message\": \"marker not found\"}}",
            );
        }
    };
    let to = from
        .saturating_add(limit.unwrap_or(usize::MAX))
        .min(cloud.ids.len());
    let count = to - from;
    let mut end = String::from("]");
    if count > 0 && count == limit.unwrap_or(MAX_LIMIT).min(MAX_LIMIT) {
        let mut pairs: Vec<_> = parameters().filter(|(name, _)| *name != "marker").collect();
        pairs.push(("marker", &cloud.ids[to - 1]));
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        end = format!(
            "], \"images_links\": [{{\"rel\": \"next\", \"href\": \"{}{path}?{}\"}}]",
            cloud.base,
            pairs.join("&")
        );
    }
    end.push('}');
    Response {
        status: "200 OK",
        headers: NOVA,
        start: "{\"images\": [".to_owned(),
        middle: records.slice(from, to),
        end,
    }
}
