//! What is answered to which request.

use crate::cloud::{Cloud, Records};
use crate::{Counts, stats};

/// Where Nova's link to the next page ends, however large the limit is.
const LARGEST_LINKED: usize = 1000;

const SUBJECT_TOKEN: &str = "X-Subject-Token: gAAAAABnbm90LWEtc2VjcmV0LWJ1dC1hcy1sb25nLWFzLW9uZS1vZi1LZXlzdG9uZS0wMTIzNDU2Nzg5YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXotMDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6LTAxMjM0NTY3ODktMDEyMzQ1Njc4OWFi\r\nVary: X-Auth-Token\r\n";
const NOVA: &str = "OpenStack-API-Version: compute 2.1\r\nX-OpenStack-Nova-API-Version: 2.1\r\nVary: OpenStack-API-Version, X-OpenStack-Nova-API-Version\r\n";

/// An answer, of which the middle is not copied.
pub(crate) struct Answer<'a> {
    pub(crate) status: &'static str,
    pub(crate) headers: &'static str,
    pub(crate) head: String,
    pub(crate) middle: &'a str,
    pub(crate) tail: String,
}

impl Answer<'_> {
    fn short(status: &'static str, body: &str) -> Self {
        Self {
            status,
            headers: "",
            head: body.to_owned(),
            middle: "",
            tail: String::new(),
        }
    }
}

/// The answer to a request; `target` is its path and query.
pub(crate) fn answer<'a>(
    cloud: &'a Cloud,
    counts: &Counts,
    method: &str,
    target: &str,
) -> Answer<'a> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    match (method, path) {
        ("POST", "/v3/auth/tokens") => Answer {
            headers: SUBJECT_TOKEN,
            ..Answer::short("201 Created", &cloud.token)
        },
        ("GET", "/v2.1/images/detail") => page(cloud, &cloud.detailed, path, query),
        ("GET", "/v2.1/images") => page(cloud, &cloud.brief, path, query),
        ("GET", "/stats") => Answer::short("200 OK", &stats(counts)),
        _ => Answer::short(
            "404 Not Found",
            "{\"itemNotFound\": {\"code\": 404, \"message\": \"The resource could not be found.\"}}",
        ),
    }
}

/// A page as Nova's: with a link when it is as long as the limit, or as 1000
/// where the limit is larger.
fn page<'a>(cloud: &'a Cloud, records: &'a Records, path: &str, query: &str) -> Answer<'a> {
    let parameters = || query.split('&').filter_map(|pair| pair.split_once('='));
    let value = |wanted| {
        parameters()
            .find(|(name, _)| *name == wanted)
            .map(|(_, value)| value)
    };
    let limit: Option<usize> = value("limit").and_then(|limit| limit.parse().ok());
    let from = match value("marker").map(|marker| cloud.places.get(marker)) {
        None => 0,
        Some(Some(place)) => place + 1,
        Some(None) => {
            return Answer::short(
                "400 Bad Request",
                "{\"badRequest\": {\"code\": 400, \"message\": \"marker not found\"}}",
            );
        }
    };
    let to = from
        .saturating_add(limit.unwrap_or(usize::MAX))
        .min(cloud.ids.len());
    let count = to - from;
    let mut tail = String::from("]");
    if count > 0 && count == limit.unwrap_or(LARGEST_LINKED).min(LARGEST_LINKED) {
        let mut kept: Vec<_> = parameters().filter(|(name, _)| *name != "marker").collect();
        kept.push(("marker", &cloud.ids[to - 1]));
        let kept: Vec<_> = kept
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        tail = format!(
            "], \"images_links\": [{{\"rel\": \"next\", \"href\": \"{}{path}?{}\"}}]",
            cloud.base,
            kept.join("&")
        );
    }
    tail.push('}');
    Answer {
        status: "200 OK",
        headers: NOVA,
        head: "{\"images\": [".to_owned(),
        middle: records.slice(from, to),
        tail,
    }
}
