//! Files that mean harm: each is a clear error, soon, in little memory.

use std::fmt::Write;
use std::time::{Duration, Instant};

use super::tests::fixture;

/// What is said of a file with that text, which must be said soon.
#[track_caller]
fn said(text: impl AsRef<[u8]>) -> String {
    let root = fixture::Root::new();
    root.write("work/clouds.yaml", text);
    let begin = Instant::now();
    let found = root.config(&[]).resolve();
    let took = begin.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
    root.unnamed(&found.unwrap_err().to_string())
}

#[test]
fn a_key_of_auth_that_nobody_reads_is_refused() {
    let text = "clouds:\n  a:\n    auth:\n      auth_url: http://k\n      projcet_name: p\n";
    assert_eq!(
        said(text),
        "$ROOT/work/clouds.yaml:5: `auth` has no key \"projcet_name\"; it can have domain_id, \
         domain_name, user_domain_id, user_domain_name, project_domain_id, project_domain_name, \
         token, project_id, project_name, auth_url, user_id, username, password, system_scope, \
         trust_id, application_credential_id, application_credential_name, \
         application_credential_secret, default_domain_id, default_domain_name, default_domain, \
         endpoint"
    );
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..20 {
        let alias = format!("*a{}", n - 1);
        writeln!(text, "a{n}: &a{n} [{}]", [alias.as_str(); 9].join(", ")).unwrap();
    }
    assert_eq!(
        said(text),
        "$ROOT/work/clouds.yaml:6:10: larger than any clouds file is \
         (16 MiB with its aliases written out)"
    );
}

#[test]
fn a_bomb_of_one_long_value_is_refused() {
    // Few values, and yet 70 GB if each alias were written out.
    let mut text = format!("a: &a {}\nb: [", "x".repeat(500_000));
    text += &"*a,".repeat(150_000);
    text += "]\n";
    assert!(
        said(text)
            .ends_with("larger than any clouds file is (16 MiB with its aliases written out)")
    );
}

#[test]
fn braces_that_fill_the_memory_are_refused() {
    let region = "R".repeat(500_000);
    let url = "{region_name}".repeat(30_000);
    assert_eq!(
        said(format!(
            "clouds: {{a: {{auth: {{auth_url: '{url}'}}, regions: ['{region}']}}}}\n"
        )),
        "$ROOT/work/clouds.yaml:1:31: `auth_url` is longer than any is, with its braces filled in"
    );
}

#[test]
fn a_chain_of_aliases_is_no_deeper_than_brackets_may_be() {
    let mut text = "a0: &a0 x\n".to_owned();
    for n in 1..60 {
        writeln!(text, "a{n}: &a{n} [*a{}]", n - 1).unwrap();
    }
    assert!(said(text).ends_with(": nested deeper than any clouds file is (32)"));
}

#[test]
fn a_value_that_contains_itself_is_refused() {
    assert_eq!(
        said("clouds: &a {b: *a}\n"),
        "$ROOT/work/clouds.yaml:1:16: not valid YAML: a value that contains itself"
    );
}

#[test]
fn deep_nesting_is_refused() {
    for deep in [
        "[", "{a: ", "- ", "? ", "[{", "{[", "- [ ", "&a [", "!!seq [", "\"a\": {",
    ] {
        let text = deep.repeat(1_000_000 / deep.len());
        let said = said(text);
        assert!(
            said.starts_with("$ROOT/work/clouds.yaml:1:"),
            "{deep}: {said}"
        );
    }
    let mut lines = String::new();
    for depth in 0..1000 {
        writeln!(lines, "{:depth$}a:", "").unwrap();
    }
    assert!(said(lines).ends_with(": nested deeper than any clouds file is (32)"));
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let root = fixture::Root::new();
    root.write("work/clouds.yaml", "clouds: {}\n");
    let path = root.path().join("work/clouds.yaml");
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.set_len(100 << 20).unwrap();
    let begin = Instant::now();
    let error = root.config(&[]).resolve().unwrap_err().to_string();
    assert_eq!(
        root.unnamed(&error),
        "$ROOT/work/clouds.yaml: larger than any clouds file is (1 MiB)"
    );
    assert!(begin.elapsed() < Duration::from_secs(1));
}

