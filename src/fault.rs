//! From a refusal to an [`Error`]: the many forms in which a cloud says no.

use std::time::Duration;

use serde_json::Value;

use crate::details::Missing;
use crate::error::Error;
use crate::request::Request;
use crate::response::Response;
use crate::time;
use crate::words::{first_words, shortened, without_tags};

/// The longest wait that is waited for; a longer one is the caller's to decide.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// The error for an answer whose status is not a success.
pub(crate) fn refusal(request: &Request, response: &Response) -> Error {
    let body = String::from_utf8_lossy(&response.body);
    let fault = serde_json::from_str(&body)
        .ok()
        .and_then(|body| Fault::read(&body));
    let wait = wait(response, fault.as_ref());
    let message = match (&fault, response.status) {
        (_, 300..=399) => moved(response),
        (Some(fault), _) => fault.message.clone(),
        (None, _) if response.encoding.is_some() => {
            format!(
                "its words are coded as {:?}",
                response.encoding.as_deref().unwrap_or_default()
            )
        }
        (None, _) => first_words(&body, response.status),
    };
    let is_named = fault.as_ref().is_some_and(|fault| !fault.name.is_empty());
    let details = response
        .details(shortened(&message))
        .wait(wait)
        .named(is_named);
    match response.status {
        413 | 429 | 502..=504 if wait.is_some_and(|wait| wait > LONGEST_WAIT) => {
            Error::OverLimit(details)
        }
        400 => Error::BadRequest(details),
        401 => Error::Unauthorized(details),
        403 => Error::Forbidden(details),
        404 => Error::NotFound(details.lacks(missing(request, fault.as_ref()))),
        409 => Error::Conflict(details),
        // Nova's own name for it, from before 429 was a status.
        413 if fault.is_some_and(|fault| fault.name == "overLimit") => Error::OverLimit(details),
        429 => Error::OverLimit(details),
        _ => Error::Status(details),
    }
}

/// Which of the three kinds of 404 it is.
///
/// The services say in a named fault that a thing is missing, and in one
/// without a name, in HTML, or with the words that stand for no route, that the
/// call is:
/// <https://opendev.org/openstack/nova/src/branch/master/nova/api/openstack/wsgi.py>.
fn missing(request: &Request, fault: Option<&Fault>) -> Missing {
    let named = fault.filter(|fault| !fault.name.is_empty());
    match named.map(|fault| fault.message.as_str()) {
        None => Missing::Call,
        Some("Image not found.") => Missing::Image,
        Some("The resource could not be found.") => match request.seeks {
            Missing::MetadataItem => Missing::MetadataItem,
            _ => Missing::Call,
        },
        Some(_) => request.seeks,
    }
}

/// A fault as JSON: Nova's `{"itemNotFound": {"code", "message"}}`, Keystone's
/// and keystonemiddleware's `{"error": {"code", "message", "title"}}`, and the
/// bare `{"message"}` of gateways and of what stands before Nova's own code,
/// where the message is a piece of HTML.
struct Fault {
    name: String,
    message: String,
    retry_after: Option<Value>,
}

impl Fault {
    fn read(body: &Value) -> Option<Self> {
        let body = body.as_object()?;
        let (name, inner) = body
            .iter()
            .find_map(|(name, value)| value.get("message").map(|_| (name.as_str(), value)))
            .unwrap_or(("", &Value::Null));
        let said = inner
            .get("message")
            .or(body.get("message"))
            .or(body.get("error"))?;
        let said = said
            .as_str()
            .map_or_else(|| said.to_string(), str::to_owned);
        let message = if said.contains("<br />") {
            without_tags(&said)
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        } else {
            said
        };
        Some(Self {
            name: name.to_owned(),
            message,
            retry_after: inner.get("retryAfter").or(body.get("retryAfter")).cloned(),
        })
    }
}

