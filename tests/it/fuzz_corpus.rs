//! Replays the inputs of the fuzz targets in `tests/data/fuzz` through the public
//! API, over loopback.

use std::fs;
use std::path::Path;

use opencloud::compute::v2::{Image, ListImages};
use opencloud::image::v2;
use opencloud::{Error, ErrorKind, OpenStack, Result, Token};
use serde::Deserialize;

use serde_json::json;

use crate::support::{COMPUTE, IMAGES, Response, Server, at_once, images, next_link};

/// One line of a file: a name, and the input as text or as bytes.
#[derive(Clone, Deserialize)]
struct Input {
    name: String,
    text: Option<String>,
    bytes: Option<Vec<u8>>,
}

impl Input {
    fn data(self) -> Vec<u8> {
        let text = self.text.map(String::into_bytes);
        text.or(self.bytes).expect("text or bytes")
    }
}

/// The inputs of this fuzz target.
#[track_caller]
fn inputs(target: &str, count: usize) -> Vec<Input> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/fuzz");
    let text = fs::read_to_string(folder.join(target).with_extension("jsonl")).expect("inputs");
    let parse = |line| serde_json::from_str(line).expect("an input");
    let inputs: Vec<_> = text.lines().map(parse).collect();
    assert!(inputs.len() >= count, "{} inputs", inputs.len());
    inputs
}

/// Checks every input of this fuzz target, eight at once.
#[track_caller]
fn replay(target: &str, count: usize, check: impl Fn(&[u8]) + Sync) {
    for some in inputs(target, count).chunks(8) {
        at_once(some.to_vec(), |input: Input| {
            println!("{}", input.name);
            check(&input.data());
        });
    }
}

/// Checks that an error message is short and has no control characters.
#[track_caller]
fn check_error(error: &Error) {
    let text = error.to_string();
    assert!(!text.contains(char::is_control), "{text:?}");
    assert!(text.len() < 16_384, "{} bytes", text.len());
}

fn listed(server: &Server, list: ListImages) -> Result<Vec<Image>> {
    server
        .compute_with(|options| options.tries(1))
        .list_images(list)
        .collect()
}

/// The error response of an input, and its status.
fn error_response(data: &[u8]) -> (u16, Response) {
    let mut bytes = data.iter();
    let end = bytes.position(|byte| *byte == b'\n').expect("a first line");
    let first = String::from_utf8_lossy(&data[..end]);
    let (status, header) = first.split_once(' ').expect("a status and a header");
    let status = status.parse().expect("a status");
    let response = Response::new(status, &data[end + 1..]);
    if header.is_empty() {
        return (status, response);
    }
    let name = if header.contains("//") {
        "Location"
    } else {
        "Retry-After"
    };
    (status, response.header(name, header))
}

#[test]
fn every_error_response_of_the_corpus_becomes_a_printable_error() {
    replay("fault", 46, |data| {
        let (status, response) = error_response(data);
        let server = Server::with_responses([response]);
        let error = listed(&server, ListImages::new()).expect_err("an error response");
        assert_eq!(error.status(), Some(status), "{error}");
        check_error(&error);
    });
}

#[test]
fn every_page_of_the_corpus_is_an_error_or_survives_a_round_trip() {
    replay("page", 20, |data| {
        // The second page is empty, so the first is the whole list.
        let once = |body: &[u8]| {
            let server =
                Server::with_responses([Response::new(200, body), Response::ok(&images(0..0))]);
            listed(&server, ListImages::detailed())
        };
        match once(data) {
            Ok(images) => {
                let text = serde_json::to_string(&images).expect("JSON");
                let again = once(format!("{{\"images\": {text}}}").as_bytes()).expect("a list");
                assert_eq!(serde_json::to_string(&again).expect("JSON"), text);
            }
            Err(error) => check_error(&error),
        }
    });
}

fn listed_by_glance(server: &Server, list: v2::ListImages) -> Result<Vec<v2::Image>> {
    server
        .images_v2_with(|options| options.tries(1))
        .list_images(list)
        .collect()
}

#[test]
fn every_error_response_of_the_glance_corpus_becomes_a_printable_error() {
    replay("glance_fault", 40, |data| {
        let (status, response) = error_response(data);
        let server = Server::with_handler(move |_| response.clone());
        let service = server.images_v2_with(|options| options.tries(1));
        let mut image = service.get_image("x");
        for error in [
            listed_by_glance(&server, v2::ListImages::new()).expect_err("an error response"),
            image.retrieve().expect_err("an error response"),
            image
                .set_metadata_item("k", "v")
                .expect_err("an error response"),
        ] {
            assert_eq!(error.status(), Some(status), "{error}");
            let is_about_status = match error.kind() {
                ErrorKind::NotFound => matches!(status, 404 | 410),
                ErrorKind::NoSuchApi => matches!(status, 300 | 404),
                ErrorKind::Conflict | ErrorKind::KeyNotFound => status == 409,
                _ => !matches!(status, 300 | 404 | 409 | 410),
            };
            assert!(is_about_status, "{:?}: {error}", error.kind());
            check_error(&error);
        }
    });
}

