//! The error pages of the servers and proxies in front of a cloud.

use opencloud::{Error, ErrorKind};

use crate::support::{Response, Server, id};

#[track_caller]
fn error(response: Response) -> Error {
    let server = Server::with_handler(move |_| response.clone());
    let compute = server.compute_with(|options| options.tries(1));
    let mut image = compute.get_image(id(1));
    image.retrieve().expect_err("an error")
}

fn nginx(title: &str, heading: &str, cause: &str) -> String {
    format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{heading}</h1>\
         </center>\r\n<center>{cause}</center>\r\n<hr><center>nginx/1.26.1</center>\r\n</body>\r\n\
         </html>\r\n"
    )
}

fn apache(title: &str, cause: &str) -> String {
    format!(
        "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html><head>\n<title>{title}\
         </title>\n</head><body>\n<h1>{}</h1>\n{cause}\n<hr>\n<address>Apache/2.4.62 Server at \
         cloud.example Port 8774</address>\n</body></html>\n",
        &title[4..]
    )
}

#[test]
fn the_message_of_a_page_is_its_cause_and_not_the_status() {
    let mut pages = Vec::new();
    for cause in [
        "The plain HTTP request was sent to HTTPS port",
        "Request Header Or Cookie Too Large",
        "No required SSL certificate was sent",
    ] {
        let page = nginx(&format!("400 {cause}"), "400 Bad Request", cause);
        pages.push((400, page, cause));
    }
    pages.push((
        400,
        apache(
            "400 Bad Request",
            "<p>Your browser sent a request that this server could not understand.<br />\n\
             Reason: You&apos;re speaking plain HTTP to an SSL-enabled server port.<br />\n</p>",
        ),
        "Your browser sent a request that this server could not understand. Reason: You're \
         speaking plain HTTP to an SSL-enabled server port.",
    ));
    pages.push((
        503,
        apache(
            "503 Service Unavailable",
            "<p>The server is temporarily unable to service your\nrequest due to maintenance \
             downtime.</p>",
        ),
        "The server is temporarily unable to service your request due to maintenance downtime.",
    ));
    pages.push((
        502,
        apache(
            "502 Proxy Error",
            "<p>The proxy server received an invalid\nresponse from an upstream server.<br />\n\
             </p>",
        ),
        "The proxy server received an invalid response from an upstream server.",
    ));
    pages.push((
        403,
        apache("403 Forbidden", "<p>You don't have permission.</p>"),
        "You don't have permission.",
    ));
    pages.push((
        503,
        "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this \
         request.\n</body></html>\n"
            .to_owned(),
        "No server is available to handle this request.",
    ));
    pages.push((
        403,
        "<html><head>\n<title>ERROR: The requested URL could not be retrieved</title>\n<style \
         type=\"text/css\"><!-- \n body > div { color: #000 }\n--></style>\n</head><body>\n\
         <h1>ERROR</h1>\n<h2>The requested URL could not be retrieved</h2>\n<hr>\n<p>The following \
         error was encountered:</p>\n<blockquote id=\"error\">\n<p><b>Access Denied.</b></p>\n\
         </blockquote>\n<p>Access control prevents your request.</p>\n</body></html>\n"
            .to_owned(),
        "Access Denied.",
    ));
    pages.push((
        503,
        "<html><head><title>\n 503 Service Unavailable\n</title></head><body><h1>503 Service \
         Unavailable</h1><p>Closed until 18:00 &#8211; see &#x3c;status&gt;</p></body></html>"
            .to_owned(),
        "Closed until 18:00 \u{2013} see <status>",
    ));
    for (status, page, message) in pages {
        assert_eq!(error(Response::html(status, &page)).message(), message);
    }
}

#[test]
fn a_page_that_has_no_cause_does_not_repeat_the_status() {
    let page = nginx("403 Forbidden", "403 Forbidden", "");
    assert_eq!(error(Response::html(403, &page)).message(), "nginx/1.26.1");
    let page = "<html><body><h1>502 Bad Gateway</h1></body></html>";
    assert_eq!(error(Response::html(502, page)).message(), "");
}

#[test]
fn an_html_page_in_a_successful_response_is_reported_as_html() {
    let page = "<html><head><title>Request Rejected</title></head><body>The requested URL was \
                rejected.<br>Your support ID is: 5</body></html>";
    let error = error(Response::html(200, page));
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert_eq!(error.status(), Some(200));
    assert_eq!(
        error.message(),
        "the body is HTML, not JSON: Request Rejected"
    );
}
