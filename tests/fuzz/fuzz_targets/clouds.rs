//! A `clouds.yaml`: a named cloud or the only one, with and without environment variables.
#![no_main]

use std::path::PathBuf;
use std::sync::OnceLock;
use std::{env, fs, process};

use opencloud::config::Config;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    static FILE: OnceLock<PathBuf> = OnceLock::new();
    let name = || env::temp_dir().join(format!("opencloud-fuzz-{}.yaml", process::id()));
    let file = FILE.get_or_init(name);
    fs::write(file, data).expect("a written file");
    let variables = [
        ("OS_CLIENT_CONFIG_FILE", file.as_os_str()),
        ("OS_USERNAME", "u".as_ref()),
    ];
    for config in [
        Config::from_env().with_environment([variables[0]]),
        Config::from_cloud("demo").with_environment([variables[0]]),
        Config::from_cloud("demo")
            .overlay_env()
            .with_environment(variables),
    ] {
        let none: [&str; 0] = [];
        let config = config
            .with_working_directory("/nowhere")
            .with_system_directories(none);
        let settings = match config.resolve() {
            Ok(settings) => settings,
            Err(error) => {
                assert!(!error.to_string().contains(char::is_control), "{error:?}");
                continue;
            }
        };
        for key in settings.keys() {
            assert!(settings.source(key).is_some(), "{key}");
            let secret = ["password", "token", "application_credential_secret"].contains(&key);
            assert!(
                !secret || settings.get(key).as_deref() == Some("***"),
                "{key}"
            );
        }
        serde_json::to_string(&settings).expect("JSON");
        if let Err(error) = settings.options() {
            assert!(!error.to_string().contains(char::is_control), "{error:?}");
        }
    }
});
