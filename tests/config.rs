//! The configuration, against what openstacksdk makes of the same files and
//! variables: `tests/config/table.json`, which `tests/config/reference.py` wrote.
#![cfg(feature = "clouds-yaml")]

#[path = "config/fixture.rs"]
mod fixture;

use std::cell::RefCell;

use fixture::{Root, cases};
use opencloud::config::{Config, Settings};
use serde_json::{Map, Value, json};

/// What is known of the settings beyond the object that they serialize to.
fn more(settings: &Settings, shown: &Map<String, Value>) -> Map<String, Value> {
    let keys = settings.keys().filter(|key| !shown.contains_key(*key));
    keys.map(|key| (key.to_owned(), json!(settings.get(key))))
        .collect()
}

#[test]
fn every_case_of_the_table_comes_out_as_it_says() {
    let mut wrong = Vec::new();
    for case in cases() {
        let root = Root::new();
        let config = case.lay(&root);
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
                Ok(_) => json!({ "options": "were made" }),
                Err(error) => json!({ "error": error.to_string() }),
            },
            (_, Err(error)) => json!({ "error": error.to_string() }),
        };
        let expected = match &case.expected.error {
            Some(error) => json!({ "error": error }),
            None => json!({ "settings": case.expected.settings, "more": case.expected.more }),
        };
        let found: Value = serde_json::from_str(&root.unnamed(&found.to_string())).unwrap();
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
fn the_table_is_as_openstacksdk_has_it_but_for_the_marked_cases() {
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

thread_local! {
    static WARNINGS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Keeps what this thread was warned of.
struct Keeper;

impl log::Log for Keeper {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        WARNINGS.with_borrow_mut(|warnings| warnings.push(record.args().to_string()));
    }

    fn flush(&self) {}
}

/// What resolving that configuration warns of.
fn warnings(root: &Root, config: &Config) -> Vec<String> {
    // Another test of this process may have been first.
    let _ = log::set_logger(&Keeper);
    log::set_max_level(log::LevelFilter::Warn);
    WARNINGS.take();
    let _ = config.resolve();
    WARNINGS
        .take()
        .iter()
        .map(|warning| root.unnamed(warning))
        .collect()
}

const CLOUD: &str =
    "clouds: {a: {auth: {auth_url: https://one.example, username: u, password: p}}}\n";

#[cfg(unix)]
#[test]
fn a_file_with_a_password_that_all_can_read_gets_one_warning() {
    use std::os::unix::fs::PermissionsExt;

    let root = Root::new();
    let mode = |mode| {
        let path = root.path().join("work/clouds.yaml");
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    root.write("work/clouds.yaml", CLOUD);
    mode(0o644);
    assert_eq!(
        warnings(&root, &root.config(&[])),
        ["$ROOT/work/clouds.yaml has a password in it and every user of this machine can read it"]
    );
    mode(0o640);
    assert!(warnings(&root, &root.config(&[])).is_empty());
    root.write(
        "work/clouds.yaml",
        "clouds: {a: {auth: {auth_url: https://one.example}}}\n",
    );
    mode(0o644);
    assert!(warnings(&root, &root.config(&[])).is_empty());
}

#[test]
fn a_variable_without_effect_gets_a_warning_unless_it_has_one() {
    let root = Root::new();
    root.write(
        "work/clouds.yaml",
        "clouds: {a: {auth: {auth_url: https://one.example}}}\n",
    );
    let variables = [
        ("OS_PROJECT_NAME", "other"),
        ("OS_REGION_NAME", "R"),
        ("OS_FOO", "bar"),
    ];
    assert_eq!(
        warnings(&root, &root.config(&variables)),
        ["OS_PROJECT_NAME, OS_REGION_NAME not used: the cloud is \"a\", the only one of the file"]
    );
    assert!(warnings(&root, &root.config(&variables).overlay_env()).is_empty());
    let named = [&variables[..], &[("OS_CLOUD", "a")]].concat();
    assert!(warnings(&root, &root.config(&named)).is_empty());
}

#[test]
fn what_is_passed_over_gets_a_warning() {
    let root = Root::new();
    root.write(
        "work/clouds.yaml",
        "clouds:\n  a:\n    profile: nobody\n    verify: no\n    cacert: /x\n    verify: false\n",
    );
    assert_eq!(
        warnings(
            &root,
            &root.config(&[("OS_CLIENT_CONFIG_FILE", "gone.yaml")])
        ),
        [
            "OS_CLIENT_CONFIG_FILE names $ROOT/work/gone.yaml: there is no such file",
            "$ROOT/work/clouds.yaml:6:5: a key that is there already; the later one wins",
            "$ROOT/work/clouds.yaml:3: the profile \"nobody\" was not found (looked for it in \
             clouds-public.yaml, .yml and .json in $ROOT/work, $ROOT/home/.config/openstack, \
             $ROOT/etc/xdg/openstack, $ROOT/etc/openstack)",
            "$ROOT/work/clouds.yaml:5: `cacert` is not used, $ROOT/work/clouds.yaml:6 turns the \
             check off",
        ]
    );
    root.write("work/clouds.yaml", "clouds: [\n");
    let environment = [("OS_AUTH_URL", "https://env.example"), ("OS_TOKEN", "t")];
    assert_eq!(
        warnings(&root, &root.config(&environment)),
        [
            "$ROOT/work/clouds.yaml:1:9: not valid YAML: a bracket that is not closed; it is not \
          needed, the environment has credentials"
        ]
    );
}

#[test]
fn a_secure_file_that_was_passed_over_is_named_where_its_password_is_missing() {
    let root = Root::new();
    root.write(
        "work/clouds.yaml",
        "clouds: {a: {auth: {auth_url: https://one.example}}}\n",
    );
    root.write("work/secure.yaml/in the way", "");
    let variables = [("OS_CLIENT_SECURE_FILE", "gone.yaml")];
    let said = |variables| {
        let settings = root.config(variables).resolve().unwrap();
        root.unnamed(&settings.options().unwrap_err().to_string())
    };
    let no_password =
        "the cloud \"a\" of $ROOT/work/clouds.yaml has no password, which auth_type password needs";
    assert_eq!(
        said(&variables),
        format!(
            "{no_password}; passed over: $ROOT/work/gone.yaml (OS_CLIENT_SECURE_FILE, there is no \
             such file); $ROOT/work/secure.yaml (it is a folder)"
        )
    );
    // A cloud of the environment does not need the files.
    assert_eq!(
        said(&[("OS_AUTH_URL", "https://env.example")]),
        "OS_PASSWORD is not set, which auth_type password needs"
    );
    root.write(
        "etc/openstack/secure.yaml",
        "clouds: {a: {auth: {username: u}}}\n",
    );
    assert_eq!(
        said(&[]),
        format!("{no_password}; passed over: $ROOT/work/secure.yaml (it is a folder)")
    );
}

#[test]
fn each_setting_says_where_it_came_from() {
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
            format!("{key}={text} {}", root.unnamed(&source.to_string()))
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
    let asked = root.config(&[("OS_CLOUD", "a"), ("OS_REGION_NAME", "R1")]);
    assert_eq!(source(asked.clone().region("R1")), "the program");
    assert_eq!(source(asked.overlay_env()), "OS_REGION_NAME");
    let chosen = Config::from_cloud("a");
    assert_eq!(
        format!("{chosen:?}"),
        r#"Config { cloud: Some("a"), region: None, overlay_env: false, .. }"#
    );
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_utf_8_is_refused_only_where_it_is_read() {
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
    for (variable, with, said) in [
        (
            "OS_PASSWORD",
            &environment,
            "OS_PASSWORD: `password` has to be text",
        ),
        (
            "OS_USERID",
            &environment,
            "OS_USERID: `user_id` has to be text",
        ),
        (
            "OS_PASSWORD",
            &[("OS_FOO", "x")],
            "OS_PASSWORD: `password` has to be text",
        ),
        (
            "OS_REGION_NAME",
            &environment,
            "OS_REGION_NAME: `region_name` has to be text",
        ),
        (
            "OS_PROFILE",
            &environment,
            "OS_PROFILE: `profile` has to be text",
        ),
        (
            "OS_INSECURE",
            &environment,
            "OS_INSECURE: `insecure` has to be text",
        ),
    ] {
        let error = resolved(&[variable], with).unwrap_err().to_string();
        assert_eq!(error, format!("{said}, found bytes that are not UTF-8"));
    }
    let error = resolved(&["OS_CLOUD"], &environment)
        .unwrap_err()
        .to_string();
    assert_eq!(error, "the variable OS_CLOUD is not UTF-8");
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_passed_over_and_told_of() {
    use std::os::unix::fs::PermissionsExt;

    let root = Root::new();
    root.write("work/clouds.yaml", CLOUD);
    let path = root.path().join("work/clouds.yaml");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(&path).is_ok() {
        return; // The superuser may read everything.
    }
    let error = root.config(&[]).resolve().unwrap_err().to_string();
    assert!(
        root.unnamed(&error)
            .contains("$ROOT/work/clouds.yaml (not allowed to read it)"),
        "{error}"
    );
}