#[cfg(unix)]
#[test]
fn a_file_without_end_is_not_read_to_the_end() {
    let error = fixture::Root::new()
        .config(&[("OS_CLIENT_CONFIG_FILE", "/dev/zero")])
        .resolve()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "/dev/zero: larger than any clouds file is (1 MiB)"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_read_stops_the_search() {
    let error = fixture::Root::new().config(&[("OS_CLIENT_CONFIG_FILE", "/proc/self/mem")]);
    let error = error.resolve().unwrap_err();
    assert_eq!(error.to_string(), "reading /proc/self/mem failed");
    let root = fixture::Root::new();
    let path = root.path().join("work/clouds.yaml");
    std::os::unix::fs::symlink(&path, &path).unwrap();
    let error = root.config(&[]).resolve().unwrap_err();
    assert_eq!(
        root.unnamed(&error.to_string()),
        "reading $ROOT/work/clouds.yaml failed"
    );
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(cause, "Too many levels of symbolic links (os error 40)");
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_no_file_is_passed_over_unless_it_is_asked_for() {
    let root = fixture::Root::new();
    let path = root.path().join("work/clouds.yaml");
    let _socket = std::os::unix::net::UnixListener::bind(path).unwrap();
    root.write(
        "work/clouds.yml",
        "clouds: {a: {auth: {auth_url: https://one.example}}}\n",
    );
    let error = root.config(&[]).resolve().unwrap().options().unwrap_err();
    assert_eq!(
        root.unnamed(&error.to_string()),
        "the cloud \"a\" of $ROOT/work/clouds.yml has no password, which auth_type password needs; \
         passed over: $ROOT/work/clouds.yaml (it is no file)"
    );
    let error = root
        .config(&[("OS_CLIENT_CONFIG_FILE", "clouds.yaml")])
        .resolve()
        .unwrap_err();
    assert_eq!(
        root.unnamed(&error.to_string()),
        "reading $ROOT/work/clouds.yaml failed"
    );
}

#[test]
fn text_that_is_not_utf_8_has_a_place() {
    assert_eq!(
        said(b"clouds:\n  a: \xff\n"),
        "$ROOT/work/clouds.yaml:2:6: not UTF-8"
    );
}

#[test]
fn a_large_file_within_the_limit_is_read() {
    let mut text = "clouds:\n".to_owned();
    for n in 0..2000 {
        let auth = format!("{{auth_url: 'https://{n}.example', username: u}}");
        writeln!(text, "  c{n:04}: {{auth: {auth}}}").unwrap();
    }
    let root = fixture::Root::new();
    root.write("work/clouds.yaml", text);
    let settings = root.config(&[("OS_CLOUD", "c1999")]).resolve().unwrap();
    assert_eq!(
        settings.get("auth_url").as_deref(),
        Some("https://1999.example")
    );
    let error = root.config(&[]).resolve().unwrap_err().to_string();
    assert!(
        error.contains(r#""c0000", "c0001", "#) && error.contains(r#""c0019", 1980 more;"#),
        "{error}"
    );
}

#[test]
fn text_at_random_is_an_error_or_a_cloud_and_comes_soon() {
    // Pieces that a parser stumbles over, put together by a plain generator.
    const PIECES: [&str; 40] = [
        "clouds",
        ":",
        " ",
        "\n",
        "  ",
        "- ",
        "? ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "&a ",
        "*a",
        "!",
        "!!str ",
        "|",
        ">",
        "|-\n",
        "'",
        "\"",
        "\\",
        "#",
        "%YAML 1.2\n",
        "---",
        "...",
        "<<: ",
        "~",
        "null",
        "\t",
        "\r\n",
        "\u{feff}",
        "\u{2028}",
        "a",
        "auth",
        "0",
        "@",
        "`",
        "\0",
        "é",
    ];
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    let begin = Instant::now();
    for _ in 0..20_000 {
        let text: String = (0..random(40))
            .map(|_| PIECES[random(PIECES.len())])
            .collect();
        let path = std::path::Path::new("random.yaml").into();
        let _ = super::yaml::parse(&text, &path);
    }
    assert!(begin.elapsed() < Duration::from_secs(60));
}