#[test]
fn every_page_of_the_glance_corpus_is_an_error_or_survives_a_round_trip() {
    replay("glance_page", 29, |data| {
        // The second page is empty, so the first is the whole list.
        let once = |body: &[u8]| {
            let empty = Response::ok(&json!({"images": []}));
            let server = Server::with_responses([Response::new(200, body), empty]);
            let list = v2::ListImages::new().tag("red").tag("round");
            let images = listed_by_glance(&server, list);
            for line in server.lines() {
                let begin = format!("GET {IMAGES}/images?tag=red&tag=round&");
                assert!(line.starts_with(&begin), "{line}");
            }
            images
        };
        match once(data) {
            Ok(images) => {
                let text = serde_json::to_string(&images).expect("JSON");
                let again = once(format!("{{\"images\": {text}}}").as_bytes()).expect("a list");
                assert_eq!(serde_json::to_string(&again).expect("JSON"), text);
            }
            Err(error) => check_error(&error),
        }
    });
}

#[test]
fn every_image_of_the_glance_corpus_is_an_error_or_survives_a_round_trip() {
    replay("glance_image", 24, |data| {
        let created = |body: &[u8]| {
            let server = Server::with_responses([Response::new(201, body)]);
            server.images_v2().create_image(v2::NewImage::new())
        };
        match created(data) {
            Ok(image) => {
                let text = serde_json::to_string(&image).expect("JSON");
                assert_eq!(created(text.as_bytes()).expect("an image"), image);
            }
            Err(error) => check_error(&error),
        }
    });
}

#[test]
fn every_next_link_of_the_corpus_stays_on_the_server_and_repeats_no_parameter() {
    replay("next_link", 13, |data| {
        let link = String::from_utf8_lossy(data);
        let first = Response::ok(&next_link(images(0..2), &link));
        let server = Server::with_responses([first, Response::ok(&images(2..3))]);
        let list = ListImages::new().page_size(2).name("n");
        assert_eq!(listed(&server, list).expect("a list").len(), 3, "{link}");
        let request = &server.requests()[1];
        assert!(
            request
                .target
                .starts_with(&format!("{COMPUTE}/images?name=n&")),
            "{request:?}"
        );
        let (_, query) = request.target.split_once('?').expect("a query");
        let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
        for name in ["name", "limit", "marker"] {
            let count = pairs.iter().filter(|(key, _)| key == name).count();
            assert_eq!(count, 1, "{name} in {}", request.target);
        }
    });
}

#[test]
fn every_token_of_the_corpus_is_an_error_or_survives_a_round_trip() {
    replay("token", 11, |data| {
        let response = Response::new(201, data).header("X-Subject-Token", "gAAAA-secret");
        let server = Server::with_responses([response]);
        let openstack = OpenStack::new(server.options().tries(1)).expect("valid options");
        let received = openstack.token();
        let cached = serde_json::from_slice::<Token>(data).map_err(|error| error.to_string());
        if let Err(error) = &received {
            check_error(error);
        }
        for token in received.into_iter().chain(cached) {
            assert!(!format!("{token:?}").contains("gAAAA"));
            let text = serde_json::to_string(&token).expect("JSON");
            let again: Token = serde_json::from_str(&text).expect("a token");
            assert_eq!(serde_json::to_string(&again).expect("JSON"), text);
            let options = opencloud::Options::new("").cached_token(again).no_proxy();
            let openstack = OpenStack::new(options).expect("valid options");
            openstack
                .compute_v2()
                .map_or_else(|error| check_error(&error), drop);
        }
    });
}

#[cfg(feature = "clouds-yaml")]
#[test]
fn every_clouds_yaml_of_the_corpus_is_an_error_or_settings_with_hidden_secrets() {
    use opencloud::config::Config;

    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz-corpus.yaml");
    let mut secrets = 0;
    for input in inputs("clouds", 14) {
        let name = input.name.clone();
        fs::write(&path, input.data()).expect("a written file");
        let variables = [("OS_CLIENT_CONFIG_FILE", path.as_os_str())];
        for config in [Config::from_env(), Config::from_cloud("demo").overlay_env()] {
            let none: [&str; 0] = [];
            let config = config
                .with_environment(variables)
                .with_system_directories(none);
            let settings = match config.with_working_directory(&path).resolve() {
                Ok(settings) => settings,
                Err(error) => {
                    check_error(&error);
                    continue;
                }
            };
            let shown = serde_json::to_value(&settings).expect("JSON");
            for key in ["password", "token", "application_credential_secret"] {
                let is_hidden = shown[key] == "***";
                assert!(is_hidden || shown[key].is_null(), "{key} in {name}");
                secrets += usize::from(is_hidden);
            }
            settings
                .options()
                .map_or_else(|error| check_error(&error), drop);
        }
    }
    assert!(secrets >= 6, "{secrets}");
}
