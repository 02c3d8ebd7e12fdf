//! Tests of secrets, invalid values and limits.

use super::{Config, Settings};

#[path = "../../tests/config/fixture.rs"]
pub(super) mod fixture;

pub(super) const BASE: [(&str, &str); 3] = [
    ("OS_AUTH_URL", "https://one.example/v3"),
    ("OS_USERNAME", "demo"),
    ("OS_PASSWORD", "pw"),
];

pub(super) fn settings(variables: &[(&str, &str)]) -> Settings {
    fixture::Root::new().config(variables).resolve().unwrap()
}

#[track_caller]
pub(super) fn assert_error(variables: &[(&str, &str)], message: &str) {
    let settings = fixture::Root::new().config(variables).resolve();
    let error = settings.and_then(|settings| settings.options());
    assert_eq!(error.unwrap_err().to_string(), message);
}

#[cfg(feature = "clouds-yaml")]
#[test]
fn the_secrets_of_the_table_are_those_of_openstacksdk() {
    let mut count = 0;
    for case in fixture::cases() {
        let root = fixture::Root::new();
        let Ok(settings) = case.set_up(&root).resolve() else {
            continue;
        };
        if case.expected.settings.is_none() {
            continue;
        }
        for key in ["password", "token", "application_credential_secret"] {
            let found = settings.value(key);
            assert_eq!(
                found,
                case.expected.secrets.get(key).map(String::as_str),
                "{}",
                case.name
            );
            count += usize::from(found.is_some());
        }
    }
    assert!(count > 150, "{count} secrets");
}

#[cfg(feature = "clouds-yaml")]
#[test]
fn secrets_of_the_table_are_not_shown() {
    for case in fixture::cases() {
        let root = fixture::Root::new();
        let config = case.set_up(&root);
        let resolved = config.resolve();
        let options = resolved.as_ref().map(Settings::options).ok();
        let json = resolved
            .as_ref()
            .map(|settings| serde_json::to_string(settings).unwrap())
            .ok();
        let shown = format!("{config:?} {resolved:?} {options:?} {json:?}");
        assert!(!shown.contains("hunter2"), "{}: {shown}", case.name);
    }
}

