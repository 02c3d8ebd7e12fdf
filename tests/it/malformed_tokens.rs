//! Malformed responses of Keystone.

use opencloud::{ErrorKind, OpenStack, Result};
use serde_json::json;

use crate::support::{Response, Server};

/// The result of authentication with this response.
fn authenticate(response: Response) -> Result<opencloud::Token> {
    let server = Server::with_responses([response]);
    OpenStack::new(server.options().tries(1))
        .expect("valid options")
        .token()
}

#[test]
fn a_missing_or_invalid_token_header_is_an_error() {
    let with = |value: &str| {
        let body = json!({"token": {}}).to_string();
        let head = format!("HTTP/1.1 201 Created\r\nContent-Length: {}\r\n", body.len());
        Response::raw(format!("{head}{value}\r\n{body}"))
    };
    for header in [
        "",
        "X-Subject-Token:\r\n",
        "X-Subject-Token: \r\n",
        "X-Subject-Token: \u{e9}t\u{e9}\r\n",
        "X-Subject-Token: a b\r\n",
        "X-Subject-Token: a\tb\r\n",
    ] {
        let error = authenticate(with(header)).expect_err(header);
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error:?}");
        let message = error.to_string();
        let end = ": 201 Created: the response has no valid X-Subject-Token header";
        assert!(message.ends_with(end), "{header:?}: {message}");
    }
    // A line break or a null byte makes the header invalid.
    for header in [
        "X-Subject-Token: a\r\n b\r\n",
        "X-Subject-Token: a\nb\r\n",
        "X-Subject-Token: a\0b\r\n",
    ] {
        let error = authenticate(with(header)).expect_err(header);
        assert_eq!(
            error.kind(),
            ErrorKind::InvalidResponse,
            "{header:?}: {error:?}"
        );
    }
    authenticate(with("X-Subject-Token: gAAAA_-=.~\r\n")).expect("a token");
}

#[test]
fn an_invalid_token_body_is_an_error() {
    for body in ["", "{}", "[]", "{\"token\": {\"catalog\": 5}}", "<html>"] {
        let response = Response::new(201, body).header("X-Subject-Token", "t");
        let error = authenticate(response).expect_err(body);
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error:?}");
        let message = match body {
            "<html>" => "the body is HTML, not JSON",
            _ => "the body is not a token",
        };
        assert_eq!(error.message(), message);
    }
    for times in [
        json!(null),
        json!("never"),
        json!(5),
        json!("9999-12-31T23:59:59Z"),
    ] {
        let body = json!({"token": {"expires_at": times, "issued_at": times, "user": null}});
        let response = Response::json(201, &body).header("X-Subject-Token", "t");
        authenticate(response).expect("a token");
    }
}
