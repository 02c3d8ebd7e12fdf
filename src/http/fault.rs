//! Maps error responses to [`Error`]s.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::html::{collapse_spaces, page_message};
use super::request::Request;
use super::response::Response;
use crate::error::{Error, ErrorKind};

/// The longest `Retry-After` that is obeyed. For a longer one the error is returned.
pub(crate) const MAX_RETRY_DELAY: Duration = Duration::from_secs(60);

/// The longest message that is kept, in characters.
const MAX_MESSAGE_LEN: usize = 1000;

/// A parsed error response. `name` is the name of the fault in the JSON of a service;
/// it is empty for other responses, such as those of proxies.
#[derive(Default)]
pub(crate) struct Fault {
    pub(crate) status: u16,
    pub(crate) name: String,
    pub(crate) message: String,
    retry_after: Option<String>,
}

/// The error for a response whose status is not a success. `secret` is replaced in
/// the server's message.
pub(crate) fn error_from_response(response: &Response, request: &Request, secret: &str) -> Error {
    let mut fault = Fault::parse(response);
    // Shorter text can be part of a message by chance.
    if secret.len() > 4 {
        fault.message = fault.message.replace(secret, "***");
    }
    let delay = response
        .header("retry-after")
        .or(fault.retry_after.as_deref())
        .and_then(parse_retry_after);
    let is_too_long = delay.is_some_and(|delay| delay > MAX_RETRY_DELAY);
    let kind = (request.classify)(&fault).unwrap_or(match fault.status {
        413 | 429 | 502..=504 if is_too_long => ErrorKind::RateLimited,
        413 if delay.is_some() => ErrorKind::RateLimited,
        400 => ErrorKind::BadRequest,
        401 => ErrorKind::Unauthorized,
        403 => ErrorKind::Forbidden,
        404 => ErrorKind::NoSuchApi,
        409 => ErrorKind::Conflict,
        429 => ErrorKind::RateLimited,
        _ => ErrorKind::UnexpectedStatus,
    });
    let hint = match response.header("openstack-auth-receipt") {
        Some(_) => {
            "more authentication methods are required (multi-factor), which is unsupported; \
             authenticate with another client and set its token"
        }
        None if kind == ErrorKind::Unauthorized => &request.unauthorized_hint,
        None if kind == ErrorKind::NoSuchApi && fault.status == 404 => {
            "the URL does not exist: check the endpoint"
        }
        None => "",
    };
    response
        .error(kind, truncate(&fault.message))
        .with_hint(hint)
        .with_retry_after(delay)
}

impl Fault {
    fn parse(response: &Response) -> Self {
        let status = response.status;
        let message = match (status, response.encoding()) {
            (300, _) => choices_message(&response.body),
            (300..=399, _) => redirect_message(response.header("location")),
            (_, Some(encoding)) => {
                format!("the body has the unsupported Content-Encoding {encoding:?}")
            }
            _ => {
                let json = serde_json::from_slice(&response.body).ok();
                match json.and_then(|json| Self::from_json(status, &json)) {
                    Some(fault) => return fault,
                    None => page_message(&response.body, status),
                }
            }
        };
        Self {
            status,
            message,
            ..Self::default()
        }
    }

    /// Nova sends `{"itemNotFound": {"code", "message"}}`, Keystone and
    /// keystonemiddleware `{"error": {"code", "message", "title"}}`. Gateways,
    /// Glance, and the layers in front of Nova's own code, send a bare
    /// `{"message"}`. With `WebOb` it has HTML line breaks, and nothing is escaped.
    fn from_json(status: u16, json: &Value) -> Option<Self> {
        let body = json.as_object()?;
        let named = body
            .iter()
            .find_map(|(name, value)| Some((name.as_str(), value, value.get("message")?)));
        let (name, fault, message) = match named {
            Some(named) => named,
            None => ("", json, body.get("message").or(body.get("error"))?),
        };
        let mut message = text(message);
        if message.contains("<br />") {
            message = collapse_spaces(&message.replace("<br />", " "));
        }
        let retry_after = fault.get("retryAfter").map(text);
        Some(Self {
            status,
            name: name.to_owned(),
            message,
            retry_after,
        })
    }
}

/// A string unchanged, any other value as JSON.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// A number of seconds or an HTTP date, as in RFC 9110; anything else is ignored.
fn parse_retry_after(text: &str) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

fn redirect_message(location: Option<&str>) -> String {
    match location {
        Some(location) => format!(
            "the server redirects to {location}, and redirects are not followed, because they \
             would send the token there; if that is the right address, configure it"
        ),
        None => "the server redirects, but sends no Location".to_owned(),
    }
}

/// The message for a 300, which lists the versions of a service: as
/// `{"versions": {"values": […]}}` in Keystone and as `{"choices": […]}` elsewhere.
fn choices_message(body: &[u8]) -> String {
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    let lists = ["/versions/values", "/versions", "/choices"];
    let choices = lists.iter().find_map(|list| json.pointer(list)?.as_array());
    let ids: Vec<_> = choices
        .into_iter()
        .flatten()
        .filter_map(|choice| choice["id"].as_str())
        .collect();
    match ids.as_slice() {
        [] => "the server offers several addresses; check the endpoint URL".to_owned(),
        ids => format!(
            "the server offers the versions {}; check the endpoint URL",
            ids.join(", ")
        ),
    }
}

