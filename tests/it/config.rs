//! The configuration, compared with openstacksdk by `tests/config/table.json`,
//! which `tests/config/reference.py` writes.

use opencloud::config::{Config, Settings};
use serde_json::{Map, Value, json};

use self::fixture::{Root, cases};

#[path = "../config/fixture.rs"]
mod fixture;
mod warnings;

const CLOUD: &str =
    "clouds: {a: {auth: {auth_url: https://one.example, username: u, password: p}}}\n";

/// The settings that are not serialized.
fn more(settings: &Settings, shown: &Map<String, Value>) -> Map<String, Value> {
    let keys = settings.keys().filter(|key| !shown.contains_key(*key));
    keys.map(|key| (key.to_owned(), json!(settings.get(key))))
        .collect()
}

#[test]
fn every_case_of_the_table_has_the_expected_result() {
    let mut wrong = Vec::new();
    for case in cases() {
        let root = Root::new();
        let config = case.set_up(&root);
        let settings = config.resolve();
        let found = match (&case.expected.error, settings) {
            (None, Ok(settings)) => {
                let Ok(Value::Object(shown)) = serde_json::to_value(&settings) else {
                    panic!()
                };
                let more = more(&settings, &shown);
                json!({ "settings": shown, "more": more })
            }
            (Some(_), Ok(settings)) => match settings.options() {
                Ok(_) => json!({ "options": "no error" }),
                Err(error) => json!({ "error": error.to_string() }),
            },
            (_, Err(error)) => json!({ "error": error.to_string() }),
        };
        let expected = match &case.expected.error {
            Some(error) => json!({ "error": error }),
            None => json!({ "settings": case.expected.settings, "more": case.expected.more }),
        };
        let found: Value = serde_json::from_str(&root.strip_root(&found.to_string())).unwrap();
        if found != expected {
            wrong.push(format!(
                "{}\n  found    {found}\n  expected {expected}",
                case.name
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} cases are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn the_table_differs_from_openstacksdk_only_in_marked_cases() {
    let cases = cases();
    assert!(cases.len() >= 120, "{} cases", cases.len());
    for case in &cases {
        let as_reference = match (&case.expected.settings, &case.expected.error) {
            (Some(settings), None) => {
                case.reference.get("settings") == Some(&Value::Object(settings.clone()))
                    && case.reference.get("secrets") == Some(&json!(case.expected.secrets))
            }
            (None, Some(_)) => case.reference.get("error").is_some(),
            _ => false,
        };
        let marked = case.differs.is_some();
        let both_fail = case.expected.error.is_some() && case.reference.get("error").is_some();
        assert!(
            as_reference != marked || (marked && both_fail),
            "{}",
            case.name
        );
    }
}

#[test]
fn an_error_about_a_missing_password_names_skipped_files() {
    let root = Root::new();
    root.write(
        "work/clouds.yaml",
        "clouds: {a: {auth: {auth_url: https://one.example}}}\n",
    );
    root.write("work/secure.yaml/in the way", "");
    let variables = [("OS_CLIENT_SECURE_FILE", "gone.yaml")];
    let error = |variables| {
        let settings = root.config(variables).resolve().unwrap();
        root.strip_root(&settings.options().unwrap_err().to_string())
    };
    let no_password = "the cloud \"a\" of $ROOT/work/clouds.yaml has no password, \
                       which auth_type password requires";
    assert_eq!(
        error(&variables),
        format!(
            "{no_password}; $ROOT/work/gone.yaml was skipped: No such file or directory (os error 2); \
             $ROOT/work/secure.yaml was skipped: Is a directory (os error 21)"
        )
    );
    // The cloud of the environment is not in the files.
    assert_eq!(
        error(&[("OS_AUTH_URL", "https://env.example")]),
        "the environment has no OS_PASSWORD, which auth_type password requires"
    );
    root.write(
        "etc/openstack/secure.yaml",
        "clouds: {a: {auth: {username: u}}}\n",
    );
    assert_eq!(
        error(&[]),
        format!("{no_password}; $ROOT/work/secure.yaml was skipped: Is a directory (os error 21)")
    );
}

#[test]
fn errors_point_to_likely_mistakes() {
    let error = |variables: &[(&str, &str)], text: &str| {
        let root = Root::new();
        root.write("work/clouds.yaml", text);
        let settings = root.config(variables).resolve();
        let error = settings.and_then(|settings| settings.options());
        root.strip_root(&error.unwrap_err().to_string())
    };
    let cloud = "{auth: {auth_url: https://one.example, password: hunter2}}";
    let found = "$ROOT/work/clouds.yaml has no cloud; $ROOT/work/clouds.yaml: expected the key \
                 \"clouds\", found \"cloud\"";
    let text = format!("cloud: {{a: {cloud}}}\n");
    assert!(error(&[], &text).contains(found));
    assert_eq!(
        error(&[("OS_CLOUD", "a")], &text),
        format!("OS_CLOUD: the cloud \"a\" was not found: {found}")
    );
    let hint = "`auth` must be in a cloud; check its indentation";
    let auth = "auth: {auth_url: https://one.example}";
    let missing = "the cloud \"a\" of $ROOT/work/clouds.yaml has no auth_url, which auth_type \
                   password requires";
    for text in [
        format!("clouds:\n  a:\n  {auth}\n"),
        format!("clouds:\n  a:\n{auth}\n"),
    ] {
        assert_eq!(
            error(&[("OS_CLOUD", "a")], &text),
            format!("{missing}; $ROOT/work/clouds.yaml:3: {hint}")
        );
    }
}

#[test]
fn each_setting_has_a_source() {
    let root = Root::new();
    root.write(
        "work/clouds.yaml",
        "clouds:\n  a:\n    auth:\n      auth_url: https://one.example\n      username: u\n    regions:\n    - R1\n",
    );
    root.write(
        "etc/openstack/secure.yaml",
        "clouds: {a: {auth: {password: p}}}\n",
    );
    let variables = [("OS_CLOUD", "a"), ("OS_PROJECT_NAME", "other")];
    let settings = root.config(&variables).overlay_env().resolve().unwrap();
    let sources: Vec<_> = settings
        .keys()
        .map(|key| {
            let (text, source) = (settings.get(key).unwrap(), settings.source(key).unwrap());
            format!("{key}={text} {}", root.strip_root(&source.to_string()))
        })
        .collect();
    assert_eq!(
        sources,
        [
            "cloud=a OS_CLOUD",
            "auth_type=password default",
            "auth_url=https://one.example $ROOT/work/clouds.yaml:4",
            "username=u $ROOT/work/clouds.yaml:5",
            "password=*** $ROOT/etc/openstack/secure.yaml:1",
            "project_name=other OS_PROJECT_NAME",
            "region_name=R1 $ROOT/work/clouds.yaml:7",
            "interface=public default",
            "verify=true default",
        ]
    );
    assert_eq!(
        settings.file(),
        Some(root.path().join("work/clouds.yaml").as_path())
    );
    assert_eq!(
        serde_json::to_string(&settings).unwrap(),
        r#"{"cloud":"a","auth_type":"password","auth_url":"https://one.example","username":"u","password":"***","project_name":"other","region_name":"R1","interface":"public","verify":true}"#
    );
    assert_eq!(settings.source("token"), None);
    let source = |config: Config| {
        config
            .resolve()
            .unwrap()
            .source("region_name")
            .unwrap()
            .to_string()
    };
    let requested = root.config(&[("OS_CLOUD", "a"), ("OS_REGION_NAME", "R1")]);
    assert_eq!(source(requested.clone().region("R1")), "the caller");
    assert_eq!(source(requested.overlay_env()), "OS_REGION_NAME");
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_utf_8_is_an_error_only_if_it_is_used() {
    use std::ffi::{OsStr, OsString};
    use std::os::unix::ffi::OsStrExt;

    let root = Root::new();
    root.write("work/clouds.yaml", CLOUD);
    let resolved = |variables: &[&str], with: &[(&str, &str)]| {
        let bytes = OsStr::from_bytes(b"b\xff").to_owned();
        let text = with
            .iter()
            .map(|(name, text)| (OsString::from(name), OsString::from(text)));
        let variables = variables
            .iter()
            .map(|name| (OsString::from(name), bytes.clone()));
        root.config(&[])
            .with_environment(text.chain(variables))
            .resolve()
    };
    let cloud = |settings: Settings| settings.get("cloud").unwrap();
    let named = [("OS_CLOUD", "a")];
    assert_eq!(
        cloud(resolved(&["OS_FOO", "OS_REGION_NAME"], &named).unwrap()),
        "a"
    );
    assert_eq!(cloud(resolved(&["OS_FOO"], &[]).unwrap()), "a");
    let environment = [("OS_AUTH_URL", "https://env.example")];
    assert_eq!(
        cloud(resolved(&["OS_FOO"], &environment).unwrap()),
        "envvars"
    );
    for (variable, with, message) in [
        (
            "OS_PASSWORD",
            &environment,
            "OS_PASSWORD: `password` must be UTF-8 text",
        ),
        (
            "OS_USERID",
            &environment,
            "OS_USERID: `user_id` must be UTF-8 text",
        ),
        (
            "OS_PASSWORD",
            &[("OS_FOO", "x")],
            "OS_PASSWORD: `password` must be UTF-8 text",
        ),
        (
            "OS_REGION_NAME",
            &environment,
            "OS_REGION_NAME: `region_name` must be UTF-8 text",
        ),
        (
            "OS_PROFILE",
            &environment,
            "OS_PROFILE: `profile` must be UTF-8 text",
        ),
        (
            "OS_INSECURE",
            &environment,
            "OS_INSECURE: `insecure` must be UTF-8 text",
        ),
    ] {
        let error = resolved(&[variable], with).unwrap_err().to_string();
        assert_eq!(error, message);
    }
    let error = resolved(&["OS_CLOUD"], &environment)
        .unwrap_err()
        .to_string();
    assert_eq!(error, "OS_CLOUD: `cloud` must be UTF-8 text");
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_is_skipped_and_named_in_the_error() {
    use std::os::unix::fs::PermissionsExt;

    let root = Root::new();
    root.write("work/clouds.yaml", CLOUD);
    let path = root.path().join("work/clouds.yaml");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(&path).is_ok() {
        return; // The superuser can read every file.
    }
    let error = root.config(&[]).resolve().unwrap_err().to_string();
    let message = "; $ROOT/work/clouds.yaml was skipped: Permission denied (os error 13); ";
    assert!(root.strip_root(&error).contains(message), "{error}");
}
