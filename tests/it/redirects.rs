//! Redirects are errors.

use opencloud::{ErrorKind, OpenStack};

use crate::faults::retrieve;
use crate::support::{COMPUTE, Response, Server, id};

#[test]
fn a_redirect_is_an_error_with_its_location_and_is_not_followed() {
    let trap = Server::start();
    for status in [301, 302, 303, 307, 308] {
        for target in [
            trap.url("/other-port"),
            "http://elsewhere.example/".into(),
            "https://127.0.0.1/".into(),
            "/v2.1/images".into(),
            "file:///etc/passwd".into(),
            "\u{1b}[2J not a url".replace('\u{1b}', "%1b"),
        ] {
            let response = || Response::new(status, "moved").header("Location", &target);
            let (server, error) = retrieve(response());
            assert_eq!(error.kind(), ErrorKind::UnexpectedStatus, "{error:?}");
            assert_eq!(error.status(), Some(status));
            assert_eq!(
                error.message(),
                format!(
                    "the server redirects to {target}, and redirects are not followed, because \
                     they would send the token there; if that is the right address, configure it"
                )
            );
            assert_eq!(server.requests().len(), 1);
            // Also for authentication, requests with a body and deletions.
            let server = Server::with_responses([response(), response(), response()]);
            let openstack = OpenStack::new(server.options()).expect("valid options");
            assert_eq!(
                openstack.token().expect_err("a redirect").status(),
                Some(status)
            );
            let mut image = server.compute().get_image(id(1));
            assert_eq!(
                image
                    .merge_metadata([("a", "b")])
                    .expect_err("a redirect")
                    .status(),
                Some(status)
            );
            assert_eq!(
                image.delete().expect_err("a redirect").status(),
                Some(status)
            );
            assert_eq!(server.requests().len(), 3);
        }
    }
    assert_eq!(trap.requests(), []);
    let (_, error) = retrieve(Response::new(302, "moved"));
    assert_eq!(
        error.message(),
        "the server redirects, but sends no Location"
    );
}

#[test]
fn a_redirect_to_the_same_url_is_not_followed() {
    let server = Server::start();
    let url = server.url(&format!("{COMPUTE}/images/{}", id(1)));
    server.set_handler(move |_| Response::new(302, "").header("Location", &url));
    server
        .compute()
        .get_image(id(1))
        .retrieve()
        .expect_err("a redirect");
    assert_eq!(server.requests().len(), 1);
}
