//! The configuration, against what openstacksdk makes of the same files and
//! variables: `tests/config/table.json`, which `tests/config/reference.py` wrote.

#[path = "config/fixture.rs"]
mod fixture;

use fixture::{Root, cases};
use opencloud::config::Settings;
use serde_json::{Map, Value, json};

/// What is known of the settings beyond the object that they serialize to.
fn more(settings: &Settings, shown: &Map<String, Value>) -> Map<String, Value> {
    let keys = settings.keys().filter(|key| !shown.contains_key(*key));
    keys.map(|key| (key.to_owned(), json!(settings.get(key)))).collect()
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
                let Ok(Value::Object(shown)) = serde_json::to_value(&settings) else { panic!() };
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
            wrong.push(format!("{}\n  found    {found}\n  expected {expected}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{} cases are wrong:\n{}", wrong.len(), wrong.join("\n"));
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
        assert!(as_reference != marked || (marked && both_fail), "{}", case.name);
    }
}