/// The wait that was asked for: `Retry-After` in seconds or as a date, or
/// Nova's `retryAfter` in the body.
fn wait(response: &Response, fault: Option<&Fault>) -> Option<Duration> {
    let in_body = fault
        .and_then(|fault| fault.retry_after.as_ref())
        .map(|value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
    let text = response.retry_after.clone().or(in_body)?;
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    if let Some(seconds) = time::seconds(text) {
        let seconds = seconds.max(0.0).ceil();
        return Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX));
    }
    let date = httpdate::parse_http_date(text).ok().and_then(time::of);
    let until = date.or_else(|| time::read(text))?;
    Some(Duration::try_from(until.duration_since(time::now())).unwrap_or_default())
}

fn moved(response: &Response) -> String {
    match &response.location {
        Some(location) => format!(
            "it points to {location}, and redirects are not followed, because the token would \
             go there; if that is the right address, sign in there"
        ),
        None => "it offers other addresses and names none; is the URL right?".to_owned(),
    }
}

/// Whether it is Glance, behind Nova, that refused the token: a 401 that Nova
/// hands on as a 403.
pub(crate) fn is_unauthorized(error: &Error) -> bool {
    match error {
        Error::Unauthorized(_) => true,
        Error::Forbidden(details) => details.message().starts_with("HTTP 401 Unauthorized"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Method;

    fn answer(status: u16, body: &str) -> Response {
        Response {
            method: "GET",
            url: "http://nova/images/x".into(),
            status,
            request_id: Some("req-1".into()),
            body: body.into(),
            ..Response::default()
        }
    }

    fn request() -> Request {
        Request::new(Method::Get, ["images", "x"]).seeks(Missing::Image)
    }

    #[track_caller]
    fn words(status: u16, body: &str) -> String {
        refusal(&request(), &answer(status, body))
            .details()
            .message()
            .to_owned()
    }

    #[test]
    fn every_form_of_fault_yields_its_words() {
        assert_eq!(
            words(
                404,
                r#"{"itemNotFound": {"code": 404, "message": "Image not found."}}"#
            ),
            "Image not found."
        );
        assert_eq!(
            words(
                401,
                r#"{"error": {"code": 401, "title": "Unauthorized", "message": "No."}}"#
            ),
            "No."
        );
        assert_eq!(words(429, r#"{"message": "slow down"}"#), "slow down");
        assert_eq!(
            words(
                413,
                r#"{"message": "Too large.<br /><br />\nMuch.\n\n", "code": "413 Too Large"}"#
            ),
            "Too large. Much."
        );
        assert_eq!(words(500, r#"{"error": "broken"}"#), "broken");
        assert_eq!(
            words(401, "Authentication required\n"),
            "Authentication required"
        );
        assert_eq!(words(503, ""), "");
        assert_eq!(
            words(
                404,
                "<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n  \
                        <h1>404 Not Found</h1>\n  The resource could not be found.<br /><br />\n\n </body>\n</html>"
            ),
            "The resource could not be found."
        );
        assert_eq!(
            words(
                502,
                "<html><head><style>a { b: c }</style><title>502 Bad Gateway</title></head><hr>nginx &amp; co"
            ),
            "nginx & co"
        );
        assert_eq!(words(500, "<html"), "");
    }

    #[test]
    fn the_whole_message_names_request_status_words_and_id() {
        let body = r#"{"itemNotFound": {"code": 404, "message": "Image not found."}}"#;
        assert_eq!(
            refusal(&request(), &answer(404, body)).to_string(),
            "GET http://nova/images/x: 404 Not Found: Image not found. (request id req-1)"
        );
    }

    #[test]
    fn the_three_kinds_of_404_are_told_apart() {
        let missing = |seeks, body| {
            let request = Request::new(Method::Get, ["images", "x"]).seeks(seeks);
            refusal(&request, &answer(404, body)).details().missing()
        };
        let fault =
            r#"{"itemNotFound": {"code": 404, "message": "The resource could not be found."}}"#;
        let image = r#"{"itemNotFound": {"code": 404, "message": "Image not found."}}"#;
        let key = r#"{"itemNotFound": {"code": 404, "message": "Invalid metadata key"}}"#;
        assert_eq!(
            missing(Missing::MetadataItem, fault),
            Some(Missing::MetadataItem)
        );
        assert_eq!(
            missing(Missing::MetadataItem, key),
            Some(Missing::MetadataItem)
        );
        assert_eq!(missing(Missing::MetadataItem, image), Some(Missing::Image));
        assert_eq!(
            missing(Missing::MetadataItem, "<html>"),
            Some(Missing::Call)
        );
        // What stands before Nova's own code, asked for JSON.
        let route = r#"{"message": "The resource could not be found.<br /><br />\n\n\n", "code": "404 Not Found", "title": "Not Found"}"#;
        assert_eq!(missing(Missing::Image, route), Some(Missing::Call));
        assert_eq!(missing(Missing::MetadataItem, route), Some(Missing::Call));
        assert_eq!(missing(Missing::Image, image), Some(Missing::Image));
        assert_eq!(missing(Missing::Image, fault), Some(Missing::Call));
        assert_eq!(missing(Missing::Image, ""), Some(Missing::Call));
    }

    #[test]
    fn a_wait_is_read_from_header_and_body() {
        let waits = |header: Option<&str>, body: &str| {
            let response = Response {
                retry_after: header.map(Into::into),
                ..answer(429, body)
            };
            refusal(&request(), &response).details().retry_after()
        };
        assert_eq!(waits(Some("7"), ""), Some(Duration::from_secs(7)));
        assert_eq!(
            waits(Some("Wed, 21 Oct 2015 07:28:00 GMT"), ""),
            Some(Duration::ZERO)
        );
        assert_eq!(waits(Some("soon"), ""), None);
        assert_eq!(
            waits(Some("2026-11-23T12:00:00Z"), ""),
            Some(Duration::ZERO)
        );
        for (text, seconds) in [
            ("0", 0),
            ("0120", 120),
            ("1.0", 1),
            ("1.01", 2),
            (".5", 1),
            ("-3", 0),
            ("-0.5", 0),
        ] {
            assert_eq!(
                waits(Some(text), ""),
                Some(Duration::from_secs(seconds)),
                "{text}"
            );
        }
        for text in [
            "9".repeat(20),
            "9".repeat(400),
            format!("{}5", "0".repeat(400)),
        ] {
            let seconds = if text.starts_with('0') { 5 } else { u64::MAX };
            assert_eq!(waits(Some(&text), ""), Some(Duration::from_secs(seconds)));
        }
        assert_eq!(waits(Some("1e300"), ""), Some(Duration::MAX));
        for text in ["", "-", "0x1", "1 s", "1.5.2", "nan"] {
            assert_eq!(waits(Some(text), ""), None, "{text}");
        }
        let body = r#"{"overLimit": {"code": 413, "message": "m", "retryAfter": "3"}}"#;
        assert_eq!(waits(None, body), Some(Duration::from_secs(3)));
        let body = r#"{"overLimit": {"code": 413, "message": "m", "retryAfter": 4}}"#;
        assert_eq!(waits(None, body), Some(Duration::from_secs(4)));
        assert_eq!(waits(None, "{}"), None);
    }

    #[test]
    fn text_from_the_server_cannot_drive_a_terminal_nor_fill_the_screen() {
        assert_eq!(
            words(500, "\u{1b}[2Jgone\u{202e}"),
            "\\u{1b}[2Jgone\\u{202e}"
        );
        let long = words(500, &"x".repeat(5000));
        assert_eq!(long, format!("{}… (5000 bytes in all)", "x".repeat(1000)));
    }

    #[test]
    fn a_redirect_names_where_it_pointed() {
        let response = Response {
            location: Some("http://evil/".into()),
            ..answer(302, "")
        };
        assert_eq!(
            refusal(&request(), &response).details().message(),
            "it points to http://evil/, and redirects are not followed, because the token would \
             go there; if that is the right address, sign in there"
        );
    }
}