#[test]
fn debug_shows_no_variables() {
    let config = Config::from_cloud("demo").with_environment([("OS_PASSWORD", "hunter2")]);
    let shown = format!("{config:?}");
    assert!(
        shown.starts_with("Config { environment: Environment, "),
        "{shown}"
    );
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn invalid_values_are_rejected() {
    let expected_version = "expected \"2\", or a microversion such as \"2.35\"";
    let expected_interface = "expected public, internal or admin";
    let mut cases = vec![
        ("OS_INTERFACE", "interface", "magic", expected_interface),
        ("OS_ENDPOINT_TYPE", "interface", "magic", expected_interface),
        (
            "OS_COMPUTE_INTERFACE",
            "compute_interface",
            "magic",
            expected_interface,
        ),
    ];
    for version in ["latest", "2.x", "2.", "3", "3.1", "v", "2.99999999999"] {
        let key = "compute_api_version";
        cases.push(("OS_COMPUTE_API_VERSION", key, version, expected_version));
    }
    for seconds in ["0", "1e-10", "-1", "nan", "inf", "1e99", "3 s"] {
        let expected = "expected a number of seconds from 0.001 to 1e9";
        cases.push(("OS_API_TIMEOUT", "api_timeout", seconds, expected));
    }
    for (variable, key, value, expected) in cases {
        let message = format!("{variable}: invalid {key} {value:?}: {expected}");
        assert_error(&[&BASE[..], &[(variable, value)]].concat(), &message);
    }
}

#[test]
fn requests_ca_bundle_is_the_default_of_cacert() {
    let bundle = ("REQUESTS_CA_BUNDLE", "/bundle.pem");
    let cacert = |variables: &[(&str, &str)]| {
        let settings = settings(&[&BASE[..], &[bundle], variables].concat());
        let source = settings.source("cacert").map(ToString::to_string);
        settings.get("cacert").zip(source)
    };
    let found = |path: &str, source: &str| Some((path.to_owned(), source.to_owned()));
    assert_eq!(cacert(&[]), found("/bundle.pem", "REQUESTS_CA_BUNDLE"));
    assert_eq!(
        cacert(&[("OS_CACERT", "/ca.pem")]),
        found("/ca.pem", "OS_CACERT")
    );
    assert_eq!(cacert(&[("OS_INSECURE", "true")]), None);
}

const PEM: &str = "\n-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n";

#[test]
fn pem_text_in_place_of_a_path_is_rejected_and_not_shown() {
    for (variable, key) in [
        ("OS_KEY", "key"),
        ("OS_CERT", "cert"),
        ("OS_CACERT", "cacert"),
    ] {
        let variables = [&BASE[..], &[(variable, PEM)]].concat();
        let message = format!("{variable}: `{key}` must be a path; write the PEM data to a file");
        assert_error(&variables, &message);
    }
}

#[test]
fn pem_text_is_never_shown() {
    for name in [
        "OS_CLOUD",
        "OS_CLOUD_NAME",
        "OS_PROFILE",
        "OS_FOO",
        "OS_INSECURE",
        "OS_COMPUTE_TIMEOUT",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain(super::keys::keys().map(|key| format!("OS_{}", key.name.to_uppercase())))
    {
        let root = fixture::Root::new();
        let variables = [&BASE[..], &[(name.as_str(), PEM)]].concat();
        let config = root.config(&variables).overlay_env();
        let settings = config.resolve();
        let options = settings.as_ref().map(Settings::options);
        let shown = settings.as_ref().map(|settings| {
            let values: Vec<_> = settings.keys().map(|key| settings.get(key)).collect();
            format!("{values:?} {}", serde_json::to_string(settings).unwrap())
        });
        let shown = format!("{settings:?} {options:?} {shown:?}");
        assert!(
            !shown.contains("hunter2") && !shown.contains("BEGIN"),
            "{name}: {shown}"
        );
    }
}

#[cfg(feature = "clouds-yaml")]
mod files {
    use std::fmt::Write;

    use super::{PEM, fixture};

    #[track_caller]
    fn error(text: impl AsRef<[u8]>) -> String {
        let root = fixture::Root::new();
        root.write("work/clouds.yaml", text);
        let error = root.config(&[]).resolve().unwrap_err();
        root.strip_root(&error.to_string())
    }

    #[test]
    fn pem_text_in_a_file_is_rejected_and_not_shown() {
        let pem = PEM.trim().replace('\n', "\n      ");
        assert_eq!(
            error(format!(
                "clouds:\n  a:\n    cert: /c.pem\n    key: |\n      {pem}\n"
            )),
            "$ROOT/work/clouds.yaml:5:7: `key` must be a path; write the PEM data to a file"
        );
        for text in [
            format!("clouds:\n  a:\n    key: |\n{PEM}"),
            format!("clouds:\n  a:\n    regions: [\"{pem}\"]\n    cert: \"{{region_name}}\"\n"),
            format!("clouds:\n  a:\n    x: |\n      {pem}\n    cert: \"{{x}}\"\n"),
        ] {
            let error = error(text);
            assert!(
                !error.contains("hunter2") && !error.contains("BEGIN"),
                "{error}"
            );
        }
    }

    #[test]
    fn an_unknown_key_of_auth_is_rejected() {
        let text = "clouds:\n  a:\n    auth:\n      auth_url: http://k\n      projcet_name: p\n";
        assert_eq!(
            error(text),
            "$ROOT/work/clouds.yaml:5:21: unknown key \"projcet_name\" in `auth`; check the spelling, \
             or move it out of `auth`"
        );
    }

    #[test]
    fn aliases_cannot_fill_the_memory() {
        let mut nested = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for n in 1..20 {
            let alias = format!("*a{}", n - 1);
            writeln!(nested, "a{n}: &a{n} [{}]", [alias.as_str(); 9].join(", ")).unwrap();
        }
        let long = format!(
            "a: &a {}\nb: [{}]\n",
            "x".repeat(500_000),
            "*a,".repeat(150_000)
        );
        for text in [nested, long] {
            let error = error(text);
            assert!(
                error.ends_with(": aliases expand to more than 16 MiB"),
                "{error}"
            );
        }
        assert_eq!(
            error("clouds: &a {b: *a}\n"),
            "$ROOT/work/clouds.yaml:1:16: the value contains itself"
        );
    }

    #[test]
    fn a_syntax_error_points_to_its_line() {
        let tab = "while scanning a plain scalar, found a tab";
        let colon = "mapping values are not allowed in this context";
        let indentation = "while parsing a block mapping, did not find expected key";
        for (lines, location, message) in [
            ("      a: x\n\tb: hunter2\n", "5:1", tab),
            (
                "      a: x\n\n\n      \tb: hunter2\n      c: y\n",
                "7:1",
                tab,
            ),
            (
                "\ta: hunter2\n",
                "4:2",
                "tabs disallowed within this context (block indentation)",
            ),
            ("      a: x\n       b: hunter2\n", "5:9", colon),
            ("      a: hunter2: x\n", "4:17", colon),
            ("      a: x\n     b: hunter2\n", "5:6", indentation),
            ("      a: x\n   b: hunter2\n", "5:4", indentation),
            (
                "      a: x\n      hunter2\n      c: y\n",
                "5:7",
                "simple key expected ':'",
            ),
            (
                "      a: \"hunter\\2\"\n",
                "4:10",
                "while parsing a quoted scalar, found unknown escape character",
            ),
        ] {
            assert_eq!(
                error(format!("clouds:\n  a:\n    auth:\n{lines}")),
                format!(
                    "$ROOT/work/clouds.yaml:{location}: not valid YAML: {message}; check the \
                     indentation and the quotes"
                ),
                "{lines}"
            );
        }
    }

    #[test]
    fn deep_nesting_is_rejected() {
        for nested in ["[", "{a: ", "- ", "&a ["] {
            let error = error(nested.repeat(200_000));
            assert_eq!(
                error.split_once(": ").unwrap().1,
                "not valid YAML: recursion limit exceeded; check the indentation and the quotes",
                "{error}"
            );
        }
    }

    #[test]
    fn a_file_that_is_not_utf_8_is_rejected() {
        assert_eq!(
            error(b"clouds:\n  a: \xff\n"),
            "$ROOT/work/clouds.yaml: the file is not UTF-8; convert it"
        );
    }
}

#[cfg(not(feature = "clouds-yaml"))]
#[test]
fn without_the_feature_there_are_no_files() {
    let feature = "no file was read: this program was built without the feature `clouds-yaml` of \
                   the crate `opencloud`";
    assert_error(
        &[("OS_CLOUD", "demo")],
        &format!("OS_CLOUD: the cloud \"demo\" was not found: {feature}"),
    );
    let error = fixture::Root::new().config(&[]).resolve().unwrap_err();
    assert!(error.to_string().contains(feature), "{error}");
}