fn truncate(message: &str) -> String {
    let message = message.trim();
    match message.char_indices().nth(MAX_MESSAGE_LEN) {
        None => message.to_owned(),
        Some((end, _)) => format!("{}… ({} bytes in all)", &message[..end], message.len()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::http::body::ResponseBody;
    use http::Method;
    use http::{HeaderName, HeaderValue};

    fn error(status: u16, headers: &[(&'static str, &str)], body: &str) -> Error {
        let header = |(name, value): &(&'static str, &str)| {
            let value = HeaderValue::from_str(value).expect("valid value");
            (HeaderName::from_static(name), value)
        };
        let response = Response {
            method: Method::GET,
            url: "http://nova/images/x".into(),
            status,
            headers: headers.iter().map(header).collect(),
            body: ResponseBody::read(body.as_bytes(), None, &Arc::default()).expect("a body"),
            stream: None,
        };
        let request = Request::new(Method::GET, ["images", "x"])
            .classify(|fault| (fault.name == "itemNotFound").then_some(ErrorKind::NotFound));
        error_from_response(&response, &request, "s3cret")
    }

    #[track_caller]
    fn message(status: u16, body: &str) -> String {
        error(status, &[], body).message().to_owned()
    }

    #[test]
    fn the_message_is_found_in_every_form_of_error_response() {
        for (status, body, expected) in [
            (
                404,
                r#"{"itemNotFound": {"code": 404, "message": "Image not found."}}"#,
                "Image not found.",
            ),
            (
                401,
                r#"{"error": {"code": 401, "title": "Unauthorized", "message": "No."}}"#,
                "No.",
            ),
            (429, r#"{"message": "slow down"}"#, "slow down"),
            (
                413,
                r#"{"message": "Too large.<br /><br />\nMuch.\n\n", "code": "413 Too Large"}"#,
                "Too large. Much.",
            ),
            (
                400,
                r#"{"message": "Unknown operator '<b>&lt;'.<br /><br />\n\n"}"#,
                "Unknown operator '<b>&lt;'.",
            ),
            (500, r#"{"error": "broken"}"#, "broken"),
            (401, "Authentication required\n", "Authentication required"),
            (503, "", ""),
            (
                404,
                "<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n  \
                 <h1>404 Not Found</h1>\n  The resource could not be found.<br /><br />\n\n \
                 </body>\n</html>",
                "The resource could not be found.",
            ),
            (500, "<html", ""),
        ] {
            assert_eq!(message(status, body), expected, "{body}");
        }
    }

    #[test]
    fn a_404_means_a_wrong_url_unless_the_service_classifies_it() {
        let fault = r#"{"itemNotFound": {"code": 404, "message": "Image not found."}}"#;
        assert_eq!(error(404, &[], fault).kind(), ErrorKind::NotFound);
        assert_eq!(error(404, &[], "").kind(), ErrorKind::NoSuchApi);
    }

    #[test]
    fn retry_after_is_a_number_of_seconds_or_a_date() {
        let delay = |value| error(503, &[("retry-after", value)], "").retry_after();
        assert_eq!(delay(" 7 "), Some(Duration::from_secs(7)));
        let past = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(delay(past), Some(Duration::ZERO));
        let future = delay("Fri, 01 Jan 2100 00:00:00 GMT").expect("valid date");
        assert!(future > MAX_RETRY_DELAY);
        for invalid in ["", "-1", "1.5", "soon", "2026-11-23T12:00:00Z"] {
            assert_eq!(delay(invalid), None, "{invalid}");
        }
        for body in [
            r#"{"overLimit": {"code": 413, "message": "m", "retryAfter": "3"}}"#,
            r#"{"overLimit": {"code": 413, "message": "m", "retryAfter": 3}}"#,
        ] {
            assert_eq!(
                error(413, &[], body).retry_after(),
                Some(Duration::from_secs(3))
            );
        }
    }

    #[test]
    fn a_long_requested_delay_is_a_rate_limit() {
        for status in [413, 429, 502, 503, 504] {
            let error = error(status, &[("retry-after", "61")], "");
            assert_eq!(error.kind(), ErrorKind::RateLimited, "{status}");
        }
        let error = error(503, &[("retry-after", "60")], "");
        assert_eq!(error.kind(), ErrorKind::UnexpectedStatus);
    }

    #[test]
    fn the_secret_is_removed_before_the_message_is_truncated() {
        let long = format!("{}s3cret", "x".repeat(997));
        assert_eq!(message(500, &long), format!("{}***", "x".repeat(997)));
    }

    #[test]
    fn only_the_start_of_a_large_page_is_parsed() {
        let page = format!("{}late", "\n".repeat(1 << 20));
        assert_eq!(message(500, &page), "");
    }

    #[test]
    fn messages_are_escaped_and_truncated() {
        assert_eq!(
            message(500, "\u{1b}[2Jgone\u{202e}"),
            "\\u{1b}[2Jgone\\u{202e}"
        );
        assert_eq!(
            message(500, &"x".repeat(5000)),
            format!("{}… (5000 bytes in all)", "x".repeat(1000))
        );
    }

    #[test]
    fn the_message_for_a_redirect_names_its_target() {
        let redirect = error(302, &[("location", "http://other/")], "");
        assert_eq!(
            redirect.message(),
            "the server redirects to http://other/, and redirects are not followed, because they \
             would send the token there; if that is the right address, configure it"
        );
        assert_eq!(
            message(302, ""),
            "the server redirects, but sends no Location"
        );
        assert_eq!(
            message(300, ""),
            "the server offers several addresses; check the endpoint URL"
        );
        for body in [
            r#"{"versions": {"values": [{"id": "v3.14"}, {"id": "v2.0"}]}}"#,
            r#"{"choices": [{"id": "v3.14"}, {"id": "v2.0"}]}"#,
        ] {
            assert_eq!(
                message(300, body),
                "the server offers the versions v3.14, v2.0; check the endpoint URL"
            );
        }
    }
}
