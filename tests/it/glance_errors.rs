//! The messages of Glance's errors.

use opencloud::ErrorKind;

use crate::support::random::for_any;
use crate::support::{REQUEST_ID, Response, Server, TOKEN_REJECTED, glance_error, id};

/// Glance writes user input into its messages, and escapes nothing in JSON.
#[test]
fn any_message_of_glance_is_kept_without_its_line_breaks() {
    for_any(400, |random, size| {
        let is_kept = |c: &char| {
            let is_mark = matches!(
                c,
                '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            );
            !c.is_control() && !is_mark
        };
        let text = random.text(size) + "<b>&amp;</b>";
        let text: String = text.chars().filter(is_kept).collect();
        let words: Vec<_> = text.split_whitespace().collect();
        let server = Server::with_responses([glance_error(403, &text)]);
        let mut image = server.images_v2().get_image(id(1));
        let error = image.retrieve().expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::Forbidden, "{text:?}");
        assert_eq!(error.message(), words.join(" "), "{text:?}");
    });
}

#[test]
fn only_a_404_of_glance_about_an_image_is_not_found() {
    for (message, kind) in [
        (
            format!("No image found with ID {}", id(1)),
            ErrorKind::NotFound,
        ),
        (
            format!("Failed to find image {} to delete", id(1)),
            ErrorKind::NotFound,
        ),
        (format!("Image {} not found.", id(1)), ErrorKind::NotFound),
        (
            "The resource could not be found.".to_owned(),
            ErrorKind::NoSuchApi,
        ),
    ] {
        let html = format!(
            "<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n  \
             <h1>404 Not Found</h1>\n  {message}<br /><br />\n\n\n\n </body>\n</html>"
        );
        let text = format!("404 Not Found\n\n{message}\n\n\n");
        for response in [
            glance_error(404, &message),
            Response::html(404, &html),
            Response::new(404, text).header("Content-Type", "text/plain; charset=UTF-8"),
        ] {
            let server = Server::with_responses([response]);
            let mut image = server.images_v2().get_image(id(1));
            let error = image.retrieve().expect_err("an error");
            assert_eq!((error.kind(), error.message()), (kind, &*message));
        }
    }
}

#[test]
fn a_413_of_glance_is_a_rate_limit_only_with_retry_after() {
    let message = "The limit has been exceeded on the number of allowed image tags.";
    for (delay, kind) in [
        (None, ErrorKind::UnexpectedStatus),
        (Some("120"), ErrorKind::RateLimited),
    ] {
        let response = glance_error(413, message);
        let response = match delay {
            Some(delay) => response.header("Retry-After", delay),
            None => response,
        };
        let server = Server::with_responses([response]);
        let mut image = server.images_v2().get_image(id(1));
        let error = image.set_metadata_item("k", "v").expect_err("an error");
        assert_eq!((error.kind(), error.message()), (kind, message));
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn a_401_of_glance_has_the_hint_about_the_token() {
    let server = Server::with_responses([glance_error(401, "No.")]);
    let images = server.images_v2();
    let error = images.get_image(id(1)).delete().expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    let url = server.url(&format!("/v2/images/{}", id(1)));
    assert_eq!(
        error.to_string(),
        format!("DELETE {url}: 401 Unauthorized: No. {TOKEN_REJECTED} (request id {REQUEST_ID})")
    );
}
