//! The corpus of the fuzz targets, through the public API and over loopback:
//! every file ends in an error that can be shown, or in what keeps its rules.

use std::fs;
use std::path::PathBuf;

use opencloud::compute::v2::{Image, ListImages};
use opencloud::{Error, OpenStack, Result, Token};

use crate::support::{Answer, COMPUTE, Server, at_once, images, next_link};

/// Checks every file of that corpus, a few at once.
#[track_caller]
fn replay(corpus: &str, least: usize, check: impl Fn(&[u8]) + Sync) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz/corpus")
        .join(corpus);
    let files = fs::read_dir(folder).expect("a corpus");
    let files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    assert!(files.len() >= least, "{} files", files.len());
    for some in files.chunks(8) {
        at_once(some.to_vec(), |path: PathBuf| {
            println!("{}", path.display());
            check(&fs::read(path).expect("a file"));
        });
    }
}

/// That an error can be shown to a person.
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

#[test]
fn every_refusal_of_the_corpus_is_an_error_that_can_be_shown() {
    replay("fault", 40, |data| {
        let end = data
            .iter()
            .position(|byte| *byte == b'\n')
            .expect("a first line");
        let first = String::from_utf8_lossy(&data[..end]);
        let (status, wait) = first.split_once(' ').expect("a status and a wait");
        let status = status.parse().expect("a status");
        let mut answer = Answer::new(status, &data[end + 1..]);
        if !wait.is_empty() {
            let name = if wait.contains("//") {
                "Location"
            } else {
                "Retry-After"
            };
            answer = answer.header(name, wait);
        }
        let server = Server::playing([answer]);
        let error = listed(&server, ListImages::new()).expect_err("a refusal");
        assert_eq!(error.status(), Some(status), "{error}");
        assert_eq!(
            error.details().missing().is_some(),
            status == 404,
            "{error}"
        );
        check_error(&error);
    });
}

#[test]
fn every_page_of_the_corpus_is_an_error_or_comes_back_the_same() {
    replay("page", 19, |data| {
        // Without a way on, so that it is the whole list.
        let once = |body: &[u8]| {
            let server = Server::playing([Answer::new(200, body), Answer::ok(&images(0..0))]);
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

#[test]
fn every_next_link_of_the_corpus_leads_to_the_same_server_with_nothing_twice() {
    replay("next_link", 13, |data| {
        let link = String::from_utf8_lossy(data);
        let first = Answer::ok(&next_link(images(0..2), &link));
        let server = Server::playing([first, Answer::ok(&images(2..3))]);
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
fn every_token_of_the_corpus_is_an_error_or_can_be_kept() {
    replay("token", 11, |data| {
        let answer = Answer::new(201, data).header("X-Subject-Token", "gAAAA-secret");
        let server = Server::playing([answer]);
        let openstack = OpenStack::new(server.options().tries(1)).expect("good options");
        let received = openstack.token();
        let kept = serde_json::from_slice::<Token>(data).map_err(|error| error.to_string());
        if let Err(error) = &received {
            check_error(error);
        }
        for token in received.into_iter().chain(kept) {
            assert!(!format!("{token:?}").contains("gAAAA"));
            let text = serde_json::to_string(&token).expect("JSON");
            let again: Token = serde_json::from_str(&text).expect("a token");
            assert_eq!(serde_json::to_string(&again).expect("JSON"), text);
            let options = opencloud::Options::new("").cached_token(again).no_proxy();
            let openstack = OpenStack::new(options).expect("good options");
            openstack
                .compute_v2()
                .map_or_else(|error| check_error(&error), drop);
        }
    });
}

#[cfg(feature = "clouds-yaml")]
#[test]
fn every_clouds_yaml_of_the_corpus_is_an_error_or_settings_without_secrets() {
    use opencloud::config::Config;

    let corpus = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus/clouds");
    let mut secrets = 0;
    for file in fs::read_dir(corpus).expect("a corpus") {
        let path = file.expect("a file").path();
        let variables = [("OS_CLIENT_CONFIG_FILE", path.as_os_str())];
        for config in [Config::from_env(), Config::from_cloud("demo").overlay_env()] {
            let nowhere: [&str; 0] = [];
            let config = config
                .with_environment(variables)
                .with_system_directories(nowhere);
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
                assert!(
                    is_hidden || shown[key].is_null(),
                    "{key} in {}",
                    path.display()
                );
                secrets += usize::from(is_hidden);
            }
            settings
                .options()
                .map_or_else(|error| check_error(&error), drop);
        }
    }
    assert!(secrets >= 6, "{secrets}");
}
